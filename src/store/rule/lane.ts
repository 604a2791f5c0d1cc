/**
 * Contending tenants that run equally many reloads for equal shares, in order. They spend at the same rate,
 * so their order does not change as time passes: a heap whose entries know their positions, for removal from
 * anywhere.
 */
import { compareStandings, type Standing } from '../../core/order.ts'

export interface InLane extends Standing {
  /** Where it stands; kept by the lane. */
  position: number
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
    entry.position = this.#entries.push(entry) - 1
    this.#up(entry)
  }

  remove(entry: Entry): void {
    const last = this.#entries.pop()!
    if (last === entry) return
    this.#put(last, entry.position)
    this.#up(last)
    this.#down(last)
  }

  #up(entry: Entry): void {
    while (entry.position > 0) {
      const above = this.#entries[(entry.position - 1) >> 1]!
      if (!goesBefore(entry, above)) return
      this.#swap(entry, above)
    }
  }

  #down(entry: Entry): void {
    for (;;) {
      const left = this.#entries[2 * entry.position + 1]
      const right = this.#entries[2 * entry.position + 2]
      if (left === undefined) return
      const below = right !== undefined && goesBefore(right, left) ? right : left
      if (!goesBefore(below, entry)) return
      this.#swap(entry, below)
    }
  }

  #swap(one: Entry, other: Entry): void {
    const position = one.position
    this.#put(one, other.position)
    this.#put(other, position)
  }

  #put(entry: Entry, position: number): void {
    this.#entries[position] = entry
    entry.position = position
  }
}

/** Any moment gives the same answer. */
function goesBefore(left: InLane, right: InLane): boolean {
  return compareStandings(left, right, { now: left.asOf, usualRunMs: 0 }) < 0
}
