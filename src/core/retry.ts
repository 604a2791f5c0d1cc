/**
 * Waiting before another try: of a reload after an engine fault (contract 02, section 5) and of a delivery
 * after a failed send (contract 04, section 5.2, the sample schedule of Standard Webhooks).
 */
import { HOUR, MINUTE, SECOND } from './units.ts'

/** Wait before requeue 1, 2, 3 after a fault; the last one repeats. Milliseconds. */
export const REQUEUE_BACKOFF_MS = [5 * SECOND, 30 * SECOND, 120 * SECOND] as const

/**
 * Wait before send 2, 3, ... of a delivery; when the list is used up the delivery is exhausted. Milliseconds.
 */
export const DELIVERY_BACKOFF_MS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const

export const JITTER = 0.2

/** The wait stretched or shrunk by up to 20 %. `uniform` in [0, 1). */
export function jittered(waitMs: number, uniform: number): number {
  return Math.round(waitMs * (1 - JITTER + 2 * JITTER * uniform))
}

/** Wait before error requeue number `count` (from 1), without jitter. */
export function requeueBackoffMs(count: number): number {
  return REQUEUE_BACKOFF_MS[Math.min(Math.max(count, 1), REQUEUE_BACKOFF_MS.length) - 1]!
}

/**
 * Longest wait between two sends to a broker: it is tried for ever, and back as soon as it is. Milliseconds.
 */
export const BROKER_BACKOFF_LAST_MS = 30 * SECOND

/** Wait after failed send number `sends` (from 1) to a broker, without jitter. */
export function brokerBackoffMs(sends: number): number {
  return Math.min(SECOND * 2 ** Math.min(sends - 1, 10), BROKER_BACKOFF_LAST_MS)
}

/** Wait after failed send number `sends` (from 1), without jitter; undefined when the schedule is used up. */
export function deliveryBackoffMs(sends: number): number | undefined {
  return DELIVERY_BACKOFF_MS[sends - 1]
}
