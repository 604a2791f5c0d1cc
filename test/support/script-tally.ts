/**
 * Keeps how every script that the suite runs ended, when `npm run script-outcomes` asks for it by the name of
 * a file: a line of JSON each.
 */
import { createHash } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import type { RunEnd } from '../../src/engine/channel/script-run.ts'

/** The environment variable that names the file. */
export const TALLY_FILE = 'REPRISE_SCRIPT_TALLY'

export interface Tallied {
  /** SHA-256 of the text: a script that several tests run counts once for each of its outcomes. */
  readonly script: string
  /** `runs`, the code of its fault, or what else ended it. */
  readonly outcome: string
}

export function tally(script: string, end: RunEnd): void {
  const file = process.env[TALLY_FILE]
  if (file === undefined) return
  const outcome =
    end.kind === 'completed' ? 'runs' : end.kind === 'failed' ? `refused: ${end.fault.code}` : end.kind
  const line: Tallied = { script: createHash('sha256').update(script).digest('hex'), outcome }
  appendFileSync(file, `${JSON.stringify(line)}\n`)
}
