/** Least-squares line y = m x + b through pairs of numbers, and its goodness of fit. */
import { mean, sumOf } from './sample.ts'

export type Pair = readonly [x: number, y: number]

/** A point that the line must pass through. */
export interface FixedPoint {
  readonly x: number
  readonly y: number
}

export interface Line {
  readonly m: number
  readonly b: number
  readonly degreesOfFreedom: number
  /** Explained and residual sums of squares. */
  readonly explained: number
  readonly residual: number
  readonly r2: number
  readonly f: number
  /** Standard errors of slope, intercept and estimated y. */
  readonly errorOfM: number
  readonly errorOfB: number
  readonly errorOfY: number
}

/** Fields may be NaN or infinite if the pairs are too few or do not vary. */
export function line(pairs: readonly Pair[], through?: FixedPoint): Line {
  const n = pairs.length
  const centre = through ?? { x: mean(pairs.map(([x]) => x)), y: mean(pairs.map(([, y]) => y)) }
  const products = (of: (dx: number, dy: number) => number) =>
    sumOf(pairs.map(([x, y]) => of(x - centre.x, y - centre.y)))
  const xx = products((dx) => dx * dx)
  const yy = products((_, dy) => dy * dy)
  const m = products((dx, dy) => dx * dy) / xx
  const b = centre.y - m * centre.x
  const residual = products((dx, dy) => (dy - m * dx) ** 2)
  const explained = products((dx) => (m * dx) ** 2)
  const degreesOfFreedom = n - (through === undefined ? 2 : 1)
  const errorOfY = degreesOfFreedom > 0 ? Math.sqrt(residual / degreesOfFreedom) : Number.NaN
  return {
    m,
    b,
    degreesOfFreedom,
    explained,
    residual,
    r2: explained / yy,
    f: explained / (residual / degreesOfFreedom),
    errorOfM: errorOfY / Math.sqrt(xx),
    errorOfB: errorOfY * Math.sqrt((through === undefined ? 1 / n : 0) + centre.x ** 2 / xx),
    errorOfY,
  }
}

/** Pearson's coefficient. */
export function correlation(pairs: readonly Pair[]): number {
  const [centreX, centreY] = [mean(pairs.map(([x]) => x)), mean(pairs.map(([, y]) => y))]
  const products = (of: (dx: number, dy: number) => number) =>
    sumOf(pairs.map(([x, y]) => of(x - centreX, y - centreY)))
  const size = Math.sqrt(products((dx) => dx * dx)) * Math.sqrt(products((_, dy) => dy * dy))
  return products((dx, dy) => dx * dy) / size
}
