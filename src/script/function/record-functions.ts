/**
 * Functions of the row's position and of rows before it, and counters (SEMANTICS block I, without those that
 * look at other tables only).
 */

import { findTable } from '../model/data-model.ts'
import type { Expression } from '../syntax/expression.ts'
import { numberOf, textOf } from '../value/convert.ts'
import type { Value } from '../value/value.ts'
import { keyOf, type ValueKey } from '../value/value-key.ts'
import { constantName } from './constant-name.ts'
import { asCounter } from './shown-by.ts'
import type { Evaluator } from './site/binding.ts'
import { ANY, type CallSite, type FunctionGroups } from './site/function-row.ts'
import { PeekHistory } from './site/peek-history.ts'

export const RECORD_FUNCTIONS: FunctionGroups = {
  'Inter-record': [
    {
      name: 'Peek',
      min: 1,
      max: 3,
      seen: 726,
      gives: [],
      context: peek,
      outside: { fields: [0], names: [2] },
    },
    { name: 'RowNo', min: 0, max: 0, seen: 52, context: rowNo },
  ],
  Counter: [
    {
      name: 'AutoNumber',
      min: 1,
      max: 2,
      seen: 108,
      shows: asCounter,
      context: ([value, id], site) => numbering([value!], id, site, ''),
    },
    {
      name: 'AutoNumberHash128',
      min: 1,
      max: ANY,
      seen: 3,
      shows: asCounter,
      context: (args, site) => numbering(args, undefined, site, '128'),
    },
    {
      name: 'AutoNumberHash256',
      min: 1,
      max: ANY,
      seen: 0,
      shows: asCounter,
      context: (args, site) => numbering(args, undefined, site, '256'),
    },
    {
      name: 'IterNo',
      min: 0,
      max: 0,
      seen: 57,
      context:
        (_, { state }) =>
        () =>
          state.iterNo,
    },
    {
      name: 'RecNo',
      min: 0,
      max: 0,
      seen: 178,
      context:
        (_, { state }) =>
        () =>
          state.recNo,
    },
  ],
  Range: [{ name: 'Previous', min: 1, max: 1, seen: 12, gives: [0], context: previous }],
}

function rowNo(_: readonly Expression[], { state }: CallSite): Evaluator {
  const before = state.output?.rowsBefore
  return before === undefined ? () => 0 : () => before + state.rowsWritten + 1
}

function previous([argument]: readonly Expression[], { state, compile }: CallSite): Evaluator {
  const value = compile(argument!)
  let saved: Value = null
  state.afterRow.push(() => {
    saved = value()
  })
  return () => saved
}

function peek([field, row, table]: readonly Expression[], site: CallSite): Evaluator {
  const { context, state } = site
  const name = constantName(field!, site, 'Peek')
  const fixed = row === undefined ? -1 : literalInteger(row)
  const dynamic = fixed === undefined ? site.compile(row!) : undefined
  const rowNumber = () => {
    const number = dynamic === undefined ? fixed! : numberOf(dynamic(), context.settings)
    return number === null ? undefined : Math.trunc(number)
  }
  const tableName = table === undefined ? undefined : constantName(table, site, 'Peek')
  if (tableName !== undefined && findTable(context.model, tableName) !== undefined) {
    const column = context.preloads.column(tableName, name, fixed)
    if (fixed !== undefined) return () => column.values[0] ?? null
    return () => {
      const wanted = rowNumber()
      return wanted === undefined ? null : (column.values.at(wanted) ?? null)
    }
  }
  if (!site.outputNames.has(name)) return () => null
  const history = state.histories.get(name) ?? new PeekHistory()
  state.histories.set(name, history)
  history.reach(fixed)
  return () => {
    const wanted = rowNumber()
    return wanted === undefined ? null : history.at(wanted)
  }
}

function literalInteger(expression: Expression): number | undefined {
  if (expression.kind === 'number') return Math.trunc(expression.value)
  if (expression.kind !== 'unary' || expression.operand.kind !== 'number') return undefined
  const { operator, operand } = expression
  return operator === '-' ? -Math.trunc(operand.value) : operator === '+' ? operand.value : undefined
}

function numbering(
  values: readonly Expression[],
  id: Expression | undefined,
  { context, compile, compileKey }: CallSite,
  prefix: string,
): Evaluator {
  const inputs = values.map(compileKey)
  const counter = id && compile(id)
  const { counters, settings } = context
  return () => {
    const name = `${prefix}:${counter === undefined ? '' : (textOf(counter(), settings) ?? '')}`
    const numbers = counters.get(name) ?? new Map<ValueKey, number>()
    counters.set(name, numbers)
    const key =
      inputs.length === 1
        ? (keyOf(inputs[0]!()) ?? '')
        : JSON.stringify(inputs.map((input) => textOf(input(), settings)))
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, numbers.size + 1)
    return numbers.size
  }
}
