/**
 * Whether the wall clock was set, by hand or by NTP, or after sleep: it is compared with the monotonic one.
 * Lease ends are wall clock times: after a leap forward leases of living workers seem to have run out. The
 * clock is looked at before each sweep and wherever a lease is stamped, because one that is wrong for a
 * moment matters if a lease was stamped in it.
 */
import type { Clock } from '../core/ports.ts'

export interface LeapWatch {
  look(): void
  /** How far it leapt each time since this was asked last, ms; negative: back. */
  leaps(): readonly number[]
  /** It leapt forward so lately that a lease of a living worker may not be renewed yet. */
  isRecent(): boolean
}

/** If the wall clock gains or loses more than this on the monotonic one between two looks, it was set. */
const LEAP_MS = 1000

/** @param leaseDurationMs time for living workers to renew their leases */
export function leapWatch(clock: Clock, leaseDurationMs: number): LeapWatch {
  const offset = () => clock.now() - clock.monotonic()
  let seen = offset()
  let waitUntil = Number.NEGATIVE_INFINITY
  const leaps: number[] = []
  return {
    look() {
      const leaptMs = offset() - seen
      seen += leaptMs
      if (leaptMs > LEAP_MS) waitUntil = clock.monotonic() + leaseDurationMs
      if (Math.abs(leaptMs) > LEAP_MS) leaps.push(leaptMs)
    },
    leaps: () => leaps.splice(0),
    isRecent: () => clock.monotonic() < waitUntil,
  }
}
