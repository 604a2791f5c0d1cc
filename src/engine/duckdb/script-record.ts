/**
 * What a run tells while it goes on: the script log (contract 02, section 6.2), the progress text (6.1) and where the script
 * is. Both texts grow line by line; a very chatty script loses the middle of its log, never its beginning or its end.
 * Neither holds control characters: they could steer the terminal of whoever reads it.
 */
import { PROGRESS_LOG_MAX_BYTES } from '../../core/limits.ts'
import { cleanText } from '../../event/cloud-event.ts'
import { boundedLines } from '../script-log.ts'

const EOL = '\r\n'
/** Where the log is cut down to half of that. */
const LOG_CHARACTERS_MAX = 32 * 1024 * 1024

export class ScriptRecord {
  statement = 0
  line = 0
  #log: string[] = []
  #logCharacters = 0
  #progress = ''

  /** A line of the script log. Without a script line it is a result and stands deeper. */
  log(atMs: number, line: number | undefined, depth: number, text: string): void {
    const number = line === undefined ? '    ' : String(line).padStart(4, '0')
    const indent = '  '.repeat(line === undefined ? depth + 1 : depth)
    const stamp = new Date(atMs).toISOString()
    for (const each of cleanText(text).split(/\r\n|\r|\n/)) {
      const written = `${stamp} ${number} ${indent}${each}${EOL}`
      this.#log.push(written)
      this.#logCharacters += written.length
    }
    if (this.#logCharacters <= LOG_CHARACTERS_MAX) return
    const cut = boundedLines(this.#log.join(''), LOG_CHARACTERS_MAX / 2)
    this.#log = [cut]
    this.#logCharacters = cut.length
  }

  progress(text: string): void {
    for (const each of cleanText(text).split(/\r\n|\r|\n/)) this.#progress += each + EOL
    if (this.#progress.length > 2 * PROGRESS_LOG_MAX_BYTES) {
      this.#progress = boundedLines(this.#progress, PROGRESS_LOG_MAX_BYTES)
    }
  }

  get scriptLog(): string {
    return this.#log.join('')
  }

  get progressLog(): string {
    return this.#progress
  }
}
