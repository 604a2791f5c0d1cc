/**
 * Measures of the distribution, the line and the payments of a group, and its values as JSON. NULL if
 * there is no result.
 */
import { dated, periodic, presentValue, rateOfReturn } from '../statistics/cash-flow.ts'
import { correlation, type Line, line, type Pair } from '../statistics/regression.ts'
import { fractile, kurtosis, skewness, standardError } from '../statistics/sample.ts'
import { finiteOrNull, numberOf } from '../value/convert.ts'
import type { Settings } from '../value/settings.ts'
import type { Value } from '../value/value.ts'
import { jsonOf } from './json-value.ts'
import { constantNumber, type Lists, numbersOf, ofNumbers, optionalNumber, pairs } from './list-argument.ts'
import type { FunctionGroups, ListAggregation } from './site/function-row.ts'

export const STATISTICAL_AGGREGATIONS: FunctionGroups = {
  Aggregation: [
    { name: 'Skew', min: 1, max: 1, seen: 0, list: ofNumbers(skewness) },
    { name: 'Kurtosis', min: 1, max: 1, seen: 0, list: ofNumbers(kurtosis) },
    { name: 'StErr', min: 1, max: 1, seen: 0, list: ofNumbers(standardError) },
    {
      name: 'Fractile',
      min: 2,
      max: 2,
      seen: 0,
      list: ofNumbers((numbers, share) => fractile(numbers, share, 'inclusive')),
    },
    {
      name: 'FractileExc',
      min: 2,
      max: 2,
      seen: 0,
      list: ofNumbers((numbers, share) => fractile(numbers, share, 'exclusive')),
    },
    {
      name: 'Correl',
      min: 2,
      max: 2,
      seen: 0,
      list: (lists, settings) => finiteOrNull(correlation(pairs(lists, settings))),
    },
    { name: 'StEYX', min: 2, max: 2, seen: 0, list: errorOfY },
    { name: 'LinEst_B', min: 2, max: 4, seen: 0, list: ofLine(({ b }) => b) },
    { name: 'LinEst_DF', min: 2, max: 4, seen: 0, list: ofLine(({ degreesOfFreedom }) => degreesOfFreedom) },
    { name: 'LinEst_F', min: 2, max: 4, seen: 0, list: ofLine(({ f }) => f) },
    { name: 'LinEst_M', min: 2, max: 4, seen: 0, list: ofLine(({ m }) => m) },
    { name: 'LinEst_R2', min: 2, max: 4, seen: 0, list: ofLine(({ r2 }) => r2) },
    { name: 'LinEst_SEB', min: 2, max: 4, seen: 0, list: ofLine(({ errorOfB }) => errorOfB) },
    { name: 'LinEst_SEM', min: 2, max: 4, seen: 0, list: ofLine(({ errorOfM }) => errorOfM) },
    { name: 'LinEst_SEY', min: 2, max: 4, seen: 0, list: ofLine(({ errorOfY }) => errorOfY) },
    { name: 'LinEst_SSReg', min: 2, max: 4, seen: 0, list: ofLine(({ explained }) => explained) },
    { name: 'LinEst_SSResid', min: 2, max: 4, seen: 0, list: ofLine(({ residual }) => residual) },
    { name: 'JsonArray', min: 1, max: 2, seen: 0, list: jsonArray },
  ],
  Financial: [
    { name: 'Irr', min: 1, max: 1, seen: 0, list: ofNumbers((numbers) => rateOfReturn(periodic(numbers))) },
    { name: 'Npv', min: 2, max: 2, seen: 0, list: npv },
    {
      name: 'Xirr',
      min: 2,
      max: 3,
      seen: 0,
      list: (lists, settings) => finiteOrNull(rateOfReturn(dated(pairs(lists, settings)))),
    },
    { name: 'Xnpv', min: 3, max: 3, seen: 0, list: xnpv },
  ],
}

/** In calls y comes before x. */
const swapped = (given: readonly Pair[]): Pair[] => given.map(([first, second]) => [second, first])

function errorOfY(lists: Lists, settings: Settings): Value {
  return finiteOrNull(line(swapped(pairs(lists, settings))).errorOfY)
}

/** LinEst_...(y, x [, y0 [, x0]]): with y0 the line passes (x0, y0), with y0 alone (0, y0). */
function ofLine(measure: (found: Line) => number): ListAggregation {
  return (lists, settings) => {
    const found = swapped(pairs(lists, settings))
    const y = optionalNumber(lists[2], settings)
    const x = optionalNumber(lists[3], settings) ?? 0
    if (found.length < (y === undefined ? 2 : 1)) return null
    return finiteOrNull(measure(line(found, y === undefined ? undefined : { x, y })))
  }
}

function npv([rate, amounts]: Lists, settings: Settings): Value {
  return finiteOrNull(presentValue(periodic(numbersOf(amounts!, settings)), constantNumber(rate, settings)))
}

function xnpv([rate, ...lists]: Lists, settings: Settings): Value {
  return finiteOrNull(presentValue(dated(pairs(lists, settings)), constantNumber(rate, settings)))
}

/** JsonArray(value [, weight]): by weight where there is one, else in load order. */
function jsonArray([values, weights]: Lists, settings: Settings): Value {
  const rows = values!.map((value, row) => ({
    value,
    weight:
      weights === undefined ? 0 : (numberOf(weights[row] ?? null, settings) ?? Number.POSITIVE_INFINITY),
  }))
  const ordered = rows.toSorted((a, b) => (a.weight === b.weight ? 0 : a.weight - b.weight))
  return `[${ordered.map(({ value }) => jsonOf(value, settings)).join(',')}]`
}
