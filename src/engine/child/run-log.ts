/**
 * The texts of a run: the script log (contract 02, section 6.2), the progress text (6.1) and the current
 * position. Both texts grow line by line; of a very long log the middle is lost, never the beginning or the
 * end. Control characters are removed, because they could steer the terminal of a reader.
 */

import {
  PROGRESS_LOG_MAX_BYTES,
  SCRIPT_LOG_MAX_BYTES,
  SCRIPT_LOG_PIECE_MAX_BYTES,
} from '../../core/limits.ts'
import { cleanText } from '../../core/plain-text.ts'
import { timeText } from '../../core/time-text.ts'
import { boundedLines } from '../../outcome/script-log.ts'

const EOL = '\r\n'
/** At this length the log is cut to its limit. */
const LOG_CHARACTERS_MAX = 2 * SCRIPT_LOG_MAX_BYTES
/** Lines are joined in blocks, since a separate string per line takes a multiple of its characters. */
const PIECE_LINES = 4096

export class RunLog {
  /** The current statement: its number, its line and its text in the script, cut. */
  statement = 0
  line = 0
  text = ''
  /** Joined blocks of the log, and the lines after them. */
  #log: string[] = []
  #lines: string[] = []
  #logCharacters = 0
  /** Lines that were not taken yet. */
  #newLines: string[] = []
  #newCharacters = 0
  #progress = ''

  /** Adds a line to the script log. Without a script line it is a result and is indented further. */
  add(atMs: number, line: number | undefined, depth: number, text: string): void {
    const number = line === undefined ? '    ' : String(line).padStart(4, '0')
    const indent = '  '.repeat(line === undefined ? depth + 1 : depth)
    const stamp = timeText(atMs)
    for (const each of cleanText(text).split(/\r\n|\r|\n/)) {
      const written = `${stamp} ${number} ${indent}${each}${EOL}`
      this.#lines.push(written)
      this.#logCharacters += written.length
      this.#newLines.push(written)
      this.#newCharacters += written.length
    }
    if (this.#newCharacters > 2 * SCRIPT_LOG_PIECE_MAX_BYTES) this.#boundNewLines()
    if (this.#lines.length >= PIECE_LINES) this.#join()
    if (this.#logCharacters <= LOG_CHARACTERS_MAX) return
    const cut = boundedLines(this.scriptLog, SCRIPT_LOG_MAX_BYTES)
    this.#log = [cut]
    this.#lines = []
    this.#logCharacters = cut.length
  }

  #join(): void {
    this.#log.push(this.#lines.join(''))
    this.#lines = []
  }

  /** Returns the lines since the last call, of very many the first and the last. */
  takeNewLines(): string {
    this.#boundNewLines()
    const [taken = ''] = this.#newLines
    this.#newLines = []
    this.#newCharacters = 0
    return taken
  }

  #boundNewLines(): void {
    const bounded = boundedLines(this.#newLines.join(''), SCRIPT_LOG_PIECE_MAX_BYTES)
    this.#newLines = [bounded]
    this.#newCharacters = bounded.length
  }

  progress(text: string): void {
    for (const each of cleanText(text).split(/\r\n|\r|\n/)) this.#progress += each + EOL
    if (this.#progress.length > 2 * PROGRESS_LOG_MAX_BYTES) {
      this.#progress = boundedLines(this.#progress, PROGRESS_LOG_MAX_BYTES)
    }
  }

  get scriptLog(): string {
    return this.#log.join('') + this.#lines.join('')
  }

  get progressLog(): string {
    return this.#progress
  }
}
