/** Audits of what is forgotten: it is over, and old by true time, whatever the clocks of machines said. */
import type { World } from '../world.ts'
import { type Changes, hasEnded } from './copy.ts'

/**
 * A machine's clock may be set by so much without being implausible, and what is caught up with goes at twice
 * the speed of time.
 */
const CLOCK_OFF_MS = 600_000

export class HistoryAudit {
  readonly #world: World
  readonly #youngestMs: number
  /** True times at which reloads ended and events were saved. */
  readonly #overSince = new Map<string, number>()

  constructor(world: World, historyMs: number) {
    this.#world = world
    this.#youngestMs = historyMs / 2 - CLOCK_OFF_MS
  }

  look({ reloads, events }: Changes): void {
    const { now } = this.#world.scheduler
    for (const { id, before, after } of reloads) {
      if (hasEnded(after) && !hasEnded(before)) this.#overSince.set(id, now)
      if (after === undefined) this.#forgotten(`reload ${id}`, id)
    }
    for (const { id, before, after } of events) {
      if (before === undefined) this.#overSince.set(id, now)
      if (after === undefined) this.#forgotten(`event ${id}`, id)
    }
  }

  #forgotten(name: string, id: string): void {
    const since = this.#overSince.get(id)
    const ageMs = since === undefined ? 0 : this.#world.scheduler.now - since
    this.#world.tell(undefined, `${name} is forgotten after ${ageMs} ms`)
    if (since !== undefined && ageMs >= this.#youngestMs) return
    this.#world.violate('history-kept', `${name} was forgotten ${ageMs} ms after it was over`)
  }
}
