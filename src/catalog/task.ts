/**
 * What is done with tasks (contract 03, sections 2, 3 and 7): create, replace, delete. Whoever changes one
 * becomes its owner, for whom its reloads are made. All that is judged is judged in the commit that saves.
 */

import type { Caller } from '../core/caller.ts'
import { defined } from '../core/defined.ts'
import { type AppId, newUuid, type TaskId } from '../core/ids.ts'
import type { User } from '../core/records.ts'
import { nextAfter } from '../core/recurrence/schedule.ts'
import { isTenantAdmin } from '../core/rights.ts'
import { subjectsOf } from '../core/task/graph.ts'
import { migratedAway, retriggered, switchedOff, switchedOn } from '../core/task/switching.ts'
import type { Task, Triggers } from '../core/task/task.ts'
import { createdEvent, deletedEvent, updatedEvent } from '../event/task-life-event.ts'
import type { Change, TaskDecided, TaskView } from '../store/port/change.ts'
import { changeOne } from './deps.ts'
import { isRefused, type Refused, refused } from './refusal.ts'
import {
  appFor,
  isSame,
  mayUse,
  objection,
  saving,
  savingChanged,
  type TaskAnswer,
  type TaskDeps,
  withPlace,
} from './task-deps.ts'
import { toldWith } from './told-with.ts'

/** What a task is to be. */
export interface TaskWish {
  readonly name: string
  readonly description: string
  readonly enabled: boolean
  readonly appId: AppId
  readonly partial: boolean
  readonly triggers: Triggers
  readonly calendar?: string
  readonly catchUpWindowMs?: number
  readonly sent: Task['sent']
}

/**
 * Reload tasks of its app are switched off in the same commit: a newer task takes over.
 * @param migrateFrom the reload task that it is made from
 */
export async function createTask(
  deps: TaskDeps,
  caller: Caller,
  wish: TaskWish,
  migrateFrom?: string,
): Promise<TaskAnswer> {
  const { tenantId, user } = caller
  const { appId } = wish
  const id = newUuid<'task'>(deps.world.random)
  const step = (view: TaskView): TaskDecided<TaskAnswer> => {
    const app = appFor(view, user, wish.partial)
    if (isRefused(app)) return { answer: app }
    const old = view.ofApp.find((one) => one.generation === 'reload-task' && one.id === migrateFrom)
    if (migrateFrom !== undefined && old === undefined) {
      const detail = 'the app has no reload task with this id'
      return { answer: refused('taskNotFound', detail, { parameter: 'migrateFrom' }) }
    }
    const now = deps.world.clock.now()
    const bare = newTask(deps, caller, id, wish, now)
    const unplaced = switchedAsWished(deps, { ...bare, ...defined({ migratedFrom: old?.id }) }, wish, now)
    const task = withPlace(unplaced, app)
    const no = objection(deps, view, app, task, undefined)
    if (no !== undefined) return { answer: no }
    const replaced = view.ofApp
      .filter((one) => one.generation === 'reload-task' && !one.migrated)
      .map((before) => ({ before, after: { ...migratedAway(before), updatedAt: now } }))
    const subject = { tenant: view.tenant, app, userId: user.id }
    const moment = { random: deps.world.random, now }
    return saving(
      deps,
      view,
      task,
      [task, ...replaced.map(({ after }) => after)],
      [
        createdEvent({ ...subject, task }, moment),
        ...replaced.map(({ before, after }) => updatedEvent({ ...subject, task: after }, before, moment)),
      ],
    )
  }
  return withUpstream(deps, caller, wish, {
    kind: 'task',
    tenantId,
    id,
    appId,
    userId: user.id,
    ...(await chained(deps, caller, id, wish)),
    step,
  })
}

/**
 * @param wishFor what it is to be, of what it is; called in the step
 * @param isStale the caller saw another version
 */
export async function changeTask(
  deps: TaskDeps,
  caller: Caller,
  id: string,
  wishFor: (before: Task) => TaskWish | Refused,
  isStale: (before: Task) => boolean = () => false,
): Promise<TaskAnswer> {
  const { tenantId, user } = caller
  const seen = await deps.store.task(tenantId, id as TaskId)
  if (seen?.generation !== 'task') return noTask()
  const wanted = wishFor(seen)
  if (isRefused(wanted)) return wanted
  const step = (view: TaskView): TaskDecided<TaskAnswer> => {
    const { task: before } = view
    if (before === undefined) return { answer: noTask() }
    if (isStale(before))
      return { answer: refused('conflict', 'the task was changed meanwhile: read it again') }
    const wish = wishFor(before)
    if (isRefused(wish)) return { answer: wish }
    const app = appFor(view, user, wish.partial)
    if (isRefused(app)) return { answer: app }
    // The app of the view is that of the wish as it was seen.
    if (wish.appId !== wanted.appId) return { answer: refused('conflict', 'the task was changed meanwhile') }
    const now = deps.world.clock.now()
    const after = changedTask(deps, before, wish, user, now)
    return savingChanged(deps, view, app, user, { before, after, now })
  }
  return withUpstream(deps, caller, wanted, {
    kind: 'task',
    tenantId,
    id: seen.id,
    appId: wanted.appId,
    userId: user.id,
    ...(await chained(deps, caller, seen.id, wanted)),
    step,
  })
}

