/**
 * Functions that make several rows of one in a LOAD when they are not told which part is wanted: SubField
 * without a number gives one output row per part of the text, and so do its kin of regular expressions
 * (SEMANTICS J17, J18, B16).
 */

import type { Evaluator } from '../../evaluate/evaluate.ts'
import type { RowMultiplier } from '../../row/level-machine.ts'
import type { LoadContext } from '../../row/load-context.ts'
import type { Expression } from '../../syntax/expression.ts'
import { textOf } from '../../value/convert.ts'
import type { Value } from '../../value/value.ts'
import { allMatches, partsBetween } from '../pattern-functions.ts'
import type { Place } from './context-functions.ts'

type PartsOf = (values: readonly Value[], context: LoadContext) => readonly Value[]

/** By name, with the number of arguments at which there are rows. */
const OF_ROWS: Readonly<Record<string, readonly [count: number, parts: PartsOf]>> = {
  subfield: [2, subFields],
  subfieldregex: [2, (values, context) => partsBetween(values, false, context) ?? []],
  subfieldregexi: [2, (values, context) => partsBetween(values, true, context) ?? []],
  extractregex: [2, (values, context) => allMatches(values, false, context)],
  extractregexi: [2, (values, context) => allMatches(values, true, context)],
  extractregexgroup: [3, (values, context) => allMatches(values, false, context)],
  extractregexgroupi: [3, (values, context) => allMatches(values, true, context)],
}

const ONE_NULL: readonly Value[] = [null]

/**
 * The evaluator of such a call; undefined: it is none, or it stands in a condition, where rows are not
 * multiplied (J19).
 */
export function rowFunction(
  name: string,
  args: readonly Expression[],
  { context, state, compile }: Place,
): Evaluator | undefined {
  const [count, partsOf] = Object.hasOwn(OF_ROWS, name) ? OF_ROWS[name]! : []
  if (partsOf === undefined || args.length !== count || state.inCondition) return undefined
  const inputs = args.map(compile)
  const multiplier: RowMultiplier = {
    current: null,
    parts: () => {
      const parts = partsOf(
        inputs.map((input) => input()),
        context,
      )
      return parts.length === 0 ? ONE_NULL : parts
    },
  }
  state.multipliers.push(multiplier)
  return () => multiplier.current
}

function subFields(
  [text = null, delimiter = null]: readonly Value[],
  { settings }: LoadContext,
): readonly Value[] {
  const whole = textOf(text, settings)
  if (whole === null || whole === '') return ONE_NULL
  const mark = textOf(delimiter, settings)
  return mark === null || mark === '' ? [whole] : whole.split(mark)
}
