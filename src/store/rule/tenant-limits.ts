/** Changing the limits that a tenant has of its own. */
import type { Tenant } from '../../catalog/records.ts'
import type { TenantLimits, TenantLimitsChange } from '../../core/limits.ts'

/** Null takes a limit away; a tenant without any has no `limits`. */
export function withLimits({ limits: before, ...tenant }: Tenant, change: TenantLimitsChange): Tenant {
  const kept = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null)
  const limits: TenantLimits = Object.fromEntries(kept)
  return kept.length === 0 ? tenant : { ...tenant, limits }
}
