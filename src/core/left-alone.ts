/** What failed is left alone for a while, so that it does not hold up the others. */
import type { Clock } from './ports.ts'
import { MINUTE } from './units.ts'

const LEFT_MS = MINUTE

export class LeftAlone {
  readonly #clock: Clock
  /** Until when each is left, by the monotonic clock. */
  readonly #until = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    this.#forget()
    return this.#until.size
  }

  has(id: string): boolean {
    this.#forget()
    return this.#until.has(id)
  }

  leave(id: string): void {
    this.#until.set(id, this.#clock.monotonic() + LEFT_MS)
  }

  #forget(): void {
    const now = this.#clock.monotonic()
    for (const [id, until] of this.#until) if (until <= now) this.#until.delete(id)
  }
}
