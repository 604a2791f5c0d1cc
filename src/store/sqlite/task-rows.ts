/** Tasks and their runs as rows: the record, and what it is found by. */
import type { SQLInputValue } from 'node:sqlite'
import { listensUnder } from '../../core/task/hearing.ts'
import type { TaskRun } from '../../core/task/run.ts'
import { dueAt, type Task } from '../../core/task/task.ts'

export const TASK_COLUMNS =
  'id, tenant_id, app_id, owner_id, created_at, due_at, scheduled, chained, listens, record'

export function taskValues(task: Task): SQLInputValue[] {
  const { id, tenantId, appId, ownerId, createdAt, enabled, triggers } = task
  const isScheduled = enabled && triggers.schedule !== undefined
  return [
    ...[id, tenantId, appId, ownerId, createdAt],
    dueAt(task) ?? null,
    isScheduled ? 1 : 0,
    triggers.ends === undefined ? 0 : 1,
    JSON.stringify(listensUnder(task)),
    JSON.stringify(task),
  ]
}

export const RUN_COLUMNS =
  'id, tenant_id, task_id, app_id, key, reload_id, state, not_before, created_at, started_at, ended_at, record'

export function runValues(run: TaskRun): SQLInputValue[] {
  const { id, tenantId, taskId, appId, key, reloadId, state, notBefore, createdAt, startedAt, endedAt } = run
  return [
    ...[id, tenantId, taskId, appId, key, reloadId ?? null, state],
    ...[notBefore, createdAt, startedAt ?? null, endedAt ?? null, JSON.stringify(run)],
  ]
}

export const WAITING_OF_TASK =
  'SELECT record FROM task_runs WHERE waiting_of = ? AND tenant_id = ? ORDER BY created_at, id'

export const RUN_OF_KEY = 'SELECT record FROM task_runs WHERE task_id = ? AND key = ? AND tenant_id = ?'
