import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { LET_IN, NEXT_OF_TENANT, NEXT_OF_WEIGHTS, SOMEONE_DUE } from './claim.ts'
import { MASKS_OF_PLACE, READERS } from './data-readers.ts'
import {
  DUE_OF_SUBSCRIPTION,
  FIRST_FREE,
  FIRST_LEASE_END,
  IN_FLIGHT,
  PENDING_SUBSCRIPTIONS,
} from './deliveries.ts'
import { ACCEPTED_AFTER, ACCEPTED_BEFORE, EVENTS_AFTER, EVENTS_BEFORE } from './events.ts'
import { OLD_RUNS, OLD_SENDS, OLDEST_EVENTS, OLDEST_RELOADS, OLDEST_SCRIPT_LOGS } from './forget.ts'
import { EXPIRED_LEASES, NEXT_DUE_AT, OVERDUE_OF_TENANT, OVERDUE_RELOADS } from './leases.ts'
import { AHEAD_OF_WEIGHT, BACKING_OFF, FIRST_WAITING, RUNNING, WAITING_OF_TENANTS } from './queue.ts'
import { LAST_END } from './read-reloads.ts'
import { FAILED_OF_SUBSCRIPTION } from './reopen-deliveries.ts'
import { LISTENING, RUN_OF_RELOAD } from './settled-task.ts'
import { SqliteStore } from './sqlite-store.ts'
import { RUN_OF_KEY, WAITING_OF_TASK } from './task-rows.ts'
import { CHAINED_TASKS, OWNED_TASKS, TASKS_OF_APP, TASKS_OF_OWNER } from './task-views.ts'
import {
  DUE_RUNS,
  DUE_TASKS,
  HELD_RUNS,
  LISTENED,
  NEXT_RUN_AT,
  NEXT_TASK_AT,
  SCHEDULED_TASKS,
} from './tasks.ts'

