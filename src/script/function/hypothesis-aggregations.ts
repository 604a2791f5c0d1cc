/**
 * Student's t-tests, z-tests and chi-squared tests over all values of a group. A row counts only if the
 * measured arguments are numbers; NULL if there is no result.
 */
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
import { finiteOrNull, numberOf, textOf } from '../value/convert.ts'
import type { Settings } from '../value/settings.ts'
import { type Lists, optionalNumber } from './list-argument.ts'
import type { FunctionGroups, ListAggregation } from './site/function-row.ts'

/** Which result of a test a function returns. */
interface Part {
  /** `tail` is the probability beyond each end of the confidence interval. */
  readonly tell: (test: TestResult, tail: number) => number
  /** The function has an argument for the tail. */
  readonly hasTail: boolean
}

const CONF: Part = { tell: confidence, hasTail: true }
const LOWER: Part = { tell: (test, tail) => test.difference - confidence(test, tail), hasTail: true }
const UPPER: Part = { tell: (test, tail) => test.difference + confidence(test, tail), hasTail: true }
const DF: Part = { tell: ({ degreesOfFreedom }) => degreesOfFreedom, hasTail: false }
const DIF: Part = { tell: ({ difference }) => difference, hasTail: false }
const SIG: Part = { tell: significance, hasTail: false }
const STERR: Part = { tell: ({ standardError }) => standardError, hasTail: false }
const T: Part = { tell: ({ statistic }) => statistic, hasTail: false }
const Z = T

/** Arguments: [weight,] [group,] value [, tail] [, option]; the z-test has the option before the tail. */
interface Test {
  /** How many arguments are values of the rows. */
  readonly values: number
  readonly of: (values: Lists, settings: Settings, option: number | undefined) => TestResult
  readonly optionFirst?: true
}

const ONE_SAMPLE: Test = { values: 1, of: oneSample }
const ONE_WEIGHTED_SAMPLE: Test = { values: 2, of: oneSample }
const TWO_SAMPLES: Test = { values: 2, of: twoSamples }
const TWO_WEIGHTED_SAMPLES: Test = { values: 3, of: twoSamples }
const POPULATION: Test = { values: 1, of: ofPopulation, optionFirst: true }
const WEIGHTED_POPULATION: Test = { values: 2, of: ofPopulation, optionFirst: true }

