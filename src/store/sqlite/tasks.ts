/**
 * What the loops ask about tasks: which are due, and when the next one will be. As a rule few are, and they
 * are found by their time. Only when there are more than are asked for, the tenants are walked, one index
 * seek each, so that one tenant's many do not stand before another's few.
 *
 * While tenants are removed, those that are present are walked, too.
 *
 * A waiting run whose app has an active reload is passed over at the cost of one seek.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { RunId, TaskId, TenantId } from '../../core/ids.ts'
import type { TaskRun } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'
import type { TaskStore } from '../port/tasks.ts'
import { type Due, inTurns } from '../rule/in-turns.ts'
import { type Row, recordOf, recordsOf } from './row.ts'
import type { Answers } from './verbs.ts'

const HELD = 'EXISTS (SELECT 1 FROM reloads WHERE reloads.app_id = task_runs.app_id AND ended_at IS NULL)'

interface DueSql {
  /** The first ones of all tenants. */
  readonly first: string
  /** The tenants that have some, due or not, by skipping through the index. */
  readonly tenants: string
  readonly ofTenant: string
}

export const DUE_TASKS: DueSql = {
  first: 'SELECT tenant_id, id, due_at AS due FROM tasks WHERE due_at <= ? ORDER BY due_at, id LIMIT ?',
  tenants: tenantsWith('tasks', 'due_at IS NOT NULL'),
  ofTenant: `
    SELECT tenant_id, id, due_at AS due FROM tasks
    WHERE tenant_id = ? AND due_at <= ? ORDER BY due_at, id LIMIT ?`,
}

export const DUE_RUNS: DueSql = {
  first: `
    SELECT tenant_id, id, task_id, not_before AS due FROM task_runs
    WHERE state = 'waiting' AND not_before <= ? AND NOT ${HELD} ORDER BY not_before, id LIMIT ?`,
  tenants: tenantsWith('task_runs', "state = 'waiting'"),
  ofTenant: `
    SELECT tenant_id, id, task_id, not_before AS due FROM task_runs
    WHERE state = 'waiting' AND tenant_id = ? AND not_before <= ? AND NOT ${HELD}
    ORDER BY not_before, id LIMIT ?`,
}

export const HELD_RUNS = `
  SELECT 1 FROM task_runs WHERE state = 'waiting' AND not_before <= ? AND ${HELD} LIMIT 1`

export const NEXT_TASK_AT = 'SELECT min(due_at) AS due FROM tasks WHERE due_at > ?'

export const NEXT_RUN_AT = `
  SELECT min(not_before) AS due FROM task_runs WHERE state = 'waiting' AND not_before > ?`

export const SCHEDULED_TASKS = 'SELECT record FROM tasks WHERE scheduled = 1 AND id > ? ORDER BY id LIMIT ?'

export const LISTENED = `
  SELECT DISTINCT subject FROM task_listens
  WHERE tenant_id = ? AND subject IN (SELECT value FROM json_each(?))`

function tenantsWith(table: string, condition: string): string {
  return `
    WITH RECURSIVE known (id) AS (
      SELECT min(tenant_id) FROM ${table} WHERE ${condition}
      UNION ALL
      SELECT (SELECT min(tenant_id) FROM ${table} WHERE ${condition} AND tenant_id > known.id)
      FROM known WHERE known.id IS NOT NULL
    )
    SELECT id FROM known WHERE id IS NOT NULL`
}

/** @param removed tenants of which nothing is due */
export function prepareTasks(db: DatabaseSync, removed: () => ReadonlySet<TenantId>): Answers<TaskStore> {
  const task = db.prepare('SELECT record FROM tasks WHERE id = ? AND tenant_id = ?')
  const run = db.prepare('SELECT record FROM task_runs WHERE id = ? AND tenant_id = ?')
  const dueTasks = prepareDue(db, DUE_TASKS, removed)
  const dueRuns = prepareDue(db, DUE_RUNS, removed)
  const held = db.prepare(HELD_RUNS)
  const next = [db.prepare(NEXT_TASK_AT), db.prepare(NEXT_RUN_AT)]
  const scheduled = db.prepare(SCHEDULED_TASKS)
  const listened = db.prepare(LISTENED)
  return {
    task: (tenantId, id) => recordOf<Task>(task.get(id, tenantId)),
    taskRun: (tenantId, id) => recordOf<TaskRun>(run.get(id, tenantId)),
    dueTasks: (now, max) =>
      dueTasks(now, max).map(({ tenantId, id }) => ({ tenantId, taskId: id as TaskId })),
    dueRuns: (now, max) =>
      dueRuns(now, max).map(({ tenantId, id, row }) => ({
        tenantId,
        taskId: row.task_id as TaskId,
        runId: id as RunId,
      })),
    hasHeldRuns: (now) => held.get(now) !== undefined,
    nextTaskAt: (now) => {
      const times = next.flatMap((one) => (one.get(now)?.due as number | null) ?? [])
      return times.length === 0 ? undefined : Math.min(...times)
    },
    listened: (tenantId, texts) =>
      listened.all(tenantId, JSON.stringify(texts)).map(({ subject }) => subject as string),
    scheduledTasks: (after, max) => recordsOf<Task>(scheduled.all(after ?? '', max)),
  }
}

type DueRow = Due & { readonly row: Row }

function prepareDue(
  db: DatabaseSync,
  sql: DueSql,
  removed: () => ReadonlySet<TenantId>,
): (now: number, max: number) => DueRow[] {
  const first = db.prepare(sql.first)
  const tenants = db.prepare(sql.tenants)
  const ofTenant = db.prepare(sql.ofTenant)
  /** So many rounds that they hold as many as are asked for. */
  const ofEach = (now: number, max: number): Row[] => {
    const gone = removed()
    const ids = tenants.all().flatMap(({ id }) => (gone.has(id as TenantId) ? [] : (id as TenantId)))
    for (let rounds = 1; ; rounds *= 2) {
      const found = ids.map((id) => ofTenant.all(id, now, rounds))
      const rows = found.flat()
      if (rows.length >= max || found.every(({ length }) => length < rounds)) return rows
    }
  }
  return (now, max) => {
    const some = removed().size === 0 ? first.all(now, max + 1) : undefined
    const rows = some !== undefined && some.length <= max ? some : ofEach(now, max)
    return inTurns(rows.map(dueRowOf), max)
  }
}

function dueRowOf(row: Row): DueRow {
  return { tenantId: row.tenant_id as TenantId, id: row.id as string, due: row.due as number, row }
}
