/**
 * What is done with reload tasks of the older generation (contract 03, section 1): create and replace. Newer
 * tasks of their app take over from them for good. They are deleted as tasks are (task.ts).
 */

import type { Caller } from '../core/caller.ts'
import { type AppId, newHexId, type TaskId } from '../core/ids.ts'
import type { User } from '../core/records.ts'
import { retriggered, switchedOff, switchedOn } from '../core/task/switching.ts'
import type { Task, Triggers } from '../core/task/task.ts'
import { createdEvent } from '../event/task-life-event.ts'
import type { TaskDecided, TaskView } from '../store/port/change.ts'
import { changeOne } from './deps.ts'
import { isRefused, type Refused, refused } from './refusal.ts'
import { noTask } from './task.ts'
import {
  appFor,
  isSame,
  objection,
  saving,
  savingChanged,
  type TaskAnswer,
  type TaskDeps,
  withPlace,
} from './task-deps.ts'

/** What a reload task is to be. */
export interface ReloadTaskWish {
  readonly appId: AppId
  readonly partial: boolean
  readonly triggers: Triggers
  /** Absent: as it is; a new one is on. */
  readonly enabled?: boolean
  readonly sent: Task['sent']
}

const NAME = 'Reload task'

export function createReloadTask(deps: TaskDeps, caller: Caller, wish: ReloadTaskWish): Promise<TaskAnswer> {
  const { tenantId, user } = caller
  const { random, clock } = deps.world
  const id = newHexId<'task'>(random, clock.now())
  return changeOne<TaskAnswer>(deps.store, {
    kind: 'task',
    tenantId,
    id,
    appId: wish.appId,
    userId: user.id,
    step: (view) => {
      const app = appFor(view, user, wish.partial)
      if (isRefused(app)) return { answer: app }
      const newer = view.ofApp.some(({ generation }) => generation === 'task')
      if (newer) return { answer: takenOver() }
      const now = clock.now()
      const bare = newReloadTask(deps, caller, id, wish, now)
      const switched =
        wish.enabled === false ? retriggered(bare, now, deps.zones) : switchedOn(bare, now, deps.zones)
      const task = withPlace(switched, app)
      const no = objection(deps, view, app, task, undefined)
      if (no !== undefined) return { answer: no }
      const event = createdEvent({ tenant: view.tenant, app, userId: user.id, task }, { random, now })
      return saving(deps, view, task, [task], [event])
    },
  })
}

export async function replaceReloadTask(
  deps: TaskDeps,
  { tenantId, user }: Caller,
  id: string,
  wishFor: (before: Task) => ReloadTaskWish | Refused,
): Promise<TaskAnswer> {
  const seen = await deps.store.task(tenantId, id as TaskId)
  if (seen?.generation !== 'reload-task') return noTask()
  const wanted = wishFor(seen)
  if (isRefused(wanted)) return wanted
  const step = (view: TaskView): TaskDecided<TaskAnswer> => {
    const { task: before } = view
    if (before === undefined) return { answer: noTask() }
    const wish = wishFor(before)
    if (isRefused(wish)) return { answer: wish }
    const app = appFor(view, user, wish.partial)
    if (isRefused(app)) return { answer: app }
    if (before.migrated && wish.enabled === true) return { answer: takenOver() }
    const now = deps.world.clock.now()
    const after = replaced(deps, before, wish, user, now)
    return savingChanged(deps, view, app, user, { before, after, now })
  }
  return changeOne<TaskAnswer>(deps.store, {
    kind: 'task',
    tenantId,
    id: seen.id,
    appId: wanted.appId,
    userId: user.id,
    step,
  })
}

function takenOver(): Refused {
  const detail = 'the app has newer tasks, which took over: use /api/scheduling/tasks'
  return refused('badRequest', detail, { pointer: '/appId' })
}

function newReloadTask(
  { limits, world }: TaskDeps,
  { tenantId, user }: Caller,
  id: TaskId,
  { appId, partial, triggers, sent }: ReloadTaskWish,
  now: number,
): Task {
  return {
    id,
    tenantId,
    generation: 'reload-task',
    appId,
    appOwnerId: user.id,
    partial,
    triggers,
    sent,
    name: NAME,
    description: '',
    ownerId: user.id,
    createdAt: now,
    createdBy: user.id,
    updatedAt: now,
    updatedBy: user.id,
    enabled: false,
    catchUpWindowMs: limits.catchUpWindowMs,
    jitterMs: Math.floor(world.random.uniform() * limits.scheduleJitterMs),
    migrated: false,
    state: { completed: false, failuresInRow: 0, joined: {} },
  }
}

function replaced({ zones }: TaskDeps, before: Task, wish: ReloadTaskWish, user: User, now: number): Task {
  const { enabled = before.enabled, appId, partial, triggers, sent } = wish
  const given = { appId, partial, triggers, sent }
  const task: Task = { ...before, ...given, ownerId: user.id, updatedAt: now, updatedBy: user.id }
  const after = isSame(before.triggers, triggers) ? task : retriggered(task, now, zones)
  if (enabled === before.enabled) return after
  return enabled ? switchedOn(after, now, zones) : switchedOff(after, 'MANUALLY')
}
