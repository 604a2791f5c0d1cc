/**
 * Contending tenants that run equally many reloads for equal shares, in order. They spend at the same rate,
 * so their order does not change as time passes: a heap whose entries know their places, for removal from
 * anywhere.
 */
import { compareStandings } from '../../core/order.ts'
import type { Seat } from './turns.ts'

export class Lane {
  readonly key: string
  readonly #seats: Seat[] = []

  constructor(key: string) {
    this.key = key
  }

  get first(): Seat | undefined {
    return this.#seats[0]
  }

  add(seat: Seat): void {
    seat.place = this.#seats.push(seat) - 1
    this.#up(seat)
  }

  remove(seat: Seat): void {
    const last = this.#seats.pop()!
    if (last === seat) return
    this.#put(last, seat.place)
    this.#up(last)
    this.#down(last)
  }

  #up(seat: Seat): void {
    while (seat.place > 0) {
      const above = this.#seats[(seat.place - 1) >> 1]!
      if (!goesBefore(seat, above)) return
      this.#swap(seat, above)
    }
  }

  #down(seat: Seat): void {
    for (;;) {
      const left = this.#seats[2 * seat.place + 1]
      const right = this.#seats[2 * seat.place + 2]
      if (left === undefined) return
      const below = right !== undefined && goesBefore(right, left) ? right : left
      if (!goesBefore(below, seat)) return
      this.#swap(seat, below)
    }
  }

  #swap(one: Seat, other: Seat): void {
    const place = one.place
    this.#put(one, other.place)
    this.#put(other, place)
  }

  #put(seat: Seat, place: number): void {
    this.#seats[place] = seat
    seat.place = place
  }
}

/** Any moment gives the same answer. */
function goesBefore(left: Seat, right: Seat): boolean {
  return compareStandings(left, right, { now: left.asOf, usualRunMs: 0 }) < 0
}
