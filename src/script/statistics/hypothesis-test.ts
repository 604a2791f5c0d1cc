/**
 * Student's t-test, the z-test and the chi-square test of a contingency table. Values may have weights, which
 * count as repetitions. NaN if there are too few values or they do not vary.
 */
import { chiTail, inverse, normalDistribution, tTail } from './distribution.ts'
import { sumOf } from './sample.ts'

export type Weighted = readonly [value: number, weight: number]

export interface TestResult {
  /** The mean, or difference of means, tested against 0. */
  readonly difference: number
  readonly standardError: number
  /** Statistic of the test: t or z. */
  readonly statistic: number
  /** Infinite for a z-test. */
  readonly degreesOfFreedom: number
}

interface Measured {
  readonly count: number
  readonly mean: number
  readonly variance: number
}

function measured(values: readonly Weighted[]): Measured {
  const count = sumOf(values.map(([, weight]) => weight))
  const mean = sumOf(values.map(([value, weight]) => value * weight)) / count
  const squares = sumOf(values.map(([value, weight]) => weight * (value - mean) ** 2))
  return { count, mean, variance: count > 1 ? squares / (count - 1) : Number.NaN }
}

const result = (difference: number, standardError: number, degreesOfFreedom: number): TestResult => ({
  difference,
  standardError,
  statistic: difference / standardError,
  degreesOfFreedom,
})

export function oneSampleTest(values: readonly Weighted[]): TestResult {
  const { count, mean, variance } = measured(values)
  return result(mean, Math.sqrt(variance / count), count - 1)
}

/** @param equalVariances true: pooled variance; false: Welch's test */
export function twoSampleTest(
  first: readonly Weighted[],
  second: readonly Weighted[],
  equalVariances: boolean,
): TestResult {
  const [a, b] = [measured(first), measured(second)]
  const difference = a.mean - b.mean
  const degrees = a.count + b.count - 2
  if (equalVariances) {
    const pooled = ((a.count - 1) * a.variance + (b.count - 1) * b.variance) / degrees
    return result(difference, Math.sqrt(pooled * (1 / a.count + 1 / b.count)), degrees)
  }
  const [ofA, ofB] = [a.variance / a.count, b.variance / b.count]
  const welch = (ofA + ofB) ** 2 / (ofA ** 2 / (a.count - 1) + ofB ** 2 / (b.count - 1))
  return result(difference, Math.sqrt(ofA + ofB), welch)
}

/** @param deviation standard deviation of the population if known; else that of the sample */
export function zTest(values: readonly Weighted[], deviation?: number): TestResult {
  const { count, mean, variance } = measured(values)
  return result(mean, (deviation ?? Math.sqrt(variance)) / Math.sqrt(count), Number.POSITIVE_INFINITY)
}

/** Two-tailed significance. */
export function significance({ statistic, degreesOfFreedom }: TestResult): number {
  const size = Math.abs(statistic)
  if (degreesOfFreedom === Number.POSITIVE_INFINITY) return 2 * (1 - normalDistribution(size, 0, 1))
  return 2 * tTail(size, degreesOfFreedom)
}

/** Returns half the width of the confidence interval, with probability `tail` beyond each end. */
export function confidence({ standardError, degreesOfFreedom }: TestResult, tail: number): number {
  const below =
    degreesOfFreedom === Number.POSITIVE_INFINITY
      ? (x: number) => normalDistribution(x, 0, 1)
      : (x: number) => 1 - tTail(x, degreesOfFreedom)
  return standardError * inverse(below, 1 - tail, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)
}

export interface ChiTest {
  readonly chi2: number
  readonly degreesOfFreedom: number
  readonly p: number
}

/** One cell of the table: its position, the observed and, if known, the expected count. */
export interface Cell {
  readonly column: string
  readonly row: string
  readonly actual: number
  readonly expected: number | null
}

export function chiTest(cells: readonly Cell[]): ChiTest {
  const columns = totals(cells.map(({ column, actual }) => [column, actual]))
  const rows = totals(cells.map(({ row, actual }) => [row, actual]))
  const all = sumOf([...columns.values()])
  const chi2 = sumOf(
    cells.map(({ column, row, actual, expected }) => {
      const wanted = expected ?? (columns.get(column)! * rows.get(row)!) / all
      return (actual - wanted) ** 2 / wanted
    }),
  )
  // A single row or column can be compared only with expected values.
  const degreesOfFreedom = Math.max(1, rows.size - 1) * Math.max(1, columns.size - 1)
  return { chi2, degreesOfFreedom, p: chiTail(chi2, degreesOfFreedom) }
}

function totals(entries: readonly (readonly [key: string, amount: number])[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const [key, amount] of entries) sums.set(key, (sums.get(key) ?? 0) + amount)
  return sums
}