const folder = mkdtempSync(join(tmpdir(), 'reprise-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'reprise.db')

describe('query plans', () => {
  const statements: readonly (readonly [string, string, string])[] = [
    ['claim', NEXT_OF_TENANT, 'reloads_claim'],
    ['claim with ageing', NEXT_OF_WEIGHTS, 'reloads_claim'],
    ['ahead of a reload', AHEAD_OF_WEIGHT, 'reloads_claim'],
    ['first waiting', FIRST_WAITING, 'reloads_waiting'],
    ['see whether something is due', SOMEONE_DUE, 'reloads_backing_off'],
    ['let in what is due', LET_IN, 'reloads_backing_off'],
    ['next due', NEXT_DUE_AT, 'reloads_backing_off'],
    ['expired leases', EXPIRED_LEASES, 'reloads_leased'],
    ['overdue reloads', OVERDUE_RELOADS, 'reloads_waiting'],
    ['last end of an app', LAST_END, 'reloads_of_app (app_id=?)'],
    ['events after', EVENTS_AFTER, 'events_of_tenant'],
    ['events before', EVENTS_BEFORE, 'events_of_tenant'],
    ['audited acceptances after', ACCEPTED_AFTER, 'reloads_audited'],
    ['audited acceptances before', ACCEPTED_BEFORE, 'reloads_audited'],
    ['pending subscriptions', PENDING_SUBSCRIPTIONS, 'deliveries_pending'],
    ['in flight', IN_FLIGHT, 'deliveries_in_flight'],
    ['due of a subscription', DUE_OF_SUBSCRIPTION, 'deliveries_pending'],
    ['failed of a subscription', FAILED_OF_SUBSCRIPTION, 'deliveries_failed'],
    ['old sends', OLD_SENDS, 'sends_of_subscription'],
    ['first free', FIRST_FREE, 'deliveries_pending'],
    ['first lease end', FIRST_LEASE_END, 'deliveries_in_flight'],
    ['due tasks', DUE_TASKS.first, 'tasks_due'],
    ['tenants with due tasks', DUE_TASKS.tenants, 'tasks_due_of_tenant'],
    ['due tasks of a tenant', DUE_TASKS.ofTenant, 'tasks_due_of_tenant'],
    ['due runs', DUE_RUNS.first, 'task_runs_due'],
    ['what holds a due run', DUE_RUNS.first, 'reloads_active'],
    ['tenants with waiting runs', DUE_RUNS.tenants, 'task_runs_due_of_tenant'],
    ['due runs of a tenant', DUE_RUNS.ofTenant, 'task_runs_due_of_tenant'],
    ['held runs', HELD_RUNS, 'task_runs_due'],
    ['next task', NEXT_TASK_AT, 'tasks_due'],
    ['next run', NEXT_RUN_AT, 'task_runs_due'],
    ['tasks with a schedule', SCHEDULED_TASKS, 'tasks_scheduled'],
    ['run of a reload', RUN_OF_RELOAD, 'task_runs_of_reload'],
    ['run of a key', RUN_OF_KEY, 'task_runs_unique'],
    ['waiting runs of a task', WAITING_OF_TASK, 'task_runs_waiting'],
    ['tasks of an app', TASKS_OF_APP, 'tasks_of_app'],
    ['tasks of an owner', TASKS_OF_OWNER, 'tasks_of_owner'],
    ['how many tasks an owner has', OWNED_TASKS, 'COVERING INDEX tasks_of_owner'],
    ['tasks that listen', CHAINED_TASKS, 'tasks_chained'],
    ['readers of a file', READERS, 'PRIMARY KEY (tenant_id=? AND place=? AND mask=? AND name=?)'],
    ['tasks of readers', READERS, 'tasks_of_app'],
    ['masks of a place', MASKS_OF_PLACE, 'PRIMARY KEY (tenant_id=? AND place=? AND mask=?)'],
    ['old runs', OLD_RUNS, 'task_runs_ended'],
  ]
  const planOf = async (sql: string) => {
    await SqliteStore.open(file).close()
    const db = new DatabaseSync(file)
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
    db.close()
    return plan.map((row) => String(row.detail))
  }
  it('who listens to an end: by its texts, and whether one waits by an index', async () => {
    const plan = (await planOf(LISTENING)).join('\n')
    expect(plan).toContain('SEARCH tasks USING PRIMARY KEY (id=?)')
    expect(plan).toContain('SEARCH task_listens USING PRIMARY KEY (tenant_id=? AND subject=?)')
    expect(plan).toContain('SEARCH task_runs USING INDEX task_runs_waiting (waiting_of=?)')
    expect(plan).not.toMatch(/SCAN task/)
  })

  it('under which texts somebody stands: by those texts', async () => {
    const plan = (await planOf(LISTENED)).join('\n')
    expect(plan).toContain('SEARCH task_listens USING PRIMARY KEY (tenant_id=? AND subject=?)')
    expect(plan).not.toMatch(/SCAN task/)
  })

  it('overdue reloads of a tenant with its own queue time: by two indexes, with a sort of what is overdue', async () => {
    const plan = await planOf(OVERDUE_OF_TENANT)
    expect(plan.filter((line) => line.includes('reloads')).map((line) => line.trim())).toEqual([
      expect.stringContaining('reloads_claim (tenant_id=? AND weight=? AND created_at<?)'),
      expect.stringContaining('reloads_backing_off'),
    ])
  })

  it.each(statements)('%s: by its index alone, no scan and no sort', async (_name, sql, index) => {
    const plan = await planOf(sql)
    expect(plan.join('\n')).toContain(index)
    for (const line of plan) {
      expect(line).not.toMatch(/SCAN (reloads|attempts|events|deliveries|tasks|task_runs)/)
      expect(line).not.toContain('TEMP B-TREE')
    }
  })

  const counts: readonly (readonly [string, string, string])[] = [
    ['who waits', WAITING_OF_TENANTS, 'COVERING INDEX reloads_claim'],
    ['what backs off', BACKING_OFF, 'INDEX reloads_backing_off'],
    ['what runs', RUNNING, 'INDEX reloads_leased'],
  ]
  it.each(counts)('count %s: by an index of nothing else', async (_name, sql, index) => {
    expect(await planOf(sql)).toEqual([`SCAN reloads USING ${index}`])
  })
})

describe('looking for what is over', () => {
  const plans: readonly (readonly [string, string])[] = [
    [OLDEST_RELOADS, 'SCAN reloads USING INDEX sqlite_autoindex_reloads_1'],
    [OLDEST_SCRIPT_LOGS, 'SCAN script_logs USING'],
    [OLDEST_EVENTS, 'SCAN events'],
  ]
  it.each(plans)('reads in the order of age and stops: %s', async (sql, walk) => {
    await SqliteStore.open(file).close()
    const db = new DatabaseSync(file)
    const plan = db
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map((row) => String(row.detail))
    db.close()
    expect(plan[0]).toContain(walk)
    expect(plan.join()).not.toContain('TEMP B-TREE')
  })
})
