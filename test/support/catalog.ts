/** Records put into a store as they are, for tests that are about something else. */
import type { ScriptVersion } from '../../src/catalog/records.ts'
import type { TenantId } from '../../src/core/ids.ts'
import type { CatalogSaving, ChangeStore } from '../../src/store/port/change.ts'

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

/** Makes it the current one of its app, which must be there. */
export async function putScript(store: ChangeStore, script: ScriptVersion): Promise<void> {
  const { tenantId, appId } = script
  await store.change([
    {
      kind: 'app',
      tenantId,
      id: appId,
      step: ({ app }) => {
        if (app === undefined) throw new Error(`there is no app ${appId}`)
        return {
          answer: undefined,
          put: { apps: [{ ...app, currentScriptId: script.id }], scripts: [script] },
        }
      },
    },
  ])
}
