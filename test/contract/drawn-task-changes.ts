/**
 * Random tasks and their runs: tasks drawn anew or removed, started when they or their waiting runs are due,
 * and what the end of a reload makes of its run and of those who listen.
 */
import { defined } from '../../src/core/defined.ts'
import type { AppId, ReloadId, RunId, TaskId, TenantId } from '../../src/core/ids.ts'
import { isOutcome } from '../../src/core/outcome.ts'
import type { Refusal, ReloadCommand } from '../../src/core/reload.ts'
import { END_OF, endedRun } from '../../src/core/task/ended.ts'
import { hear } from '../../src/core/task/hearing.ts'
import { type Cause, runOf, type TaskRun } from '../../src/core/task/run.ts'
import type { Task, TaskEvent, Triggers } from '../../src/core/task/task.ts'
import type { Change, TaskDecided, TaskView } from '../../src/store/port/change.ts'
import type { ReloadView, Saving } from '../../src/store/port/reloads.ts'
import type { Store } from '../../src/store/port/store.ts'
import { put, remove } from '../support/catalog.ts'
import { aReload, aTask } from '../support/records.ts'
import type { Drawing } from './drawn-file-changes.ts'
import { commandStep } from './store-records.ts'

const TASKS = 8
const FIRED_AT_ONCE = 3

interface Place {
  readonly appId: AppId
  readonly tenantId: TenantId
}

/** Of each app a task with a schedule; and of each tenant one that listens to every end. */
export function firstTasks(places: readonly Place[], now: number): Task[] {
  const events: TaskEvent[] = [{ name: 'e', status: 'any' }]
  return places.map((place, number) => {
    const triggers: Triggers = number < 2 ? { ends: { join: 'any', events } } : { schedule: {} as never }
    const state = { ...aTask().state, ...(number < 2 ? {} : { nextInstant: now }) }
    return aTask({ id: taskId(number), ...place, triggers, state, createdAt: number })
  })
}

/** @param places the apps with their tenants; a task keeps its place */
export function drawTask(drawing: Drawing, now: number, places: readonly Place[]) {
  const number = drawing.below(TASKS)
  const { appId, tenantId } = places[number % places.length]!
  const id = taskId(number)
  if (drawing.below(6) === 0) return (store: Store) => remove(store, tenantId, { tasks: [id] })
  const instant = now + drawing.one([-50, 0, 50, 3000])
  const triggers = drawing.one<Triggers>([
    { schedule: {} as never },
    { ends: { join: drawing.one(['any', 'all']), events: [0, 1].map((n) => drawEvent(drawing, n, places)) } },
    { data: { partial: false } },
    {},
  ])
  const task = aTask({
    ...{ id, appId, tenantId, triggers },
    createdAt: number,
    enabled: drawing.below(5) > 0,
    migrated: drawing.below(9) === 0,
    jitterMs: drawing.one([0, 7]),
    state: { ...aTask().state, ...(triggers.schedule === undefined ? {} : { nextInstant: instant }) },
  })
  return (store: Store) => put(store, { tasks: [task] })
}

function taskId(number: number): TaskId {
  return `task-${number}` as TaskId
}

function drawEvent(drawing: Drawing, number: number, places: readonly Place[]): TaskEvent {
  const condition = drawing.one([
    {},
    { taskId: taskId(drawing.below(TASKS)) },
    { appId: drawing.one(places).appId },
  ])
  return { name: `e${number}`, status: drawing.one(['any', 'succeeded', 'failed']), ...condition }
}

