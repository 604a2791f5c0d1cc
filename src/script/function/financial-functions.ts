/**
 * Annuities, options and rates of return of listed payments. Inconsistent arguments give NULL.
 */

import {
  type Annuity,
  annuityBalance,
  dated,
  periodic,
  presentValue,
  rateOfReturn,
  root,
} from '../statistics/cash-flow.ts'
import { normalDistribution } from '../statistics/distribution.ts'
import { finiteOrNull } from '../value/convert.ts'
import type { Value } from '../value/value.ts'
import { type Arguments, number, numberOr, text } from './argument.ts'
import type { EvaluationContext } from './site/binding.ts'
import { ANY, type FunctionGroups, type Scalar } from './site/function-row.ts'

export const FINANCIAL_FUNCTIONS: FunctionGroups = {
  Financial: [
    {
      name: 'FV',
      min: 3,
      max: 5,
      seen: 0,
      scalar: annuity(['rate', 'periods', 'payment', 'present'], (given) => -annuityBalance(given)),
    },
    {
      name: 'PV',
      min: 3,
      max: 5,
      seen: 0,
      scalar: annuity(['rate', 'periods', 'payment', 'future'], (given) => solved(given, 'present')),
    },
    {
      name: 'Pmt',
      min: 3,
      max: 5,
      seen: 0,
      scalar: annuity(['rate', 'periods', 'present', 'future'], (given) => solved(given, 'payment')),
    },
    {
      name: 'nPer',
      min: 3,
      max: 5,
      seen: 0,
      scalar: annuity(['rate', 'payment', 'present', 'future'], periodsOf),
    },
    {
      name: 'Rate',
      min: 3,
      max: 5,
      seen: 0,
      scalar: annuity(['periods', 'payment', 'present', 'future'], (given) =>
        root((rate) => annuityBalance({ ...given, rate })),
      ),
    },
    { name: 'BlackAndSchole', min: 6, max: 6, seen: 0, scalar: blackAndSchole },
    {
      name: 'RangeIrr',
      min: 2,
      max: ANY,
      seen: 0,
      scalar: listed((amounts) => rateOfReturn(periodic(amounts))),
    },
    {
      name: 'RangeNpv',
      min: 2,
      max: ANY,
      seen: 0,
      scalar: listed((amounts, rate) => presentValue(periodic(amounts), rate), 'rate'),
    },
    {
      name: 'RangeXirr',
      min: 2,
      max: ANY,
      seen: 0,
      scalar: listed((numbers) => rateOfReturn(dated(inPairs(numbers)))),
    },
    {
      name: 'RangeXnpv',
      min: 3,
      max: ANY,
      seen: 0,
      scalar: listed((numbers, rate) => presentValue(dated(inPairs(numbers)), rate), 'rate'),
    },
  ],
}

/** Three numbers that must be given, one that is 0 without, and whether payments are early. */
function annuity(parts: readonly (keyof Annuity)[], solve: (given: Annuity) => number): Scalar {
  return (args, context) => {
    const numbers = parts.map((_, at) => numberOr(args, at, context, 0))
    const early = numberOr(args, 4, context, 0)
    if (numbers.includes(null) || early === null) return null
    const given = { rate: 0, periods: 0, payment: 0, present: 0, future: 0, early: early !== 0 }
    const named = Object.fromEntries(parts.map((part, at) => [part, numbers[at]]))
    return finiteOrNull(solve({ ...given, ...named }) + 0)
  }
}

/** The balance is linear in the payment: two points give its zero. */
function solved(given: Annuity, part: 'payment' | 'present'): number {
  const without = annuityBalance({ ...given, [part]: 0 })
  return without / (without - annuityBalance({ ...given, [part]: 1 }))
}

function periodsOf({ rate, payment, present, future, early }: Annuity): number {
  if (rate === 0) return -(present + future) / payment
  const regular = (payment * (early ? 1 + rate : 1)) / rate
  return Math.log((regular - future) / (regular + present)) / Math.log1p(rate)
}

/** BlackAndSchole(strike, time left, price, volatility, rate, 'call' or 'put', also 'c' and 'p') */
function blackAndSchole(args: Arguments, context: EvaluationContext): Value {
  const numbers = [0, 1, 2, 3, 4].map((at) => number(args, at, context))
  if (numbers.includes(null)) return null
  const [strike, time, price, volatility, rate] = numbers as [number, number, number, number, number]
  const type = text(args, 5, context)?.toLowerCase() ?? ''
  const spread = volatility * Math.sqrt(time)
  const d1 = (Math.log(price / strike) + (rate + volatility ** 2 / 2) * time) / spread
  const below = (z: number) => normalDistribution(z, 0, 1)
  const later = strike * Math.exp(-rate * time)
  if (type === 'call' || type === 'c') return finiteOrNull(price * below(d1) - later * below(d1 - spread))
  if (type === 'put' || type === 'p') return finiteOrNull(later * below(spread - d1) - price * below(-d1))
  return null
}

/**
 * Of listed numbers; other values are ignored, and without a number the result is NULL.
 *
 * @param first 'rate': the first argument is a rate, and `apply` gets it apart
 */
function listed(apply: (numbers: readonly number[], rate: number) => number, first?: 'rate'): Scalar {
  return (args, context) => {
    const all = args.map((_, at) => number(args, at, context))
    const rate = first === 'rate' ? all.shift() : 0
    const numbers = all.filter((each) => each !== null)
    return rate == null || numbers.length === 0 ? null : finiteOrNull(apply(numbers, rate))
  }
}

function inPairs(numbers: readonly number[]): (readonly [number, number])[] {
  return numbers.flatMap((amount, at) =>
    at % 2 === 0 && at + 1 < numbers.length ? [[amount, numbers[at + 1]!] as const] : [],
  )
}
