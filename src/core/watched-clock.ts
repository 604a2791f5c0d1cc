/**
 * A clock that sees whether the wall clock was set, by hand or by NTP, or after sleep: it is compared with
 * the monotonic one at every reading. All of a process read the same one, because a clock that is wrong for a
 * moment matters exactly if something was stamped in it: after a leap forward leases of living workers seem
 * to have run out, and what was stamped by a clock that was ahead would wait until true time gets there.
 */
import type { Clock } from './ports.ts'

export interface WatchedClock extends Clock {
  /** How far it leapt each time since this was asked last, ms; negative: back. */
  leaps(): readonly number[]
  /** It leapt forward within so many ms. */
  leaptForwardWithin(ms: number): boolean
}

/** The wall clock was set if it gained or lost more on the monotonic one between two readings, ms. */
export const LEAP_MS = 1000

export function watchedClock(clock: Clock): WatchedClock {
  const monotonic = () => clock.monotonic()
  let seen = clock.now() - monotonic()
  let forwardAt = Number.NEGATIVE_INFINITY
  const leaps: number[] = []
  const now = () => {
    const at = clock.now()
    const leaptMs = at - monotonic() - seen
    seen += leaptMs
    if (leaptMs > LEAP_MS) forwardAt = monotonic()
    if (Math.abs(leaptMs) > LEAP_MS) leaps.push(leaptMs)
    return at
  }
  return {
    now,
    monotonic,
    leaps() {
      now()
      return leaps.splice(0)
    },
    leaptForwardWithin: (ms) => monotonic() < forwardAt + ms,
  }
}
