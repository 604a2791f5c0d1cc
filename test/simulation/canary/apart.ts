/** Saves part of what a step decided in a transaction of its own, a little later. */
import type { ReloadView, Saving, Transition } from '../../../src/store/port/reloads.ts'
import type { Store } from '../../../src/store/port/store.ts'
import type { World } from '../world.ts'
import { changed, overriding } from './canary.ts'

const APART_MS = 20

interface Parted {
  readonly now: Saving
  readonly after?: (view: ReloadView) => Saving
}

export function later(store: Store, world: World, part: (saving: Saving) => Parted): Store {
  return overriding(store, {
    transition: async (batch) => {
      const rest: Transition<never>[] = []
      const first = batch.map((one) =>
        changed(one, (saving) => {
          const { now, after } = part(saving)
          if (after !== undefined) rest.push({ reloadId: one.reloadId, step: after })
          return now
        }),
      )
      const answers = await store.transition(first)
      if (rest.length > 0) {
        world.after(APART_MS, () => {
          void store.transition(rest)
          return true
        })
      }
      return answers
    },
  })
}
