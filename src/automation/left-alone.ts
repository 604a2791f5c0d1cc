/** What failed is left alone for a while, so that it does not hold up the others. */
import type { Clock, Log } from '../core/ports.ts'
import { MINUTE } from '../core/units.ts'

const LEFT_MS = MINUTE

export class LeftAlone {
  readonly #clock: Clock
  readonly #log: Log
  /** Until when each is left, by the monotonic clock. */
  readonly #until = new Map<string, number>()

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = clock
    this.#log = log
  }

  get size(): number {
    return this.#until.size
  }

  has(id: string): boolean {
    const until = this.#until.get(id)
    if (until === undefined || until > this.#clock.monotonic()) return until !== undefined
    this.#until.delete(id)
    return false
  }

  /** Undefined when it failed, or is left alone. */
  async guard<Answer>(id: string, work: () => Promise<Answer>): Promise<Answer | undefined> {
    if (this.has(id)) return undefined
    try {
      return await work()
    } catch (error) {
      this.#until.set(id, this.#clock.monotonic() + LEFT_MS)
      this.#log.warn('an automation or run could not go on; it is tried again', { id, error: String(error) })
      return undefined
    }
  }
}
