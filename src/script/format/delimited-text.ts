/**
 * Room `script/format`: rows in texts: delimited and of fixed width. Readers of characters enter; files and
 * encodings stand in `engine/source`.
 *
 * Splits delimited text into rows of cells (SEMANTICS block E; LANGUAGE, section 7). Text is pushed in pieces
 * of any size; each row is emitted as soon as it is complete, so memory is bounded by the longest row.
 *
 * Quoting: "standard" accepts '..' and ".." as first and last mark of a cell, within one line; "msq" accepts
 * only "..", which may hold delimiters, line ends and doubled marks; with "none" marks are data. Blanks
 * around a value are dropped unless `verbatim`: ASCII 32, in text of the script itself tabs too. Empty lines
 * are skipped.
 */

import { faults } from '../fault/fault.ts'
import { BLANK, CR, LF, TAB } from '../value/character-codes.ts'

export interface DelimitedFormat {
  /** One or more characters, or the word "spaces": any run of blanks and of control characters. */
  readonly delimiter: string
  /** Tabs count as blanks where they delimit nothing. */
  readonly dropsTabs: boolean
  readonly quoting: 'standard' | 'msq' | 'none'
  readonly verbatim: boolean
  /** Lines before the labels that are skipped as they are. */
  readonly headerLines: number
  /** Lines that start with this text are skipped. */
  readonly comment?: string
}

/** A longer row, or one of more cells, means that the file is not delimited text. */
const ROW_MAX_CHARACTERS = 16 * 1024 * 1024
const ROW_MAX_CELLS = 100_000

const INCOMPLETE = -1

export class DelimitedText {
  readonly #format: DelimitedFormat
  readonly #delimiter: string
  readonly #spaces: boolean
  readonly #dropsTabs: boolean
  readonly #trims: boolean
  readonly #row: (cells: string[]) => void
  #buffer = ''
  #at = 0
  #final = false
  #headerLeft: number
  /** Below this buffer length an incomplete row is not read again. */
  #lookAgainAt = 0

  constructor(format: DelimitedFormat, row: (cells: string[]) => void) {
    this.#format = format
    this.#spaces = format.delimiter === 'spaces'
    this.#delimiter = this.#spaces ? ' ' : format.delimiter === '\\t' ? '\t' : format.delimiter
    this.#dropsTabs = format.dropsTabs && !this.#delimiter.startsWith('\t')
    this.#trims = !format.verbatim && !this.#delimiter.startsWith(' ')
    this.#row = row
    this.#headerLeft = format.headerLines
  }

  push(text: string): void {
    this.#buffer = this.#at === 0 ? this.#buffer + text : this.#buffer.slice(this.#at) + text
    this.#at = 0
    if (this.#buffer.length < this.#lookAgainAt) return
    this.#readRows()
    const left = this.#buffer.length - this.#at
    if (left > ROW_MAX_CHARACTERS) {
      throw faults.wrongFormat(
        `A row is longer than ${ROW_MAX_CHARACTERS} characters: check delimiter and quoting`,
      )
    }
    this.#lookAgainAt = left * 2
  }

  /** Emits the last row, with or without a final line end. */
  end(): void {
    this.#final = true
    this.#readRows()
    this.#buffer = ''
  }

  #readRows(): void {
    while (this.#at < this.#buffer.length) {
      const next = this.#skipped() ?? this.#readRow()
      if (next === INCOMPLETE) return
      this.#at = next
    }
  }

  /**
   * Returns the start of the next line if this one is a header, a comment or empty; undefined if it is a row.
   */
  #skipped(): number | undefined {
    const buffer = this.#buffer
    if (this.#headerLeft > 0) {
      const next = this.#nextLine(this.#at)
      if (next !== INCOMPLETE) this.#headerLeft--
      return next
    }
    const comment = this.#format.comment
    if (comment !== undefined && comment !== '' && buffer.startsWith(comment, this.#at)) {
      return this.#nextLine(this.#at)
    }
    const at = this.#pastBlanks(this.#at)
    if (at >= buffer.length) return this.#final ? buffer.length : INCOMPLETE
    return isLineEnd(buffer.charCodeAt(at)) ? this.#pastLineEnd(at) : undefined
  }

  #nextLine(from: number): number {
    let at = from
    while (at < this.#buffer.length && !isLineEnd(this.#buffer.charCodeAt(at))) at++
    return this.#pastLineEnd(at)
  }

  /** `at` is at a line end or at the end of the buffer. */
  #pastLineEnd(at: number): number {
    const buffer = this.#buffer
    if (at >= buffer.length) return this.#final ? buffer.length : INCOMPLETE
    if (buffer.charCodeAt(at) === LF) return at + 1
    // A carriage return at the end of the buffer may be half of CR LF.
    if (at + 1 >= buffer.length && !this.#final) return INCOMPLETE
    return buffer.charCodeAt(at + 1) === LF ? at + 2 : at + 1
  }

