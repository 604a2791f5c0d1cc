/** Automations: reading them and their runs, and what a step about one is shown. */
import type { DatabaseSync } from 'node:sqlite'
import type { Automation } from '../../core/automation/automation.ts'
import { WAIT_MAX_MS } from '../../core/automation/limits.ts'
import type { AutomationRun } from '../../core/automation/run.ts'
import { defined } from '../../core/defined.ts'
import type { AutomationId, AutomationRunId, TenantId } from '../../core/ids.ts'
import type { Schedule } from '../../core/recurrence/schedule.ts'
import type {
  AutomationRef,
  AutomationRunRef,
  AutomationStore,
  ListeningAutomation,
  ScheduledAutomation,
} from '../port/automations.ts'
import type { AutomationSubject, AutomationView, CatalogView } from '../port/change.ts'
import { runOf } from './automation-rows.ts'
import { type Row, recordOf } from './row.ts'
import { prepareUserById } from './user-rows.ts'
import type { Answers } from './verbs.ts'

/** By moment, by a moment that a wrong clock stamped, and by the end of the awaited reload. */
export const DUE_RUNS = `
  SELECT id, tenant_id, automation_id FROM (
    SELECT id, tenant_id, automation_id, row_number() OVER (PARTITION BY tenant_id ORDER BY id) AS turn FROM (
      SELECT id, tenant_id, automation_id FROM automation_runs WHERE wake_at <= ?
      UNION ALL
      SELECT id, tenant_id, automation_id FROM automation_runs WHERE wake_at > ?
      UNION ALL
      SELECT run.id, run.tenant_id, run.automation_id
      FROM automation_runs AS run LEFT JOIN reloads ON reloads.id = run.awaits
      WHERE run.awaits IS NOT NULL AND (reloads.id IS NULL OR reloads.ended_at IS NOT NULL)
    ) WHERE tenant_id NOT IN (SELECT value FROM json_each(?))
  ) ORDER BY turn, id LIMIT ?`

export const DUE_AUTOMATIONS = `
  SELECT id, tenant_id FROM (
    SELECT id, tenant_id, row_number() OVER (PARTITION BY tenant_id ORDER BY id) AS turn
    FROM automations WHERE due_at <= ? AND tenant_id NOT IN (SELECT value FROM json_each(?))
  ) ORDER BY turn, id LIMIT ?`

export const NEXT_AT = `
  SELECT min(at) AS at FROM (
    SELECT min(wake_at) AS at FROM automation_runs WHERE wake_at > ?1
    UNION ALL SELECT min(due_at) AS at FROM automations WHERE due_at > ?1
  )`

/** @param removed tenants of which nothing is due */
export function prepareAutomations(
  db: DatabaseSync,
  removed: () => ReadonlySet<TenantId>,
): Answers<AutomationStore> {
  const automation = db.prepare('SELECT record FROM automations WHERE id = ? AND tenant_id = ?')
  const run = db.prepare('SELECT record, work FROM automation_runs WHERE id = ? AND tenant_id = ?')
  const ofAny = db.prepare('SELECT record FROM automations WHERE id = ?')
  const dueRuns = db.prepare(DUE_RUNS)
  const due = db.prepare(DUE_AUTOMATIONS)
  const nextAt = db.prepare(NEXT_AT)
  const listening = db.prepare(`
    SELECT tenant_id, id, record -> '$.document.trigger' AS trigger, ifnull(record ->> '$.heardUpTo', 0) AS heard
    FROM automations
    WHERE listens = 1 AND tenant_id NOT IN (SELECT value FROM json_each(?)) ORDER BY id`)
  const scheduled = db.prepare(`
    SELECT tenant_id, id, record -> '$.document.trigger.schedule' AS schedule, record ->> '$.nextInstant' AS next
    FROM automations
    WHERE record ->> '$.document.trigger.kind' = 'schedule' AND record ->> '$.enabled' = 1 ORDER BY id`)
  const gone = () => JSON.stringify([...removed()])
  return {
    automation: (tenantId, id) => recordOf<Automation>(automation.get(id, tenantId)),
    automationRun: (tenantId, id) => runOf(run.get(id, tenantId)),
    automationOfAnyTenant: (id) => recordOf<Automation>(ofAny.get(id)),
    dueAutomationRuns: (now, max) => dueRuns.all(now, now + WAIT_MAX_MS, gone(), max).map(runRefOf),
    dueAutomations: (now, max) => due.all(now, gone(), max).map(refOf),
    nextAutomationAt: (now) => (nextAt.get(now)?.at as number | null | undefined) ?? undefined,
    listeningAutomations: () => listening.all(gone()).map(listeningOf),
    scheduledAutomations: () => scheduled.all().map(scheduledOf),
  }
}

