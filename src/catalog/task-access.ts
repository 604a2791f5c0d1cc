/**
 * Which tasks a user sees (contract 03, section 2): those of apps that the user may reload; a tenant admin
 * all of the tenant.
 */
import type { SpaceId, TaskId, UserId } from '../core/ids.ts'
import type { App, User } from '../core/records.ts'
import { isTenantAdmin, mayUseApp, type SpaceStanding } from '../core/rights.ts'
import type { Task } from '../core/task/task.ts'
import { all, any, type Condition, is } from '../store/port/condition.ts'
import type { FieldOf } from '../store/port/list-fields.ts'
import type { CatalogStore } from '../store/port/store.ts'
import { type Refused, refused } from './refusal.ts'
import { may, standings } from './standing.ts'
import { noTask } from './task.ts'

export interface SeenTask {
  readonly task: Task
  readonly app: App
}

export async function findTask(
  store: CatalogStore,
  user: User,
  id: string,
  generation: Task['generation'],
): Promise<SeenTask | Refused> {
  const task = await store.task(user.tenantId, id as TaskId)
  const app = task && (await store.app(user.tenantId, task.appId))
  if (task?.generation !== generation || app === undefined) return noTask()
  if (isTenantAdmin(user) || (await may(store, user, app, 'reload'))) return { task, app }
  if (!(await may(store, user, app, 'read'))) return noTask()
  return refused('taskForbidden', 'the right to reload the app of the task is missing')
}

/** The tasks that the user sees, as a condition of their list. */
export async function visibleTasks(store: CatalogStore, user: User): Promise<Condition<FieldOf<'tasks'>>> {
  if (isTenantAdmin(user)) return all()
  const places = [...(await standings(store, user))].filter(([, standing]) => mayReloadIn(user, standing))
  return any(is('appOwnerId', user.id), is('spaceId', ...places.map(([id]): SpaceId => id)))
}

/** Whether the user sees a task, as `visibleTasks` has it. */
export async function seesTasks(store: CatalogStore, user: User): Promise<(task: Task) => boolean> {
  if (isTenantAdmin(user)) return () => true
  const places = await standings(store, user)
  return ({ appOwnerId, spaceId }) => {
    const standing = spaceId === undefined ? undefined : places.get(spaceId)
    return appOwnerId === user.id || (standing !== undefined && mayReloadIn(user, standing))
  }
}

function mayReloadIn(user: User, standing: SpaceStanding): boolean {
  const ofNobody = { ownerId: '' as UserId, spaceId: standing.space.id }
  return mayUseApp(user, ofNobody, standing, 'reload')
}
