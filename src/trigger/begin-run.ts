/**
 * A run of a task begins in the step that is shown the task: it gets its reload, waits for the app's active
 * one, or fails with the reason why it may not.
 */
import { defined } from '../core/defined.ts'
import type { ReloadId } from '../core/ids.ts'
import type { Provenance } from '../core/reload.ts'
import { lastRunOf } from '../core/task/ended.ts'
import type { TaskRun } from '../core/task/run.ts'
import { switchedOff } from '../core/task/switching.ts'
import type { Task } from '../core/task/task.ts'
import { updatedEvent } from '../event/task-life-event.ts'
import { type RunEndRules, runEnding } from '../outcome/run-end.ts'
import type { TaskDecided, TaskView } from '../store/port/change.ts'
import { type AdmitDeps, admit } from './admit.ts'

export type BeginDeps = AdmitDeps & RunEndRules

export type Begun =
  | { readonly kind: 'running' | 'failed'; readonly run: TaskRun; readonly saving: RunSaving }
  | { readonly kind: 'pending'; readonly pendingReloadId: ReloadId }

/** What is to be saved with the run; `put` holds the run and its task. */
export type RunSaving = Required<Pick<TaskDecided<unknown>, 'put'>> &
  Pick<TaskDecided<unknown>, 'accepted' | 'events'>

/** @param asked how somebody asked for the run with a request of its own */
export function beginRun(
  deps: BeginDeps,
  view: TaskView,
  task: Task,
  run: TaskRun,
  now: number,
  asked?: Provenance,
): Begun {
  const admission = admit(deps, view, task, run, now, asked)
  switch (admission.kind) {
    case 'pending':
      return admission
    case 'accepted': {
      const { reload } = admission
      const running: TaskRun = {
        ...run,
        state: 'running',
        startedAt: now,
        reloadId: reload.id,
        executedAs: reload.userId,
      }
      const state = { ...task.state, joined: {}, lastRun: lastRunOf(running) }
      const put = { tasks: [{ ...task, state }], taskRuns: [running] }
      return { kind: 'running', run: running, saving: { put, accepted: reload } }
    }
    case 'refused': {
      const refused: TaskRun = { ...run, startedAt: now, refusal: admission.text }
      const { tenant, app } = view
      const ending = runEnding(
        deps,
        { run: refused, task, tenant, ...view.listening(), ...defined({ app }) },
        'failed',
        now,
      )
      const [own = task, ...heard] = ending.tasks
      const after = admission.disables === undefined ? own : switchedOff(own, admission.disables)
      const subject = { tenant, task: after, userId: run.executedAs, ...defined({ app }) }
      const off = updatedEvent(subject, own, { random: deps.random, now })
      const { taskRuns } = ending
      const events = off === undefined ? ending.events : [...ending.events, off]
      const put = { tasks: [after, ...heard], taskRuns }
      return { kind: 'failed', run: taskRuns[0] ?? refused, saving: { put, events } }
    }
  }
}
