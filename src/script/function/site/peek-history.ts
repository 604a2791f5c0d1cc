/**
 * The rows of one output field that Peek can still reach. Most uses look back a fixed number of rows, so only
 * those are kept; a row number that is not constant keeps the whole column.
 */
import type { Value } from '../../value/value.ts'

export class PeekHistory {
  /** Rows counted from the end that must be reachable; Infinity keeps everything. */
  #back = 0
  /** Rows counted from the start that must be reachable. */
  #front = 0
  #length = 0
  readonly #start: Value[] = []
  #tail: Value[] = []

  /**
   * Makes a row number reachable (negative: from the end), or all if undefined. Call before the first push.
   */
  reach(row: number | undefined): void {
    if (row === undefined) this.#back = Number.POSITIVE_INFINITY
    else if (row < 0) this.#back = Math.max(this.#back, -row)
    else this.#front = Math.max(this.#front, row + 1)
  }

  /** Number of rows of an existing table to push first: all, or the first and last ones. */
  get needs(): { readonly front: number; readonly back: number } {
    return { front: this.#front, back: this.#back }
  }

  /** Starts with rows of the target table: its first `front` and last `back` rows of `length` in all. */
  startWith(front: readonly Value[], back: readonly Value[], length: number): void {
    this.#start.push(...front)
    this.#tail = [...back]
    this.#length = length
  }

  push(value: Value): void {
    if (this.#start.length < this.#front && this.#start.length === this.#length) this.#start.push(value)
    this.#length++
    this.#tail.push(value)
    // Trimming at intervals bounds both memory and the cost of a push.
    if (this.#tail.length > 2 * this.#back + 64)
      this.#tail = this.#tail.slice(-this.#back || this.#tail.length)
  }

  /**
   * Returns the row from 0, or from the end if negative: -1 is the last row written. NULL if there is no such
   * row.
   */
  at(row: number): Value {
    const wanted = row < 0 ? this.#length + row : row
    if (wanted < 0 || wanted >= this.#length) return null
    const fromEnd = this.#length - wanted
    if (fromEnd <= this.#tail.length) return this.#tail[this.#tail.length - fromEnd]!
    return this.#start[wanted] ?? null
  }
}
