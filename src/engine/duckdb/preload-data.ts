/**
 * Fetches the values that row-level functions asked for (script/function/site/preloads.ts) from the tables,
 * before the first row is evaluated.
 */

import type { PeekHistory } from '../../script/function/site/peek-history.ts'
import type { ColumnValues, FieldValues, LookupValues, Preload } from '../../script/function/site/preloads.ts'
import { type DataModel, findField, findTable, tablesWith } from '../../script/model/data-model.ts'
import type { Value } from '../../script/value/value.ts'
import { keyOf } from '../../script/value/value-key.ts'
import { pairOf } from '../sql/pair-sql.ts'
import { fieldValuesSql } from '../sql/table-sql.ts'
import type { Database } from './database.ts'
import { pairValue } from './row-source.ts'

export async function fillPreload(database: Database, model: DataModel, preload: Preload): Promise<void> {
  switch (preload.kind) {
    case 'field-values':
      return fillField(database, model, preload)
    case 'column':
      return fillColumn(database, model, preload)
    case 'lookup':
      return fillLookup(database, model, preload)
  }
}

/** All distinct values of a field over all tables, in load order (SEMANTICS I14). */
export async function fieldValues(database: Database, model: DataModel, field: string): Promise<Value[]> {
  const values: Value[] = []
  const parts = tablesWith(model, field)
    .flatMap(({ table, field: { column } }) =>
      table.segments.map((segment) => ({ table: table.sqlName, column, ...segment })),
    )
    .sort((a, b) => a.sequence - b.sequence)
  if (parts.length > 0) {
    await database.chunks(fieldValuesSql(parts), ([numbers, texts], rows) => {
      for (let i = 0; i < rows; i++) values.push(pairValue(numbers![i], texts![i]))
    })
  }
  return values
}

async function fillField(database: Database, model: DataModel, preload: FieldValues): Promise<void> {
  const values = await fieldValues(database, model, preload.field)
  values.forEach((value, position) => {
    preload.positions.set(keyOf(value)!, position)
  })
  if (preload.ordered) preload.values = values
}

async function fillColumn(database: Database, model: DataModel, preload: ColumnValues): Promise<void> {
  const table = findTable(model, preload.table)
  const field = table && findField(table, preload.field)
  if (table === undefined || field === undefined) return
  const { only } = preload
  const row = only === undefined ? undefined : only < 0 ? table.rows + only + 1 : only + 1
  preload.values = await columnValues(database, table.sqlName, field.column, row, row)
}

/** Values of the rows `first` to `last`, from 1; absent: from the start, to the end. */
export async function columnValues(
  database: Database,
  table: string,
  column: string,
  first?: number,
  last?: number,
): Promise<Value[]> {
  const values: Value[] = []
  const { n, t } = pairOf(column)
  const range = [
    ...(first === undefined ? [] : [`rn >= ${first}`]),
    ...(last === undefined ? [] : [`rn <= ${last}`]),
  ]
  const where = range.length === 0 ? '' : `WHERE ${range.join(' AND ')}`
  await database.chunks(`SELECT ${n}, ${t} FROM ${table} ${where} ORDER BY rn`, ([numbers, texts], rows) => {
    for (let i = 0; i < rows; i++) values.push(pairValue(numbers![i], texts![i]))
  })
  return values
}

async function fillLookup(database: Database, model: DataModel, preload: LookupValues): Promise<void> {
  const table = findTable(model, preload.table)
  const match = table && findField(table, preload.matchField)
  const value = table && findField(table, preload.valueField)
  if (table === undefined || match === undefined || value === undefined) return
  const by = await columnValues(database, table.sqlName, match.column)
  const from = await columnValues(database, table.sqlName, value.column)
  by.forEach((each, row) => {
    const key = keyOf(each)
    if (key !== null && !preload.found.has(key)) preload.found.set(key, from[row]!)
  })
}

/** Starts a Peek history with the rows that the target table has already (SEMANTICS I9). */
export async function startHistory(
  database: Database,
  model: DataModel,
  tableName: string,
  fieldName: string,
  history: PeekHistory,
): Promise<void> {
  const table = findTable(model, tableName)
  const field = table && findField(table, fieldName)
  if (table === undefined || table.rows === 0) return
  const { front, back } = history.needs
  if (field === undefined) {
    // A field that is new to the table is NULL in the rows before.
    const nulls = (count: number): Value[] => new Array(Math.min(count, table.rows)).fill(null)
    history.startWith(nulls(front), nulls(back), table.rows)
    return
  }
  const read = (first: number, last: number) =>
    first > last ? [] : columnValues(database, table.sqlName, field.column, first, last)
  const start = await read(1, Math.min(front, table.rows))
  const end = await read(Math.max(1, table.rows - back + 1), table.rows)
  history.startWith(start, end, table.rows)
}
