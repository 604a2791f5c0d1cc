/** The smallest engine for the reloads of an app (contract 05, section 2). */
import type { Caller } from '../core/caller.ts'
import type { Placement } from '../core/records.ts'
import { findApp } from './access.ts'
import { appGone } from './app.ts'
import { type CatalogDeps, changeOne } from './deps.ts'
import { isRefused, type Refused } from './refusal.ts'

/**
 * Needs the right to develop the app.
 * @param minEngineSize whole GiB; 0 leaves the size to the calculation
 */
export async function placeApp(
  { store, world }: CatalogDeps,
  { user }: Caller,
  appId: string,
  minEngineSize: number,
): Promise<Placement | Refused | undefined> {
  const found = await findApp(store, user, appId, 'develop')
  if (isRefused(found)) return found
  const { tenantId, id } = found
  return changeOne<Placement | Refused | undefined>(store, {
    kind: 'app',
    tenantId,
    id,
    step: ({ app }) => {
      if (app === undefined) return { answer: appGone() }
      const { placement: _before, ...rest } = app
      if (minEngineSize === 0) return { answer: undefined, put: { apps: [rest] } }
      const placement = { minEngineSize: String(minEngineSize), createdAt: world.clock.now() }
      return { answer: placement, put: { apps: [{ ...rest, placement }] } }
    },
  })
}
