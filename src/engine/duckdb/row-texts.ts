/**
 * The texts of one column as they come row by row, block by block: a dictionary for as long as texts come
 * again, and none where most of them are new. A dictionary that did not grow is used for the next block as it
 * is.
 */
import { ROWS_A_TEXT, TextDictionary } from './pair-appender.ts'

/** Blocks without a dictionary until it is tried again. */
const BLOCKS_WITHOUT = 15

export class RowTexts {
  /** For each row of the block the position of its text, below 0 for NULL. */
  readonly codes: Int32Array
  readonly #most: number
  readonly #positions = new Map<string, number>()
  #texts: string[] = []
  #made: TextDictionary | undefined
  /** Blocks that still go without a dictionary, with this one. */
  #without = 0

  constructor(blockRows: number) {
    this.codes = new Int32Array(blockRows)
    this.#most = Math.ceil(blockRows / ROWS_A_TEXT)
  }

  /** Gives the characters that are held for it. */
  put(row: number, text: string): number {
    if (this.#without === 0) {
      const position = this.#positions.get(text)
      if (position !== undefined) {
        this.codes[row] = position
        return 0
      }
      if (this.#positions.size === this.#most) this.#without = BLOCKS_WITHOUT
      else this.#positions.set(text, this.#texts.length)
    }
    this.codes[row] = this.#texts.length
    this.#texts.push(text)
    return text.length
  }

  dictionary(): TextDictionary {
    const indexed = this.#without === 0
    if (this.#made?.texts.length !== this.#texts.length || !indexed) {
      this.#made = new TextDictionary(indexed ? [...this.#texts] : this.#texts, indexed)
    }
    return this.#made
  }

  /** Begins the next block. @param forget whether to let go of the dictionary too */
  next(forget: boolean): void {
    if (this.#without > 0) this.#without--
    else if (!forget) return
    this.#positions.clear()
    this.#texts = []
    this.#made = undefined
  }
}
