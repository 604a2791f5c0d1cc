/**
 * Contending tenants that run equally many reloads for equal shares, in order. They spend at the same rate,
 * so their order does not change as time passes: a heap whose entries know their places, for removal from
 * anywhere.
 */
import { compareStandings, type Standing } from '../../core/order.ts'

export interface InLane extends Standing {
  /** Where it stands; kept by the lane. */
  place: number
}

export class Lane<Entry extends InLane> {
  readonly key: string
  readonly #entries: Entry[] = []

  constructor(key: string) {
    this.key = key
  }

  get first(): Entry | undefined {
    return this.#entries[0]
  }

  add(entry: Entry): void {
    entry.place = this.#entries.push(entry) - 1
    this.#up(entry)
  }

  remove(entry: Entry): void {
    const last = this.#entries.pop()!
    if (last === entry) return
    this.#put(last, entry.place)
    this.#up(last)
    this.#down(last)
  }

  #up(entry: Entry): void {
    while (entry.place > 0) {
      const above = this.#entries[(entry.place - 1) >> 1]!
      if (!goesBefore(entry, above)) return
      this.#swap(entry, above)
    }
  }

  #down(entry: Entry): void {
    for (;;) {
      const left = this.#entries[2 * entry.place + 1]
      const right = this.#entries[2 * entry.place + 2]
      if (left === undefined) return
      const below = right !== undefined && goesBefore(right, left) ? right : left
      if (!goesBefore(below, entry)) return
      this.#swap(entry, below)
    }
  }

  #swap(one: Entry, other: Entry): void {
    const place = one.place
    this.#put(one, other.place)
    this.#put(other, place)
  }

  #put(entry: Entry, place: number): void {
    this.#entries[place] = entry
    entry.place = place
  }
}

/** Any moment gives the same answer. */
function goesBefore(left: InLane, right: InLane): boolean {
  return compareStandings(left, right, { now: left.asOf, usualRunMs: 0 }) < 0
}
