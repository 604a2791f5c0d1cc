/** Functions that look at the values of fields and tables loaded before (SEMANTICS block H, I11, I14). */

import { findField } from '../model/data-model.ts'
import type { Expression } from '../syntax/expression.ts'
import { numberOf } from '../value/convert.ts'
import { FALSE, TRUE } from '../value/value.ts'
import { keyOf } from '../value/value-key.ts'
import { constantName } from './constant-name.ts'
import type { Evaluator } from './site/binding.ts'
import type { CallSite, FunctionGroups } from './site/function-row.ts'

export const FIELD_FUNCTIONS: FunctionGroups = {
  'Inter-record': [
    { name: 'Exists', min: 1, max: 2, seen: 51, context: exists, outside: { fields: [0] } },
    { name: 'Lookup', min: 3, max: 4, seen: 5, gives: [], context: lookup, outside: { names: [0, 1, 3] } },
  ],
  Table: [
    { name: 'FieldIndex', min: 2, max: 2, seen: 1, context: fieldIndex, outside: { names: [0] } },
    { name: 'FieldValue', min: 2, max: 2, seen: 77, gives: [], context: fieldValue, outside: { names: [0] } },
    { name: 'FieldValueCount', min: 1, max: 1, seen: 27, context: fieldValueCount, outside: { names: [0] } },
  ],
}

function exists([field, value]: readonly Expression[], site: CallSite): Evaluator {
  const name = constantName(field!, site, 'Exists')
  const tested = site.compile(value ?? { kind: 'name', name, quoted: true })
  const { preloads, settings } = site.context
  const { positions } = preloads.fieldValues(name, false)
  return () => {
    const value = tested()
    const key = keyOf(value)
    if (key === null) return FALSE
    if (positions.has(key)) return TRUE
    // The text '01' is there when the number 1 is (H7).
    const number = typeof value === 'string' ? numberOf(value, settings) : null
    return number !== null && positions.has(number) ? TRUE : FALSE
  }
}

function lookup(args: readonly Expression[], site: CallSite): Evaluator {
  const [valueField, matchField, , table] = args
  const tableName = table === undefined ? site.state.output?.name : constantName(table, site, 'Lookup')
  const wanted = site.compileKey(args[2]!)
  if (tableName === undefined) return () => null
  const from = constantName(valueField!, site, 'Lookup')
  const by = constantName(matchField!, site, 'Lookup')
  const { found } = site.context.preloads.lookup(tableName, by, from)
  return () => {
    const key = keyOf(wanted())
    return key === null ? null : (found.get(key) ?? null)
  }
}

function fieldValue([field, index]: readonly Expression[], site: CallSite): Evaluator {
  const known = site.context.preloads.fieldValues(constantName(field!, site, 'FieldValue'), true)
  const row = site.compile(index!)
  const { settings } = site.context
  return () => {
    const number = numberOf(row(), settings)
    return number === null ? null : (known.values[Math.floor(number) - 1] ?? null)
  }
}

function fieldValueCount([field]: readonly Expression[], site: CallSite): Evaluator {
  const name = constantName(field!, site, 'FieldValueCount')
  const known = site.context.preloads.fieldValues(name, true)
  return () => (hasField(site, name) ? known.values.length : null)
}

function fieldIndex([field, value]: readonly Expression[], site: CallSite): Evaluator {
  const known = site.context.preloads.fieldValues(constantName(field!, site, 'FieldIndex'), true)
  const tested = site.compileKey(value!)
  return () => {
    const key = keyOf(tested())
    return key === null ? 0 : (known.positions.get(key) ?? -1) + 1
  }
}

const hasField = ({ context }: CallSite, name: string): boolean =>
  context.model.tables.some((table) => findField(table, name) !== undefined)
