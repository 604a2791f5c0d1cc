/**
 * All values of a group in one text: the form in which the grouping query passes them to aggregations that
 * need all of them at once. Each value is `<number><SIDE><text><END>`, NULL `<END>` alone, in load order.
 */

import { faults } from '../fault/fault.ts'
import type { Expression } from '../syntax/expression.ts'
import { textOf } from '../value/convert.ts'
import type { Value } from '../value/value.ts'
import { keyOf } from '../value/value-key.ts'
import type { Evaluator } from './site/binding.ts'
import type { CallSite, ListAggregation } from './site/function-row.ts'

/** Marks between values and between the sides of a value; escaped in texts. */
export const END = '\u001E'
export const SIDE = '\u001F'
export const ESCAPE = '\u001B'

/** In the order in which they are escaped. */
export const ESCAPED: readonly (readonly [plain: string, escaped: string])[] = [
  [ESCAPE, `${ESCAPE}0`],
  [END, `${ESCAPE}1`],
  [SIDE, `${ESCAPE}2`],
]

/** Reads the values of such a text. */
function collectedValues(text: string): Value[] {
  return text.split(END).slice(0, -1).map(readValue)
}

function readValue(written: string): Value {
  const side = written.indexOf(SIDE)
  if (side < 0) return written === '' ? null : Number(written)
  const text = ESCAPED.toReversed().reduce(
    (all, [plain, escaped]) => all.replaceAll(escaped, plain),
    written.slice(side + 1),
  )
  return side === 0 ? text : { text, number: Number(written.slice(0, side)) }
}

/**
 * The evaluator of a call whose arguments are columns of collected values, as group plans make them.
 * @throws ScriptFaultError where nothing is grouped
 */
export function listAggregation(
  name: string,
  aggregate: ListAggregation,
  args: readonly Expression[],
  distinct: boolean,
  { context, compile }: CallSite,
): Evaluator {
  if (!args.every((argument) => argument.kind === 'name' && argument.name.startsWith('\0'))) {
    throw faults.syntax(`${name}() is an aggregation: it belongs in the fields of a LOAD`)
  }
  const columns = args.map(compile)
  const { settings } = context
  return () => {
    const lists = columns.map((column) => collectedValues(textOf(column(), settings) ?? ''))
    return aggregate(distinct ? distinctRows(lists) : lists, settings)
  }
}

/** Removes rows with the same values as an earlier one. */
function distinctRows(lists: readonly (readonly Value[])[]): readonly (readonly Value[])[] {
  const known = new Set<string>()
  const kept = lists[0]!.map((_, row) => {
    const key = JSON.stringify(lists.map((list) => keyOf(list[row] ?? null)))
    const isNew = !known.has(key)
    known.add(key)
    return isNew
  })
  return lists.map((list) => list.filter((_, row) => kept[row]))
}
