/**
 * The contract of the store port, run on every implementation. A verb means what these tests say it means: a
 * new verb or rule belongs here first.
 */

import { afterEach, beforeEach, describe } from 'vitest'
import type { ExclusiveStore } from '../../src/store/port/store.ts'
import { exerciseAccepting } from './accepting.ts'
import { exerciseCatalog } from './catalog.ts'
import { exerciseClaiming } from './claiming.ts'
import { exerciseDeliveries } from './deliveries.ts'
import { exerciseForgetting } from './forgetting.ts'
import { exerciseLists } from './lists.ts'
import { exercisePlacing } from './placing.ts'
import { Given } from './store-records.ts'
import { exerciseSweeping } from './sweeping.ts'
import { exerciseTransitions } from './transitions.ts'

/** @param make an empty store; it is closed after each test */
export function exerciseStore(name: string, make: () => ExclusiveStore): void {
  describe(name, () => {
    let store: ExclusiveStore
    let given: Given
    beforeEach(async () => {
      store = make()
      given = await Given.of(store)
    })
    afterEach(() => store.close())
    const present = () => given
    exerciseAccepting(present)
    exerciseClaiming(present)
    exercisePlacing(present)
    exerciseTransitions(present)
    exerciseSweeping(present)
    exerciseLists(present)
    exerciseDeliveries(present)
    exerciseForgetting(present)
    exerciseCatalog(present)
  })
}
