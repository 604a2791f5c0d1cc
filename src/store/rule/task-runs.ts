/** What must hold of every run of a task that is saved. */
import { isOutcome } from '../../core/outcome.ts'
import type { Reload } from '../../core/reload.ts'
import { isOver, isWithoutRun, type TaskRun } from '../../core/task/run.ts'
import type { ReloadView, Saving } from '../port/reloads.ts'

export function assertRun(run: TaskRun): void {
  const { state, reloadId, endedAt } = run
  must(isOver(run) === (endedAt !== undefined), run, 'endedAt is set exactly when it neither waits nor runs')
  const hasNone = state === 'waiting' || isWithoutRun(run)
  must(
    state === 'failed' || hasNone === (reloadId === undefined),
    run,
    'it has a reload exactly since it ran',
  )
}

/** The run of a reload that is saved with a step of the reload. */
export function assertRunOf(reload: Reload, runs: readonly TaskRun[]): void {
  for (const run of runs) {
    if (run.reloadId !== reload.id) continue
    must(isOver(run) === isOutcome(reload.state), run, 'it ends exactly with the outcome of its reload')
  }
}

/** Or the run would run for ever, and nobody would hear of its end. @param shown to the step */
export function assertRunEnds({ task, reload: before }: ReloadView, { reload, taskRuns = [] }: Saving): void {
  if (task === undefined || isOutcome(before.state) || !isOutcome(reload.state)) return
  const saved = taskRuns.some(({ id }) => id === task.run.id)
  must(saved, task.run, 'it is saved with the outcome of its reload')
}

function must(holds: boolean, run: TaskRun, rule: string): void {
  if (!holds) throw new Error(`broken invariant of run ${run.id}: ${rule}`)
}
