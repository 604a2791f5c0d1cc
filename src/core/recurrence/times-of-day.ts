/** The times of a day that a rule allows: every hour of its list with every minute and every second. */
import { HOUR, MINUTE, SECOND } from '../units.ts'

const ALL_HOURS = Array.from({ length: 24 }, (_, hour) => hour)
const ALL_SIXTY = Array.from({ length: 60 }, (_, each) => each)

export class TimesOfDay {
  readonly #hours: readonly number[]
  readonly #minutes: readonly number[]
  readonly #seconds: readonly number[]

  /** Sorted lists; an absent one allows everything. */
  constructor(
    hours: readonly number[] = ALL_HOURS,
    minutes: readonly number[] = ALL_SIXTY,
    seconds: readonly number[] = ALL_SIXTY,
  ) {
    this.#hours = hours
    this.#minutes = minutes
    this.#seconds = seconds
  }

  get count(): number {
    return this.#hours.length * this.#minutes.length * this.#seconds.length
  }

  /** @returns ms since midnight of the time with this index, in their order from 0 */
  at(index: number): number {
    const second = index % this.#seconds.length
    const minutes = (index - second) / this.#seconds.length
    const minute = minutes % this.#minutes.length
    const hour = (minutes - minute) / this.#minutes.length
    return this.#hours[hour]! * HOUR + this.#minutes[minute]! * MINUTE + this.#seconds[second]! * SECOND
  }

  /** @returns the first time at or after `timeMs`, ms since midnight; undefined: none on that day */
  next(timeMs: number): number | undefined {
    const hour = Math.floor(timeMs / HOUR)
    const minute = Math.floor((timeMs % HOUR) / MINUTE)
    const second = Math.ceil((timeMs % MINUTE) / SECOND)
    for (const h of this.#hours) {
      if (h < hour) continue
      if (h > hour) return h * HOUR + this.at(0) - this.#hours[0]! * HOUR
      for (const m of this.#minutes) {
        if (m < minute) continue
        const s = m > minute ? this.#seconds[0] : this.#seconds.find((each) => each >= second)
        if (s !== undefined) return h * HOUR + m * MINUTE + s * SECOND
      }
    }
    return undefined
  }
}
