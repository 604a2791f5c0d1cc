/**
 * Time zones as this Node knows them (its own IANA data, by Intl.DateTimeFormat), for core/recurrence. Asking
 * Intl takes microseconds, so offsets are kept by stretches of time: a stretch whose ends agree has one
 * offset, and of one in which clocks change the second of the change is kept.
 */
import type { ZoneOffsets } from '../core/recurrence/local-clock.ts'
import { DAY, SECOND } from '../core/units.ts'

/** No zone changes its clocks and changes them back in so short a time. */
const STRETCH_MS = 4 * DAY
/** Some fifty years; a zone that was asked about more starts anew. */
const STRETCHES_MOST = 5000

/** More than there are zones; but a name may be spelt in many ways. */
const NAMES_MOST = 1000

export function systemZones(): ZoneOffsets {
  const zones = new Map<string, Zone>()
  const zoneOf = (name: string): Zone | undefined => {
    let zone = zones.get(name)
    if (zone === undefined) {
      const format = formatOf(name)
      if (format === undefined) return undefined
      if (zones.size >= NAMES_MOST) zones.clear()
      zone = new Zone(format)
      zones.set(name, zone)
    }
    return zone
  }
  return {
    knows: (name) => zoneOf(name) !== undefined,
    offsetAt(name, instantMs) {
      const zone = zoneOf(name)
      if (zone === undefined) throw new Error(`this Node has no time zone ${name}`)
      return zone.offsetAt(instantMs)
    },
  }
}

interface Stretch {
  /** Epoch ms from which `after` holds. */
  readonly changeAt: number
  readonly before: number
  readonly after: number
}

class Zone {
  readonly #format: Intl.DateTimeFormat
  readonly #stretches = new Map<number, Stretch>()

  constructor(format: Intl.DateTimeFormat) {
    this.#format = format
  }

  offsetAt(instantMs: number): number {
    const index = Math.floor(instantMs / STRETCH_MS)
    let stretch = this.#stretches.get(index)
    if (stretch === undefined) {
      if (this.#stretches.size >= STRETCHES_MOST) this.#stretches.clear()
      stretch = this.#stretchFrom(index * STRETCH_MS)
      this.#stretches.set(index, stretch)
    }
    return instantMs < stretch.changeAt ? stretch.before : stretch.after
  }

  #stretchFrom(first: number): Stretch {
    const before = this.#stretches.get(first / STRETCH_MS - 1)?.after ?? this.#ask(first)
    const after = this.#ask(first + STRETCH_MS)
    let changeAt = first + STRETCH_MS
    if (before !== after) {
      let unchanged = first
      while (changeAt - unchanged > SECOND) {
        const middle = unchanged + Math.floor((changeAt - unchanged) / 2 / SECOND) * SECOND
        if (this.#ask(middle) === before) unchanged = middle
        else changeAt = middle
      }
    }
    return { changeAt, before, after }
  }

  /** @param instantMs in whole seconds */
  #ask(instantMs: number): number {
    const [month, day, year, hour, minute, second] = this.#format.format(instantMs).split(/\D+/).map(Number)
    return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) - instantMs
  }
}

/**
 * Undefined for what is no name of the IANA database: Intl also takes offsets, which are not kept as zones.
 */
function formatOf(name: string): Intl.DateTimeFormat | undefined {
  if (!/^[A-Za-z][\w+/-]*$/.test(name)) return undefined
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