export function prepareAutomationView(
  db: DatabaseSync,
): (tenantId: TenantId, subject: AutomationSubject) => Omit<AutomationView, keyof CatalogView> {
  const automationOf = db.prepare('SELECT record FROM automations WHERE id = ? AND tenant_id = ?')
  const userById = prepareUserById(db)
  const counted = db.prepare(`
    SELECT count(*) AS tenants, count(*) FILTER (WHERE owner_id = ?) AS owners FROM automations WHERE tenant_id = ?`)
  const ofAutomation = 'FROM automation_runs WHERE automation_id = ? AND tenant_id = ?'
  const run = db.prepare(`SELECT record, work ${ofAutomation} AND id = ?`)
  const keyed = db.prepare(`
    SELECT record, work ${ofAutomation} AND key IN (SELECT value FROM json_each(?)) ORDER BY id`)
  const active = db.prepare(`
    SELECT count(*) FILTER (WHERE state = 'queued') AS queued, count(*) FILTER (WHERE state = 'running') AS running
    ${ofAutomation} AND ended_at IS NULL`)
  const held = db.prepare(
    `SELECT record, work ${ofAutomation} AND ended_at IS NULL AND held = 1 ORDER BY id LIMIT 1`,
  )
  return (tenantId, { id, ownerId: wantedOwner, runId, keys = [] }) => {
    const automation = recordOf<Automation>(automationOf.get(id, tenantId))
    const ownerId = wantedOwner ?? automation?.ownerId
    const { tenants, owners } = counted.get(ownerId ?? '', tenantId)!
    const { queued, running } = active.get(id, tenantId)!
    const owner = ownerId === undefined ? undefined : userById(ownerId, tenantId)
    return {
      ...defined({
        automation,
        owner,
        run: runId === undefined ? undefined : runOf(run.get(id, tenantId, runId)),
        firstHeld: runOf(held.get(id, tenantId)),
      }),
      owned: owners as number,
      ofTenant: tenants as number,
      keyed: keys.length === 0 ? [] : runsOf(keyed.all(id, tenantId, JSON.stringify(keys))),
      queued: queued as number,
      running: running as number,
    }
  }
}

function runsOf(rows: readonly Row[]): AutomationRun[] {
  return rows.map((row) => runOf(row)!)
}

function refOf({ id, tenant_id }: Row): AutomationRef {
  return { tenantId: tenant_id as TenantId, automationId: id as AutomationId }
}

function runRefOf({ id, tenant_id, automation_id }: Row): AutomationRunRef {
  return { ...refOf({ id: automation_id!, tenant_id: tenant_id! }), runId: id as AutomationRunId }
}

function scheduledOf({ id, tenant_id, schedule, next }: Row): ScheduledAutomation {
  const nextInstant = (next as number | null) ?? undefined
  return {
    ...refOf({ id: id!, tenant_id: tenant_id! }),
    schedule: JSON.parse(schedule as string) as Schedule,
    ...defined({ nextInstant }),
  }
}

function listeningOf({ id, tenant_id, trigger, heard }: Row): ListeningAutomation {
  return {
    ...refOf({ id: id!, tenant_id: tenant_id! }),
    trigger: JSON.parse(trigger as string) as ListeningAutomation['trigger'],
    heardUpTo: heard as number,
  }
}
