/**
 * A run that waited is due: it gets its reload as soon as the app has no active one. Unlike an instant of a
 * schedule it is never skipped for that, because no other one would come (contract 03, section 9).
 */

import { toldWith } from '../catalog/told-with.ts'
import { newTimeUuid } from '../core/ids.ts'
import type { Clock } from '../core/ports.ts'
import { isCircle } from '../core/task/data-change.ts'
import type { NoRunReason, TaskRun } from '../core/task/run.ts'
import type { Task } from '../core/task/task.ts'
import type { Change, TaskView } from '../store/port/change.ts'
import type { RunRef } from '../store/port/tasks.ts'
import { type BeginDeps, beginRun } from './begin-run.ts'
import type { Fired } from './fire-schedule.ts'
import { notRunEvent } from './not-run-event.ts'

export type WaitingRunDeps = BeginDeps & { readonly clock: Clock }

export function firingRun(deps: WaitingRunDeps, { tenantId, taskId, runId }: RunRef): Change<Fired> {
  return { kind: 'task', tenantId, id: taskId, runId, step: (view) => fire(deps, view) }
}

function fire(deps: WaitingRunDeps, view: TaskView) {
  const { task, run, tenant } = view
  const now = deps.clock.now()
  if (task === undefined || tenant.removedAt !== undefined) return { answer: undefined }
  if (run?.state !== 'waiting' || run.notBefore > now) return { answer: undefined }
  const instead = reasonAgainst(task, run, tenant)
  if (instead !== undefined) {
    const state = instead === 'paused' ? 'missed' : 'skipped'
    const ended: TaskRun = { ...run, state, reason: instead, endedAt: now }
    const event = notRunEvent(view, task, ended, newTimeUuid(deps.random, now), now)
    return { answer: [ended], put: { taskRuns: [ended] }, ...toldWith(deps, view, [event]) }
  }
  const begun = beginRun(deps, view, task, run, now)
  if (begun.kind === 'pending') return { answer: undefined }
  const { events = [], ...saving } = begun.saving
  return { answer: [begun.run], ...saving, ...toldWith(deps, view, events) }
}

/** Why there is to be no run at all. */
function reasonAgainst(
  { enabled, migrated }: Task,
  run: TaskRun,
  { tasksPausedAt }: TaskView['tenant'],
): NoRunReason | undefined {
  if (!enabled || migrated) return 'changed'
  if (isCircle(run)) return 'loop'
  return tasksPausedAt === undefined ? undefined : 'paused'
}
