/**
 * Functions over their own arguments (SEMANTICS B10): values that are not numbers are ignored; RangeSum of
 * nothing is 0.
 */

import { correlation, type Pair } from '../statistics/regression.ts'
import { deviation, fractile, kurtosis, mean, skewness, sumOf } from '../statistics/sample.ts'
import { collateTexts } from '../value/collation.ts'
import { finiteOrNull, numberOf, textOf } from '../value/convert.ts'
import type { Value } from '../value/value.ts'
import { keyOf, type ValueKey } from '../value/value-key.ts'
import { type Arguments, number } from './argument.ts'
import type { EvaluationContext } from './site/binding.ts'
import { ANY, type FunctionGroups, type Scalar } from './site/function-row.ts'

const largest = (numbers: readonly number[]) => numbers.reduce((a, b) => Math.max(a, b))
const smallest = (numbers: readonly number[]) => numbers.reduce((a, b) => Math.min(a, b))

export const RANGE_FUNCTIONS: FunctionGroups = {
  Range: [
    { name: 'RangeSum', min: 1, max: ANY, seen: 31, scalar: ofNumbers(0, sumOf) },
    { name: 'RangeAvg', min: 1, max: ANY, seen: 0, scalar: ofNumbers(null, mean) },
    { name: 'RangeMax', min: 1, max: ANY, seen: 7, scalar: ofNumbers(null, largest) },
    { name: 'RangeMin', min: 1, max: ANY, seen: 0, scalar: ofNumbers(null, smallest) },
    { name: 'RangeStDev', min: 1, max: ANY, seen: 0, scalar: ofNumbers(null, deviation) },
    { name: 'RangeSkew', min: 1, max: ANY, seen: 0, scalar: ofNumbers(null, skewness) },
    { name: 'RangeKurtosis', min: 1, max: ANY, seen: 0, scalar: ofNumbers(null, kurtosis) },
    { name: 'RangeFractile', min: 2, max: ANY, seen: 0, scalar: fractileOf('inclusive') },
    { name: 'RangeFractileExc', min: 2, max: ANY, seen: 0, scalar: fractileOf('exclusive') },
    { name: 'RangeCorrel', min: 2, max: ANY, seen: 0, scalar: correl },
    { name: 'RangeCount', min: 1, max: ANY, seen: 0, scalar: counting((value) => value !== null) },
    { name: 'RangeNumericCount', min: 1, max: ANY, seen: 0, scalar: counting(isNumber) },
    {
      name: 'RangeTextCount',
      min: 1,
      max: ANY,
      seen: 0,
      scalar: counting((value, context) => value !== null && !isNumber(value, context)),
    },
    { name: 'RangeNullCount', min: 1, max: ANY, seen: 0, scalar: counting((value) => value === null) },
    {
      name: 'RangeMissingCount',
      min: 1,
      max: ANY,
      seen: 0,
      scalar: counting((value, context) => !isNumber(value, context)),
    },
    {
      name: 'RangeMaxString',
      min: 1,
      max: ANY,
      seen: 0,
      scalar: (args, context) => texts(args, context).at(-1) ?? null,
    },
    {
      name: 'RangeMinString',
      min: 1,
      max: ANY,
      seen: 0,
      scalar: (args, context) => texts(args, context)[0] ?? null,
    },
    { name: 'RangeOnly', min: 1, max: ANY, seen: 0, gives: 'all', scalar: only },
    { name: 'RangeMode', min: 1, max: ANY, seen: 0, gives: 'all', scalar: mode },
  ],
  Legacy: [
    { name: 'NumSum', min: 1, max: ANY, seen: 0, scalar: ofNumbers(0, sumOf) },
    { name: 'NumAvg', min: 1, max: ANY, seen: 0, scalar: ofNumbers(null, mean) },
    { name: 'NumMax', min: 1, max: ANY, seen: 0, scalar: ofNumbers(null, largest) },
    { name: 'NumMin', min: 1, max: ANY, seen: 3, scalar: ofNumbers(null, smallest) },
    { name: 'NumCount', min: 1, max: ANY, seen: 0, scalar: counting(isNumber) },
  ],
}

function ofNumbers(ofNone: number | null, apply: (numbers: readonly number[]) => number | null): Scalar {
  return (args, { settings }) => {
    const numbers: number[] = []
    for (const value of args) {
      const number = numberOf(value, settings)
      if (number !== null) numbers.push(number)
    }
    const result = numbers.length === 0 ? ofNone : apply(numbers)
    return result === null ? null : finiteOrNull(result)
  }
}

function counting(counts: (value: Value, context: EvaluationContext) => boolean): Scalar {
  return (args, context) => args.filter((value) => counts(value, context)).length
}

function isNumber(value: Value, { settings }: EvaluationContext): boolean {
  return numberOf(value, settings) !== null
}

/** RangeFractile(share, values ...) */
function fractileOf(method: 'inclusive' | 'exclusive'): Scalar {
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
    .toSorted((left, right) => collateTexts(left, right, settings.collationLocale))
}

/** The value of all arguments that are not NULL; NULL if they differ. */
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
