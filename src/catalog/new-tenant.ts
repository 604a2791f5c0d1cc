/**
 * The first records of an installation: a tenant, its admin, and the admin's API key, known by its hash
 * alone.
 */
import { newHexId, newTenantId, newUuid } from '../core/ids.ts'
import type { Clock, Random } from '../core/ports.ts'
import type { ApiKey, Tenant, User } from '../core/records.ts'
import type { ChangeStore } from '../store/port/change.ts'
import { changeOne } from './deps.ts'

export interface NewTenant {
  readonly tenant: Tenant
  readonly admin: User
  readonly key: ApiKey
}

/**
 * @param tokenHash SHA-256 of the whole key token, hex
 * @param hostname public host name that events carry; absent when none is configured
 */
export function newTenant(
  given: {
    readonly name: string
    readonly hostname?: string
    readonly adminName: string
    readonly tokenHash: string
  },
  random: Random,
  nowMs: number,
): NewTenant {
  const tenant: Tenant = {
    id: newTenantId(random),
    name: given.name,
    hostnames: given.hostname === undefined ? [] : [given.hostname],
    createdAt: nowMs,
  }
  const admin: User = {
    id: newHexId(random, nowMs),
    tenantId: tenant.id,
    subject: `reprise\\${given.adminName}`,
    name: given.adminName,
    roles: ['TenantAdmin', 'AnalyticsAdmin', 'Developer'],
    status: 'active',
    createdAt: nowMs,
    updatedAt: nowMs,
  }
  return { tenant, admin, key: bootstrapKey(admin, given.tokenHash, random, nowMs) }
}

/** In one commit: a process killed here leaves no tenant behind that nobody can enter. */
export async function addNewTenant(store: ChangeStore, { tenant, admin, key }: NewTenant): Promise<void> {
  const step = () => ({ answer: undefined, put: { tenants: [tenant], users: [admin], keys: [key] } })
  await changeOne(store, { kind: 'tenant', tenantId: tenant.id, step })
}

/** Gives an administrator the key that the operator has chosen. */
export async function admitBootstrapKey(
  store: ChangeStore,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  admin: User,
  tokenHash: string,
): Promise<void> {
  const key = bootstrapKey(admin, tokenHash, random, clock.now())
  const step = () => ({ answer: undefined, put: { keys: [key] } })
  await changeOne(store, { kind: 'key', tenantId: admin.tenantId, id: key.id, step })
}

function bootstrapKey(admin: User, tokenHash: string, random: Random, nowMs: number): ApiKey {
  return {
    id: newUuid(random),
    tenantId: admin.tenantId,
    userId: admin.id,
    description: 'Bootstrap key',
    tokenHash,
    createdAt: nowMs,
    createdBy: admin.id,
  }
}
