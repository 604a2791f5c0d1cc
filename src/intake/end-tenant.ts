/**
 * A tenant is removed: nobody comes in from its commit on, and then its reloads are canceled. Whoever dies in
 * between leaves some that wait; they end when they would be claimed.
 */
import type { CatalogDeps } from '../catalog/deps.ts'
import { isRefused, type Refused } from '../catalog/refusal.ts'
import { removeTenant } from '../catalog/tenant-life.ts'
import type { FilterNode } from '../core/filter.ts'
import type { ReloadId, TenantId } from '../core/ids.ts'
import type { Tenant } from '../core/records.ts'
import type { ReloadStore } from '../store/port/reloads.ts'
import { type CancelDeps, cancelReload } from './cancel.ts'

const PAGE = 100

export interface EndTenantDeps extends CatalogDeps, CancelDeps {
  readonly store: CatalogDeps['store'] & Pick<ReloadStore, 'reloads' | 'transition'>
}

export async function endTenant(deps: EndTenantDeps, tenantId: TenantId): Promise<Tenant | Refused> {
  const removed = await removeTenant(deps, tenantId)
  if (isRefused(removed)) return removed
  for (let ids = await activeOf(deps, tenantId); ids.length > 0; ids = await activeOf(deps, tenantId)) {
    for (const id of ids) await cancelReload(deps, tenantId, id)
  }
  return removed
}

/** Of those that wait or run; one that is being canceled is not told again. */
async function activeOf({ store }: EndTenantDeps, tenantId: TenantId): Promise<ReloadId[]> {
  const is = (value: string): FilterNode => ({ kind: 'compare', attribute: 'status', operator: 'eq', value })
  const { rows } = await store.reloads({
    tenantId,
    filter: { kind: 'or', left: is('QUEUED'), right: is('RELOADING') },
    sort: { field: 'creationTime', descending: true },
    page: { limit: PAGE },
  })
  return rows.map(({ id }) => id)
}
