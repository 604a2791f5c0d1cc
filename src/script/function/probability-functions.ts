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
import type { ScalarFunction } from './scalar-function.ts'

const ALL = Number.POSITIVE_INFINITY

export const PROBABILITY_FUNCTIONS: readonly ScalarFunction[] = [
  ofThree('BetaDensity', betaDensity),
  ofThree('BetaDist', betaI),
  ofThree('BetaInv', (p, a, b) => inverse((x) => betaI(x, a, b), p, 0, 1)),
  ofThree('BinomDist', binomialDistribution),
  ofThree('BinomFrequency', binomialFrequency),
  ofThree('BinomInv', (p, trials, q) => inverseCount((k) => binomialDistribution(k, trials, q), p, trials)),
  ofTwo('ChiDensity', (x, degrees) => gammaDensity(x, degrees / 2, 2)),
  ofTwo('ChiDist', chiTail),
  ofTwo('ChiInv', (p, degrees) => inverse((x) => 1 - chiTail(x, degrees), 1 - p, 0, ALL)),
  ofThree('FDensity', fDensity),
  ofThree('FDist', fTail),
  ofThree('FInv', (p, first, second) => inverse((x) => 1 - fTail(x, first, second), 1 - p, 0, ALL)),
  ofThree('GammaDensity', gammaDensity),
  ofThree('GammaDist', gammaDistribution),
  ofThree('GammaInv', (p, shape, scale) => inverse((x) => gammaDistribution(x, shape, scale), p, 0, ALL)),
  // Value, mean, deviation, and whether the distribution is wanted instead of its density.
  ofNumbers('NormDist', 1, [0, 0, 1, 1], ([x, mean, deviation, cumulative]) =>
    cumulative === 0 ? normalDensity(x!, mean!, deviation!) : normalDistribution(x!, mean!, deviation!),
  ),
  ofThree(
    'NormInv',
    (p, mean, deviation) =>
      inverse((z) => normalDistribution(z, 0, deviation > 0 ? 1 : Number.NaN), p, -ALL, ALL) * deviation +
      mean,
  ),
  ofTwo('PoissonDensity', poissonFrequency),
  ofTwo('PoissonDist', poissonDistribution),
  ofTwo('PoissonFrequency', poissonFrequency),
  ofTwo('PoissonInv', (p, rate) =>
    inverseCount((k) => poissonDistribution(k, rate), p, Number.MAX_SAFE_INTEGER),
  ),
  ofTwo('TDensity', tDensity),
  // One tail, or both.
  ofThree('TDist', (x, degrees, tails) =>
    tails === 1 || tails === 2 ? tails * tTail(x, degrees) : Number.NaN,
  ),
  ofTwo('TInv', (p, degrees) => inverse((x) => 1 - 2 * tTail(x, degrees), 1 - p, 0, ALL)),
]

/** @param defaults of all arguments; those before `min` are never taken */
function ofNumbers(
  name: string,
  min: number,
  defaults: readonly number[],
  apply: (numbers: readonly number[]) => number,
): ScalarFunction {
  return {
    name,
    min,
    max: defaults.length,
    evaluate: (args, context) => {
      const numbers = defaults.map((otherwise, at) =>
        at < args.length ? number(args, at, context) : otherwise,
      )
      return numbers.includes(null) ? null : finiteOrNull(apply(numbers as number[]))
    },
  }
}

function ofTwo(name: string, apply: (a: number, b: number) => number): ScalarFunction {
  return ofNumbers(name, 2, [0, 0], ([a, b]) => apply(a!, b!))
}

function ofThree(name: string, apply: (a: number, b: number, c: number) => number): ScalarFunction {
  return ofNumbers(name, 3, [0, 0, 0], ([a, b, c]) => apply(a!, b!, c!))
}

function gammaDistribution(x: number, shape: number, scale: number): number {
  return scale > 0 ? gammaP(shape, x / scale) : Number.NaN
}
