/**
 * Densities, distributions and their inverses. Arguments outside a distribution's domain give NULL (SEMANTICS
 * B6).
 */

import {
  betaDensity,
  betaI,
  binomialDistribution,
  binomialFrequency,
  chiTail,
  fDensity,
  fTail,
  gammaDensity,
  gammaP,
  inverse,
  inverseCount,
  normalDensity,
  normalDistribution,
  poissonDistribution,
  poissonFrequency,
  tDensity,
  tTail,
} from '../statistics/distribution.ts'
import { finiteOrNull } from '../value/convert.ts'
import { number } from './argument.ts'
import type { FunctionGroups, Scalar } from './site/function-row.ts'

const ALL = Number.POSITIVE_INFINITY

export const PROBABILITY_FUNCTIONS: FunctionGroups = {
  'Probability and tests': [
    { name: 'BetaDensity', min: 3, max: 3, seen: 0, scalar: ofThree(betaDensity) },
    { name: 'BetaDist', min: 3, max: 3, seen: 0, scalar: ofThree(betaI) },
    {
      name: 'BetaInv',
      min: 3,
      max: 3,
      seen: 0,
      scalar: ofThree((p, a, b) => inverse((x) => betaI(x, a, b), p, 0, 1)),
    },
    { name: 'BinomDist', min: 3, max: 3, seen: 0, scalar: ofThree(binomialDistribution) },
    { name: 'BinomFrequency', min: 3, max: 3, seen: 0, scalar: ofThree(binomialFrequency) },
    {
      name: 'BinomInv',
      min: 3,
      max: 3,
      seen: 0,
      scalar: ofThree((p, trials, q) => inverseCount((k) => binomialDistribution(k, trials, q), p, trials)),
    },
    {
      name: 'ChiDensity',
      min: 2,
      max: 2,
      seen: 0,
      scalar: ofTwo((x, degrees) => gammaDensity(x, degrees / 2, 2)),
    },
    { name: 'ChiDist', min: 2, max: 2, seen: 0, scalar: ofTwo(chiTail) },
    {
      name: 'ChiInv',
      min: 2,
      max: 2,
      seen: 0,
      scalar: ofTwo((p, degrees) => inverse((x) => 1 - chiTail(x, degrees), 1 - p, 0, ALL)),
    },
    { name: 'FDensity', min: 3, max: 3, seen: 0, scalar: ofThree(fDensity) },
    { name: 'FDist', min: 3, max: 3, seen: 0, scalar: ofThree(fTail) },
    {
      name: 'FInv',
      min: 3,
      max: 3,
      seen: 0,
      scalar: ofThree((p, first, second) => inverse((x) => 1 - fTail(x, first, second), 1 - p, 0, ALL)),
    },
    { name: 'GammaDensity', min: 3, max: 3, seen: 0, scalar: ofThree(gammaDensity) },
    { name: 'GammaDist', min: 3, max: 3, seen: 0, scalar: ofThree(gammaDistribution) },
    {
      name: 'GammaInv',
      min: 3,
      max: 3,
      seen: 0,
      scalar: ofThree((p, shape, scale) => inverse((x) => gammaDistribution(x, shape, scale), p, 0, ALL)),
    },
    // Value, mean, deviation, and whether the distribution is wanted instead of its density.
    {
      name: 'NormDist',
      min: 1,
      max: 4,
      seen: 0,
      scalar: ofNumbers([0, 0, 1, 1], ([x, mean, deviation, cumulative]) =>
        cumulative === 0 ? normalDensity(x!, mean!, deviation!) : normalDistribution(x!, mean!, deviation!),
      ),
    },
    {
      name: 'NormInv',
      min: 3,
      max: 3,
      seen: 0,
      scalar: ofThree(
        (p, mean, deviation) =>
          inverse((z) => normalDistribution(z, 0, deviation > 0 ? 1 : Number.NaN), p, -ALL, ALL) * deviation +
          mean,
      ),
    },
    { name: 'PoissonDensity', min: 2, max: 2, seen: 0, scalar: ofTwo(poissonFrequency) },
    { name: 'PoissonDist', min: 2, max: 2, seen: 0, scalar: ofTwo(poissonDistribution) },
    { name: 'PoissonFrequency', min: 2, max: 2, seen: 0, scalar: ofTwo(poissonFrequency) },
    {
      name: 'PoissonInv',
      min: 2,
      max: 2,
      seen: 0,
      scalar: ofTwo((p, rate) =>
        inverseCount((k) => poissonDistribution(k, rate), p, Number.MAX_SAFE_INTEGER),
      ),
    },
    { name: 'TDensity', min: 2, max: 2, seen: 0, scalar: ofTwo(tDensity) },
    // One tail, or both.
    {
      name: 'TDist',
      min: 3,
      max: 3,
      seen: 0,
      scalar: ofThree((x, degrees, tails) =>
        tails === 1 || tails === 2 ? tails * tTail(x, degrees) : Number.NaN,
      ),
    },
    {
      name: 'TInv',
      min: 2,
      max: 2,
      seen: 0,
      scalar: ofTwo((p, degrees) => inverse((x) => 1 - 2 * tTail(x, degrees), 1 - p, 0, ALL)),
    },
  ],
}

/** @param defaults of all arguments; those that a call must give are never taken */
function ofNumbers(defaults: readonly number[], apply: (numbers: readonly number[]) => number): Scalar {
  return (args, context) => {
    const numbers = defaults.map((otherwise, at) =>
      at < args.length ? number(args, at, context) : otherwise,
    )
    return numbers.includes(null) ? null : finiteOrNull(apply(numbers as number[]))
  }
}

function ofTwo(apply: (a: number, b: number) => number): Scalar {
  return ofNumbers([0, 0], ([a, b]) => apply(a!, b!))
}

function ofThree(apply: (a: number, b: number, c: number) => number): Scalar {
  return ofNumbers([0, 0, 0], ([a, b, c]) => apply(a!, b!, c!))
}

function gammaDistribution(x: number, shape: number, scale: number): number {
  return scale > 0 ? gammaP(shape, x / scale) : Number.NaN
}
