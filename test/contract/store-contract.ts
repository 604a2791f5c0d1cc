/**
 * The contract of the store port, run on every kind of store. A verb means what these tests say it means: a
 * new verb or rule belongs here first.
 */

import { afterEach, beforeEach, describe } from 'vitest'
import { exerciseAcceptedAudits } from './accepted-audits.ts'
import { exerciseAccepting } from './accepting.ts'
import { exerciseAutomations } from './automations.ts'
import { exerciseCatalog } from './catalog.ts'
import { exerciseChanging } from './changing.ts'
import { exerciseClaiming } from './claiming.ts'
import { exerciseDataChanges } from './data-changes.ts'
import { exerciseDeliveries } from './deliveries.ts'
import { exerciseDueTasks } from './due-tasks.ts'
import { exerciseEndingLeases } from './ending-leases.ts'
import { exerciseEventOrder } from './event-order.ts'
import { exerciseForgetting } from './forgetting.ts'
import { exerciseLists } from './lists.ts'
import { exerciseListsOfKinds } from './lists-of-kinds.ts'
import { exerciseNotices } from './notices.ts'
import { exercisePeople } from './people.ts'
import { exerciseProcesses } from './processes.ts'
import { exercisePublishing } from './publishing.ts'
import { exercisePullingBack } from './pulling-back.ts'
import { exercisePurging } from './purging.ts'
import { exerciseQueuePositions } from './queue-positions.ts'
import type { StoreKind, StoreUnderTest } from './store-kind.ts'
import { Given } from './store-records.ts'
import { exerciseSweeping } from './sweeping.ts'
import { exerciseTaskEnds } from './task-ends.ts'
import { exerciseTaskSteps } from './task-steps.ts'
import { exerciseTransitions } from './transitions.ts'

/** Every test gets an empty database of its own. */
export function exerciseStore(kind: StoreKind): void {
  describe(`the ${kind.name}`, () => {
    let underTest: StoreUnderTest
    let given: Given
    beforeEach(async () => {
      const database = await kind.create()
      underTest = { kind, database, store: await database.open() }
      given = await Given.of(underTest.store)
    })
    afterEach(() => underTest.database.remove())
    const present = () => given
    exerciseAccepting(present)
    exerciseClaiming(present)
    exerciseQueuePositions(present)
    exerciseTransitions(present)
    exercisePublishing(present)
    exerciseSweeping(present)
    exercisePullingBack(present)
    exerciseLists(present)
    exerciseListsOfKinds(present)
    exerciseDeliveries(present)
    exerciseForgetting(present)
    exerciseAcceptedAudits(present)
    exercisePurging(present)
    exerciseCatalog(present)
    exerciseChanging(present)
    exercisePeople(present)
    exerciseTaskSteps(present)
    exerciseTaskEnds(present)
    exerciseDueTasks(present)
    exerciseDataChanges(present)
    exerciseAutomations(present)
    exerciseNotices(present)
    exerciseEventOrder(() => underTest, present)
    if (kind.exclusive) exerciseEndingLeases(present)
    else exerciseProcesses(() => underTest, present)
  })
}
