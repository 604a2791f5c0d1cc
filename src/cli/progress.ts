/** Shows the progress of a reload: one updating line on a terminal, else one line per loaded table. */
import type { ReloadRecord } from './client.ts'
import { newLines } from './new-lines.ts'
import type { Terminal } from './terminal.ts'

export interface ProgressWatch {
  seen(record: ReloadRecord): void
  end(): void
}

export function watchProgress(terminal: Terminal): ProgressWatch {
  const startedAt = performance.now()
  const tell = newLines(terminal)
  const seconds = () => ((performance.now() - startedAt) / 1000).toFixed(1)
  let last: ReloadRecord | undefined
  return {
    seen(record) {
      last = record
      tell(record.log ?? '')
      const why = record.queue === undefined ? '' : `  place ${record.queue.position}: ${record.queue.reason}`
      terminal.status(`  ${record.status}  ${seconds()} s${why}`)
    },
    end() {
      if (last === undefined) return
      const style = last.status === 'SUCCEEDED' ? 'green' : 'red'
      terminal.line(`  ${terminal.paint(style, last.status)} after ${seconds()} s`)
    },
  }
}
