/**
 * The first records of an installation: a tenant, its admin, and the admin's API key, known by its hash
 * alone.
 */
import { newHexId, newTenantId, newUuid } from '../core/ids.ts'
import type { Random } from '../core/ports.ts'
import type { ApiKey, Tenant, User } from './records.ts'

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
  const key: ApiKey = {
    id: newUuid(random),
    tenantId: tenant.id,
    userId: admin.id,
    description: 'Bootstrap key',
    tokenHash: given.tokenHash,
    createdAt: nowMs,
    createdBy: admin.id,
  }
  return { tenant, admin, key }
}