  #readRow(): number {
    const cells: string[] = []
    let at = this.#spaces ? this.#pastBlanks(this.#at) : this.#at
    for (;;) {
      if (cells.length === ROW_MAX_CELLS) {
        throw faults.wrongFormat(`A row has more than ${ROW_MAX_CELLS} cells: check delimiter and format`)
      }
      const end = this.#readCell(at, cells)
      if (end === INCOMPLETE) return INCOMPLETE
      if (end >= this.#buffer.length || isLineEnd(this.#buffer.charCodeAt(end))) {
        const next = this.#pastLineEnd(end)
        if (next !== INCOMPLETE) this.#row(cells)
        return next
      }
      at = end + this.#delimiter.length
      if (this.#spaces) {
        at = this.#pastBlanks(at)
        if (at >= this.#buffer.length || isLineEnd(this.#buffer.charCodeAt(at))) {
          const next = this.#pastLineEnd(at)
          if (next !== INCOMPLETE) this.#row(cells)
          return next
        }
      }
    }
  }

  /** Adds the cell that starts at `from`; returns the position of the delimiter or line end after it. */
  #readCell(from: number, cells: string[]): number {
    if (this.#format.quoting !== 'none') {
      const quoted = this.#readQuoted(from, cells)
      if (quoted !== undefined) return quoted
    }
    const end = this.#cellEnd(from)
    if (end === INCOMPLETE) return INCOMPLETE
    let first = from
    let last = end
    if (this.#trims) {
      while (first < last && this.#isBlank(this.#buffer.charCodeAt(first))) first++
      while (last > first && this.#isBlank(this.#buffer.charCodeAt(last - 1))) last--
    }
    cells.push(this.#buffer.slice(first, last))
    return end
  }

  /** Returns the next delimiter or line end; the end of the buffer only if no more text comes. */
  #cellEnd(from: number): number {
    const buffer = this.#buffer
    const delimiter = this.#delimiter
    const first = delimiter.charCodeAt(0)
    for (let at = from; at < buffer.length; at++) {
      const code = buffer.charCodeAt(at)
      if (code === LF || code === CR || (this.#spaces && code < BLANK)) return at
      if (code === first && (delimiter.length === 1 || buffer.startsWith(delimiter, at))) return at
    }
    return this.#final ? buffer.length : INCOMPLETE
  }

  /** As #readCell for a quoted cell; returns undefined if it is not quoted. */
  #readQuoted(from: number, cells: string[]): number | undefined {
    const start = this.#trims ? this.#pastBlanks(from) : from
    const mark = this.#buffer.charAt(start)
    if (mark === '' && !this.#final) return INCOMPLETE
    if (mark === '"' && this.#format.quoting === 'msq') return this.#readMsq(start, cells)
    if ((mark !== '"' && mark !== "'") || this.#format.quoting === 'msq') return undefined
    let markInside = false
    for (let at = start + 1; at < this.#buffer.length; at++) {
      const code = this.#buffer.charCodeAt(at)
      if (code === LF || code === CR) return undefined
      // After a mark that does not close the cell, the cell is plain text up to the next delimiter.
      if (markInside && this.#isDelimiter(at)) return undefined
      if (this.#buffer.charAt(at) !== mark) continue
      const end = this.#endsCell(at + 1)
      if (end === INCOMPLETE) return INCOMPLETE
      if (end === undefined) {
        markInside = true
        continue
      }
      cells.push(this.#buffer.slice(start + 1, at))
      return end
    }
    return this.#final ? undefined : INCOMPLETE
  }

  #readMsq(start: number, cells: string[]): number | undefined {
    let at = start + 1
    for (;;) {
      const close = this.#buffer.indexOf('"', at)
      if (close < 0) return this.#final ? undefined : INCOMPLETE
      if (close + 1 >= this.#buffer.length && !this.#final) return INCOMPLETE
      if (this.#buffer.charAt(close + 1) === '"') {
        at = close + 2
        continue
      }
      const end = this.#endsCell(close + 1)
      if (end === undefined || end === INCOMPLETE) return end
      cells.push(this.#buffer.slice(start + 1, close).replaceAll('""', '"'))
      return end
    }
  }

  /** Returns the position of the delimiter or line end if only blanks precede it; otherwise undefined. */
  #endsCell(from: number): number | undefined {
    const at = this.#trims ? this.#pastBlanks(from) : from
    if (at >= this.#buffer.length) return this.#final ? at : INCOMPLETE
    if (isLineEnd(this.#buffer.charCodeAt(at)) || this.#isDelimiter(at)) return at
    const mayContinue = !this.#final && this.#buffer.length - at < this.#delimiter.length
    return mayContinue && this.#delimiter.startsWith(this.#buffer.slice(at)) ? INCOMPLETE : undefined
  }

  #pastBlanks(from: number): number {
    let at = from
    while (this.#isBlank(this.#buffer.charCodeAt(at))) at++
    return at
  }

  #isBlank(code: number): boolean {
    if (this.#spaces) return code <= BLANK && !isLineEnd(code)
    return code === BLANK || (this.#dropsTabs && code === TAB)
  }

  #isDelimiter(at: number): boolean {
    if (this.#spaces) return this.#isBlank(this.#buffer.charCodeAt(at))
    return this.#buffer.startsWith(this.#delimiter, at)
  }
}

const isLineEnd = (code: number): boolean => code === LF || code === CR

/**
 * Returns field names from the label row: a blank label is named by its position, `@2`; a repeated one
 * becomes the first free of `a1`, `a2` ..., so that no column is lost (SEMANTICS E16, pinned).
 */
export function fieldNamesFrom(labels: readonly string[]): string[] {
  const taken = new Set(labels)
  const given = new Set<string>()
  /** The number that each repeated label tries next: those before it are taken for good. */
  const numbers = new Map<string, number>()
  return labels.map((label, index) => {
    const wanted = label === '' ? `@${index + 1}` : label
    let name = wanted
    let number = numbers.get(wanted) ?? 1
    while (given.has(name) || (name !== label && taken.has(name))) name = `${wanted}${number++}`
    numbers.set(wanted, number)
    given.add(name)
    return name
  })
}
