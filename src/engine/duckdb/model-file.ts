/**
 * The model of an app data file, kept in the file itself: which table and column holds which table and field
 * of the script. A partial reload starts from it, and everything that shows the data reads it.
 *
 * Layout, version 3: `reprise_tables` (position, name, sql_name, rows, distinct_rows, segments) and
 * `reprise_fields` (sql_name, position, name, column_name, numbers, texts, duals, format) describe the tables
 * t1, t2 ... of pair columns (`c1_n` DOUBLE, `c1_t` VARCHAR ...) with `rn` from 1; a format is JSON.
 * `reprise_access` (sql_name) tells which of them belong to SECTION ACCESS, `reprise_notes` (noted, name,
 * tags, comment) holds the tags and comments of tables and fields. `reprise_derived` (derived) holds the
 * calculated fields of DERIVE as JSON, in order. `reprise_model` holds the version and the next free numbers.
 * Version 2 had no formats, version 1 also none of access, notes and derived.
 */
import type { DataTable } from '../../core/records.ts'
import type { DerivedFields } from '../../script/host.ts'
import {
  type DataModel,
  type FieldModel,
  NO_NOTES,
  type Note,
  type Notes,
  type Segment,
  type TableModel,
} from '../../script/model/data-model.ts'
import { currentNotes } from '../../script/model/notes.ts'
import type { FieldFormat } from '../../script/value/field-format.ts'
import type { Database } from './database.ts'

const VERSION = 3

