/**
 * The catalog of an app data file, kept in the file itself: which table and column holds which table and field of the
 * script. A partial reload starts from it, and everything that shows the data reads it.
 *
 * Layout, version 1: `reprise_tables` (position, name, sql_name, rows, distinct_rows, segments) and `reprise_fields`
 * (sql_name, position, name, column_name, numbers, texts, duals) describe the tables t1, t2 ... of pair columns
 * (`c1_n` DOUBLE, `c1_t` VARCHAR ...) with `rn` from 1. `reprise_model` holds the version and the next free numbers.
 */
import type { DataTable } from '../../catalog/records.ts'
import type { Catalog, FieldModel, Segment, TableModel } from '../../script/load/catalog-model.ts'
import type { Database } from './database.ts'

const VERSION = 1

export async function saveModel(database: Database, catalog: Catalog): Promise<void> {
  await database.transaction(async () => {
    for (const table of ['reprise_model', 'reprise_tables', 'reprise_fields']) {
      await database.run(`DROP TABLE IF EXISTS ${table}`)
    }
    await database.run(
      'CREATE TABLE reprise_model (version INTEGER, next_table BIGINT, next_sequence BIGINT, last_created VARCHAR)',
    )
    await database.run(`CREATE TABLE reprise_tables
      (position INTEGER, name VARCHAR, sql_name VARCHAR, rows BIGINT, distinct_rows BOOLEAN, segments VARCHAR)`)
    await database.run(`CREATE TABLE reprise_fields (sql_name VARCHAR, position INTEGER, name VARCHAR,
      column_name VARCHAR, numbers BOOLEAN, texts BOOLEAN, duals BOOLEAN)`)
    const { nextTable, nextSequence, lastCreated } = catalog
    await database.rows(`INSERT INTO reprise_model VALUES (${VERSION}, $1, $2, nullif($3, ''))`, [
      nextTable,
      nextSequence,
      lastCreated ?? '',
    ])
    for (const [position, table] of catalog.tables.entries()) await saveTable(database, position, table)
  })
  await database.run('CHECKPOINT')
}

async function saveTable(database: Database, position: number, table: TableModel): Promise<void> {
  await database.rows(`INSERT INTO reprise_tables VALUES ($1, $2, $3, $4, ${table.distinct}, $5)`, [
    position,
    table.name,
    table.sqlName,
    table.rows,
    JSON.stringify(table.segments),
  ])
  for (const [index, { name, column, kinds }] of table.fields.entries()) {
    await database.rows(
      `INSERT INTO reprise_fields VALUES ($1, $2, $3, $4, ${kinds.numbers}, ${kinds.texts}, ${kinds.duals})`,
      [table.sqlName, index, name, column],
    )
  }
}

/** @throws Error when the file is not one of ours, or of a later version */
export async function restoreModel(database: Database): Promise<Catalog> {
  const [model] = await database.rows(
    'SELECT version, next_table, next_sequence, last_created FROM reprise_model',
  )
  if (model?.[0] !== VERSION) throw new Error(`the app data file has version ${model?.[0]}, not ${VERSION}`)
  const fields = await database.rows(
    'SELECT sql_name, name, column_name, numbers, texts, duals FROM reprise_fields ORDER BY position',
  )
  const tables = await database.rows(
    'SELECT name, sql_name, rows, distinct_rows, segments FROM reprise_tables ORDER BY position',
  )
  const lastCreated = model[3] as string | null
  return {
    nextTable: Number(model[1]),
    nextSequence: Number(model[2]),
    ...(lastCreated === null ? {} : { lastCreated }),
    tables: tables.map(([name, sqlName, rows, distinct, segments]) => ({
      name: name as string,
      sqlName: sqlName as string,
      rows: Number(rows),
      distinct: distinct as boolean,
      segments: JSON.parse(segments as string) as Segment[],
      fields: fields.filter(([table]) => table === sqlName).map(restoredField),
    })),
  }
}

const restoredField = ([, name, column, numbers, texts, duals]: readonly unknown[]): FieldModel => ({
  name: name as string,
  column: column as string,
  kinds: { numbers: numbers as boolean, texts: texts as boolean, duals: duals as boolean },
})

export const dataTables = (catalog: Catalog): DataTable[] =>
  catalog.tables.map(({ name, rows, fields }) => ({ name, rows, fields: fields.map((field) => field.name) }))
