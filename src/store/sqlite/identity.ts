/** Tenants, users and API keys. */
import type { DatabaseSync } from 'node:sqlite'
import type { TenantId } from '../../core/ids.ts'
import type { ApiKey, Tenant, User } from '../../core/records.ts'
import type { CatalogStore } from '../port/store.ts'
import { recordOf, recordsOf } from './row.ts'
import type { StoreCache } from './store-cache.ts'
import type { Answers } from './verbs.ts'

export function prepareIdentity(
  db: DatabaseSync,
  cache: StoreCache,
  tenantById: (id: TenantId) => Tenant | undefined,
): Answers<CatalogStore, 'tenant' | 'tenants' | 'user' | 'keyByHash'> {
  const tenants = db.prepare('SELECT record FROM tenants ORDER BY created_at, id')
  const user = db.prepare('SELECT record FROM users WHERE id = ? AND tenant_id = ?')
  const keyByHash = db.prepare(`
    SELECT keys.record AS record, users.record AS user FROM keys JOIN users ON users.id = keys.user_id
    WHERE token_hash = ?`)
  return {
    tenant: tenantById,
    tenants: () => recordsOf<Tenant>(tenants.all()),
    user: (tenantId, id) => recordOf<User>(user.get(id, tenantId)),
    keyByHash: (tokenHash) => {
      const known = cache.caller(tokenHash)
      if (known !== undefined) return known
      const row = keyByHash.get(tokenHash)
      if (row === undefined) return undefined
      const caller = { key: recordOf<ApiKey>(row)!, user: JSON.parse(row.user as string) as User }
      cache.keepCaller(tokenHash, caller)
      return caller
    },
  }
}
