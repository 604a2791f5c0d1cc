/**
 * Claiming: the tenant whose turn it is (turns.ts), within it by weight, age, id (core/order.ts). One index
 * range per claimed reload, whatever the length of the queue: reloads that wait for their back-off are set
 * apart (backing_off = 1) and let in when they are due.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { AppId, ReloadId, ScriptVersionId, TenantId } from '../../core/ids.ts'
import { WEIGHT_MAX, WEIGHT_MIN } from '../../core/limits.ts'
import { compareWaiting, type Waiting } from '../../core/order.ts'
import { type Claimed, type ClaimRequest, NO_ROOM } from '../port/queue.ts'
import type { ReloadView, Saving } from '../port/reloads.ts'
import { isSaving } from '../rule/saving.ts'
import type { Turns } from '../rule/turns.ts'
import { scriptOf } from './app-rows.ts'
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
  const claimedOf = prepareClaimed(db)

  return (request) => {
    turns.begin(request.now, request.concurrentReloadsPerTenant)
    letIn(request.now)
    const claimed: Claimed[] = []
    /** How many of a tenant's queue were refused in this call: they stay at its head. */
    const refused = new Map<TenantId, number>()
    while (claimed.length < request.max) {
      const tenantId = turns.next()
      if (tenantId === undefined) break
      const behind = refused.get(tenantId) ?? 0
      const id = nextOfTenant(tenantId, behind, request.ageingMs ?? 0)
      if (id === undefined) {
        turns.passOver(tenantId)
        continue
      }
      const stored = views.stored(id)!
      const view = views.view(stored)
      const result = request.step(view)
      if (!isSaving(result)) {
        if (result.refused === NO_ROOM) turns.passOver(tenantId, id)
        refused.set(tenantId, behind + 1)
        continue
      }
      save(stored, result)
      if (result.reload.state === 'RELOADING') claimed.push(claimedOf(result, view))
    }
    turns.end()
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

/** @returns the reload of the tenant that has `behind` before it */
function prepareNextOfTenant(
  db: DatabaseSync,
): (tenantId: TenantId, behind: number, ageingMs: number) => ReloadId | undefined {
  const next = db.prepare(NEXT_OF_TENANT)
  const nextOfWeights = db.prepare(NEXT_OF_WEIGHTS)
  const waitingOf = (row: Row): Waiting => ({
    id: row.id as ReloadId,
    weight: row.weight as number,
    createdAt: row.created_at as number,
  })
  return (tenantId, behind, ageingMs) => {
    if (ageingMs === 0) return next.get(tenantId, behind)?.id as ReloadId | undefined
    const heads = nextOfWeights.all(tenantId, behind + 1).map(waitingOf)
    return heads.sort((left, right) => compareWaiting(left, right, ageingMs))[behind]?.id
  }
}

function prepareClaimed(db: DatabaseSync): (saving: Saving, view: ReloadView) => Claimed {
  const selectScript = db.prepare('SELECT * FROM scripts WHERE id = ? AND app_id = ?')
  const script = (id: ScriptVersionId | undefined, appId: AppId) => {
    const row = id === undefined ? undefined : selectScript.get(id, appId)
    return row === undefined ? {} : { script: scriptOf(row) }
  }
  return ({ reload, attempt, app: change }, { app: shown, tenant }) => {
    if (attempt === undefined || shown === undefined) {
      throw new Error(`reload ${reload.id} was claimed without an attempt or an app`)
    }
    const app = { ...shown, ...change }
    return { reload, attempt, app, tenant, ...script(app.currentScriptId, app.id) }
  }
}
