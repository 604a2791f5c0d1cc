/** What steps are shown of tasks and their runs in the memory store. */
import { defined } from '../../core/defined.ts'
import type { TenantId } from '../../core/ids.ts'
import type { App } from '../../core/records.ts'
import type { Reload } from '../../core/reload.ts'
import { heardUnder, listensUnder } from '../../core/task/hearing.ts'
import type { Task } from '../../core/task/task.ts'
import type { CatalogView, TaskSubject, TaskView } from '../port/change.ts'
import type { Listening, SettledTaskView } from '../port/tasks.ts'
import { type EndPlace, endPlaceOf } from '../rule/end-place.ts'
import { readersOf } from './readers.ts'
import { byAge, compare, own, type Tables } from './tables.ts'

/** Undefined when no task made the reload. */
export function settledTaskOf(
  tables: Tables,
  reload: Reload,
  app: App | undefined,
): SettledTaskView | undefined {
  if (reload.taskId === undefined) return undefined
  const run = tables.taskRuns.find((row) => row.reloadId === reload.id)
  if (run === undefined) return undefined
  const task = own(tables.tasks.get(run.taskId), reload.tenantId)
  return { run, ...defined({ task }), ...listeningTo(tables, reload.tenantId, endPlaceOf(run, reload, app)) }
}

export function taskView(
  tables: Tables,
  tenantId: TenantId,
  subject: TaskSubject,
  base: CatalogView,
): Omit<TaskView, 'judge'> {
  const { tasks, taskRuns } = tables
  const task = own(tasks.get(subject.id), tenantId)
  const appId = subject.appId ?? task?.appId
  const userId = subject.userId ?? task?.ownerId
  const app = appId && own(tables.apps.get(appId), tenantId)
  const user = userId && own(tables.users.get(userId), tenantId)
  const space = app?.spaceId && own(tables.spaces.get(app.spaceId), tenantId)
  const ofTask = taskRuns.where((row) => row.tenantId === tenantId && row.taskId === subject.id)
  const run = ofTask.find((row) => row.id === subject.runId)
  const readers = readersOf(tables, app, base.subscriptions)
  const ofTenant = (test: (row: Task) => boolean) =>
    byAge(tasks.where((row) => row.tenantId === tenantId && test(row)))
  return {
    ...base,
    ...defined({ task, app, user, space, run, readers }),
    ofApp: ofTenant((row) => row.appId === appId),
    assignments:
      space === undefined ? [] : byAge(tables.assignments.where((row) => row.spaceId === space.id)),
    waiting: byAge(ofTask.filter((row) => row.state === 'waiting')),
    chains: subject.chains ? ofTenant((row) => row.triggers.ends !== undefined) : [],
    ownedTasks: () => ofTenant((row) => row.ownerId === userId).length,
    keyed: (key) => ofTask.find((row) => row.key === key),
    listening: () =>
      appId === undefined
        ? { listening: [], waiting: [] }
        : listeningTo(tables, tenantId, { taskId: subject.id, appId, ...defined({ spaceId: app?.spaceId }) }),
  }
}

function listeningTo({ tasks, taskRuns }: Tables, tenantId: TenantId, end: EndPlace): Listening {
  const texts = heardUnder(end)
  const listening = tasks
    .where(
      (row) =>
        row.tenantId === tenantId && row.enabled && listensUnder(row).some((text) => texts.includes(text)),
    )
    .sort((left, right) => compare(left.id, right.id))
  const waits = ({ id }: Task) => taskRuns.find((row) => row.taskId === id && row.state === 'waiting')
  return { listening, waiting: listening.filter(waits).map(({ id }) => id) }
}
