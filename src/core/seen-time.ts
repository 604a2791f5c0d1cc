/**
 * The time that an installation has seen pass, by which history is forgotten. The wall clock alone deletes
 * nothing: what it gains on the time that was seen is believed only while it is plausible, and then in steps
 * as long as the service runs. So a clock that is far ahead costs no history, nor one that was far behind.
 */
import { DAY, MINUTE } from './units.ts'

/** The longest that a service is taken to have been off without anybody's word, ms. */
const OFF_MS = 4 * DAY
/** Clocks are set back by so much without being wrong, ms. */
const SET_BACK_MS = MINUTE

export type ClockJudged = 'plausible' | 'ahead' | 'behind'

export interface SeenTime {
  /** Epoch ms; never goes back. */
  readonly seenAt: number
  readonly clock: ClockJudged
}

/**
 * @param seenAt what was seen before
 * @param ranMs how long the service ran since, by the monotonic clock
 * @param now wall clock
 */
export function seenTime(seenAt: number, ranMs: number, now: number): SeenTime {
  if (now < seenAt - SET_BACK_MS) return { seenAt, clock: 'behind' }
  const ran = seenAt + ranMs
  if (now > ran + OFF_MS) return { seenAt: ran, clock: 'ahead' }
  // What passed while the service was off is caught up with at twice the speed of time.
  return { seenAt: Math.max(seenAt, Math.min(now, ran + ranMs)), clock: 'plausible' }
}
