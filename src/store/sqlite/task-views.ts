/** What steps are shown of tasks and their runs. */
import type { DatabaseSync } from 'node:sqlite'
import { defined } from '../../core/defined.ts'
import type { AppId, TenantId, UserId } from '../../core/ids.ts'
import type { Space, SpaceAssignment } from '../../core/records.ts'
import type { TaskRun } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'
import type { CatalogView, TaskSubject, TaskView } from '../port/change.ts'
import { recordOf, recordsOf } from './row.ts'
import { prepareListening } from './settled-task.ts'
import { RUN_OF_KEY, WAITING_OF_TASK } from './task-rows.ts'
import { prepareUserById } from './user-rows.ts'
import type { Views } from './view.ts'

export const TASKS_OF_APP =
  'SELECT record FROM tasks WHERE app_id = ? AND tenant_id = ? ORDER BY created_at, id'

export const TASKS_OF_OWNER =
  'SELECT record FROM tasks WHERE owner_id = ? AND tenant_id = ? ORDER BY created_at, id'

export const OWNED_TASKS = 'SELECT count(*) AS count FROM tasks WHERE owner_id = ? AND tenant_id = ?'

export const CHAINED_TASKS =
  'SELECT record FROM tasks WHERE tenant_id = ? AND chained = 1 ORDER BY created_at, id'

export interface TaskLists {
  /** The oldest first, as all of these. */
  ofApp(tenantId: TenantId, id: AppId): Task[]
  ofOwner(tenantId: TenantId, id: UserId): Task[]
}

export function prepareTaskLists(db: DatabaseSync): TaskLists {
  const ofApp = db.prepare(TASKS_OF_APP)
  const ofOwner = db.prepare(TASKS_OF_OWNER)
  return {
    ofApp: (tenantId, id) => recordsOf<Task>(ofApp.all(id, tenantId)),
    ofOwner: (tenantId, id) => recordsOf<Task>(ofOwner.all(id, tenantId)),
  }
}

export function prepareTaskView(
  db: DatabaseSync,
  views: Views,
  lists: TaskLists,
): (tenantId: TenantId, subject: TaskSubject, base: CatalogView) => Omit<TaskView, 'judge'> {
  const selectTask = db.prepare('SELECT record FROM tasks WHERE id = ? AND tenant_id = ?')
  const userById = prepareUserById(db)
  const selectSpace = db.prepare('SELECT record FROM spaces WHERE id = ? AND tenant_id = ?')
  const selectAssignments = db.prepare(
    'SELECT record FROM assignments WHERE space_id = ? AND tenant_id = ? ORDER BY created_at, id',
  )
  const owned = db.prepare(OWNED_TASKS)
  const selectRun = db.prepare('SELECT record FROM task_runs WHERE id = ? AND task_id = ? AND tenant_id = ?')
  const keyed = db.prepare(RUN_OF_KEY)
  const waiting = db.prepare(WAITING_OF_TASK)
  const chained = db.prepare(CHAINED_TASKS)
  const listeningTo = prepareListening(db)
  return (tenantId, { id, runId, chains, ...asked }, base) => {
    const task = recordOf<Task>(selectTask.get(id, tenantId))
    const appId = asked.appId ?? task?.appId
    const userId = asked.userId ?? task?.ownerId
    const app = appId && views.app(tenantId, appId)
    const space = app?.spaceId && recordOf<Space>(selectSpace.get(app.spaceId, tenantId))
    return {
      ...base,
      ...defined({
        task,
        app,
        space,
        user: userId && userById(userId, tenantId),
        run: runId && recordOf<TaskRun>(selectRun.get(runId, id, tenantId)),
        readers: views.readers(app, base.subscriptions),
      }),
      ofApp: appId === undefined ? [] : lists.ofApp(tenantId, appId),
      assignments: space ? recordsOf<SpaceAssignment>(selectAssignments.all(space.id, tenantId)) : [],
      waiting: recordsOf<TaskRun>(waiting.all(id, tenantId)),
      chains: chains ? recordsOf<Task>(chained.all(tenantId)) : [],
      ownedTasks: () => (userId === undefined ? 0 : (owned.get(userId, tenantId)!.count as number)),
      keyed: (key) => recordOf<TaskRun>(keyed.get(id, key, tenantId)),
      listening: () =>
        appId === undefined
          ? { listening: [], waiting: [] }
          : listeningTo(tenantId, { taskId: id, appId, ...defined({ spaceId: app?.spaceId }) }),
    }
  }
}
