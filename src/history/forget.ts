/**
 * Room `history`: what is old is forgotten. The loop that asks the store to forget enters, with nothing else.
 *
 * Deletes old records: ended reloads with their attempts and logs, script logs, events with their ended
 * deliveries, records of sends, and ended runs of automations, each kind after its own time; files that were
 * set aside; and tenants that were removed. Works in small batches with pauses, so that no other write waits
 * for long. Active reloads and events with pending deliveries are never deleted.
 *
 * Age is counted by the time that the installation has seen (core/seen-time.ts), which the store keeps, and
 * never at the start. A clock that is not plausible is told once, and what it jumped over counts only after
 * the operator's word.
 */
import type { Limits } from '../core/limits.ts'
import { type Loop, startLoop } from '../core/loop.ts'
import type { Clock, Log, Timers } from '../core/ports.ts'
import { type SeenTime, seenTime } from '../core/seen-time.ts'
import { timeText } from '../core/time-text.ts'
import { MINUTE } from '../core/units.ts'
import type { HistoryStore } from '../store/port/history.ts'

/** Before the first look, and between two when nothing is left to delete, ms. */
export const FORGET_EVERY_MS = MINUTE
/** Pause between two batches, ms. */
const PAUSE_MS = 200
const FORGOTTEN_PER_ROUND = 200

const NOTHING = { reloadsBefore: 0, scriptLogsBefore: 0, eventsBefore: 0, sendsBefore: 0, max: 0 }

export interface OperatorsWord {
  /** How the operator says that the clock is right; for the log. */
  readonly how: string
  /** Whether it was said since it was asked last. */
  taken(): Promise<boolean>
}

export interface HistoryDeps {
  readonly store: Pick<HistoryStore, 'forget' | 'seenAt'>
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly limits: Pick<
    Limits,
    | 'reloadHistoryMs'
    | 'scriptLogHistoryMs'
    | 'eventHistoryMs'
    | 'deliveryHistoryMs'
    | 'removedTenantMs'
    | 'setAsideMs'
  >
  readonly clockIsRight: OperatorsWord
  /** Files that no record knows, set aside. */
  readonly setAside: { deleteBefore(moment: number): Promise<number> }
  /** Tenants that were removed before a moment: deletes some of what is theirs. @returns how much */
  readonly removedTenants: { purgeBefore(moment: number): Promise<number> }
}

export function startForgetting(deps: HistoryDeps): Loop {
  const { store, log, limits } = deps
  const time = new TimeSeen(deps)
  return startLoop(deps, 'forgetting history', async () => {
    if (!(await time.begun())) return FORGET_EVERY_MS
    const seenAt = await time.pass()
    // A clock that is behind makes nothing older than it says.
    const now = Math.min(seenAt, deps.clock.now())
    const forgotten = await store.forget({
      seenAt,
      reloadsBefore: now - limits.reloadHistoryMs,
      scriptLogsBefore: now - limits.scriptLogHistoryMs,
      eventsBefore: now - limits.eventHistoryMs,
      sendsBefore: now - limits.deliveryHistoryMs,
      max: FORGOTTEN_PER_ROUND,
    })
    const rows = Object.values(forgotten).reduce((sum, count) => sum + count, 0)
    if (rows > 0) {
      log.info('forgot history', { ...forgotten })
      return PAUSE_MS
    }
    const purged = await deps.removedTenants.purgeBefore(now - limits.removedTenantMs)
    if (purged > 0) return PAUSE_MS
    const files = await deps.setAside.deleteBefore(now - limits.setAsideMs)
    if (files > 0) log.info('deleted what was set aside long ago', { files })
    return FORGET_EVERY_MS
  })
}

/** The seen time of this process, from what the store saw last. */
class TimeSeen {
  readonly #deps: HistoryDeps
  #seen: SeenTime | undefined
  #lookedAt = 0

  constructor(deps: HistoryDeps) {
    this.#deps = deps
  }

  /** False the first time: then it reads what the store saw. */
  async begun(): Promise<boolean> {
    if (this.#seen !== undefined) return true
    const { store, clock } = this.#deps
    const seenAt = (await store.seenAt()) ?? clock.now()
    this.#lookedAt = clock.monotonic()
    // Kept at once: from here on no record that a wrong clock stamps can be taken for the time that was seen.
    await store.forget({ ...NOTHING, seenAt })
    this.#is(seenTime(seenAt, 0, clock.now()))
    return false
  }

  async pass(): Promise<number> {
    const { clock, log, clockIsRight } = this.#deps
    const { seenAt } = this.#seen!
    const ranMs = clock.monotonic() - this.#lookedAt
    this.#lookedAt += ranMs
    const seen = seenTime(seenAt, ranMs, clock.now())
    if (seen.clock !== 'plausible' && (await clockIsRight.taken())) {
      log.warn('the operator says that the clock is right', { clock: timeText(clock.now()) })
      this.#is({ seenAt: clock.now(), clock: 'plausible' })
    } else this.#is(seen)
    return this.#seen!.seenAt
  }

  #is(seen: SeenTime): void {
    const before = this.#seen?.clock ?? 'plausible'
    this.#seen = seen
    if (seen.clock === before) return
    const { clock, log, clockIsRight } = this.#deps
    const told = { clock: timeText(clock.now()), seen: timeText(seen.seenAt) }
    if (seen.clock === 'plausible') log.info('the clock is plausible again', told)
    else {
      log.warn(
        `the clock is ${seen.clock === 'ahead' ? 'ahead of' : 'behind'} what this installation has seen: no history is forgotten for it`,
        {
          ...told,
          remedy: `set the clock right; or, if it is right, ${clockIsRight.how}`,
        },
      )
    }
  }
}
