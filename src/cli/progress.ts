/** Shows a reload's records as they change: one living line on a terminal, one line per loaded table everywhere. */
import type { ReloadRecord } from './client.ts'
import type { Terminal } from './terminal.ts'

export interface ProgressWatch {
  seen(record: ReloadRecord): void
  end(): void
}

export function watchProgress(terminal: Terminal): ProgressWatch {
  const startedAt = performance.now()
  let shownLines = 0
  let last: ReloadRecord | undefined
  const showNewLines = (record: ReloadRecord) => {
    const lines = (record.log ?? '').split(/\r?\n/).filter((line) => line.trim() !== '')
    for (const line of lines.slice(shownLines)) terminal.line(`  ${line}`)
    shownLines = Math.max(shownLines, lines.length)
  }
  return {
    seen(record) {
      last = record
      showNewLines(record)
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
      terminal.status(`  ${record.status}  ${seconds} s`)
    },
    end() {
      if (last === undefined) return
      const style = last.status === 'SUCCEEDED' ? 'green' : 'red'
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
      terminal.line(`  ${terminal.paint(style, last.status)} after ${seconds} s`)
    },
  }
}
