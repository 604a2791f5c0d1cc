/** A tenant that was removed goes, table by table, those that refer to others before these. */
import type { DatabaseSync } from 'node:sqlite'
import type { TenantId } from '../../core/ids.ts'
import type { Tenant } from '../../core/records.ts'

/** Attempts, logs and idempotency keys go with their reloads, deliveries with their events. */
const TABLES: readonly (readonly [table: string, key: string])[] = [
  ['automation_runs', 'id'],
  ['automations', 'id'],
  ['task_runs', 'id'],
  ['tasks', 'id'],
  ['events', 'sequence'],
  ['subscriptions', 'id'],
  ['reloads', 'id'],
  ['scripts', 'number'],
  ['apps', 'id'],
  ['data_files', 'id'],
  ['publications', 'id'],
  ['assignments', 'id'],
  ['spaces', 'id'],
  ['keys', 'id'],
  ['login_sessions', 'id'],
  ['oauth_clients', 'id'],
  ['identity_providers', 'id'],
  ['groups', 'id'],
  ['users', 'id'],
]

/** @param changed to be called after rows of a tenant are gone */
export function preparePurge(
  db: DatabaseSync,
  tenantOf: (id: TenantId) => Tenant | undefined,
  changed: () => void,
): (tenantId: TenantId, max: number) => number {
  const deleteSends = db.prepare(`
    DELETE FROM sends WHERE id IN (
      SELECT sends.id FROM subscriptions JOIN sends ON subscription_id = subscriptions.id
      WHERE tenant_id = ? LIMIT ?)`)
  const deletes = TABLES.map(([table, key]) =>
    db.prepare(
      `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE tenant_id = ? LIMIT ?)`,
    ),
  )
  const deleteTenant = db.prepare('DELETE FROM tenants WHERE id = ?')
  return (tenantId, max) => {
    const tenant = tenantOf(tenantId)
    if (tenant === undefined) return 0
    if (tenant.purgedFrom === undefined) throw new Error(`tenant ${tenantId} is not to be purged`)
    let gone = 0
    for (const statement of [deleteSends, ...deletes]) {
      gone += statement.run(tenantId, max - gone).changes as number
      if (gone >= max) break
    }
    if (gone < max) gone += deleteTenant.run(tenantId).changes as number
    changed()
    return gone
  }
}
