/**
 * The clocks of a zone, and what they show around their changes (contract 03, section 4.1). A *wall time* is
 * what clocks show, as the epoch milliseconds at which clocks in UTC show the same; so the wall time of an
 * instant is instant plus offset. Two changes of a zone within two days of each other are taken for one.
 */
import { DAY, SECOND } from '../units.ts'

/** The port to time zone data; the real one is main/zones.ts. */
export interface ZoneOffsets {
  /** True for IANA names that the data has, in any case; false for offsets such as `+02:00`. */
  knows(zone: string): boolean
  /**
   * What clocks of the zone are ahead of UTC.
   * @param zone a known one
   * @param instantMs epoch ms
   * @returns milliseconds
   */
  offsetAt(zone: string, instantMs: number): number
}

/** Why a run is not when its rule says: clocks skip that time, or show it twice. */
export type Shift = 'gap' | 'overlap'

export interface Reading {
  /** Epoch ms. */
  readonly at: number
  readonly shifted?: Shift
}

export class LocalClock {
  readonly #zone: string
  readonly #zones: ZoneOffsets

  constructor(zone: string, zones: ZoneOffsets) {
    this.#zone = zone
    this.#zones = zones
  }

  offsetAt(instantMs: number): number {
    return this.#zones.offsetAt(this.#zone, instantMs)
  }

  wallAt(instantMs: number): number {
    return instantMs + this.offsetAt(instantMs)
  }

  /** The instant of a wall time: in a gap with the offset before it, in an overlap the first of both. */
  readingOf(wallMs: number): Reading {
    const { early, late } = this.#candidates(wallMs)
    if (early === late) return { at: early }
    const isEarly = this.wallAt(early) === wallMs
    const isLate = this.wallAt(late) === wallMs
    if (isEarly) return isLate ? { at: early, shifted: 'overlap' } : { at: early }
    return isLate ? { at: late } : { at: late, shifted: 'gap' }
  }

  /** The lowest wall time whose reading may be at or after the instant. */
  lowestWallFrom(instantMs: number): number {
    return instantMs + Math.min(this.offsetAt(instantMs), this.offsetAt(instantMs - DAY))
  }

  /**
   * The first instant from `fromMs` on at which clocks show the wall time; if they skip it, the gap's end.
   */
  showsFrom(wallMs: number, fromMs: number): number {
    const { early, late } = this.#candidates(wallMs)
    if (early >= fromMs && (early === late || this.wallAt(early) === wallMs)) return early
    if (late >= fromMs && this.wallAt(late) === wallMs) return late
    let before = early
    let after = late
    while (after - before > SECOND) {
      const middle = before + Math.floor((after - before) / 2 / SECOND) * SECOND
      if (this.wallAt(middle) < wallMs) before = middle
      else after = middle
    }
    return Math.max(after, fromMs)
  }

  /** The wall time by the offsets before and after it: the only instants that may have it. */
  #candidates(wallMs: number): { readonly early: number; readonly late: number } {
    const before = this.offsetAt(wallMs - DAY)
    const after = this.offsetAt(wallMs + DAY)
    return { early: wallMs - Math.max(before, after), late: wallMs - Math.min(before, after) }
  }
}
