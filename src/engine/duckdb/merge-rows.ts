/**
 * MERGE: loaded rows that insert, update and delete rows of a table by their keys (LANGUAGE, section 5;
 * SEMANTICS S6).
 */
import { faults } from '../../script/fault.ts'
import {
  type Catalog,
  findField,
  type TableModel,
  takeTableName,
  withTable,
} from '../../script/plan/catalog-model.ts'
import { unknownField } from '../../script/plan/unknown-field.ts'
import type { Merge } from '../../script/syntax/statement.ts'
import type { Value } from '../../script/value/value.ts'
import { pairValue } from '../source/row-source.ts'
import { highestSql, newestSql, operationsSql, untouchedSql, writtenRowsSql } from '../sql/transform-sql.ts'
import { columnsOf } from './commit-load.ts'
import type { Database } from './database.ts'
import type { LoadedTable } from './transform-rows.ts'

export interface MergedRows {
  /** The rows to add: one for each key that is not deleted. */
  readonly written: LoadedTable
  /** The newest row of each key, also of the deleted ones: a work table with columns i0, i1 ... */
  readonly newest: LoadedTable
  /** The highest value of the sequence field. */
  readonly sequence: Value
}

/** @throws ScriptFaultError for a key or sequence that is not loaded, or a row that tells no operation */
export async function mergedRows(database: Database, merge: Merge, loaded: LoadedTable): Promise<MergedRows> {
  const column = (name: string) => {
    const place = loaded.names.indexOf(name, 1)
    if (place < 0) throw unknownField(name, loaded.names.slice(1))
    return loaded.columns[place]!
  }
  const keys = merge.keys.map(column)
  const sequence = merge.sequence === undefined ? undefined : column(merge.sequence)
  const [unknown] = await database.rows(operationsSql(loaded.sqlName))
  if (Number(unknown![0]) > 0) {
    throw faults.merge(
      `MERGE: the first field '${loaded.names[0]}' must be Insert, Update or Delete in every row`,
    )
  }
  const newest = database.workTable()
  await database.run(`CREATE TEMP TABLE ${newest} AS ${newestSql(loaded.sqlName, keys, sequence)}`)
  const written = database.workTable()
  await database.run(`CREATE TEMP TABLE ${written} AS ${writtenRowsSql(newest, loaded.columns)}`)
  const [highest] =
    sequence === undefined ? [[null, null]] : await database.rows(highestSql(loaded.sqlName, sequence))
  return {
    newest: { ...loaded, sqlName: newest, rows: await database.count(newest) },
    written: {
      sqlName: written,
      names: loaded.names.slice(1),
      columns: loaded.columns.slice(0, -1),
      kinds: loaded.kinds.slice(1),
      rows: await database.count(written),
    },
    sequence: pairValue(highest![0], highest![1]),
  }
}

/** The catalog with the table without the rows that the newest ones take the place of or delete. */
export async function withoutMerged(
  database: Database,
  catalog: Catalog,
  table: TableModel,
  newest: LoadedTable,
  { keys }: Merge,
): Promise<Catalog> {
  const pairs = keys.map((key) => {
    const field = findField(table, key)
    if (field === undefined)
      throw unknownField(
        key,
        table.fields.map(({ name }) => name),
      )
    return { left: field.column, right: newest.columns[newest.names.indexOf(key, 1)]! }
  })
  const taken = takeTableName(catalog)
  const sql = untouchedSql(table.sqlName, columnsOf(table.fields), newest.sqlName, pairs)
  await database.run(`CREATE TABLE ${taken.sqlName} AS ${sql}`)
  await database.run(`DROP TABLE ${table.sqlName}`)
  const rows = await database.count(taken.sqlName)
  const sequence = Math.min(...table.segments.map((segment) => segment.sequence))
  const segments = [{ sequence, first: 1, last: rows }]
  return withTable(taken.catalog, { ...table, sqlName: taken.sqlName, rows, segments })
}
