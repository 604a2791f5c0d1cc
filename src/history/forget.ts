/**
 * Forgets what is long over: reload records with their attempts and logs, script logs, events with their
 * ended deliveries, records of sends; each kind after its own time. In small batches with pauses between
 * them, so that no other write waits for long. What is not over is never forgotten: an active reload, an
 * event that still has to be delivered.
 */
import type { Limits } from '../core/limits.ts'
import { type Loop, startLoop } from '../core/loop.ts'
import type { Clock, Log, Timers } from '../core/ports.ts'
import type { HistoryStore } from '../store/port/history.ts'

/** Between two looks when nothing is left to forget, ms. */
export const FORGET_EVERY_MS = 10 * 60_000
/** Between two batches, ms. */
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