/** @param newId of a reload that may be made */
export function drawFiring(drawing: Drawing, now: number, newId: () => ReloadId) {
  const max = 1 + drawing.below(FIRED_AT_ONCE)
  const reloadsPerAppAndDay = drawing.one([0, 0, 2])
  const ids = Array.from({ length: 2 * FIRED_AT_ONCE }, newId)
  return async (store: Store) => {
    const due = { tasks: await store.dueTasks(now, max), runs: await store.dueRuns(now, max) }
    const fired = [...due.tasks, ...due.runs].map((ref, i): Change<unknown> => {
      const { tenantId, taskId: id, ...ofRun } = ref
      const step = (view: TaskView) => fire(view, { now, reloadId: ids[i]!, reloadsPerAppAndDay })
      return { kind: 'task', tenantId, id, ...ofRun, step }
    })
    return {
      due,
      isHeld: await store.hasHeldRuns(now),
      next: await store.nextTaskAt(now),
      scheduled: await store.scheduledTasks(taskId(2), max),
      fired: await store.change(fired),
    }
  }
}

interface Firing {
  readonly now: number
  readonly reloadId: ReloadId
  readonly reloadsPerAppAndDay: number
}

function fire(view: TaskView, { now, reloadId, reloadsPerAppAndDay }: Firing): TaskDecided<unknown> {
  const { task, run: waiting } = view
  if (task === undefined || (waiting !== undefined && waiting.state !== 'waiting')) return { answer: 'gone' }
  const cause: Cause = { kind: 'schedule', instant: task.state.nextInstant ?? 0 }
  const key = `at:${cause.instant}`
  const state = { ...task.state, nextInstant: now + 1000 }
  const put = { tasks: waiting === undefined ? [{ ...task, state }] : [] }
  const known = waiting === undefined ? view.keyed(key) : undefined
  if (known !== undefined) return { answer: known, put }
  const run = waiting ?? runOf(task, `${task.id} ${key}` as RunId, key, cause, now)
  const { tenantId, appId, id } = task
  const times = { createdAt: now, queuedAt: now, notBefore: now }
  const reload = aReload({ id: reloadId, tenantId, appId, taskId: id, ...times })
  const answer = view.judge({ reload, reloadsPerAppAndDay })
  if (answer.kind === 'accepted') {
    const taskRuns: TaskRun[] = [{ ...run, state: 'running', startedAt: now, reloadId }]
    return { answer, put: { ...put, taskRuns }, accepted: reload }
  }
  const over: TaskRun =
    answer.kind === 'pending'
      ? { ...run, state: 'skipped', reason: 'app-busy', endedAt: now, ...answer }
      : { ...run, state: 'failed', refusal: answer.kind, endedAt: now }
  if (waiting !== undefined && answer.kind === 'pending') return { answer: 'held' }
  return { answer: [answer, view.listening()], put: { ...put, taskRuns: [over] } }
}

/** As `commandStep`; the end of a reload that a task made ends its run and wakes who listens. */
export function settlingStep(command: ReloadCommand, now: number) {
  const decide = commandStep(command, now)
  return (view: ReloadView): Saving | Refusal => {
    const saving = decide(view)
    return 'refused' in saving || view.task === undefined
      ? saving
      : { ...saving, ...endOf(view, saving, now) }
  }
}

function endOf({ task: shown, app }: ReloadView, { reload }: Saving, now: number): Partial<Saving> {
  if (shown === undefined || !isOutcome(reload.state)) return {}
  const { run, task, listening, waiting } = shown
  const end = END_OF[reload.state]
  const over = endedRun(run, end, now)
  if (task === undefined) return { taskRuns: [over] }
  const { taskId: id, taskName, appId, id: runId } = run
  const told = { taskId: id, taskName, runId, end, appId, ...defined({ spaceId: app?.spaceId }), depth: 0 }
  const heard = listening.flatMap((listener) => {
    const next = { id: `${listener.id} after ${runId}` as RunId, now: now + 40 }
    return hear(listener, told, waiting.includes(listener.id), next) ?? []
  })
  const woken = heard.flatMap((one) => one.run ?? [])
  const own: Task = { ...task, state: { ...task.state, failuresInRow: task.state.failuresInRow + 1 } }
  const others = heard.map((one) => one.task).filter((one) => one.id !== task.id)
  return { tasks: [own, ...others], taskRuns: [over, ...woken] }
}
