/**
 * When schedules are to be computed anew: at the start, once a day, and when the wall clock was set. Rules of
 * time zones change with the system's data, and what a wrong clock passed over must come again (contract 03,
 * section 4).
 */
import type { Clock } from '../ports.ts'
import { DAY, MINUTE } from '../units.ts'
import { LEAP_MS } from '../watched-clock.ts'

/** Nobody tells that the clock was set: a loop that has schedules looks so often, ms. */
export const LOOK_EVERY_MS = MINUTE
const RECHECK_EVERY_MS = DAY

export class RecheckTime {
  readonly #clock: Clock
  #recheckedAt: number | undefined
  /** Wall clock less monotonic one, ms. */
  #wallAhead: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#wallAhead = clock.now() - clock.monotonic()
  }

  /** Calls it when it is time. What throws is called again the next time. */
  async whenDue(recheck: (clockWasSet: boolean) => Promise<void>): Promise<void> {
    const monotonic = this.#clock.monotonic()
    const wallAhead = this.#clock.now() - monotonic
    const wasSet = Math.abs(wallAhead - this.#wallAhead) > LEAP_MS
    if (wasSet || this.#recheckedAt === undefined || monotonic >= this.#recheckedAt + RECHECK_EVERY_MS) {
      await recheck(wasSet)
      this.#recheckedAt = monotonic
    }
    this.#wallAhead = wallAhead
  }
}
