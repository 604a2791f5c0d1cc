/**
 * The reload of a run has its outcome, or the run failed without one: what that makes of the run and of its
 * task (contract 03, sections 6 and 8).
 */
import { defined } from '../defined.ts'
import type { Outcome } from '../outcome.ts'
import type { TaskRun } from './run.ts'
import { switchedOff } from './switching.ts'
import type { LastRun, RunEnd, Task } from './task.ts'

/** EXCEEDED_LIMIT is a failure; a canceled reload is neither success nor failure. */
export const END_OF: Readonly<Record<Outcome, RunEnd>> = {
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  EXCEEDED_LIMIT: 'failed',
  CANCELED: 'aborted',
}

export function endedRun(run: TaskRun, end: RunEnd, now: number): TaskRun {
  return { ...run, state: end, endedAt: now }
}

/**
 * @param run that ended
 * @param failuresMax so many failures in a row switch the task off; 0: any number is borne
 */
export function afterRun(task: Task, run: TaskRun, end: RunEnd, failuresMax: number): Task {
  const { failuresInRow: before } = task.state
  const failuresInRow = end === 'succeeded' ? 0 : before + (end === 'failed' ? 1 : 0)
  const isLatest = (task.state.lastRun?.startedAt ?? 0) <= (run.startedAt ?? run.createdAt)
  const after = {
    ...task,
    state: { ...task.state, failuresInRow, ...(isLatest ? { lastRun: lastRunOf(run) } : {}) },
  }
  const isTooMuch = failuresMax > 0 && failuresInRow >= failuresMax && task.enabled
  return isTooMuch ? switchedOff(after, 'CONSECUTIVE-FAILURES') : after
}

/** Of a run that started, or failed before. */
export function lastRunOf(run: TaskRun): LastRun {
  const { id, state, startedAt, createdAt, endedAt, executedAs, reloadId } = run
  return {
    id,
    status: state === 'running' ? 'running' : (state as RunEnd),
    startedAt: startedAt ?? createdAt,
    ...defined({ endedAt, reloadId }),
    triggeredBy: triggeredBy(run),
    executedAs,
  }
}

/** Who or what started it, for people (contract 03, section 6). */
export function triggeredBy({ cause }: TaskRun): string {
  switch (cause.kind) {
    case 'schedule':
      return 'schedule'
    case 'ends':
      return cause.of[0]?.taskName ?? 'task'
    case 'data':
      return 'data'
    case 'hand':
      return cause.source ?? 'manual'
  }
}
