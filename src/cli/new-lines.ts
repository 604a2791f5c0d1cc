/**
 * Prints what a growing progress text has gained since the last call, line by line, without its blank lines.
 */
import type { Terminal } from './terminal.ts'

export function newLines(terminal: Terminal): (text: string) => void {
  let shown = 0
  return (text) => {
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
    for (const line of lines.slice(shown)) terminal.line(`  ${line}`)
    shown = Math.max(shown, lines.length)
  }
}
