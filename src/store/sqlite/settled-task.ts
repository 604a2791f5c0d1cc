/** What a step that ends a reload is shown of the task that made it, and who listens to the end of a run. */
import type { DatabaseSync } from 'node:sqlite'
import { defined } from '../../core/defined.ts'
import type { TenantId } from '../../core/ids.ts'
import type { App } from '../../core/records.ts'
import type { Reload } from '../../core/reload.ts'
import { heardUnder } from '../../core/task/hearing.ts'
import type { TaskRun } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'
import type { Listening, SettledTaskView } from '../port/tasks.ts'
import { type EndPlace, endPlaceOf } from '../rule/end-place.ts'
import { recordOf, recordsOf } from './row.ts'

export const RUN_OF_RELOAD = 'SELECT record FROM task_runs WHERE reload_id = ?'

export const LISTENING = `
  SELECT record, EXISTS (SELECT 1 FROM task_runs WHERE waiting_of = tasks.id) AS waits FROM tasks
  WHERE record ->> '$.enabled' AND id IN (
    SELECT task_id FROM task_listens WHERE tenant_id = ? AND subject IN (SELECT value FROM json_each(?))
  )
  ORDER BY id`

/** Undefined when no task made the reload. @param app its app */
type SettledTask = (reload: Reload, app: App | undefined) => SettledTaskView | undefined

export function prepareSettledTask(db: DatabaseSync): SettledTask {
  const runOf = db.prepare(RUN_OF_RELOAD)
  const taskOf = db.prepare('SELECT record FROM tasks WHERE id = ? AND tenant_id = ?')
  const listeningTo = prepareListening(db)
  return (reload, app) => {
    if (reload.taskId === undefined) return undefined
    const run = recordOf<TaskRun>(runOf.get(reload.id))
    if (run === undefined) return undefined
    const task = recordOf<Task>(taskOf.get(run.taskId, reload.tenantId))
    return { run, ...defined({ task }), ...listeningTo(reload.tenantId, endPlaceOf(run, reload, app)) }
  }
}

export function prepareListening(db: DatabaseSync): (tenantId: TenantId, end: EndPlace) => Listening {
  const select = db.prepare(LISTENING)
  return (tenantId, end) => {
    const rows = select.all(tenantId, JSON.stringify(heardUnder(end)))
    const listening = recordsOf<Task>(rows)
    return { listening, waiting: listening.filter((_, i) => rows[i]!.waits === 1).map(({ id }) => id) }
  }
}
