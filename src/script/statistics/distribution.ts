/**
 * Room `script/statistics`: mathematics behind the statistical and financial functions. Functions over
 * numbers enter; nothing of the language does.
 *
 * Distribution functions, and the incomplete gamma and beta functions behind them. NaN for arguments outside
 * a distribution's domain.
 */

const LANCZOS = [
  0.999_999_999_999_809_93, 676.520_368_121_885_1, -1259.139_216_722_402_8, 771.323_428_777_653_13,
  -176.615_029_162_140_59, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_571_6e-6,
  1.505_632_735_149_311_6e-7,
]

/** Logarithm of the gamma function, x > 0 (Lanczos, g = 7). */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const shifted = x - 1
  const t = shifted + 7.5
  const series = LANCZOS.reduce(
    (sum, term, index) => (index === 0 ? term : sum + term / (shifted + index)),
    0,
  )
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(series)
}

const TINY = 1e-300
const STEPS_MAX = 1000

/** Lower regularized incomplete gamma function P(a, x). */
export function gammaP(a: number, x: number): number {
  if (!(a > 0) || !(x >= 0)) return Number.NaN
  if (x === 0) return 0
  const scale = Math.exp(-x + a * Math.log(x) - logGamma(a))
  if (x < a + 1) {
    let term = 1 / a
    let sum = term
    for (let n = 1; n < STEPS_MAX && Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
      term *= x / (a + n)
      sum += term
    }
    return sum * scale
  }
  const tail = continuedFraction(
    (n) => -n * (n - a),
    (n) => x + 2 * n + 1 - a,
  )
  return 1 - scale / tail
}

/** Regularized incomplete beta function I_x(a, b). */
export function betaI(x: number, a: number, b: number): number {
  if (!(a > 0) || !(b > 0) || !(x >= 0 && x <= 1)) return Number.NaN
  if (x === 0 || x === 1) return x
  if (x > (a + 1) / (a + b + 2)) return 1 - betaI(1 - x, b, a)
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b))
  const numerator = (n: number) => {
    const m = Math.floor(n / 2)
    return n % 2 === 0
      ? (m * (b - m) * x) / ((a + n - 1) * (a + n))
      : (-(a + m) * (a + b + m) * x) / ((a + n - 1) * (a + n))
  }
  return front / (a * continuedFraction(numerator, () => 1))
}

/** b(0) + a(1) / (b(1) + a(2) / (b(2) + ...)), by Lentz's method. */
function continuedFraction(a: (n: number) => number, b: (n: number) => number): number {
  let value = b(0) || TINY
  let c = value
  let d = 0
  for (let n = 1; n < STEPS_MAX; n++) {
    d = 1 / (b(n) + a(n) * d || TINY)
    c = b(n) + a(n) / c || TINY
    const change = c * d
    value *= change
    if (Math.abs(change - 1) < 1e-16) break
  }
  return value
}

export function normalDistribution(x: number, mean: number, deviation: number): number {
  if (!(deviation > 0)) return Number.NaN
  const z = (x - mean) / deviation
  const half = 0.5 * gammaP(0.5, (z * z) / 2)
  return z < 0 ? 0.5 - half : 0.5 + half
}

export function normalDensity(x: number, mean: number, deviation: number): number {
  if (!(deviation > 0)) return Number.NaN
  const z = (x - mean) / deviation
  return Math.exp((-z * z) / 2) / (deviation * Math.sqrt(2 * Math.PI))
}

/** Probability of a larger value. */
export function tTail(x: number, degrees: number): number {
  if (!(degrees > 0)) return Number.NaN
  const both = betaI(degrees / (degrees + x * x), degrees / 2, 0.5)
  return x < 0 ? 1 - both / 2 : both / 2
}

export function tDensity(x: number, degrees: number): number {
  if (!(degrees > 0)) return Number.NaN
  const front = logGamma((degrees + 1) / 2) - logGamma(degrees / 2) - 0.5 * Math.log(degrees * Math.PI)
  return Math.exp(front - ((degrees + 1) / 2) * Math.log1p((x * x) / degrees))
}

