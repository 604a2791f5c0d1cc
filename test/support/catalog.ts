/** Records put into a store as they are, for tests that are about something else. */

import { isRefused, type Refused } from '../../src/catalog/refusal.ts'
import { withScript } from '../../src/catalog/script.ts'
import { withLimits } from '../../src/catalog/tenant.ts'
import type { KeyId, TenantId } from '../../src/core/ids.ts'
import type { TenantLimitsChange } from '../../src/core/limits.ts'
import type { ScriptVersion, Tenant } from '../../src/core/records.ts'
import type { AppView, CatalogSaving, ChangeStore } from '../../src/store/port/change.ts'

/** How a caller of a test came in, where that is of no account. */
export const BY_KEY = { credential: { kind: 'key', keyId: 'k' as KeyId }, claims: {} } as const

type Put = NonNullable<CatalogSaving['put']>
type Remove = NonNullable<CatalogSaving['remove']>

/** In one commit; all records are of one tenant. */
export async function put(store: ChangeStore, records: Put): Promise<void> {
  const { tenants: [tenant] = [], ...others } = records
  const [first] = Object.values(others).flat()
  const tenantId = tenant?.id ?? first?.tenantId
  if (tenantId === undefined) throw new Error('nothing to put')
  await store.change([{ kind: 'tenant', tenantId, step: () => ({ answer: undefined, put: records }) }])
}

/** In one commit. */
export async function remove(store: ChangeStore, tenantId: TenantId, ids: Remove): Promise<void> {
  await store.change([{ kind: 'tenant', tenantId, step: () => ({ answer: undefined, remove: ids }) }])
}

/** As setting the script of its app does, which must be there. */
export async function putScript(store: ChangeStore, script: ScriptVersion): Promise<void> {
  const { tenantId, appId: id } = script
  const step = (view: AppView) => withScript(view, script)
  const [saved] = await store.change<ScriptVersion | Refused>([{ kind: 'app', tenantId, id, step }])
  if (isRefused(saved)) throw new Error(`there is no app ${id}`)
}

/** Whatever the limits are: those that no operator may set, too. */
export async function limitTenant(
  store: ChangeStore,
  tenantId: TenantId,
  change: TenantLimitsChange,
): Promise<Tenant | undefined> {
  const step = ({ tenant }: { readonly tenant?: Tenant }) => {
    const limited = tenant && withLimits(tenant, change)
    return { answer: limited, put: limited === undefined ? {} : { tenants: [limited] } }
  }
  const [limited] = await store.change([{ kind: 'tenant', tenantId, step }])
  return limited
}
