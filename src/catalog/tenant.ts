/** What the installation and its operator change of a tenant. */
import type { TenantId } from '../core/ids.ts'
import { checkTenantLimits, type TenantLimits, type TenantLimitsChange } from '../core/limits.ts'
import type { Tenant } from '../core/records.ts'
import type { ChangeStore } from '../store/port/change.ts'
import { changeOne } from './deps.ts'
import { type Refused, refused, refusedEach } from './refusal.ts'

/** Changes the limits of its own: the next claim, acceptance and sweep hold them. */
export async function changeLimits(
  store: ChangeStore,
  tenantId: TenantId,
  change: TenantLimitsChange,
): Promise<Tenant | Refused> {
  const faults = checkTenantLimits(change)
  if (faults.length > 0) {
    const told = faults.map((detail) => ({ detail, pointer: `/${detail.slice(0, detail.indexOf(' '))}` }))
    return refusedEach('badRequest', told)
  }
  return changeTenant(store, tenantId, (tenant) => withLimits(tenant, change))
}

/** A limit of null is taken away; a tenant without any has no `limits`. */
export function withLimits({ limits: before, ...tenant }: Tenant, change: TenantLimitsChange): Tenant {
  const kept = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null)
  const limits: TenantLimits = Object.fromEntries(kept)
  return kept.length === 0 ? tenant : { ...tenant, limits }
}

/** In one commit. */
export function changeTenant(
  store: ChangeStore,
  tenantId: TenantId,
  change: (tenant: Tenant) => Tenant,
): Promise<Tenant | Refused> {
  return changeOne<Tenant | Refused>(store, {
    kind: 'tenant',
    tenantId,
    step: ({ tenant }) => {
      if (tenant === undefined) return { answer: unknownTenant() }
      const after = change(tenant)
      return { answer: after, put: { tenants: [after] } }
    },
  })
}

export function unknownTenant(): Refused {
  return refused('tenantNotFound', 'there is no tenant with this id', { parameter: 'tenantId' })
}
