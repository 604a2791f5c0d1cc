/**
 * The AUTONUMBER statement replaces the values of loaded fields by integers, in every table (SEMANTICS
 * I13).
 */

import type { AutoNumberCounters } from '../../script/function/site/load-context.ts'
import { type DataModel, NO_KINDS, tablesWith, withTable } from '../../script/model/data-model.ts'
import type { Value } from '../../script/value/value.ts'
import { keyOf, type ValueKey } from '../../script/value/value-key.ts'
import { joinKey, pairOf } from '../sql/pair-sql.ts'
import type { Database } from './database.ts'
import { fieldValues } from './preload-data.ts'
import { TableWriter } from './table-writer.ts'

/** @param fields must exist @param namespace fields of one namespace share their numbers */
export async function autoNumber(
  database: Database,
  before: DataModel,
  counters: AutoNumberCounters,
  fields: readonly string[],
  namespace: string | undefined,
): Promise<DataModel> {
  let model = before
  for (const field of fields) {
    const numbers = namespace === undefined ? new Map<ValueKey, number>() : spaceOf(counters, namespace)
    const values = inOrderOfNumbers(await fieldValues(database, model, field))
    const made = await numbered(database, values, numbers)
    for (const { table, field: known } of tablesWith(model, field)) {
      const { n, t } = pairOf(known.column)
      await database.run(`UPDATE ${table.sqlName} SET ${n} = m.after_n, ${t} = NULL FROM ${made} m
        WHERE ${joinKey(pairOf('before', 'm'))} = ${joinKey({ n: `${table.sqlName}.${n}`, t: `${table.sqlName}.${t}` })}`)
      const changed = table.fields.map((each) =>
        each.name === field
          ? { ...each, kinds: { ...NO_KINDS, numbers: true }, format: { type: 'INTEGER', format: '0' } }
          : each,
      )
      model = withTable(model, { ...table, fields: changed })
    }
    await database.run(`DROP TABLE ${made}`)
  }
  return model
}

/** Numbers by value, then texts as they were loaded (FACTS I13). */
function inOrderOfNumbers(values: readonly Value[]): Value[] {
  const keys = values.map((value) => ({ value, key: keyOf(value) }))
  const numbers = keys.flatMap(({ value, key }) => (typeof key === 'number' ? [{ value, key }] : []))
  const texts = keys.flatMap(({ value, key }) => (typeof key === 'number' ? [] : [value]))
  return [...numbers.sort((a, b) => a.key - b.key).map(({ value }) => value), ...texts]
}

/** Separate from the counters of the function AutoNumber. */
function spaceOf(counters: AutoNumberCounters, namespace: string): Map<ValueKey, number> {
  const name = `statement:${namespace}`
  const numbers = counters.get(name) ?? new Map<ValueKey, number>()
  counters.set(name, numbers)
  return numbers
}

/** A work table with each value (before) and its number (after). */
async function numbered(
  database: Database,
  values: readonly Value[],
  numbers: Map<ValueKey, number>,
): Promise<string> {
  const table = database.workTable()
  const writer = await TableWriter.create(database, table, ['before', 'after'], true)
  for (const value of values) {
    const key = keyOf(value)!
    const number = numbers.get(key) ?? numbers.size + 1
    numbers.set(key, number)
    writer.push([value, number])
  }
  writer.close()
  return table
}
