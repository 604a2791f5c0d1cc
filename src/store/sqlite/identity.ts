/** Tenants, users and API keys. */
import type { DatabaseSync } from 'node:sqlite'
import type { ApiKey, Tenant, User } from '../../catalog/records.ts'
import type { TenantId } from '../../core/ids.ts'
import type { CatalogStore, CommitNotice } from '../port/store.ts'
import { noticeOf } from '../rule/notice-of.ts'
import { withLimits } from '../rule/tenant-limits.ts'
import type { Kept } from './kept.ts'
import { recordOf, recordsOf } from './row.ts'
import type { Answers } from './verbs.ts'

export type IdentityVerbs = Answers<
  CatalogStore,
  | 'addTenant'
  | 'tenant'
  | 'tenants'
  | 'changeHostnames'
  | 'changeLimits'
  | 'saveUser'
  | 'user'
  | 'saveKey'
  | 'removeKey'
  | 'keyByHash'
>

/** @param changedTenant called when what is kept of tenants has to be read again */
export function prepareIdentity(
  db: DatabaseSync,
  kept: Kept,
  tenantById: (id: TenantId) => Tenant | undefined,
  changedTenant: () => void,
  note: (changed: Partial<CommitNotice>) => void,
): IdentityVerbs {
  return {
    ...prepareTenants(db, tenantById, changedTenant, note),
    ...prepareUsers(db, kept),
    ...prepareKeys(db, kept),
  }
}

type TenantVerbs = Pick<
  IdentityVerbs,
  'addTenant' | 'tenant' | 'tenants' | 'changeHostnames' | 'changeLimits'
>

function prepareTenants(
  db: DatabaseSync,
  tenantById: (id: TenantId) => Tenant | undefined,
  changed: () => void,
  note: (changed: Partial<CommitNotice>) => void,
): TenantVerbs {
  const insert = db.prepare('INSERT INTO tenants (id, created_at, record) VALUES (?, ?, ?)')
  const all = db.prepare('SELECT record FROM tenants ORDER BY created_at, id')
  const update = db.prepare('UPDATE tenants SET record = ? WHERE id = ?')
  const change = (id: TenantId, changeOf: (tenant: Tenant) => Tenant): Tenant | undefined => {
    const tenant = tenantById(id)
    if (tenant === undefined) return undefined
    const after = changeOf(tenant)
    update.run(JSON.stringify(after), id)
    changed()
    return after
  }
  return {
    addTenant: (tenant) => {
      insert.run(tenant.id, tenant.createdAt, JSON.stringify(tenant))
      changed()
    },
    tenant: tenantById,
    tenants: () => recordsOf<Tenant>(all.all()),
    changeHostnames: (id, hostnames) => void change(id, (tenant) => ({ ...tenant, hostnames })),
    changeLimits: (id, limits) => {
      const tenant = change(id, (before) => withLimits(before, limits))
      if (tenant !== undefined) note(noticeOf.changingLimits())
      return tenant
    },
  }
}

function prepareUsers(db: DatabaseSync, kept: Kept): Pick<IdentityVerbs, 'saveUser' | 'user'> {
  const save = db.prepare(`
    INSERT INTO users (id, tenant_id, created_at, record) VALUES (?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET created_at = excluded.created_at, record = excluded.record
      WHERE tenant_id = excluded.tenant_id`)
  const one = db.prepare('SELECT record FROM users WHERE id = ? AND tenant_id = ?')
  return {
    saveUser: (user) => {
      mustSave(save.run(user.id, user.tenantId, user.createdAt, JSON.stringify(user)), user.id)
      kept.forgetCallers()
    },
    user: (tenantId, id) => recordOf<User>(one.get(id, tenantId)),
  }
}

function prepareKeys(
  db: DatabaseSync,
  kept: Kept,
): Pick<IdentityVerbs, 'saveKey' | 'removeKey' | 'keyByHash'> {
  const save = db.prepare(`
    INSERT INTO keys (id, tenant_id, user_id, token_hash, created_at, record) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id, token_hash = excluded.token_hash,
      created_at = excluded.created_at, record = excluded.record
      WHERE tenant_id = excluded.tenant_id`)
  const remove = db.prepare('DELETE FROM keys WHERE id = ? AND tenant_id = ?')
  const byHash = db.prepare(`
    SELECT keys.record AS record, users.record AS user FROM keys JOIN users ON users.id = keys.user_id
    WHERE token_hash = ?`)
  return {
    saveKey: (key) => {
      const { id, tenantId, userId, tokenHash, createdAt } = key
      mustSave(save.run(id, tenantId, userId, tokenHash, createdAt, JSON.stringify(key)), id)
      kept.forgetCallers()
    },
    removeKey: (tenantId, id) => {
      kept.forgetCallers()
      return remove.run(id, tenantId).changes === 1
    },
    keyByHash: (tokenHash) => {
      const known = kept.caller(tokenHash)
      if (known !== undefined) return known
      const row = byHash.get(tokenHash)
      if (row === undefined) return undefined
      const caller = { key: recordOf<ApiKey>(row)!, user: JSON.parse(row.user as string) as User }
      kept.keepCaller(tokenHash, caller)
      return caller
    },
  }
}

/** An update that met a row of another tenant changes nothing: our own mistake. */
export function mustSave({ changes }: { readonly changes: number | bigint }, id: string): void {
  if (Number(changes) !== 1) throw new Error(`row ${id} belongs to another tenant`)
}
