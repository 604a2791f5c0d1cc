/**
 * Stamps that lie in the future were made by a clock that was ahead. What waits for one of them would wait
 * until true time gets there, so it is pulled back: due is the earlier of stamp and now, and the wait that
 * belongs to it.
 */
import type { Reload } from './reload.ts'
import { SECOND } from './units.ts'

/** Clocks of machines that share a store differ by less, ms: so little ahead is no fault. */
const CLOCKS_DIFFER_MS = 5 * SECOND

export function isFuture(stamp: number, now: number): boolean {
  return stamp > now + CLOCKS_DIFFER_MS
}

/** @returns the same reload when nothing is to be pulled back; otherwise its wait begins now */
export function waitingFrom(reload: Reload, now: number): Reload {
  if (reload.state !== 'QUEUED' || !isFuture(reload.queuedAt, now)) return reload
  const backOffMs = Math.max(0, reload.notBefore - reload.queuedAt)
  return { ...reload, queuedAt: now, notBefore: now + backOffMs }
}

/** @returns the end of what lasts so long at most, such as a lease */
export function endWithin(endsAt: number, longestMs: number, now: number): number {
  return isFuture(endsAt, now + longestMs) ? now + longestMs : endsAt
}