export const HYPOTHESIS_AGGREGATIONS: FunctionGroups = {
  'Probability and tests': [
    { name: 'TTest1_Conf', min: 1, max: 2, seen: 0, list: ofTest(ONE_SAMPLE, CONF) },
    { name: 'TTest1_DF', min: 1, max: 1, seen: 0, list: ofTest(ONE_SAMPLE, DF) },
    { name: 'TTest1_Dif', min: 1, max: 1, seen: 0, list: ofTest(ONE_SAMPLE, DIF) },
    { name: 'TTest1_Lower', min: 1, max: 2, seen: 0, list: ofTest(ONE_SAMPLE, LOWER) },
    { name: 'TTest1_Sig', min: 1, max: 1, seen: 0, list: ofTest(ONE_SAMPLE, SIG) },
    { name: 'TTest1_StErr', min: 1, max: 1, seen: 0, list: ofTest(ONE_SAMPLE, STERR) },
    { name: 'TTest1_t', min: 1, max: 1, seen: 0, list: ofTest(ONE_SAMPLE, T) },
    { name: 'TTest1_Upper', min: 1, max: 2, seen: 0, list: ofTest(ONE_SAMPLE, UPPER) },
    { name: 'TTest1w_Conf', min: 2, max: 4, seen: 0, list: ofTest(ONE_WEIGHTED_SAMPLE, CONF) },
    { name: 'TTest1w_DF', min: 2, max: 3, seen: 0, list: ofTest(ONE_WEIGHTED_SAMPLE, DF) },
    { name: 'TTest1w_Dif', min: 2, max: 2, seen: 0, list: ofTest(ONE_WEIGHTED_SAMPLE, DIF) },
    { name: 'TTest1w_Lower', min: 2, max: 4, seen: 0, list: ofTest(ONE_WEIGHTED_SAMPLE, LOWER) },
    { name: 'TTest1w_Sig', min: 2, max: 3, seen: 0, list: ofTest(ONE_WEIGHTED_SAMPLE, SIG) },
    { name: 'TTest1w_StErr', min: 2, max: 3, seen: 0, list: ofTest(ONE_WEIGHTED_SAMPLE, STERR) },
    { name: 'TTest1w_t', min: 2, max: 3, seen: 0, list: ofTest(ONE_WEIGHTED_SAMPLE, T) },
    { name: 'TTest1w_Upper', min: 2, max: 4, seen: 0, list: ofTest(ONE_WEIGHTED_SAMPLE, UPPER) },
    { name: 'TTest_Conf', min: 2, max: 4, seen: 0, list: ofTest(TWO_SAMPLES, CONF) },
    { name: 'TTest_DF', min: 2, max: 3, seen: 0, list: ofTest(TWO_SAMPLES, DF) },
    { name: 'TTest_Dif', min: 2, max: 2, seen: 0, list: ofTest(TWO_SAMPLES, DIF) },
    { name: 'TTest_Lower', min: 2, max: 4, seen: 0, list: ofTest(TWO_SAMPLES, LOWER) },
    { name: 'TTest_Sig', min: 2, max: 3, seen: 0, list: ofTest(TWO_SAMPLES, SIG) },
    { name: 'TTest_StErr', min: 2, max: 3, seen: 0, list: ofTest(TWO_SAMPLES, STERR) },
    { name: 'TTest_t', min: 2, max: 3, seen: 0, list: ofTest(TWO_SAMPLES, T) },
    { name: 'TTest_Upper', min: 2, max: 4, seen: 0, list: ofTest(TWO_SAMPLES, UPPER) },
    { name: 'TTestw_Conf', min: 3, max: 6, seen: 0, list: ofTest(TWO_WEIGHTED_SAMPLES, CONF) },
    { name: 'TTestw_DF', min: 3, max: 5, seen: 0, list: ofTest(TWO_WEIGHTED_SAMPLES, DF) },
    { name: 'TTestw_Dif', min: 3, max: 3, seen: 0, list: ofTest(TWO_WEIGHTED_SAMPLES, DIF) },
    { name: 'TTestw_Lower', min: 3, max: 6, seen: 0, list: ofTest(TWO_WEIGHTED_SAMPLES, LOWER) },
    { name: 'TTestw_Sig', min: 3, max: 5, seen: 0, list: ofTest(TWO_WEIGHTED_SAMPLES, SIG) },
    { name: 'TTestw_StErr', min: 3, max: 5, seen: 0, list: ofTest(TWO_WEIGHTED_SAMPLES, STERR) },
    { name: 'TTestw_t', min: 3, max: 5, seen: 0, list: ofTest(TWO_WEIGHTED_SAMPLES, T) },
    { name: 'TTestw_Upper', min: 3, max: 6, seen: 0, list: ofTest(TWO_WEIGHTED_SAMPLES, UPPER) },
    { name: 'ZTest_Conf', min: 1, max: 3, seen: 0, list: ofTest(POPULATION, CONF) },
    { name: 'ZTest_Dif', min: 1, max: 2, seen: 0, list: ofTest(POPULATION, DIF) },
    { name: 'ZTest_Lower', min: 1, max: 3, seen: 0, list: ofTest(POPULATION, LOWER) },
    { name: 'ZTest_Sig', min: 1, max: 2, seen: 0, list: ofTest(POPULATION, SIG) },
    { name: 'ZTest_StErr', min: 1, max: 2, seen: 0, list: ofTest(POPULATION, STERR) },
    { name: 'ZTest_Upper', min: 1, max: 3, seen: 0, list: ofTest(POPULATION, UPPER) },
    { name: 'ZTest_z', min: 1, max: 2, seen: 0, list: ofTest(POPULATION, Z) },
    { name: 'ZTestw_Conf', min: 2, max: 5, seen: 0, list: ofTest(WEIGHTED_POPULATION, CONF) },
    { name: 'ZTestw_Dif', min: 2, max: 3, seen: 0, list: ofTest(WEIGHTED_POPULATION, DIF) },
    { name: 'ZTestw_Lower', min: 2, max: 5, seen: 0, list: ofTest(WEIGHTED_POPULATION, LOWER) },
    { name: 'ZTestw_Sig', min: 2, max: 4, seen: 0, list: ofTest(WEIGHTED_POPULATION, SIG) },
    { name: 'ZTestw_StErr', min: 2, max: 4, seen: 0, list: ofTest(WEIGHTED_POPULATION, STERR) },
    { name: 'ZTestw_Upper', min: 2, max: 5, seen: 0, list: ofTest(WEIGHTED_POPULATION, UPPER) },
    { name: 'ZTestw_z', min: 2, max: 4, seen: 0, list: ofTest(WEIGHTED_POPULATION, Z) },
    { name: 'Chi2Test_Chi2', min: 3, max: 4, seen: 0, list: ofTable(({ chi2 }) => chi2) },
    {
      name: 'Chi2Test_DF',
      min: 3,
      max: 4,
      seen: 0,
      list: ofTable(({ degreesOfFreedom }) => degreesOfFreedom),
    },
    { name: 'Chi2Test_p', min: 3, max: 4, seen: 0, list: ofTable(({ p }) => p) },
  ],
}

/** The default tail: a confidence interval of 95 %. */
const TAIL = 0.025

function ofTest({ values, of, optionFirst }: Test, { tell, hasTail }: Part): ListAggregation {
  const optionAt = optionFirst || !hasTail ? values : values + 1
  const tailAt = optionFirst ? values + 1 : values
  return (lists, settings) => {
    const tail = (hasTail ? optionalNumber(lists[tailAt], settings) : undefined) ?? TAIL
    const found = of(lists.slice(0, values), settings, optionalNumber(lists[optionAt], settings))
    return finiteOrNull(tell(found, tail))
  }
}

/** Rows of a group label, a value and a weight; the weight comes first and defaults to 1. */
function weightedRows(lists: Lists, weighted: boolean, settings: Settings) {
  const values = lists.at(-1)!
  return values.flatMap((value, row) => {
    const number = numberOf(value, settings)
    const weight = weighted ? numberOf(lists[0]![row] ?? null, settings) : 1
    const group = lists.at(-2)?.[row] ?? null
    return number === null || weight === null ? [] : [{ group, entry: [number, weight] as Weighted }]
  })
}

function oneSample(lists: Lists, settings: Settings): TestResult {
  return oneSampleTest(weightedRows(lists, lists.length === 2, settings).map(({ entry }) => entry))
}

function ofPopulation(lists: Lists, settings: Settings, deviation?: number): TestResult {
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
 * The two groups by first appearance; with more or fewer there is no result. Variances are assumed equal
 * unless 0 is given.
 */
function twoSamples(lists: Lists, settings: Settings, equal?: number): TestResult {
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
