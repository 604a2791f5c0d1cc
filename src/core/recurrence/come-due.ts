/**
 * Instants of a schedule have come: which one is to be run now, and which are over without a run (contract
 * 03, section 9). Of several that passed while nobody looked only the latest is run, and not after the
 * catch-up window; none is passed over without being told.
 */
import type { ZoneOffsets } from './local-clock.ts'
import { latestAtOrBefore, nextAfter, type Schedule } from './schedule.ts'

/** Of the instants that were missed so many are counted. */
export const MISSED_COUNTED_MAX = 1000

/** Instants without a run, epoch ms, both included. */
export interface Missed {
  readonly from: number
  readonly to: number
  readonly count: number
  /** There are more than were counted. */
  readonly more: boolean
}

export interface ComeDue {
  /** Epoch ms. */
  readonly runs?: number
  readonly missed?: Missed
  /** The next one to wait for, epoch ms; undefined: the schedule is over. */
  readonly next?: number
}

/**
 * @param from the instant that was waited for, at or before now; epoch ms
 * @param catchUpMs how long after its instant one is still run
 */
export function comeDue(
  schedule: Schedule,
  { from, now, catchUpMs }: { readonly from: number; readonly now: number; readonly catchUpMs: number },
  zones: ZoneOffsets,
): ComeDue {
  const latest = Math.max(latestAtOrBefore(schedule, now, zones) ?? from, from)
  const next = nextAfter(schedule, latest, zones)
  const after = next === undefined ? {} : { next }
  if (now - latest > catchUpMs) return { ...after, missed: missedFrom(schedule, from, latest, zones) }
  const before = latestAtOrBefore(schedule, latest - 1, zones)
  if (before === undefined || before < from) return { ...after, runs: latest }
  return { ...after, runs: latest, missed: missedFrom(schedule, from, before, zones) }
}

function missedFrom(schedule: Schedule, from: number, to: number, zones: ZoneOffsets): Missed {
  let count = 1
  let last = from
  while (last < to && count < MISSED_COUNTED_MAX) {
    const next = nextAfter(schedule, last, zones)
    if (next === undefined || next > to) break
    last = next
    count += 1
  }
  return { from, to, count, more: last < to && count === MISSED_COUNTED_MAX }
}
