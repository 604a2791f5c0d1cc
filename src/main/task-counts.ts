/** Counts what fired tasks led to, for Prometheus: runs that did not take place can be alerted on. */
import { Counter, type Registry } from 'prom-client'
import type { TaskRun } from '../core/task/run.ts'

export function taskCounts(metrics: Registry): { readonly fired: (runs: readonly TaskRun[]) => void } {
  const counter = new Counter({
    name: 'reprise_task_runs_total',
    help: 'Runs of tasks that began (running, failed), and that did not take place (skipped, missed), since the start of the process.',
    labelNames: ['trigger', 'state', 'reason'],
    registers: [metrics],
  })
  return {
    fired(runs) {
      for (const { cause, state, reason = '' } of runs) {
        const missed = cause.kind === 'schedule' ? (cause.missed?.count ?? 1) : 1
        counter.inc({ trigger: cause.kind, state, reason }, missed)
      }
    },
  }
}
