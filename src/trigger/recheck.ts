/**
 * The schedules of tasks are computed anew (core/recurrence/recheck-time.ts). An instant that is due already
 * is left for the loop, which records what was missed.
 */
import type { TaskId } from '../core/ids.ts'
import type { Clock } from '../core/ports.ts'
import type { ZoneOffsets } from '../core/recurrence/local-clock.ts'
import { scheduledFrom } from '../core/task/due.ts'
import { dueAt } from '../core/task/task.ts'
import type { Change, ChangeStore } from '../store/port/change.ts'
import type { TaskRef, TaskStore } from '../store/port/tasks.ts'

const TASKS_AT_ONCE = 200

export interface RecheckDeps {
  readonly store: Pick<TaskStore, 'scheduledTasks'> & ChangeStore
  readonly clock: Clock
  readonly zones: ZoneOffsets
}

/** @returns how many tasks wait for another instant than before */
export async function recheckSchedules(deps: RecheckDeps): Promise<number> {
  let moved = 0
  let after: TaskId | undefined
  for (;;) {
    const tasks = await deps.store.scheduledTasks(after, TASKS_AT_ONCE)
    const now = deps.clock.now()
    const wrong = tasks.filter((task) => {
      const due = dueAt(task)
      return (
        (due === undefined || due > now) && isOther(task, scheduledFrom(task, passed(task, now), deps.zones))
      )
    })
    if (wrong.length > 0) {
      const changes = wrong.map(({ tenantId, id }) => reschedule(deps, { tenantId, taskId: id }))
      moved += (await deps.store.change(changes)).filter(Boolean).length
    }
    const last = tasks.at(-1)
    if (last === undefined || tasks.length < TASKS_AT_ONCE) return moved
    after = last.id
  }
}

function reschedule({ clock, zones }: RecheckDeps, { tenantId, taskId }: TaskRef): Change<boolean> {
  return {
    kind: 'task',
    tenantId,
    id: taskId,
    step: ({ task }) => {
      const now = clock.now()
      const due = task && dueAt(task)
      if (task?.enabled !== true || (due !== undefined && due <= now)) return { answer: false }
      const after = scheduledFrom(task, passed(task, now), zones)
      return isOther(task, after) ? { answer: true, put: { tasks: [after] } } : { answer: false }
    },
  }
}

/** Instants up to here are over: those after it are due after `now`. */
function passed({ jitterMs }: { readonly jitterMs: number }, now: number): number {
  return now - jitterMs
}

function isOther(
  one: { readonly state: { readonly nextInstant?: number; readonly completed: boolean } },
  other: typeof one,
): boolean {
  return one.state.nextInstant !== other.state.nextInstant || one.state.completed !== other.state.completed
}
