/**
 * The script log as an engine process tells it while it runs, kept for the case that it never tells the
 * whole. Of a long one the first and the last lines stay, and a line in between says how many are left out.
 * Takes a hostile process's lines at no cost that grows with what was told before.
 */
import { leftOutLine } from '../../core/left-out-line.ts'
import { SCRIPT_LOG_PIECE_MAX_BYTES } from '../../core/limits.ts'

/** Characters of the first, and of the last lines. */
const KEPT_MAX = 4 * SCRIPT_LOG_PIECE_MAX_BYTES

export class ToldLog {
  readonly #first: string[] = []
  #firstLength = 0
  readonly #last: string[] = []
  #lastLength = 0
  #leftOut = 0

  /** @param lines whole lines, of at most a piece's length */
  add(lines: string): void {
    if (this.#last.length === 0 && this.#firstLength + lines.length <= KEPT_MAX) {
      this.#first.push(lines)
      this.#firstLength += lines.length
      return
    }
    this.#last.push(lines)
    this.#lastLength += lines.length
    while (this.#lastLength > KEPT_MAX) {
      const dropped = this.#last.shift()!
      this.#lastLength -= dropped.length
      this.#leftOut += dropped.split('\n').length - 1
    }
  }

  get text(): string {
    const gap = this.#leftOut === 0 ? '' : `${leftOutLine(this.#leftOut)}\r\n`
    return [...this.#first, gap, ...this.#last].join('')
  }
}