/** Its waiting runs go with it. A tenant admin and its owner need no right on the app. */
export function deleteTask(
  deps: TaskDeps,
  { tenantId, user }: Caller,
  id: string,
  generation: Task['generation'],
): Promise<TaskAnswer> {
  return changeOne<TaskAnswer>(deps.store, {
    kind: 'task',
    tenantId,
    id: id as TaskId,
    step: (view) => {
      const { task, tenant, app } = view
      if (task?.generation !== generation) return { answer: noTask() }
      const may = mayUse(view, user, 'reload') || isTenantAdmin(user) || task.ownerId === user.id
      if (!may) return { answer: hidden(view, user) }
      const moment = { random: deps.world.random, now: deps.world.clock.now() }
      const event = deletedEvent({ tenant, task, userId: user.id, ...defined({ app }) }, moment)
      return {
        answer: task,
        remove: { tasks: [task.id] },
        ...toldWith(deps.world, view, [event]),
      }
    },
  })
}

export function noTask(): Refused {
  return refused('taskNotFound', 'there is no task with this id', { parameter: 'id' })
}

/** Who may read its app is told what is missing; for others there is no such task. */
export function hidden(view: Parameters<typeof mayUse>[0], user: User): Refused {
  if (!mayUse(view, user, 'read')) return noTask()
  return refused('taskForbidden', 'the right to reload the app of the task is missing')
}

function newTask(
  { limits, world }: TaskDeps,
  { tenantId, user }: Caller,
  id: TaskId,
  wish: TaskWish,
  now: number,
): Task {
  const { enabled: _switched, ...wanted } = wish
  return {
    catchUpWindowMs: limits.catchUpWindowMs,
    ...wanted,
    id,
    tenantId,
    generation: 'task',
    appOwnerId: user.id,
    ownerId: user.id,
    createdAt: now,
    createdBy: user.id,
    updatedAt: now,
    updatedBy: user.id,
    enabled: false,
    jitterMs: Math.floor(world.random.uniform() * limits.scheduleJitterMs),
    migrated: false,
    state: { completed: false, failuresInRow: 0, joined: {} },
  }
}

/** A migrated task whose schedule has ended stays off, with its code (contract 03, section 8). */
function switchedAsWished({ zones }: TaskDeps, task: Task, wish: TaskWish, now: number): Task {
  const { schedule } = task.triggers
  const isOver = schedule !== undefined && nextAfter(schedule, now, zones) === undefined
  if (task.migratedFrom !== undefined && isOver) return { ...task, disabledCode: 'SCHEDULE-EXPIRED' }
  return wish.enabled ? switchedOn(task, now, zones) : retriggered(task, now, zones)
}

function changedTask(
  { limits, zones }: TaskDeps,
  before: Task,
  wish: TaskWish,
  user: User,
  now: number,
): Task {
  const { enabled, ...wanted } = wish
  const { calendar: _calendar, catchUpWindowMs: _window, ...kept } = before
  const task: Task = {
    ...kept,
    catchUpWindowMs: limits.catchUpWindowMs,
    ...wanted,
    ownerId: user.id,
    updatedAt: now,
    updatedBy: user.id,
  }
  const after = isSame(before.triggers, task.triggers) ? task : retriggered(task, now, zones)
  if (enabled === before.enabled) return after
  return enabled ? switchedOn(after, now, zones) : switchedOff(after, 'MANUALLY')
}

/**
 * Only who listens and is listened to can close a circle: for others the chains of the tenant are not read. A
 * listener that comes in this very moment is not seen; a circle that it closes ends by its length.
 */
async function chained(
  { store }: TaskDeps,
  { tenantId }: Caller,
  id: TaskId,
  { triggers, appId }: TaskWish,
): Promise<{ readonly chains?: true }> {
  if (triggers.ends === undefined) return {}
  const app = await store.app(tenantId, appId)
  const subjects = subjectsOf({ id, appId, ...defined({ spaceId: app?.spaceId }) })
  return (await store.listened(tenantId, subjects)).length === 0 ? {} : { chains: true }
}

/**
 * Saves the change, when all tasks that the wish listens to are there and their apps may be read, seen in the
 * same commit.
 */
async function withUpstream(
  { store }: TaskDeps,
  { tenantId, user }: Caller,
  { triggers }: TaskWish,
  change: Change<TaskAnswer> & { readonly kind: 'task' },
): Promise<TaskAnswer> {
  const events = triggers.ends?.events ?? []
  const wanted = [...new Set(events.flatMap(({ taskId }) => taskId ?? []))].filter((id) => id !== change.id)
  for (const id of wanted) {
    if ((await store.task(tenantId, id)) !== undefined) continue
    return refused('taskUpstreamUnknown', `there is no task ${id} to listen to`, { pointer: '/events' })
  }
  let missing: Refused | undefined
  const upstream = wanted.map(
    (id, at): Change<TaskAnswer | undefined> => ({
      kind: 'task',
      tenantId,
      id,
      step: (view) => {
        if (at === 0) missing = undefined
        if (view.task === undefined) missing ??= refused('taskNotFound', `task ${id} is gone meanwhile`)
        else if (!mayUse(view, user, 'read')) {
          missing ??= refused('taskUpstreamForbidden', `you may not read the app of task ${id}`)
        }
        return { answer: undefined }
      },
    }),
  )
  const own: Change<TaskAnswer | undefined> = {
    ...change,
    step: (view: TaskView) => (missing === undefined ? change.step(view) : { answer: missing }),
  }
  return (await store.change<TaskAnswer | undefined>([...upstream, own])).at(-1)!
}
