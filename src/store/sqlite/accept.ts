/** Accepting reloads: every check and the insert in one step (contract 02, section 3.1, steps 4 to 7). */
import type { DatabaseSync } from 'node:sqlite'
import type { AppId, ReloadId } from '../../core/ids.ts'
import { limitsOf } from '../../core/limits.ts'
import type { Acceptance, Accepted } from '../port/reloads.ts'
import { assertAcceptance } from '../rule/saving.ts'
import type { Kept } from './kept.ts'
import { FIXED_COLUMNS, fixedValues, MOVING_COLUMNS, movingValues, reloadOf } from './reload-rows.ts'
import { parameters } from './row.ts'
import type { Audience, Views } from './view.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const IDEMPOTENCY_MS = DAY_MS

export function prepareAccept(
  db: DatabaseSync,
  views: Views,
  audience: Audience,
  kept: Kept,
): (acceptance: Acceptance) => Accepted {
  const earlier = db.prepare(`
    SELECT reloads.* FROM accepted_keys JOIN reloads ON reloads.id = accepted_keys.reload_id
    WHERE accepted_keys.tenant_id = ? AND accepted_keys.user_id = ? AND accepted_keys.key = ?
      AND accepted_keys.created_at > ?`)
  const countAccepted = db.prepare(`
    SELECT count(*) AS count FROM reloads WHERE app_id = ? AND created_at >= ? AND created_at < ?`)
  const insert = db.prepare(`
    INSERT INTO reloads (${FIXED_COLUMNS}, ${MOVING_COLUMNS})
    VALUES (${parameters(FIXED_COLUMNS)}, ${parameters(MOVING_COLUMNS)})
    ON CONFLICT (app_id) WHERE ended_at IS NULL DO NOTHING`)
  const pending = db.prepare('SELECT id FROM reloads WHERE app_id = ? AND ended_at IS NULL')
  const keepKey = db.prepare(`
    INSERT INTO accepted_keys (tenant_id, user_id, key, reload_id, created_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET reload_id = excluded.reload_id, created_at = excluded.created_at`)
  const acceptedOn = (day: number, appId: AppId) =>
    kept.acceptedOn(day, appId) ?? (countAccepted.get(appId, day, day + DAY_MS)!.count as number)

  return (acceptance) => {
    assertAcceptance(acceptance)
    const { reload, idempotencyKey: key } = acceptance
    const { id, tenantId, appId, userId, createdAt } = reload
    if (views.app(tenantId, appId) === undefined) return { kind: 'no-app' }
    if (key !== undefined) {
      const row = earlier.get(tenantId, userId, key, createdAt - IDEMPOTENCY_MS)
      if (row !== undefined) return { kind: 'repeated', reload: reloadOf(row) }
    }
    const { reloadsPerAppAndDay: quota } = limitsOf(acceptance, audience.of(tenantId).tenant)
    const day = Math.floor(createdAt / DAY_MS) * DAY_MS
    const today = quota > 0 ? acceptedOn(day, appId) : undefined
    if (today !== undefined && today >= quota) return { kind: 'quota-exceeded' }
    const stored = { reload, attempt: undefined }
    const { changes } = insert.run(...fixedValues(reload), ...movingValues(stored))
    if (changes === 0) return { kind: 'pending', pendingReloadId: pending.get(appId)!.id as ReloadId }
    if (key !== undefined) keepKey.run(tenantId, userId, key, id, createdAt)
    if (today === undefined) kept.forgetAccepted(appId)
    else kept.keepAccepted(day, appId, today + 1)
    kept.keepReload(stored)
    return { kind: 'accepted', reload }
  }
}
