/**
 * Aggregations that need all values of the group at once. Each argument comes as the list of its values, one
 * for each row of the group in load order; a row counts only where the arguments that are measured are
 * numbers. NULL where there is no result.
 */

import { dated, periodic, presentValue, rateOfReturn } from '../statistics/cash-flow.ts'
import {
  chiTest,
  confidence,
  oneSampleTest,
  significance,
  type TestResult,
  twoSampleTest,
  type Weighted,
  zTest,
} from '../statistics/hypothesis-test.ts'
import { correlation, type Line, line, type Pair } from '../statistics/regression.ts'
import { fractile, kurtosis, skewness, standardError } from '../statistics/sample.ts'
import { finiteOrNull, numberOf, textOf } from '../value/convert.ts'
import type { Settings } from '../value/settings.ts'
import type { Value } from '../value/value.ts'
import { jsonOf } from './json-value.ts'

/** `lists[i]` holds argument i of every row. */
export type ListAggregation = (lists: readonly (readonly Value[])[], settings: Settings) => Value

/** By name in lower case. */
export const STATISTICAL_AGGREGATIONS: Readonly<Record<string, ListAggregation>> = {
  skew: ofNumbers(skewness),
  kurtosis: ofNumbers(kurtosis),
  sterr: ofNumbers(standardError),
  fractile: ofNumbers((numbers, share) => fractile(numbers, share, 'inclusive')),
  fractileexc: ofNumbers((numbers, share) => fractile(numbers, share, 'exclusive')),
  irr: ofNumbers((numbers) => rateOfReturn(periodic(numbers))),
  correl: (lists, settings) => finiteOrNull(correlation(pairs(lists, settings))),
  // y comes first here.
  steyx: (lists, settings) => finiteOrNull(line(swapped(pairs(lists, settings))).errorOfY),
  npv: ([rate, amounts], settings) =>
    finiteOrNull(presentValue(periodic(numbersOf(amounts!, settings)), constantNumber(rate, settings))),
  xirr: (lists, settings) => finiteOrNull(rateOfReturn(dated(pairs(lists, settings)))),
  xnpv: ([rate, ...lists], settings) =>
    finiteOrNull(presentValue(dated(pairs(lists, settings)), constantNumber(rate, settings))),
  jsonarray: jsonArray,
  ...lineAggregations(),
  ...testAggregations(),
  chi2test_chi2: ofTable(({ chi2 }) => chi2),
  chi2test_df: ofTable(({ degreesOfFreedom }) => degreesOfFreedom),
  chi2test_p: ofTable(({ p }) => p),
}

function numbersOf(values: readonly Value[], settings: Settings): number[] {
  return values.map((value) => numberOf(value, settings)).filter((number) => number !== null)
}

/** An argument that is meant to be the same for all rows: its first number. */
function constantNumber(values: readonly Value[] | undefined, settings: Settings): number {
  return (values && numbersOf(values, settings)[0]) ?? Number.NaN
}

function optionalNumber(values: readonly Value[] | undefined, settings: Settings): number | undefined {
  return values && numbersOf(values, settings)[0]
}

/** Of one list of numbers, and a constant if the function has one. */
function ofNumbers(measure: (numbers: readonly number[], constant: number) => number): ListAggregation {
  return ([values, constant], settings) =>
    finiteOrNull(measure(numbersOf(values!, settings), constantNumber(constant, settings)))
}

/** The rows where both are numbers. */
function pairs([first, second]: readonly (readonly Value[])[], settings: Settings): Pair[] {
  return first!.flatMap((value, row): Pair[] => {
    const [x, y] = [numberOf(value, settings), numberOf(second![row] ?? null, settings)]
    return x === null || y === null ? [] : [[x, y]]
  })
}

const swapped = (given: readonly Pair[]): Pair[] => given.map(([first, second]) => [second, first])

/** LinEst_...(y, x [, y0 [, x0]]): with y0 the line passes (x0, y0), with y0 alone (0, y0). */
function lineAggregations(): Record<string, ListAggregation> {
  const measures: Record<string, (found: Line) => number> = {
    b: ({ b }) => b,
    df: ({ degreesOfFreedom }) => degreesOfFreedom,
    f: ({ f }) => f,
    m: ({ m }) => m,
    r2: ({ r2 }) => r2,
    seb: ({ errorOfB }) => errorOfB,
    sem: ({ errorOfM }) => errorOfM,
    sey: ({ errorOfY }) => errorOfY,
    ssreg: ({ explained }) => explained,
    ssresid: ({ residual }) => residual,
  }
  return Object.fromEntries(
    Object.entries(measures).map(([name, measure]): [string, ListAggregation] => [
      `linest_${name}`,
      (lists, settings) => {
        const found = swapped(pairs(lists, settings))
        const y = optionalNumber(lists[2], settings)
        const x = optionalNumber(lists[3], settings) ?? 0
        if (found.length < (y === undefined ? 2 : 1)) return null
        return finiteOrNull(measure(line(found, y === undefined ? undefined : { x, y })))
      },
    ]),
  )
}

/** Probability beyond each end of a confidence interval when a call does not say: the interval holds 95 %. */
const TAIL = 0.025

