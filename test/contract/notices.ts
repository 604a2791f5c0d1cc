/**
 * What listeners are told of which verb: a loop that is not told waits for its next look, seconds later.
 * Told by the end of the turn in which the verb answers; the random histories hold that every kind of store
 * tells the same.
 */

import { describe, expect, it } from 'vitest'
import type { EventId, LeaseToken, TenantId } from '../../src/core/ids.ts'
import type { TaskRun } from '../../src/core/task/run.ts'
import type { Delivery } from '../../src/event/delivery.ts'
import type { Saving } from '../../src/store/port/reloads.ts'
import type { CommitNotice } from '../../src/store/port/store.ts'
import type { SubscriptionStep } from '../../src/store/port/subscriptions.ts'
import { limitTenant, put } from '../support/catalog.ts'
import { USER_ID } from '../support/records.ts'
import {
  aDelivery,
  aSend,
  aSubscription,
  commandStep,
  completed,
  finishedEvent,
  type Given,
  subscriptionId,
  TENANT_ID,
} from './store-records.ts'
import { tasksOf } from './task-records.ts'

const LEASE = 'sender' as LeaseToken

export function exerciseNotices(given: () => Given): void {
  /** The loops that were told something while it worked. */
  const toldBy = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    const loops = new Set<string>()
    const stop = given().store.onCommit((changed) => {
      for (const loop of Object.keys(changed)) if (changed[loop as keyof CommitNotice]) loops.add(loop)
    })
    await work()
    await new Promise((resolve) => setImmediate(resolve))
    stop()
    return [...loops].sort()
  }
  /** A claimed delivery, with its event. */
  const claimed = async () => {
    await put(given().store, { subscriptions: [aSubscription({ id: subscriptionId(1) })] })
    await given().end((await given().running()).reload)
    const { now } = given()
    const free = {
      now,
      max: 1,
      inFlightLimit: () => 1,
      perTenant: 9,
      lease: LEASE,
      leaseExpiresAt: now + 1000,
    }
    const [found] = await given().store.claimDeliveries(free)
    return found!
  }
  /** Disables the subscription and saves an event with a delivery for it. */
  const disabling: SubscriptionStep = ({ subscription }) => {
    const { reloadId: _ofNone, ...event } = finishedEvent(given().reload(), given().now, {
      id: 'of the step' as EventId,
      uniqueKey: 'webhook',
    })
    return {
      subscription: { ...subscription, enabled: false },
      events: [event],
      deliveries: [aDelivery(event, subscription.id, given().now)],
    }
  }

  describe('listeners are told', () => {
    it('that something is queued: accepted, requeued, a slot free, another limit', async () => {
      const app = await given().app()
      expect(await toldBy(() => given().accept(given().reload({ appId: app.id })))).toEqual(['queued'])
      const [{ reload } = await given().running()] = await given().claim()
      expect(await toldBy(() => given().end(reload, { kind: 'handed-back' }))).toEqual(['queued'])
      const limits = () => limitTenant(given().store, TENANT_ID, { concurrentReloads: 3 })
      expect(await toldBy(limits)).toEqual(['queued'])
      const ofNone = () => limitTenant(given().store, 'none' as TenantId, { concurrentReloads: 3 })
      expect(await toldBy(ofNone)).toEqual([])
    })

    it('that a running reload is to stop', async () => {
      const { reload } = await given().running()
      expect(await toldBy(() => given().apply(reload, { kind: 'cancel' }, undefined))).toEqual(['canceling'])
    })

    it('that a reload ended, with and without deliveries', async () => {
      const first = await given().running()
      expect(await toldBy(() => given().end(first.reload))).toEqual(['ended', 'events', 'queued'])
      await put(given().store, { subscriptions: [aSubscription({ id: subscriptionId(1) })] })
      const second = await given().running()
      expect(await toldBy(() => given().end(second.reload))).toEqual([
        'deliveries',
        'ended',
        'events',
        'queued',
      ])
    })

    it('that a send is recorded: the next delivery of its subscription has a place', async () => {
      const { delivery } = await claimed()
      const done = { ...delivery, state: 'delivered' as const, sends: 1, endedAt: given().now }
      const record = () => given().store.recordSends([{ delivery: done, fence: LEASE }])
      expect(await toldBy(record)).toEqual(['deliveries'])
      expect(await toldBy(() => given().store.recordSends([]))).toEqual([])
    })

    it('of the events and deliveries that a step about a subscription saves, with a send of either kind', async () => {
      const { delivery } = await claimed()
      const added = () => given().store.addSend(aSend(delivery, 1), disabling)
      expect(await toldBy(added)).toEqual(['deliveries', 'events'])
      expect(await toldBy(() => given().store.addSend(aSend(delivery, 2), () => undefined))).toEqual([])
    })

    it('that deliveries are open again, when some are', async () => {
      const { delivery } = await claimed()
      const { lease: _over, leaseExpiresAt: _gone, ...rest } = delivery
      const exhausted = { ...rest, state: 'exhausted' as const, sends: 1, endedAt: given().now }
      await given().store.recordSends([{ delivery: exhausted, fence: LEASE }])
      const request = { subscriptionId: subscriptionId(1), since: 0, now: given().now, max: 9 }
      const reopen = (dryRun: boolean) => () => given().store.reopenDeliveries({ ...request, dryRun })
      expect(await toldBy(reopen(true))).toEqual([])
      expect(await toldBy(reopen(false))).toEqual(['deliveries'])
      expect(await toldBy(reopen(false)), 'none is left').toEqual([])
    })

    it('that deliveries were offered, when some are new', async () => {
      const { delivery } = await claimed()
      const offer = (change: Partial<Delivery>, dryRun = false) => {
        const deliveries = [{ ...delivery, ...change }]
        const { subscriptionId } = deliveries[0]!
        return () => given().store.offerDeliveries({ subscriptionId, deliveries, max: 9, dryRun })
      }
      const other = { id: 'offered' as Delivery['id'], subscriptionId: subscriptionId(7) }
      expect(await toldBy(offer({})), 'it had it').toEqual([])
      expect(await toldBy(offer(other, true))).toEqual([])
      expect(await toldBy(offer(other))).toEqual(['deliveries'])
      expect(await toldBy(offer({ ...other, id: 'again' as Delivery['id'] })), 'each once').toEqual([])
    })

    it('that tasks were saved, runs that wait, and reloads of tasks', async () => {
      const { task, aRun, starting, waiting } = tasksOf(given)
      const app = await given().app()
      expect(await toldBy(() => task({ appId: app.id }))).toEqual(['tasks'])
      const one = await task({ appId: app.id })
      expect(await toldBy(() => waiting(one))).toEqual(['tasks'])
      const over = aRun(one, { state: 'skipped', reason: 'changed', endedAt: given().now })
      expect(await toldBy(() => put(given().store, { taskRuns: [over] }))).toEqual([])
      expect(await toldBy(() => given().store.change([starting(one)]))).toEqual(['queued'])
      const [claimed] = await given().claim()
      const { now } = given()
      const wakes = (saving: Saving, woken: TaskRun) => ({
        ...saving,
        taskRuns: [...saving.taskRuns!, woken],
      })
      const end = commandStep({ kind: 'end-attempt', end: completed(claimed!.reload) }, now)
      const ending = (woken: TaskRun) => () =>
        given().store.transition([
          { reloadId: claimed!.reload.id, step: (view) => wakes(end(view) as Saving, woken) },
        ])
      expect(await toldBy(ending(aRun(one)))).toEqual(['ended', 'events', 'queued', 'tasks'])
    })

    it('that a run waits no longer than it may, when it was pulled back', async () => {
      const { task, waiting } = tasksOf(given)
      await waiting(await task(), { notBefore: given().now + 1e9 })
      const pull = () => given().store.pullBack({ now: given().now, longestLeaseMs: 1000 })
      expect(await toldBy(pull)).toEqual(['tasks'])
      expect(await toldBy(pull)).toEqual([])
    })

    it('nothing of what no loop waits for, and nothing of what was not saved', async () => {
      const { reload, attempt } = await given().running()
      const lease = attempt.leaseToken
      const renew = () =>
        given().store.renewLeases([{ reloadId: reload.id, lease, leaseExpiresAt: given().now + 1 }])
      expect(await toldBy(renew)).toEqual([])
      expect(await toldBy(() => given().app({ ownerId: USER_ID }))).toEqual([])
      const thrown = () =>
        given().store.transition([
          {
            reloadId: reload.id,
            step: () => {
              throw new Error('x')
            },
          },
        ])
      expect(await toldBy(() => expect(thrown()).rejects.toThrow('x'))).toEqual([])
    })
  })
}