/** Probability of a larger value. */
export function chiTail(x: number, degrees: number): number {
  return x < 0 ? Number.NaN : 1 - gammaP(degrees / 2, x / 2)
}

/** Probability of a larger value. */
export function fTail(x: number, first: number, second: number): number {
  if (!(x >= 0) || !(first > 0) || !(second > 0)) return Number.NaN
  return betaI(second / (second + first * x), second / 2, first / 2)
}

export function fDensity(x: number, first: number, second: number): number {
  if (!(x > 0) || !(first > 0) || !(second > 0)) return Number.NaN
  const logBeta = logGamma(first / 2) + logGamma(second / 2) - logGamma((first + second) / 2)
  const ratio = first / second
  return Math.exp(
    (first / 2) * Math.log(ratio) +
      (first / 2 - 1) * Math.log(x) -
      ((first + second) / 2) * Math.log1p(ratio * x) -
      logBeta,
  )
}

export function betaDensity(x: number, a: number, b: number): number {
  if (!(x > 0 && x < 1) || !(a > 0) || !(b > 0)) return Number.NaN
  const logBeta = logGamma(a) + logGamma(b) - logGamma(a + b)
  return Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - logBeta)
}

export function gammaDensity(x: number, shape: number, scale: number): number {
  if (!(x > 0) || !(shape > 0) || !(scale > 0)) return Number.NaN
  return Math.exp((shape - 1) * Math.log(x) - x / scale - logGamma(shape) - shape * Math.log(scale))
}

export function binomialFrequency(k: number, trials: number, probability: number): number {
  if (!isCount(k) || !isCount(trials) || k > trials || !(probability >= 0 && probability <= 1))
    return Number.NaN
  if (probability === 0 || probability === 1) return k === trials * probability ? 1 : 0
  const ways = logGamma(trials + 1) - logGamma(k + 1) - logGamma(trials - k + 1)
  return Math.exp(ways + k * Math.log(probability) + (trials - k) * Math.log1p(-probability))
}

/** Probability of at most k successes. */
export function binomialDistribution(k: number, trials: number, probability: number): number {
  if (!isCount(k) || !isCount(trials) || k > trials || !(probability >= 0 && probability <= 1))
    return Number.NaN
  return k === trials ? 1 : betaI(1 - probability, trials - k, k + 1)
}

export function poissonFrequency(k: number, rate: number): number {
  if (!isCount(k) || !(rate >= 0)) return Number.NaN
  return rate === 0 ? Number(k === 0) : Math.exp(k * Math.log(rate) - rate - logGamma(k + 1))
}

/** Probability of at most k events. */
export function poissonDistribution(k: number, rate: number): number {
  return isCount(k) ? 1 - gammaP(k + 1, rate) : Number.NaN
}

const isCount = (x: number): boolean => Number.isSafeInteger(x) && x >= 0

/**
 * Returns where an increasing distribution function reaches a probability, between `low` and `high`; for
 * infinite bounds finite ones are searched first.
 * @param of continuous; returns NaN for a probability not between 0 and 1
 */
export function inverse(of: (x: number) => number, probability: number, low: number, high: number): number {
  if (!(probability > 0 && probability < 1)) return Number.NaN
  let [from, to] = [Math.max(low, -1), Math.min(high, 1)]
  while (to < high && of(to) < probability) to *= 2
  while (from > low && of(from) > probability) from *= 2
  for (;;) {
    const middle = from + (to - from) / 2
    if (middle <= from || middle >= to) return middle
    const reached = of(middle)
    if (Number.isNaN(reached)) return Number.NaN
    if (reached < probability) from = middle
    else to = middle
  }
}

/** Returns the lowest count at which an increasing distribution function reaches a probability. */
export function inverseCount(of: (k: number) => number, probability: number, most: number): number {
  if (!(probability > 0 && probability < 1) || !isCount(most)) return Number.NaN
  let high = 1
  while (high < most && of(high) < probability) high = Math.min(most, high * 2)
  if (!(of(high) >= probability)) return Number.NaN
  let low = -1
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    const reached = of(middle)
    if (Number.isNaN(reached)) return Number.NaN
    if (reached >= probability) high = middle
    else low = middle
  }
  return high
}
