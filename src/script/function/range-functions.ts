/**
 * Functions over their own arguments (SEMANTICS B10): what is no number is left out, RangeSum of nothing is
 * 0.
 */

import type { EvaluationContext } from '../evaluate/evaluate.ts'
import { correlation, type Pair } from '../statistics/regression.ts'
import { deviation, fractile, kurtosis, mean, skewness, sumOf } from '../statistics/sample.ts'
import { compareTexts, finiteOrNull, numberOf, textOf } from '../value/convert.ts'
import type { Value } from '../value/value.ts'
import { keyOf, type ValueKey } from '../value/value-key.ts'
import { type Arguments, number } from './argument.ts'
import type { ScalarFunction } from './scalar-function.ts'

const largest = (numbers: readonly number[]) => numbers.reduce((a, b) => Math.max(a, b))
const smallest = (numbers: readonly number[]) => numbers.reduce((a, b) => Math.min(a, b))

export const RANGE_FUNCTIONS: readonly ScalarFunction[] = [
  ofNumbers('RangeSum', 0, sumOf),
  ofNumbers('NumSum', 0, sumOf),
  ofNumbers('RangeAvg', null, mean),
  ofNumbers('NumAvg', null, mean),
  ofNumbers('RangeMax', null, largest),
  ofNumbers('NumMax', null, largest),
  ofNumbers('RangeMin', null, smallest),
  ofNumbers('NumMin', null, smallest),
  ofNumbers('RangeStDev', null, deviation),
  ofNumbers('RangeSkew', null, skewness),
  ofNumbers('RangeKurtosis', null, kurtosis),
  { ...ranged('RangeFractile', fractileOf('inclusive')), min: 2 },
  { ...ranged('RangeFractileExc', fractileOf('exclusive')), min: 2 },
  { ...ranged('RangeCorrel', correl), min: 2 },
  counting('RangeCount', (value) => value !== null),
  counting('RangeNumericCount', isNumber),
  counting('NumCount', isNumber),
  counting('RangeTextCount', (value, context) => value !== null && !isNumber(value, context)),
  counting('RangeNullCount', (value) => value === null),
  counting('RangeMissingCount', (value, context) => !isNumber(value, context)),
  ranged('RangeMaxString', (args, context) => texts(args, context).at(-1) ?? null),
  ranged('RangeMinString', (args, context) => texts(args, context)[0] ?? null),
  ranged('RangeOnly', only),
  ranged('RangeMode', mode),
]

function ranged(name: string, evaluate: ScalarFunction['evaluate']): ScalarFunction {
  return { name, min: 1, max: Number.POSITIVE_INFINITY, evaluate }
}

function ofNumbers(
  name: string,
  ofNone: number | null,
  apply: (numbers: readonly number[]) => number | null,
): ScalarFunction {
  return ranged(name, (args, { settings }) => {
    const numbers: number[] = []
    for (const value of args) {
      const number = numberOf(value, settings)
      if (number !== null) numbers.push(number)
    }
    const result = numbers.length === 0 ? ofNone : apply(numbers)
    return result === null ? null : finiteOrNull(result)
  })
}

function counting(
  name: string,
  counts: (value: Value, context: EvaluationContext) => boolean,
): ScalarFunction {
  return ranged(name, (args, context) => args.filter((value) => counts(value, context)).length)
}

function isNumber(value: Value, { settings }: EvaluationContext): boolean {
  return numberOf(value, settings) !== null
}

/** RangeFractile(share, values ...) */
function fractileOf(method: 'inclusive' | 'exclusive'): ScalarFunction['evaluate'] {
  return (args, context) => {
    const share = number(args, 0, context)
    const numbers = args.slice(1).map((_, at) => number(args, at + 1, context))
    if (share === null) return null
    return finiteOrNull(
      fractile(
        numbers.filter((each) => each !== null),
        share,
        method,
      ),
    )
  }
}

/** Of the arguments in pairs; a pair that lacks a number is left out. */
function correl(args: Arguments, context: EvaluationContext): Value {
  const pairs: Pair[] = []
  for (let at = 0; at + 1 < args.length; at += 2) {
    const [x, y] = [number(args, at, context), number(args, at + 1, context)]
    if (x !== null && y !== null) pairs.push([x, y])
  }
  return finiteOrNull(correlation(pairs))
}

function texts(args: Arguments, { settings }: EvaluationContext): readonly string[] {
  return args
    .map((value) => textOf(value, settings))
    .filter((text) => text !== null)
    .toSorted(compareTexts)
}

/** The one value all arguments have that are not NULL. */
function only(args: Arguments): Value {
  const values = args.filter((value) => value !== null)
  const first = values[0] ?? null
  return values.every((value) => keyOf(value) === keyOf(first)) ? first : null
}

/** NULL when two values are equally frequent. */
function mode(args: Arguments): Value {
  const counts = new Map<ValueKey, { value: Value; count: number }>()
  for (const value of args) {
    const key = keyOf(value)
    if (key === null) continue
    const entry = counts.get(key)
    if (entry === undefined) counts.set(key, { value, count: 1 })
    else entry.count++
  }
  const [first, second] = [...counts.values()].toSorted((a, b) => b.count - a.count)
  return first === undefined || first.count === second?.count ? null : first.value
}