export async function saveModel(database: Database, model: DataModel): Promise<void> {
  await database.transaction(async () => {
    for (const table of ['model', 'tables', 'fields', 'access', 'notes', 'derived']) {
      await database.run(`DROP TABLE IF EXISTS reprise_${table}`)
    }
    await database.run(
      'CREATE TABLE reprise_model (version INTEGER, next_table BIGINT, next_sequence BIGINT, last_created VARCHAR)',
    )
    await database.run(`CREATE TABLE reprise_tables
      (position INTEGER, name VARCHAR, sql_name VARCHAR, rows BIGINT, distinct_rows BOOLEAN, segments VARCHAR)`)
    await database.run(`CREATE TABLE reprise_fields (sql_name VARCHAR, position INTEGER, name VARCHAR,
      column_name VARCHAR, numbers BOOLEAN, texts BOOLEAN, duals BOOLEAN, format VARCHAR)`)
    await database.run('CREATE TABLE reprise_access (sql_name VARCHAR)')
    await database.run(
      'CREATE TABLE reprise_notes (noted VARCHAR, name VARCHAR, tags VARCHAR, comment VARCHAR)',
    )
    await database.run('CREATE TABLE reprise_derived (position INTEGER, derived VARCHAR)')
    const { nextTable, nextSequence, lastCreated, aside, derived = [] } = model
    await database.rows(`INSERT INTO reprise_model VALUES (${VERSION}, $1, $2, nullif($3, ''))`, [
      nextTable,
      nextSequence,
      lastCreated ?? '',
    ])
    const access = aside?.tables ?? []
    for (const [position, table] of [...model.tables, ...access].entries()) {
      await saveTable(database, position, table)
    }
    for (const { sqlName } of access) await database.rows('INSERT INTO reprise_access VALUES ($1)', [sqlName])
    await saveNotes(database, currentNotes(model))
    for (const [position, each] of derived.entries()) {
      await database.rows('INSERT INTO reprise_derived VALUES ($1, $2)', [position, JSON.stringify(each)])
    }
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
  for (const [index, { name, column, kinds, format }] of table.fields.entries()) {
    await database.rows(
      `INSERT INTO reprise_fields
        VALUES ($1, $2, $3, $4, ${kinds.numbers}, ${kinds.texts}, ${kinds.duals}, nullif($5, ''))`,
      [table.sqlName, index, name, column, format === undefined ? '' : JSON.stringify(format)],
    )
  }
}

async function saveNotes(database: Database, notes: Notes): Promise<void> {
  for (const noted of ['table', 'field'] as const) {
    for (const [name, { tags, comment }] of notes[noted]) {
      const values = [noted, name, JSON.stringify(tags), comment ?? '']
      await database.rows("INSERT INTO reprise_notes VALUES ($1, $2, $3, nullif($4, ''))", values)
    }
  }
}

/** @throws Error if the file has another layout or a later version */
export async function restoreModel(database: Database): Promise<DataModel> {
  const [model] = await database.rows(
    'SELECT version, next_table, next_sequence, last_created FROM reprise_model',
  )
  const version = Number(model?.[0])
  if (!(version >= 1 && version <= VERSION)) {
    throw new Error(`the app data file has version ${model?.[0]}, not 1 to ${VERSION}`)
  }
  const format = version < 3 ? 'NULL' : 'format'
  const fields = await database.rows(
    `SELECT sql_name, name, column_name, numbers, texts, duals, ${format} FROM reprise_fields ORDER BY position`,
  )
  const tables = await database.rows(
    'SELECT name, sql_name, rows, distinct_rows, segments FROM reprise_tables ORDER BY position',
  )
  const lastCreated = model![3] as string | null
  const restored = tables.map(([name, sqlName, rows, distinct, segments]) => ({
    name: name as string,
    sqlName: sqlName as string,
    rows: Number(rows),
    distinct: distinct as boolean,
    segments: JSON.parse(segments as string) as Segment[],
    fields: fields.filter(([table]) => table === sqlName).map(restoredField),
  }))
  const { access, notes, derived } = version === 1 ? NOTHING_MORE : await restoreMore(database)
  const aside = restored.filter(({ sqlName }) => access.has(sqlName))
  return {
    nextTable: Number(model![1]),
    nextSequence: Number(model![2]),
    ...(lastCreated === null ? {} : { lastCreated }),
    tables: restored.filter(({ sqlName }) => !access.has(sqlName)),
    ...(aside.length === 0 ? {} : { aside: { tables: aside } }),
    ...(notes.table.size + notes.field.size === 0 ? {} : { notes }),
    ...(derived.length === 0 ? {} : { derived }),
  }
}

/** Tables that version 2 added. */
interface More {
  readonly access: ReadonlySet<string>
  readonly notes: Notes
  readonly derived: readonly DerivedFields[]
}

const NOTHING_MORE: More = { access: new Set(), notes: NO_NOTES, derived: [] }

async function restoreMore(database: Database): Promise<More> {
  const access = await database.rows('SELECT sql_name FROM reprise_access')
  const noted = await database.rows('SELECT noted, name, tags, comment FROM reprise_notes')
  const derived = await database.rows('SELECT derived FROM reprise_derived ORDER BY position')
  const notesOf = (of: 'table' | 'field') =>
    new Map(noted.filter(([kind]) => kind === of).map(([, name, ...note]) => [name as string, noteOf(note)]))
  return {
    access: new Set(access.map(([sqlName]) => sqlName as string)),
    notes: { table: notesOf('table'), field: notesOf('field') },
    derived: derived.map(([json]) => JSON.parse(json as string) as DerivedFields),
  }
}

const noteOf = ([tags, comment]: readonly unknown[]): Note => ({
  tags: JSON.parse(tags as string) as string[],
  ...(comment === null ? {} : { comment: comment as string }),
})

const restoredField = ([, name, column, numbers, texts, duals, format]: readonly unknown[]): FieldModel => ({
  name: name as string,
  column: column as string,
  kinds: { numbers: numbers as boolean, texts: texts as boolean, duals: duals as boolean },
  ...(format === null ? {} : { format: JSON.parse(format as string) as FieldFormat }),
})

export const dataTables = (model: DataModel): DataTable[] =>
  model.tables.map(({ name, rows, fields }) => ({ name, rows, fields: fields.map((field) => field.name) }))
