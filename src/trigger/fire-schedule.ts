/**
 * An instant of a task's schedule has come: the step that runs the task for it, or records why not (contract
 * 03, section 9). The instant is the run's unique key, so that none is run twice, whoever looks and whatever
 * clock was read.
 */

import { toldWith } from '../catalog/told-with.ts'
import { defined } from '../core/defined.ts'
import { newTimeUuid } from '../core/ids.ts'
import type { Clock } from '../core/ports.ts'
import type { Tenant } from '../core/records.ts'
import type { ZoneOffsets } from '../core/recurrence/local-clock.ts'
import { keyOfInstant, type NotRun, notRunRecord, tick } from '../core/task/due.ts'
import { runOf, type TaskRun } from '../core/task/run.ts'
import type { Task } from '../core/task/task.ts'
import { timeText } from '../core/time-text.ts'
import type { Change, TaskView } from '../store/port/change.ts'
import type { TaskRef } from '../store/port/tasks.ts'
import { type BeginDeps, beginRun } from './begin-run.ts'
import { notRunEvent } from './not-run-event.ts'

export interface ScheduleDeps extends BeginDeps {
  readonly clock: Clock
  readonly zones: ZoneOffsets
}

/** What became of a trigger; undefined: it was not due. */
export type Fired = readonly TaskRun[] | undefined

export function firingSchedule(deps: ScheduleDeps, { tenantId, taskId }: TaskRef): Change<Fired> {
  return { kind: 'task', tenantId, id: taskId, step: (view) => fire(deps, view) }
}

function fire(deps: ScheduleDeps, view: TaskView) {
  const { task, tenant } = view
  const now = deps.clock.now()
  const { zones } = deps
  const world = { zones, paused: tenant.tasksPausedAt !== undefined, isOff: daysOff(tenant, task, zones) }
  const ticked = tenant.removedAt === undefined ? task && tick(task, now, world) : undefined
  if (ticked === undefined) return { answer: undefined }
  const newRun = (instant: number) => {
    const id = newTimeUuid<'task-run'>(deps.random, now)
    return runOf(ticked.task, id, keyOfInstant(instant), { kind: 'schedule', instant }, now)
  }
  const isNew = (instant: number) => view.keyed(keyOfInstant(instant)) === undefined
  const record = (one: NotRun) => notRunRecord(ticked.task, one, newTimeUuid(deps.random, now), now)
  const notRun = ticked.notRun.filter(({ cause }) => isNew(cause.instant)).map(record)
  const begun =
    ticked.runs === undefined || !isNew(ticked.runs)
      ? undefined
      : beginRun(deps, view, ticked.task, newRun(ticked.runs), now)
  if (begun?.kind === 'pending') {
    const { pendingReloadId } = begun
    const busy: TaskRun = {
      ...newRun(ticked.runs!),
      state: 'skipped',
      reason: 'app-busy',
      pendingReloadId,
      endedAt: now,
    }
    return saving(deps, view, ticked.task, [...notRun, busy], undefined, now)
  }
  return saving(deps, view, ticked.task, notRun, begun, now)
}

function saving(
  deps: ScheduleDeps,
  view: TaskView,
  task: Task,
  notRun: readonly TaskRun[],
  begun: Exclude<ReturnType<typeof beginRun>, { kind: 'pending' }> | undefined,
  now: number,
) {
  const { tasks = [task], taskRuns = [] } = begun?.saving.put ?? {}
  const events = [
    ...notRun.map((run) => notRunEvent(view, task, run, newTimeUuid(deps.random, now), now)),
    ...(begun?.saving.events ?? []),
  ]
  const accepted = begun?.saving.accepted
  return {
    answer: begun === undefined ? notRun : [...notRun, begun.run],
    put: { tasks, taskRuns: [...notRun, ...taskRuns] },
    ...defined({ accepted }),
    ...toldWith(deps, view, events),
  }
}

/** @param wallMs what clocks of the zone show, as if they were in UTC */
function localDate(wallMs: number): string {
  return timeText(wallMs).slice(0, '2026-12-25'.length)
}

/** Whether the local day of an instant is one without runs. */
function daysOff(
  { calendars = {} }: Tenant,
  task: Task | undefined,
  zones: ZoneOffsets,
): (instant: number) => boolean {
  const zone = task?.triggers.schedule?.zone
  const days = task?.calendar === undefined ? undefined : calendars[task.calendar]
  if (zone === undefined || days === undefined) return () => false
  return (instant) => days.includes(localDate(instant + zones.offsetAt(zone, instant)))
}
