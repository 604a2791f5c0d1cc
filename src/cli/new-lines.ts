/** Prints the lines that a growing progress text gained since the last call, without blank lines. */
import type { Terminal } from './terminal.ts'

export function newLines(terminal: Terminal): (text: string) => void {
  let shown = 0
  return (text) => {
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
    for (const line of lines.slice(shown)) terminal.line(`  ${line}`)
    shown = Math.max(shown, lines.length)
  }
}
