/**
 * Room `history`: what is old is forgotten. The loop that asks the store to forget enters, with nothing else.
 *
 * Deletes old records: ended reloads with their attempts and logs, script logs, events with their ended
 * deliveries, and records of sends, each kind after its own time. Works in small batches with pauses, so that
 * no other write waits for long. Active reloads and events with pending deliveries are never deleted.
 */
import type { Limits } from '../core/limits.ts'
import { type Loop, startLoop } from '../core/loop.ts'
import type { Clock, Log, Timers } from '../core/ports.ts'
import type { HistoryStore } from '../store/port/history.ts'

/** Pause when nothing is left to delete, ms. */
export const FORGET_EVERY_MS = 10 * 60_000
/** Pause between two batches, ms. */
const PAUSE_MS = 200
const FORGOTTEN_PER_ROUND = 200

export interface HistoryDeps {
  readonly store: HistoryStore
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly limits: Pick<
    Limits,
    'reloadHistoryMs' | 'scriptLogHistoryMs' | 'eventHistoryMs' | 'deliveryHistoryMs'
  >
}

export function startForgetting({ store, clock, timers, log, limits }: HistoryDeps): Loop {
  return startLoop({ timers, log }, 'forgetting history', async () => {
    const now = clock.now()
    const forgotten = await store.forget({
      reloadsBefore: now - limits.reloadHistoryMs,
      scriptLogsBefore: now - limits.scriptLogHistoryMs,
      eventsBefore: now - limits.eventHistoryMs,
      sendsBefore: now - limits.deliveryHistoryMs,
      max: FORGOTTEN_PER_ROUND,
    })
    const rows = Object.values(forgotten).reduce((sum, count) => sum + count, 0)
    if (rows > 0) log.info('forgot history', { ...forgotten })
    return rows > 0 ? PAUSE_MS : FORGET_EVERY_MS
  })
}
