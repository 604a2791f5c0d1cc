/** A person starts a task by hand: its reload is accepted at once, or the reason is told. */

import { toldWith } from '../catalog/told-with.ts'
import { newTimeUuid, type ReloadId, type UserId } from '../core/ids.ts'
import type { Clock } from '../core/ports.ts'
import type { Provenance } from '../core/reload.ts'
import { runOf, type TaskRun } from '../core/task/run.ts'
import type { Change } from '../store/port/change.ts'
import type { TaskRef } from '../store/port/tasks.ts'
import { type BeginDeps, beginRun } from './begin-run.ts'

export type StartDeps = BeginDeps & { readonly clock: Clock }

export interface StartedBy {
  readonly userId: UserId
  /** What the caller says that it comes from. */
  readonly source?: string
  readonly automationChain?: number
  /** How it asked; absent: nobody did, an automation starts it. */
  readonly asked?: Provenance
}

export type StartAnswer =
  /** `running`, or `failed` with the reason why its owner may not reload the app. */
  | { readonly kind: 'started'; readonly run: TaskRun }
  | { readonly kind: 'pending'; readonly pendingReloadId: ReloadId }
  | { readonly kind: 'off' }
  /** Under this key a run was started from another source. */
  | { readonly kind: 'other-payload' }
  | { readonly kind: 'no-task' }

/**
 * Whoever asks must have been found to have the right to reload the task's app.
 * @param key of the run: asked again under it, the answer is the same run. One of its own when absent.
 */
export function startingTask(
  deps: StartDeps,
  { tenantId, taskId }: TaskRef,
  { asked, ...by }: StartedBy,
  key?: string,
): Change<StartAnswer> {
  return {
    kind: 'task',
    tenantId,
    id: taskId,
    step: (view) => {
      const { task } = view
      if (task === undefined) return { answer: { kind: 'no-task' } }
      const known = key === undefined ? undefined : view.keyed(key)
      if (known !== undefined) {
        const isSame = known.cause.kind === 'hand' && known.cause.source === by.source
        return { answer: isSame ? { kind: 'started', run: known } : { kind: 'other-payload' } }
      }
      if (!task.enabled || task.migrated) return { answer: { kind: 'off' } }
      const now = deps.clock.now()
      const id = newTimeUuid<'task-run'>(deps.random, now)
      const run = runOf(task, id, key ?? `hand:${id}`, { kind: 'hand', ...by }, now)
      const begun = beginRun(deps, view, task, run, now, asked)
      if (begun.kind === 'pending') return { answer: begun }
      const { events = [], ...saving } = begun.saving
      return { answer: { kind: 'started', run: begun.run }, ...saving, ...toldWith(deps, view, events) }
    },
  }
}
