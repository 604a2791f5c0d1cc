import { describe, expect, it } from 'vitest'
import type { LeaseToken } from '../../src/core/ids.ts'
import { RUN_WAITS_MAX_MS } from '../../src/core/task/run.ts'
import { put } from '../support/catalog.ts'
import { aSubscription, type Given, subscriptionId, TENANT_ID } from './store-records.ts'
import { tasksOf } from './task-records.ts'

const AHEAD_MS = 400 * 24 * 3_600_000
const LEASE = 'sender' as LeaseToken

export function exercisePullingBack(given: () => Given): void {
  const pullBack = () => given().store.pullBack({ now: given().now, longestLeaseMs: 15_000 })
  /** What happens in it happens under a clock that is ahead. */
  const ahead = async <T>(act: () => Promise<T>): Promise<T> => {
    given().wait(AHEAD_MS)
    const result = await act()
    given().wait(-AHEAD_MS)
    return result
  }
  const claimDeliveries = () =>
    given().store.claimDeliveries({
      now: given().now,
      max: 9,
      inFlightLimit: () => 9,
      perTenant: 9,
      lease: LEASE,
      leaseExpiresAt: given().now + 15_000,
    })

  describe('what a clock that was ahead has stamped', () => {
    it('is not pulled back when nothing was ahead', async () => {
      await given().queued()
      await given().running()
      const { reload } = await given().running()
      await given().end(reload, { kind: 'crashed', message: 'gone' })
      expect(await pullBack()).toEqual({ reloads: 0, deliveries: 0, taskRuns: 0 })
    })

    it('waits from now on: a back-off begins anew, and its end lets it in', async () => {
      const { store } = given()
      const { reload } = await given().running()
      await ahead(() => given().end(reload, { kind: 'crashed', message: 'gone' }))
      expect(await pullBack()).toEqual({ reloads: 1, deliveries: 0, taskRuns: 0 })
      const { now } = given()
      const waiting = (await store.reload(TENANT_ID, reload.id))!
      expect(waiting).toMatchObject({ queuedAt: now, waitedMs: 0 })
      expect(waiting.notBefore).toBeGreaterThan(now)
      expect(await store.nextDueAt(now)).toBe(waiting.notBefore)
      expect(await given().claim()).toEqual([])
      given().wait(waiting.notBefore - now)
      expect((await given().claim()).map((one) => one.reload.id)).toEqual([reload.id])
    })

    it('a back-off that was let in under the wrong clock is one again', async () => {
      const { reload } = await given().running()
      await ahead(async () => {
        await given().end(reload, { kind: 'crashed', message: 'gone' })
        given().wait(60_000)
        await given().store.claim({
          now: given().now,
          max: 1,
          concurrentReloadsPerTenant: 9,
          step: () => ({ refused: 'another' }),
        })
        given().wait(-60_000)
      })
      await pullBack()
      expect(await given().store.queuePosition(TENANT_ID, reload.id, 0)).toMatchObject({
        waitsFor: 'back-off',
      })
      expect(await given().claim()).toEqual([])
    })

    it('a lease of an attempt ends in time, and the queue time counts', async () => {
      const { store } = given()
      const [held, queued] = await ahead(async () => [await given().running(), await given().queued()])
      expect(await store.expiredLeases(given().now + 15_000, 9)).toEqual([])
      expect(await pullBack()).toEqual({ reloads: 2, deliveries: 0, taskRuns: 0 })
      const end = given().now + 15_000
      expect(await store.expiredLeases(end - 1, 9)).toEqual([])
      expect(await store.expiredLeases(end, 9)).toEqual([
        { reloadId: held!.reload.id, lease: held!.attempt.leaseToken },
      ])
      expect(await store.overdueReloads(given().now + 1000, 1000, 9)).toEqual([queued!.id])
    })

    it('runs of tasks that wait do so as long as they may at most, those that are over stay as they are', async () => {
      const { store } = given()
      const { task, waiting } = tasksOf(given)
      const one = await task()
      const { now } = given()
      const soon = await waiting(one, { notBefore: now + RUN_WAITS_MAX_MS })
      const stamped = await waiting(one, { notBefore: now + AHEAD_MS })
      const over = await waiting(one, { notBefore: now + AHEAD_MS, state: 'missed', endedAt: now })
      expect(await pullBack()).toEqual({ reloads: 0, deliveries: 0, taskRuns: 1 })
      expect(await pullBack()).toEqual({ reloads: 0, deliveries: 0, taskRuns: 0 })
      const notBefore = now + RUN_WAITS_MAX_MS
      expect(await store.taskRun(TENANT_ID, stamped.id)).toEqual({ ...stamped, notBefore })
      for (const run of [soon, over]) expect(await store.taskRun(TENANT_ID, run.id)).toEqual(run)
      const due = await store.dueRuns(notBefore, 9)
      expect(due.map(({ runId }) => runId)).toEqual([soon.id, stamped.id])
    })

    it('deliveries are due at once, those of a retry after the wait that is theirs', async () => {
      const { store } = given()
      for (const n of [1, 2, 3])
        await put(store, { subscriptions: [aSubscription({ id: subscriptionId(n) })] })
      const { reload } = await given().running()
      await ahead(async () => {
        await given().end(reload)
        const [first, second] = await claimDeliveries()
        const { lease: _l, leaseExpiresAt: _e, ...row } = first!.delivery
        const retried = { ...row, sends: 1, dueAt: given().now + 7000, waitMs: 7000 }
        const { lease: _l2, leaseExpiresAt: _e2, ...free } = second!.delivery
        await store.recordSends([
          { delivery: retried, fence: LEASE },
          { delivery: free, fence: LEASE },
        ])
      })
      expect(await claimDeliveries()).toEqual([])
      expect(await pullBack()).toEqual({ reloads: 0, deliveries: 3, taskRuns: 0 })
      expect(await pullBack()).toEqual({ reloads: 0, deliveries: 0, taskRuns: 0 })
      expect(await claimDeliveries()).toHaveLength(1)
      given().wait(7000)
      expect((await claimDeliveries()).map(({ delivery }) => delivery.sends)).toEqual([1])
      given().wait(8000)
      expect(await claimDeliveries(), 'the one whose lease had to end').toHaveLength(1 + 1)
    })
  })
}
