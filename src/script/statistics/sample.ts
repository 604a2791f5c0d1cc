/**
 * Statistics of one sample of numbers, as spreadsheets define them: deviation, skewness and kurtosis of a
 * sample (divisors n-1 and the like). NaN if the sample is too small or does not vary.
 */

export const sumOf = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0)

export const mean = (numbers: readonly number[]): number => sumOf(numbers) / numbers.length

/** Sum of the powers of the deviations from the mean. */
function moment(numbers: readonly number[], power: number): number {
  const centre = mean(numbers)
  return sumOf(numbers.map((number) => (number - centre) ** power))
}

export function variance(numbers: readonly number[]): number {
  return numbers.length < 2 ? Number.NaN : moment(numbers, 2) / (numbers.length - 1)
}

export const deviation = (numbers: readonly number[]): number => Math.sqrt(variance(numbers))

/** Standard error of the mean. */
export const standardError = (numbers: readonly number[]): number =>
  deviation(numbers) / Math.sqrt(numbers.length)

export function skewness(numbers: readonly number[]): number {
  const n = numbers.length
  if (n < 3) return Number.NaN
  return (moment(numbers, 3) * n) / ((n - 1) * (n - 2)) / deviation(numbers) ** 3
}

export function kurtosis(numbers: readonly number[]): number {
  const n = numbers.length
  if (n < 4) return Number.NaN
  const scaled = moment(numbers, 4) / moment(numbers, 2) ** 2
  const divisor = (n - 2) * (n - 3)
  return ((n * (n + 1) * (n - 1)) / divisor) * scaled - (3 * (n - 1) ** 2) / divisor
}

/**
 * Returns the value below which a share of the sample lies, interpolated linearly.
 * @param share 0 to 1; exclusive: more than 1/(n+1) and less than n/(n+1)
 */
export function fractile(
  numbers: readonly number[],
  share: number,
  method: 'inclusive' | 'exclusive',
): number {
  const n = numbers.length
  const position = method === 'inclusive' ? share * (n - 1) : share * (n + 1) - 1
  if (!(position >= 0 && position <= n - 1)) return Number.NaN
  const ordered = numbers.toSorted((a, b) => a - b)
  const below = ordered[Math.floor(position)]!
  const above = ordered[Math.ceil(position)]!
  return below + (above - below) * (position - Math.floor(position))
}
