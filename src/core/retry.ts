/**
 * Back-off before a retry: of a reload after an engine fault (contract 02, section 5), of a delivery after a
 * failed send (contract 04, section 5.2, the sample schedule of Standard Webhooks), and of a question to an
 * issuer of tokens.
 */
import { HOUR, MINUTE, SECOND } from './units.ts'

/** Waits before requeue 1, 2, 3 after a fault, ms; the last one repeats. */
export const REQUEUE_BACKOFF_MS = [5 * SECOND, 30 * SECOND, 120 * SECOND] as const

/** Waits before send 2, 3, ... of a delivery, ms; after the last one the delivery is exhausted. */
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

/** Varies the wait by up to 20 %. `uniform` in [0, 1). */
export function jittered(waitMs: number, uniform: number): number {
  return Math.round(waitMs * (1 - JITTER + 2 * JITTER * uniform))
}

/** Returns the wait before error requeue number `count` (from 1), without jitter. */
export function requeueBackoffMs(count: number): number {
  return REQUEUE_BACKOFF_MS[Math.min(Math.max(count, 1), REQUEUE_BACKOFF_MS.length) - 1]!
}

/**
 * Longest wait between two sends to a broker, ms: sends are retried for ever and resume soon after it is
 * back.
 */
export const BROKER_BACKOFF_LAST_MS = 30 * SECOND

/** Returns the wait after failed send number `sends` (from 1) to a broker, ms, without jitter. */
export function brokerBackoffMs(sends: number): number {
  return Math.min(SECOND * 2 ** Math.min(sends - 1, 10), BROKER_BACKOFF_LAST_MS)
}

/** Longest wait before an issuer is asked again, ms: people cannot come in meanwhile. */
const ISSUER_BACKOFF_LAST_MS = 5 * MINUTE

/** Returns the wait after failed question number `failures` (from 1) in a row to an issuer, ms. */
export function issuerBackoffMs(failures: number): number {
  return Math.min(5 * SECOND * 2 ** Math.min(failures - 1, 10), ISSUER_BACKOFF_LAST_MS)
}

/**
 * Returns the wait after failed send number `sends` (from 1), ms, without jitter; undefined at the end of the
 * schedule.
 */
export function deliveryBackoffMs(sends: number): number | undefined {
  return DELIVERY_BACKOFF_MS[sends - 1]
}
