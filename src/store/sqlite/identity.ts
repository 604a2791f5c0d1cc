/** Tenants, users and groups, and what requests come in with. */
import type { DatabaseSync } from 'node:sqlite'
import type { Group } from '../../core/group.ts'
import type { IdentityProvider } from '../../core/people/identity-provider.ts'
import type { LoginSession } from '../../core/people/login-session.ts'
import type { OAuthClient } from '../../core/people/oauth-client.ts'
import type { ApiKey } from '../../core/records.ts'
import type { PeopleStore } from '../port/people.ts'
import { recordOf, recordsOf } from './row.ts'
import type { StoreCache } from './store-cache.ts'
import { prepareUserById, prepareUserOf } from './user-rows.ts'
import type { Answers } from './verbs.ts'
import type { TenantCache } from './view.ts'

export function prepareIdentity(
  db: DatabaseSync,
  cache: StoreCache,
  tenants: Pick<TenantCache, 'tenant' | 'all'>,
): Answers<PeopleStore> {
  const userOf = prepareUserOf(db)
  const userById = prepareUserById(db)
  const keyByHash = db.prepare(`
    SELECT keys.record AS record, users.record AS user FROM keys JOIN users ON users.id = keys.user_id
    WHERE token_hash = ?`)
  const bySubject = db.prepare('SELECT record FROM users WHERE tenant_id = ? AND subject = ?')
  const group = db.prepare('SELECT record FROM groups WHERE id = ? AND tenant_id = ?')
  const sessionByHash = db.prepare(`
    SELECT login_sessions.record AS record, users.record AS user FROM login_sessions
    JOIN users ON users.id = login_sessions.user_id WHERE token_hash = ?`)
  const client = db.prepare(`
    SELECT oauth_clients.record AS record, users.record AS user FROM oauth_clients
    JOIN users ON users.id = oauth_clients.user_id WHERE oauth_clients.id = ?`)
  const provider = db.prepare('SELECT record FROM identity_providers WHERE id = ? AND tenant_id = ?')
  const providersOf = db.prepare(
    'SELECT record FROM identity_providers WHERE issuer = ? ORDER BY created_at, id',
  )
  return {
    tenant: (id) => tenants.tenant(id),
    tenants: () => [...tenants.all()],
    user: (tenantId, id) => userById(id, tenantId),
    userBySubject: (tenantId, subject) => {
      const row = bySubject.get(tenantId, subject)
      return row && userOf(row.record)
    },
    group: (tenantId, id) => recordOf<Group>(group.get(id, tenantId)),
    sessionByHash: (tokenHash) => {
      const row = sessionByHash.get(tokenHash)
      return row && { session: recordOf<LoginSession>(row)!, user: userOf(row.user) }
    },
    oauthClient: (id) => {
      const row = client.get(id)
      return row && { client: recordOf<OAuthClient>(row)!, user: userOf(row.user) }
    },
    identityProvider: (tenantId, id) => recordOf<IdentityProvider>(provider.get(id, tenantId)),
    identityProvidersOf: (issuer) => recordsOf<IdentityProvider>(providersOf.all(issuer)),
    keyByHash: (tokenHash) => {
      const known = cache.caller(tokenHash)
      if (known !== undefined) return known
      const row = keyByHash.get(tokenHash)
      if (row === undefined) return undefined
      const caller = { key: recordOf<ApiKey>(row)!, user: userOf(row.user) }
      cache.keepCaller(tokenHash, caller)
      return caller
    },
  }
}
