/** What only a store has that one process at a time has open: the end of all leases when a process starts. */

import { describe, expect, it } from 'vitest'
import type { LeaseToken } from '../../src/core/ids.ts'
import type { ExclusiveStore } from '../../src/store/port/store.ts'
import { put } from '../support/catalog.ts'
import { aSubscription, type Given, subscriptionId, TENANT_ID } from './store-records.ts'

export function exerciseEndingLeases(given: () => Given): void {
  const exclusive = (): ExclusiveStore => {
    const { store } = given()
    if (!('endLeases' in store)) throw new Error('an exclusive store has endLeases')
    return store as ExclusiveStore
  }
  const claim = (lease: LeaseToken) =>
    given().store.claimDeliveries({
      now: given().now,
      max: 10,
      inFlightLimit: () => 4,
      perTenant: 100,
      lease,
      leaseExpiresAt: given().now + 60_000,
    })

  describe('ending all leases, at the start of a process', () => {
    it('finds every open attempt at once, under the token it had', async () => {
      const first = await given().running()
      const second = await given().wait(10).running()
      const ended = await given().running()
      await given().end(ended.reload)
      const [store, { now }] = [exclusive(), given()]
      await store.endLeases(now)
      const found = await store.expiredLeases(now, 9)
      expect(new Set(found.map(({ reloadId }) => reloadId))).toEqual(
        new Set([first.reload.id, second.reload.id]),
      )
      expect(await store.attempts(second.reload.id)).toEqual([{ ...second.attempt, leaseExpiresAt: now }])
      expect(await given().end(first.reload, { kind: 'lost' })).toMatchObject({ kind: 'saved' })
    })

    it('leaves a lease that was over long ago as it is', async () => {
      const { reload, attempt } = await given().running()
      await exclusive().endLeases(given().wait(60_000).now)
      expect(await given().store.attempts(reload.id)).toEqual([attempt])
    })

    it('frees claimed deliveries, and fences their former senders', async () => {
      const [before, after] = ['sender-1', 'sender-2'] as [LeaseToken, LeaseToken]
      await put(given().store, { subscriptions: [aSubscription({ id: subscriptionId(1) })] })
      await given().end((await given().running()).reload)
      const [claimed] = await claim(before)
      expect(await claim(after)).toEqual([])
      await exclusive().endLeases(given().now)
      const [again] = await claim(after)
      expect(again).toEqual({ ...claimed!, delivery: { ...claimed!.delivery, lease: after } })
      const { lease: _over, leaseExpiresAt: _gone, ...rest } = claimed!.delivery
      const delivery = { ...rest, state: 'delivered', sends: 1, endedAt: given().now } as const
      await given().store.recordSends([{ delivery, fence: before }])
      expect(await given().store.delivery(TENANT_ID, delivery.id), 'fenced').toEqual(again!.delivery)
    })
  })
}
