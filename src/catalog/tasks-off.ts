/**
 * Tasks that what happens to others switches off, each with its code (contract 03, section 8), in the commit
 * in which it happens: their owners' rights would run what they did not mean, or have none any more.
 */
import type { Random } from '../core/ports.ts'
import type { App, User } from '../core/records.ts'
import { switchedOff } from '../core/task/switching.ts'
import type { DisabledCode, Task } from '../core/task/task.ts'
import { updatedEvent } from '../event/task-life-event.ts'
import type { AppView, CatalogSaving, Change, TaskView } from '../store/port/change.ts'
import type { Condition } from '../store/port/condition.ts'
import type { FieldOf } from '../store/port/list-fields.ts'
import { everyRow } from '../store/port/lists.ts'
import type { CatalogStore } from '../store/port/store.ts'
import type { CatalogDeps } from './deps.ts'
import { mayUse, saving, withPlace } from './task-deps.ts'
import { toldWith } from './told-with.ts'

/** What happened to an app, by whom. */
export interface AppHappening {
  /** The app as it is saved. */
  readonly app: App
  readonly by: User
  readonly random: Random
  /** Epoch ms. */
  readonly now: number
}

/** Its tasks with their app's place, those to be switched off with the code, and the events of both. */
export function tasksAfter(
  { tenant, tasks, subscriptions }: Pick<AppView, 'tenant' | 'tasks' | 'subscriptions'>,
  { app, by, random, now }: AppHappening,
  code: DisabledCode,
  isOff: (task: Task) => boolean,
): Pick<CatalogSaving, 'events' | 'deliveries'> & { readonly tasks: readonly Task[] } {
  const changed = tasks.flatMap((before) => {
    const placed = withPlace(before, app)
    const after = isOff(before) ? switchedOff(placed, code) : placed
    const isNew =
      after !== placed || placed.spaceId !== before.spaceId || placed.appOwnerId !== before.appOwnerId
    return isNew ? [{ before, after: { ...after, updatedAt: now } }] : []
  })
  const events = changed.flatMap(({ before, after }) => {
    const subject = { tenant, app, userId: by.id, task: after }
    return updatedEvent(subject, before, { random, now }) ?? []
  })
  return {
    tasks: changed.map(({ after }) => after),
    ...toldWith({ random }, { subscriptions, app }, events),
  }
}

/**
 * Steps to be saved behind one that may take rights away, or an owner: the tasks whose owners are gone or may
 * not reload the app any more are switched off.
 * @param where the tasks that may be concerned
 */
export async function rightsRechecked(
  { store, world }: Pick<CatalogDeps, 'world'> & { readonly store: Pick<CatalogStore, 'list'> },
  by: User,
  where: Condition<FieldOf<'tasks'>>,
): Promise<readonly Change<undefined>[]> {
  const { tenantId } = by
  const tasks = await everyRow(store, 'tasks', { tenantId, where })
  return tasks.map(({ id, ownerId }) => ({
    kind: 'task',
    tenantId,
    id,
    userId: ownerId,
    step: (view) => {
      const { task, user, app, tenant } = view
      if (task?.enabled !== true || app === undefined) return { answer: undefined }
      const owner = user?.id === task.ownerId ? user : undefined
      const code = owner === undefined ? 'OWNER-MOVED' : offWithOwner(view, owner)
      if (code === undefined) return { answer: undefined }
      const now = world.clock.now()
      const after = { ...switchedOff(task, code), updatedAt: now }
      const subject = { tenant, app, userId: by.id, task: after }
      return saving(
        { world },
        view,
        undefined,
        [after],
        [updatedEvent(subject, task, { random: world.random, now })],
      )
    },
  }))
}

/** Why a task of the owner is switched off; undefined while the owner may have it. */
function offWithOwner(view: TaskView, owner: User): DisabledCode | undefined {
  if (owner.status === 'deleted') return 'OWNER-DELETED'
  if (owner.status === 'disabled') return 'OWNER-DISABLED'
  return mayUse(view, owner, 'reload') ? undefined : 'OWNER-MOVED'
}
