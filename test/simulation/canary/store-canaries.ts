/** Planted bugs of what scripts store. */
import type { Stores } from '../../../src/files/stores.ts'
import type { WorkerDeps } from '../../../src/worker/worker.ts'
import { keyOf } from '../files.ts'
import type { World } from '../world.ts'
import { type Canary, overriding, saving } from './canary.ts'

const LATE_MS = 10_000

export const STORE_CANARIES: readonly Canary[] = [
  {
    name: 'publishes-early',
    plants: 'what an attempt stored lies in its places before the commit that settles it',
    foundBy: ['stores-with-success'],
    withinSeeds: 5,
    worker: (deps, world) => publishing(deps, world),
  },
  {
    name: 'publication-not-saved',
    plants: 'the settling commit does not save what is to be published',
    foundBy: ['stores-kept', 'effect-once', 'all-ends'],
    withinSeeds: 5,
    store: (store) => saving(store, ({ stores: _lost, ...rest }) => rest),
  },
  {
    name: 'publications-seen-late',
    plants: 'what was committed is seen, and put into its places, ten seconds later',
    foundBy: ['effect-once'],
    withinSeeds: 30,
    store: (store, world) => {
      const seenAt = new Map<string, number>()
      return overriding(store, {
        publications: async (tenantId) => {
          const all = await store.publications(tenantId)
          for (const { id } of all) if (!seenAt.has(id)) seenAt.set(id, world.scheduler.now)
          return all.filter(({ id }) => world.scheduler.now - seenAt.get(id)! > LATE_MS)
        },
      })
    },
  },
]

function publishing(deps: WorkerDeps, world: World): WorkerDeps {
  const settleWith: Stores['settleWith'] = (reload, files, settle) => {
    const { tenantId, spaceId, ownerId } = reload.app
    const place = spaceId === undefined ? { ownerId } : { spaceId }
    for (const { path, content } of files) {
      world.files.place(keyOf(tenantId, place, path), world.files.spool.get(content) ?? '')
    }
    return deps.stores.settleWith(reload, files, settle)
  }
  return { ...deps, stores: { ...deps.stores, settleWith } }
}