/** Which part of a test a function tells; `tail` is its significance argument. */
const TEST_PARTS: Readonly<Record<string, (test: TestResult, tail: number) => number>> = {
  conf: confidence,
  df: ({ degreesOfFreedom }) => degreesOfFreedom,
  dif: ({ difference }) => difference,
  lower: (test, tail) => test.difference - confidence(test, tail),
  sig: significance,
  sterr: ({ standardError: error }) => error,
  t: ({ statistic }) => statistic,
  upper: (test, tail) => test.difference + confidence(test, tail),
  z: ({ statistic }) => statistic,
}

/** Arguments after the values: `tail` and `option` where the part of the test takes them. */
type Test = (
  values: readonly (readonly Value[])[],
  settings: Settings,
  option: number | undefined,
) => TestResult

/**
 * Their arguments: [weight,] [group,] value [, tail] [, option]; the z-test has the option before the tail.
 */
function testAggregations(): Record<string, ListAggregation> {
  const families: readonly (readonly [name: string, values: number, test: Test, parts: string, z?: 'z'])[] = [
    ['ttest1', 1, oneSample, 'conf df dif lower sig sterr t upper'],
    ['ttest1w', 2, oneSample, 'conf df dif lower sig sterr t upper'],
    ['ttest', 2, twoSamples, 'conf df dif lower sig sterr t upper'],
    ['ttestw', 3, twoSamples, 'conf df dif lower sig sterr t upper'],
    ['ztest', 1, ofPopulation, 'conf dif lower sig sterr upper z', 'z'],
    ['ztestw', 2, ofPopulation, 'conf dif lower sig sterr upper z', 'z'],
  ]
  const rows = families.flatMap(([family, count, test, parts, z]) =>
    parts.split(' ').map((part): [string, ListAggregation] => {
      const hasTail = part === 'conf' || part === 'lower' || part === 'upper'
      const [tailAt, optionAt] = z === 'z' ? [count + 1, count] : [count, hasTail ? count + 1 : count]
      return [
        `${family}_${part}`,
        (lists, settings) => {
          const tail = (hasTail ? optionalNumber(lists[tailAt], settings) : undefined) ?? TAIL
          const found = test(lists.slice(0, count), settings, optionalNumber(lists[optionAt], settings))
          return finiteOrNull(TEST_PARTS[part]!(found, tail))
        },
      ]
    }),
  )
  return Object.fromEntries(rows)
}

/** Rows of a group label, a value and a weight; the weight comes first and is 1 when there is none. */
function weightedRows(lists: readonly (readonly Value[])[], weighted: boolean, settings: Settings) {
  const values = lists.at(-1)!
  return values.flatMap((value, row) => {
    const number = numberOf(value, settings)
    const weight = weighted ? numberOf(lists[0]![row] ?? null, settings) : 1
    const group = lists.at(-2)?.[row] ?? null
    return number === null || weight === null ? [] : [{ group, entry: [number, weight] as Weighted }]
  })
}

function oneSample(lists: readonly (readonly Value[])[], settings: Settings): TestResult {
  return oneSampleTest(weightedRows(lists, lists.length === 2, settings).map(({ entry }) => entry))
}

function ofPopulation(
  lists: readonly (readonly Value[])[],
  settings: Settings,
  deviation?: number,
): TestResult {
  const rows = weightedRows(lists, lists.length === 2, settings)
  return zTest(
    rows.map(({ entry }) => entry),
    deviation,
  )
}

const NO_TEST: TestResult = {
  difference: Number.NaN,
  standardError: Number.NaN,
  statistic: Number.NaN,
  degreesOfFreedom: Number.NaN,
}

/**
 * The two groups by first appearance; with more or fewer there is nothing to test. Variances are equal unless
 * 0 is given.
 */
function twoSamples(lists: readonly (readonly Value[])[], settings: Settings, equal?: number): TestResult {
  const groups = new Map<string | null, Weighted[]>()
  for (const { group, entry } of weightedRows(lists, lists.length === 3, settings)) {
    const label = textOf(group, settings)
    groups.set(label, [...(groups.get(label) ?? []), entry])
  }
  const [first, second, third] = [...groups.values()]
  return first === undefined || second === undefined || third !== undefined
    ? NO_TEST
    : twoSampleTest(first, second, equal !== 0)
}

/** Chi2Test_...(column, row, actual [, expected]) */
function ofTable(part: (test: ReturnType<typeof chiTest>) => number): ListAggregation {
  return ([columns, rows, actuals, expected], settings) => {
    const cells = actuals!.flatMap((value, at) => {
      const actual = numberOf(value, settings)
      const column = textOf(columns![at] ?? null, settings) ?? ''
      const row = textOf(rows![at] ?? null, settings) ?? ''
      const wanted = expected === undefined ? null : numberOf(expected[at] ?? null, settings)
      return actual === null ? [] : [{ column, row, actual, expected: wanted }]
    })
    return cells.length === 0 ? null : finiteOrNull(part(chiTest(cells)))
  }
}

/** JsonArray(value [, weight]): by weight where there is one, else in load order. */
function jsonArray([values, weights]: readonly (readonly Value[])[], settings: Settings): Value {
  const rows = values!.map((value, row) => ({
    value,
    weight:
      weights === undefined ? 0 : (numberOf(weights[row] ?? null, settings) ?? Number.POSITIVE_INFINITY),
  }))
  const ordered = rows.toSorted((a, b) => (a.weight === b.weight ? 0 : a.weight - b.weight))
  return `[${ordered.map(({ value }) => jsonOf(value, settings)).join(',')}]`
}
