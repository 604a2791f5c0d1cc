/**
 * MERGE: loaded rows that insert, update and delete rows of a table by their keys (LANGUAGE, section 5;
 * SEMANTICS S6).
 */
import { faults } from '../../script/fault/fault.ts'
import {
  type DataModel,
  findField,
  type TableModel,
  takeTableName,
  withTable,
} from '../../script/model/data-model.ts'
import type { MergePlan } from '../../script/plan/sink-plan.ts'
import type { Value } from '../../script/value/value.ts'
import { highestSql, newestSql, operationsSql, untouchedSql, writtenRowsSql } from '../sql/transform-sql.ts'
import { columnsOf } from './commit-load.ts'
import type { Database } from './database.ts'
import { pairValue } from './row-source.ts'
import type { LoadedTable } from './transform-rows.ts'

export interface MergedRows {
  /** The rows to add: one for each key that is not deleted. */
  readonly written: LoadedTable
  /** The newest row of each key, including deleted ones: a work table with columns i0, i1 ... */
  readonly newest: LoadedTable
  /** The highest value of the sequence field. */
  readonly sequence: Value
}

/** @throws ScriptFaultError for a row without a valid operation */
export async function mergedRows(
  database: Database,
  merge: MergePlan,
  loaded: LoadedTable,
): Promise<MergedRows> {
  const keys = merge.keys.map((position) => loaded.columns[position]!)
  const sequence = merge.sequence === undefined ? undefined : loaded.columns[merge.sequence]!
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

/**
 * Removes the rows that the newest ones replace or delete, and returns the model.
 *
 * @param positions of the keys in the newest rows
 * @param fields of the table that hold them
 */
export async function withoutMerged(
  database: Database,
  model: DataModel,
  table: TableModel,
  newest: LoadedTable,
  positions: readonly number[],
  fields: readonly string[],
): Promise<DataModel> {
  const pairs = fields.map((field, index) => ({
    left: findField(table, field)!.column,
    right: newest.columns[positions[index]!]!,
  }))
  const taken = takeTableName(model)
  const sql = untouchedSql(table.sqlName, columnsOf(table.fields), newest.sqlName, pairs)
  await database.run(`CREATE TABLE ${taken.sqlName} AS ${sql}`)
  await database.run(`DROP TABLE ${table.sqlName}`)
  const rows = await database.count(taken.sqlName)
  const sequence = Math.min(...table.segments.map((segment) => segment.sequence))
  const segments = [{ sequence, first: 1, last: rows }]
  return withTable(taken.model, { ...table, sqlName: taken.sqlName, rows, segments })
}
