/**
 * Tenants come and go by the operator's word. A removed one is kept for a while and can be restored; then it
 * is purged (purge-tenant.ts).
 */
import type { Caller } from '../core/caller.ts'
import { defined } from '../core/defined.ts'
import { isHostName } from '../core/host-name.ts'
import type { TenantId } from '../core/ids.ts'
import type { Tenant } from '../core/records.ts'
import { isTenantAdmin } from '../core/rights.ts'
import { timeText } from '../core/time-text.ts'
import type { ChangeStore, TenantView } from '../store/port/change.ts'
import { type CatalogDeps, changeOne } from './deps.ts'
import { newKeyToken } from './key-token.ts'
import { type NewTenant, newTenant } from './new-tenant.ts'
import { isRefused, type Refused, refused } from './refusal.ts'
import { unknownTenant } from './tenant.ts'

export interface TenantRules {
  /** Why the installation may not serve so many tenants at the same time; undefined: it may. */
  readonly refuseTenants: (count: number) => string | undefined
}

export interface TenantWish {
  readonly name: string
  /** In small letters; the first stands in events. */
  readonly hostnames: readonly string[]
  /** Of its first administrator. */
  readonly adminName: string
  /** As its identity provider names the administrator. */
  readonly adminSubject?: string
}

export interface MadeTenant extends NewTenant {
  /** The administrator's key: shown once and never kept. */
  readonly token: string
}

/** @param hashOf SHA-256 of a token, hex */
export function makeTenant(
  { store, world }: CatalogDeps,
  rules: TenantRules,
  { name, hostnames, adminName, adminSubject }: TenantWish,
  hashOf: (token: string) => string,
): Promise<MadeTenant | Refused> {
  const token = newKeyToken(world.random)
  const made = newTenant({ name, adminName, tokenHash: hashOf(token) }, world.random, world.clock.now())
  const tenant: Tenant = { ...made.tenant, hostnames }
  const admin = { ...made.admin, ...defined({ subject: adminSubject }) }
  return changeOne<MadeTenant | Refused>(store, {
    kind: 'tenant',
    tenantId: tenant.id,
    step: (view) => {
      const refusal = refuseHosts(view, tenant.id, hostnames) ?? refuseOneMore(view, rules)
      if (refusal !== undefined) return { answer: refusal }
      const put = { tenants: [tenant], users: [admin], keys: [made.key] }
      return { answer: { ...made, tenant, admin, token }, put }
    },
  })
}

/** Nobody comes in from now on, and nothing of it begins any more. Doing it again changes nothing. */
export function removeTenant({ store, world }: CatalogDeps, id: TenantId): Promise<Tenant | Refused> {
  return changePresent(store, id, (tenant) => ({
    ...tenant,
    removedAt: tenant.removedAt ?? world.clock.now(),
  }))
}

/** As it was, as long as nothing of it has been deleted. */
export function restoreTenant(
  { store }: Pick<CatalogDeps, 'store'>,
  rules: TenantRules,
  id: TenantId,
): Promise<Tenant | Refused> {
  return changePresent(store, id, ({ removedAt, ...tenant }, view) => {
    if (removedAt === undefined) return { ...tenant }
    if (tenant.purgedFrom !== undefined) {
      const since = timeText(tenant.purgedFrom)
      return refused('conflict', `the tenant cannot be restored: its data is being deleted since ${since}`)
    }
    return refuseOneMore(view, rules) ?? { ...tenant }
  })
}

/** What its own administrators may change; names of hosts are the operator's. */
export async function renameTenant(
  deps: Pick<CatalogDeps, 'store'>,
  { tenantId, user }: Caller,
  id: string,
  name: string,
): Promise<Tenant | Refused> {
  if (id !== tenantId) return unknownTenant()
  if (!isTenantAdmin(user)) return refused('forbidden', 'naming the tenant needs the role TenantAdmin')
  if (name === '') return refused('badRequest', 'the name must not be empty', { pointer: '/0/value' })
  return describeTenant(deps, tenantId, { name })
}

/** @param change what is absent stays */
export function describeTenant(
  { store }: Pick<CatalogDeps, 'store'>,
  id: TenantId,
  change: { readonly name?: string; readonly hostnames?: readonly string[] },
): Promise<Tenant | Refused> {
  return changePresent(store, id, (tenant, view) => {
    const refusal = change.hostnames && refuseHosts(view, id, change.hostnames)
    return refusal ?? { ...tenant, ...defined(change) }
  })
}

function changePresent(
  store: ChangeStore,
  tenantId: TenantId,
  change: (tenant: Tenant, view: TenantView) => Tenant | Refused,
): Promise<Tenant | Refused> {
  return changeOne<Tenant | Refused>(store, {
    kind: 'tenant',
    tenantId,
    step: (view) => {
      if (view.tenant === undefined) return { answer: unknownTenant() }
      const after = change(view.tenant, view)
      return isRefused(after) ? { answer: after } : { answer: after, put: { tenants: [after] } }
    },
  })
}

/** A name of a host leads to one tenant, a removed one too: it may come back. */
function refuseHosts(view: TenantView, id: TenantId, hostnames: readonly string[]): Refused | undefined {
  for (const [i, name] of hostnames.entries()) {
    const pointer = `/hostnames/${i}`
    if (!isHostName(name)) {
      return refused('badRequest', 'a host name has letters, digits, "-" and "."; no port', { pointer })
    }
    if (hostnames.indexOf(name) < i) return refused('badRequest', 'the host name is there twice', { pointer })
    const other = view.tenants().find((tenant) => tenant.id !== id && tenant.hostnames.includes(name))
    if (other !== undefined) {
      return refused('conflict', `the tenant ${other.id} has the host name`, { pointer })
    }
  }
  return undefined
}

function refuseOneMore(view: TenantView, { refuseTenants }: TenantRules): Refused | undefined {
  const present = view.tenants().filter(({ removedAt }) => removedAt === undefined).length
  const reason = refuseTenants(present + 1)
  return reason === undefined ? undefined : refused('conflict', reason)
}
