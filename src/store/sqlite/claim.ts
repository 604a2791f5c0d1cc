/**
 * Claiming: tenants in turn, within a tenant by weight, age, id. One index range per claimed reload, whatever the length of
 * the queue: reloads that wait for their back-off are set apart (backing_off = 1) and let in when they are due.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { App } from '../../catalog/records.ts'
import type { AppId, ReloadId, ScriptVersionId, TenantId } from '../../core/ids.ts'
import { isSaving } from '../saving.ts'
import { type Claimed, type ClaimRequest, NO_ROOM, type ReloadView, type Saving } from '../store.ts'
import { scriptOf } from './app-rows.ts'
import type { Save } from './save.ts'
import type { Turns } from './turns.ts'
import type { Views } from './view.ts'

export const NEXT_OF_TENANT = `
  SELECT id FROM reloads
  WHERE tenant_id = ? AND state = 'QUEUED' AND backing_off = 0 AND not_before <= ?
  ORDER BY weight DESC, created_at, id LIMIT 1 OFFSET ?`

export const SOMEONE_DUE = `
  SELECT 1 FROM reloads WHERE state = 'QUEUED' AND backing_off = 1 AND not_before <= ? LIMIT 1`

export const LET_IN = `
  UPDATE reloads SET backing_off = 0 WHERE state = 'QUEUED' AND backing_off = 1 AND not_before <= ?`

export function prepareClaim(
  db: DatabaseSync,
  views: Views,
  turns: Turns,
  save: Save,
): (request: ClaimRequest) => Claimed[] {
  const letIn = db.prepare(LET_IN)
  const someoneDue = db.prepare(SOMEONE_DUE)
  const nextOfTenant = db.prepare(NEXT_OF_TENANT)
  const claimedOf = prepareClaimed(db)

  return (request) => {
    // An update costs ten times the look, also when there is nothing to update.
    if (someoneDue.get(request.now) !== undefined) letIn.run(request.now)
    const claimed: Claimed[] = []
    const exhausted = new Set<TenantId>()
    /** How many of a tenant's queue were refused in this call: they stay at its head and are passed over. */
    const refused = new Map<TenantId, number>()
    while (claimed.length < request.max) {
      const tenantId = turns.next(request.concurrentReloadsPerTenant, exhausted)
      if (tenantId === undefined) break
      const row = nextOfTenant.get(tenantId, request.now, refused.get(tenantId) ?? 0)
      if (row === undefined) {
        exhausted.add(tenantId)
        continue
      }
      const stored = views.stored(row.id as ReloadId)!
      const view: ReloadView = views.view(stored)
      const result = request.step(view)
      if (!isSaving(result)) {
        if (result.refused === NO_ROOM) exhausted.add(tenantId)
        refused.set(tenantId, (refused.get(tenantId) ?? 0) + 1)
        continue
      }
      save(stored, result)
      if (result.reload.state !== 'RELOADING') continue
      turns.served(tenantId)
      claimed.push(claimedOf(result, view.app))
    }
    return claimed
  }
}

function prepareClaimed(db: DatabaseSync): (saving: Saving, app: App | undefined) => Claimed {
  const selectScript = db.prepare('SELECT * FROM scripts WHERE id = ? AND app_id = ?')
  const script = (id: ScriptVersionId | undefined, appId: AppId) => {
    const row = id === undefined ? undefined : selectScript.get(id, appId)
    return row === undefined ? {} : { script: scriptOf(row) }
  }
  return ({ reload, attempt, app: change }, shown) => {
    if (attempt === undefined || shown === undefined) {
      throw new Error(`reload ${reload.id} was claimed without an attempt or an app`)
    }
    const app = { ...shown, ...change }
    return { reload, attempt, app, ...script(app.currentScriptId, app.id) }
  }
}
