/** Positions in texts: offsets for programs, lines and columns for people. */

/** A piece of a text: offsets in UTF-16 units, the first inside and the first behind. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Both from 1; columns in UTF-16 units. */
export interface LineColumn {
  readonly line: number
  readonly column: number
}

/** Finds the line of an offset in a text by halving, so that many positions of a long text cost little. */
export class Lines {
  readonly #starts = [0]

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1)
  }

  at(offset: number): LineColumn {
    let low = 0
    let high = this.#starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (this.#starts[middle]! <= offset) low = middle
      else high = middle
    }
    return { line: low + 1, column: offset - this.#starts[low]! + 1 }
  }
}
