/**
 * Claiming (rule/claiming.ts), within a tenant by weight, age, id (core/order.ts). One index range per
 * claimed reload, whatever the length of the queue: reloads that wait for their back-off are set apart
 * (backing_off = 1) and let in when they are due.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { ReloadId, TenantId } from '../../core/ids.ts'
import { WEIGHT_MAX, WEIGHT_MIN } from '../../core/limits.ts'
import { compareWaiting, type Waiting } from '../../core/order.ts'
import type { App, ScriptVersion } from '../../core/records.ts'
import type { Claimed, ClaimRequest } from '../port/queue.ts'
import { Claiming, claimedOf, isClaim, type Wanted } from '../rule/claiming.ts'
import type { Turns } from '../rule/turns.ts'
import { scriptColumns } from './app-rows.ts'
import type { Row } from './row.ts'
import type { Save } from './save.ts'
import type { Views } from './view.ts'

export const NEXT_OF_TENANT = `
  SELECT id FROM reloads
  WHERE tenant_id = ? AND state = 'QUEUED' AND backing_off = 0
  ORDER BY weight DESC, created_at, id LIMIT 1 OFFSET ?`

/** With ageing the next one is the oldest of some weight, or stands behind it as far as some were refused. */
export const NEXT_OF_WEIGHTS = Array.from(
  { length: WEIGHT_MAX },
  (_, i) => `
  SELECT * FROM (
    SELECT id, weight, created_at FROM reloads
    WHERE tenant_id = ?1 AND state = 'QUEUED' AND backing_off = 0 AND weight = ${i + WEIGHT_MIN}
    ORDER BY created_at, id LIMIT ?2)`,
).join(' UNION ALL')

export const SOMEONE_DUE = `
  SELECT 1 FROM reloads WHERE state = 'QUEUED' AND backing_off = 1 AND not_before <= ? LIMIT 1`

export const LET_IN = `
  UPDATE reloads SET backing_off = 0 WHERE state = 'QUEUED' AND backing_off = 1 AND not_before <= ?
  RETURNING id, tenant_id`

export function prepareClaim(
  db: DatabaseSync,
  views: Views,
  turns: Turns,
  save: Save,
): (request: ClaimRequest) => Claimed[] {
  const letIn = prepareLetIn(db, turns)
  const nextOfTenant = prepareNextOfTenant(db)
  const scriptOfApp = prepareScriptOfApp(db)

  return (request) => {
    const claiming = new Claiming(turns, request)
    letIn(request.now)
    const claimed: Claimed[] = []
    for (let wanted = claiming.next(); wanted !== undefined; wanted = claiming.next()) {
      const id = nextOfTenant(wanted)
      const stored = id === undefined ? undefined : views.stored(id)
      const view = stored && views.view(stored)
      const saving = claiming.show(wanted, view)
      if (stored === undefined || view === undefined || saving === undefined) continue
      save(stored, saving)
      if (isClaim(saving)) claimed.push(claimedOf(view, saving, scriptOfApp(view.app)))
    }
    return claimed
  }
}

function prepareLetIn(db: DatabaseSync, turns: Turns): (now: number) => void {
  const letIn = db.prepare(LET_IN)
  const someoneDue = db.prepare(SOMEONE_DUE)
  return (now) => {
    // An update costs ten times the look, also when there is nothing to update.
    if (someoneDue.get(now) === undefined) return
    const due = letIn.all(now).map((row) => ({ id: row.id as ReloadId, tenantId: row.tenant_id as TenantId }))
    turns.letIn(due, now)
  }
}

function prepareNextOfTenant(db: DatabaseSync): (wanted: Wanted) => ReloadId | undefined {
  const next = db.prepare(NEXT_OF_TENANT)
  const nextOfWeights = db.prepare(NEXT_OF_WEIGHTS)
  const waitingOf = (row: Row): Waiting => ({
    id: row.id as ReloadId,
    weight: row.weight as number,
    createdAt: row.created_at as number,
  })
  return ({ tenantId, behind, ageingMs }) => {
    if (ageingMs === 0) return next.get(tenantId, behind)?.id as ReloadId | undefined
    const heads = nextOfWeights.all(tenantId, behind + 1).map(waitingOf)
    return heads.sort((left, right) => compareWaiting(left, right, ageingMs))[behind]?.id
  }
}

function prepareScriptOfApp(db: DatabaseSync): (app: App | undefined) => ScriptVersion | undefined {
  const select = db.prepare('SELECT * FROM scripts WHERE id = ? AND app_id = ?')
  return (app) => {
    const row = app?.currentScriptId === undefined ? undefined : select.get(app.currentScriptId, app.id)
    return row === undefined ? undefined : scriptColumns.of(row)
  }
}
