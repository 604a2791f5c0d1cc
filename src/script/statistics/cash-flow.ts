/** Present values and rates of return of payments. NaN if no rate fits. */
import { sumOf } from './sample.ts'

/** A payment and its time, in periods from the first. */
export interface Payment {
  readonly amount: number
  readonly time: number
}

/** Payments at the ends of equal periods, the first one after one period. */
export const periodic = (amounts: readonly number[]): readonly Payment[] =>
  amounts.map((amount, index) => ({ amount, time: index + 1 }))

const DAYS_A_YEAR = 365

/** Dated payments, in years of 365 days from the earliest date. */
export function dated(payments: readonly (readonly [amount: number, day: number])[]): readonly Payment[] {
  const first = payments.reduce((least, [, day]) => Math.min(least, day), Number.POSITIVE_INFINITY)
  return payments.map(([amount, day]) => ({ amount, time: (day - first) / DAYS_A_YEAR }))
}

export function presentValue(payments: readonly Payment[], rate: number): number {
  return sumOf(payments.map(({ amount, time }) => amount / (1 + rate) ** time))
}

/** Returns the rate at which the present value of the payments is 0. */
export function rateOfReturn(payments: readonly Payment[]): number {
  if (!payments.some(({ amount }) => amount > 0) || !payments.some(({ amount }) => amount < 0))
    return Number.NaN
  return root((rate) => presentValue(payments, rate))
}

const HIGHEST_RATE = 1e6

/**
 * Returns a zero of a continuous function of a rate above -1: searched outward from 0, then bisected. NaN if
 * there is none.
 */
export function root(of: (rate: number) => number): number {
  const steps = [0, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 100, 1000, HIGHEST_RATE]
  const brackets: (readonly [number, number])[] = []
  for (let index = 1; index < steps.length; index++) {
    brackets.push([steps[index - 1]!, steps[index]!])
    const [nearer, farther] = [steps[index - 1]!, steps[index]!].map((step) => 1 / (1 + step) - 1)
    brackets.push([farther!, nearer!])
  }
  for (const [low, high] of brackets) {
    const [atLow, atHigh] = [of(low), of(high)]
    if (atLow === 0) return low
    if (atHigh === 0) return high
    if (Math.sign(atLow) * Math.sign(atHigh) === -1) return halved(of, low, high)
  }
  return Number.NaN
}

function halved(of: (rate: number) => number, from: number, to: number): number {
  let [low, high] = [from, to]
  const sign = Math.sign(of(low))
  for (;;) {
    const middle = low + (high - low) / 2
    if (middle <= low || middle >= high) return middle
    const value = of(middle)
    if (value === 0) return middle
    if (Math.sign(value) === sign) low = middle
    else high = middle
  }
}

/** An annuity: equal payments per period, with a balance at start and end. */
export interface Annuity {
  readonly rate: number
  readonly periods: number
  readonly payment: number
  readonly present: number
  readonly future: number
  /** Payments at the start of a period instead of its end. */
  readonly early: boolean
}

/** Returns the sum of the annuity's cash flows at the end of the last period: 0 if they match. */
export function annuityBalance({ rate, periods, payment, present, future, early }: Annuity): number {
  const growth = (1 + rate) ** periods
  const factor = rate === 0 ? periods : ((growth - 1) / rate) * (early ? 1 + rate : 1)
  return present * growth + payment * factor + future
}
