import { describe, expect, it } from 'vitest'
import type { EventId, LeaseToken, SubscriptionId } from '../../src/core/ids.ts'
import type { Delivery } from '../../src/event/delivery.ts'
import type { SubscriptionStep } from '../../src/store/port/subscriptions.ts'
import { put, remove } from '../support/catalog.ts'
import {
  aDelivery,
  aSend,
  aSubscription,
  type Given,
  OTHER_TENANT,
  subscriptionId,
  TENANT_ID,
} from './store-records.ts'

const LEASE = 'sender-1' as LeaseToken
const NEWEST = { sort: { field: 'triggeredAt', descending: true }, page: { limit: 9 } } as const

const countFailure: SubscriptionStep = ({ subscription }) => ({
  subscription: { ...subscription, failedSends: subscription.failedSends + 1 },
})

export function exerciseDeliveries(given: () => Given): void {
  const subscribe = async (...numbers: number[]) => {
    for (const number of numbers) {
      await put(given().store, {
        subscriptions: [aSubscription({ id: subscriptionId(number), createdAt: number })],
      })
    }
  }
  const end = async () => {
    const { reload } = await given().running()
    await given().end(reload)
    return (await given().store.eventsOf(reload.id))[0]!
  }
  const claim = (max = 10, perSubscription = 4, lease = LEASE, perTenant = 100) =>
    given().store.claimDeliveries({
      now: given().now,
      max,
      inFlightLimit: () => perSubscription,
      perTenant,
      lease,
      leaseExpiresAt: given().now + 60_000,
    })
  const done = (delivery: Delivery): Delivery => {
    const { lease: _over, leaseExpiresAt: _gone, ...rest } = delivery
    return { ...rest, state: 'delivered', sends: delivery.sends + 1, endedAt: given().now }
  }

  describe('events', () => {
    it('are read in order of their sequence, behind and before a cursor, of one tenant', async () => {
      expect(await given().store.lastSequence()).toBe(0)
      const events = [await end(), await end(), await end()]
      const { reload } = await given().running({ tenantId: OTHER_TENANT })
      await given().end(reload)
      const { store } = given()
      const [first, second, third] = events.map((event) => event.sequence)
      expect([0, first, second, third].every((sequence, i, all) => i === 0 || sequence! > all[i - 1]!)).toBe(
        true,
      )
      const [ofOther] = await store.eventsOf(reload.id)
      expect(await store.lastSequence()).toBe(ofOther!.sequence)
      expect(await store.eventsAfter(TENANT_ID, 0, 2)).toEqual(events.slice(0, 2))
      expect(await store.eventsAfter(TENANT_ID, second!, 9)).toEqual(events.slice(2))
      expect(await store.eventsBefore(TENANT_ID, third! + 1, 2)).toEqual([events[2], events[1]])
      expect(await store.eventsBefore(TENANT_ID, second!, 9)).toEqual([events[0]])
      expect(await store.eventsBefore(TENANT_ID, first!, 9)).toEqual([])
      expect(await store.eventsAfter(OTHER_TENANT, 0, 9)).toEqual([ofOther])
      expect(await store.event(OTHER_TENANT, events[0]!.id)).toBeUndefined()
    })
  })

  describe('claiming deliveries', () => {
    it('gives the delivery under its lease, with its event and subscription', async () => {
      await subscribe(1)
      const event = await end()
      const [claimed, ...others] = await claim()
      expect(others).toEqual([])
      const subscription = await given().store.subscription(TENANT_ID, subscriptionId(1))
      expect(claimed).toEqual({ delivery: claimed!.delivery, event, subscription })
      expect(claimed!.delivery).toMatchObject({ lease: LEASE, leaseExpiresAt: given().now + 60_000 })
      expect(await given().store.delivery(TENANT_ID, claimed!.delivery.id)).toEqual(claimed!.delivery)
      expect(await given().store.delivery(OTHER_TENANT, claimed!.delivery.id)).toBeUndefined()
      expect(await claim(), 'while it is leased').toEqual([])
    })

    it('takes the oldest due first, at most so many, at most so many of a subscription in flight', async () => {
      await subscribe(1, 2)
      const events = [
        await end(),
        (await given().wait(5)) && (await end()),
        (await given().wait(5)) && (await end()),
      ]
      const order = (claimed: { delivery: Delivery }[]) =>
        claimed.map(({ delivery }) => [
          events.findIndex((e) => e.id === delivery.eventId),
          delivery.subscriptionId,
        ])
      const [one, two] = [subscriptionId(1), subscriptionId(2)]
      expect(order(await claim(3, 2))).toEqual([
        [0, one],
        [0, two],
        [1, one],
      ])
      expect(order(await claim(9, 2))).toEqual([[1, two]])
      expect(await claim(9, 2)).toEqual([])
      expect(order(await claim(9, 3))).toEqual([
        [2, one],
        [2, two],
      ])
    })

    it('a tenant with many subscriptions does not hold up another', async () => {
      await subscribe(1, 2, 3)
      await end()
      const { store } = given()
      await put(store, { subscriptions: [aSubscription({ id: subscriptionId(4), tenantId: OTHER_TENANT })] })
      await given().wait(1)
      const { reload } = await given().running({ tenantId: OTHER_TENANT })
      await given().end(reload)
      const tenants = (claimed: { delivery: Delivery }[]) => claimed.map(({ delivery }) => delivery.tenantId)
      expect(tenants(await claim(9, 4, LEASE, 2))).toEqual([TENANT_ID, TENANT_ID, OTHER_TENANT])
      expect(tenants(await claim(9, 4, LEASE, 2)), 'while two are in flight').toEqual([])
      expect(tenants(await claim(9, 4, LEASE, 3))).toEqual([TENANT_ID])
    })

    it('a subscription with a long queue does not hold up another', async () => {
      await subscribe(1)
      for (let i = 0; i < 5; i++) await end()
      await subscribe(2)
      await given().wait(1)
      await end()
      const claimed = await claim(9, 1)
      expect(claimed.map(({ delivery }) => delivery.subscriptionId)).toEqual([
        subscriptionId(1),
        subscriptionId(2),
      ])
    })

    it('takes over what a dead sender held when its lease is over', async () => {
      await subscribe(1)
      await end()
      const [first] = await claim()
      expect(await given().store.nextDeliveryAt()).toBe(given().now + 60_000)
      expect((await given().wait(59_999)) && (await claim())).toEqual([])
      given().wait(1)
      const [second] = await claim(1, 1, 'sender-2' as LeaseToken)
      expect(second!.delivery).toMatchObject({ id: first!.delivery.id, lease: 'sender-2' })
    })

    it('gives no subscription when it was removed meanwhile', async () => {
      await subscribe(1)
      await end()
      await remove(given().store, TENANT_ID, { subscriptions: [subscriptionId(1)] })
      const [claimed] = await claim()
      expect(claimed).not.toHaveProperty('subscription')
    })
  })

  describe('recording sends', () => {
    const record = async (next: (delivery: Delivery) => Delivery, fence = LEASE) => {
      const [claimed] = await claim()
      const send = aSend(claimed!.delivery, 1)
      await given().store.recordSends([{ delivery: next(claimed!.delivery), fence, send }])
      return { delivery: claimed!.delivery, send }
    }

    it('ends a delivery with its send', async () => {
      await subscribe(1)
      await end()
      const { delivery, send } = await record(done)
      const { store } = given()
      expect(await store.delivery(TENANT_ID, delivery.id)).toEqual(done(delivery))
      expect(await store.send(subscriptionId(1), send.id)).toEqual(send)
      expect(await store.send(subscriptionId(2), send.id)).toBeUndefined()
      expect(await store.counts()).toMatchObject({ pendingDeliveries: 0 })
      expect(await store.nextDeliveryAt()).toBeUndefined()
    })

    it('puts a failed one back for later', async () => {
      await subscribe(1)
      await end()
      const later = (delivery: Delivery): Delivery => {
        const { endedAt: _none, ...rest } = done(delivery)
        return { ...rest, state: 'pending', dueAt: given().now + 5000 }
      }
      await record(later)
      expect(await given().store.nextDeliveryAt()).toBe(given().now + 5000)
      expect(await claim()).toEqual([])
      given().wait(5000)
      expect(await claim()).toMatchObject([{ delivery: { sends: 1 } }])
    })

    it('under a lease that is gone keeps the send and changes nothing else', async () => {
      await subscribe(1)
      await end()
      const [claimed] = await claim()
      const send = aSend(claimed!.delivery, 1)
      await given().store.recordSends([
        { delivery: done(claimed!.delivery), fence: 'stranger' as LeaseToken, send, step: countFailure },
      ])
      expect(await given().store.delivery(TENANT_ID, claimed!.delivery.id)).toEqual(claimed!.delivery)
      expect(await given().store.send(subscriptionId(1), send.id)).toEqual(send)
      expect(await given().store.subscription(TENANT_ID, subscriptionId(1))).toMatchObject({ failedSends: 0 })
    })

    it('a delivery that ended stays as it is', async () => {
      await subscribe(1)
      await end()
      const { delivery } = await record(done)
      const late = { ...delivery, state: 'exhausted' as const, endedAt: 1 }
      await given().store.recordSends([{ delivery: late, fence: LEASE, send: aSend(delivery, 2) }])
      expect(await given().store.delivery(TENANT_ID, delivery.id)).toEqual(done(delivery))
    })

    it('shows a step the subscription as it is now, and saves what it makes of it', async () => {
      await subscribe(1, 2)
      await end()
      const [claimed] = await claim()
      const { delivery } = claimed!
      const { store } = given()
      const renamed = { ...claimed!.subscription!, name: 'renamed', failedSends: 3 }
      await put(store, { subscriptions: [renamed] })
      const send = aSend(delivery, 1)
      await store.recordSends([
        { delivery: done(delivery), fence: LEASE, send, step: countFailure },
        { delivery: done(delivery), fence: LEASE, send: aSend(delivery, 2), step: countFailure },
      ])
      expect(await store.subscription(TENANT_ID, renamed.id), 'the second one had no lease').toEqual({
        ...renamed,
        failedSends: 4,
      })
      await store.addSend(aSend(delivery, 3), countFailure)
      await store.addSend(aSend(delivery, 4), () => undefined)
      expect(await store.subscription(TENANT_ID, renamed.id)).toEqual({ ...renamed, failedSends: 5 })
    })

    it('saves the events of a step with their deliveries, all or nothing', async () => {
      await subscribe(1, 2)
      const finished = await end()
      const [claimed] = await claim()
      const { store } = given()
      const event = { ...finished, id: 'of the step' as EventId, uniqueKey: 'webhook' }
      const { sequence: _ours, ...draft } = event
      const told: unknown[] = []
      const disable: SubscriptionStep = ({ subscription, tenant, subscriptions }) => {
        told.push(tenant.id, ...subscriptions.map(({ id }) => id))
        return {
          subscription: { ...subscription, enabled: false },
          events: [draft],
          deliveries: [aDelivery(draft, subscriptionId(2), given().now)],
        }
      }
      await store.addSend(aSend(claimed!.delivery, 1), disable)
      expect(told).toEqual([TENANT_ID, subscriptionId(1), subscriptionId(2)])
      expect(await store.event(TENANT_ID, event.id)).toMatchObject({ uniqueKey: 'webhook' })
      expect(await store.deliveriesOf(event.id)).toMatchObject([{ subscriptionId: subscriptionId(2) }])
      const again = store.addSend(aSend(claimed!.delivery, 2), ({ subscription }) => ({
        subscription: { ...subscription, name: 'never' },
        events: [draft],
      }))
      await expect(again).rejects.toThrow()
      expect(await store.subscription(TENANT_ID, subscriptionId(1))).toMatchObject({ name: 'Receiver' })
      expect((await store.sends({ ...NEWEST, subscriptionId: subscriptionId(1) })).rows).toHaveLength(1)
    })

    it('asks for the places of each subscription with pending deliveries, also of a removed one', async () => {
      await subscribe(1, 2, 3)
      await end()
      const { store, now } = given()
      await remove(store, TENANT_ID, { subscriptions: [subscriptionId(2)] })
      const asked: unknown[] = []
      const claimed = await store.claimDeliveries({
        now,
        max: 10,
        inFlightLimit: (subscription) => {
          asked.push(subscription?.id)
          return subscription?.id === subscriptionId(3) ? 0 : 1
        },
        perTenant: 10,
        lease: LEASE,
        leaseExpiresAt: now + 1,
      })
      expect(new Set(asked)).toEqual(new Set([subscriptionId(1), undefined, subscriptionId(3)]))
      expect(claimed.map(({ delivery }) => delivery.subscriptionId).sort()).toEqual([
        subscriptionId(1),
        subscriptionId(2),
      ])
    })

    it('opens deliveries again that failed for good, from a time on, and no others', async () => {
      await subscribe(1, 2)
      const ended = async (state: Delivery['state'], subscription: number) => {
        await end()
        given().wait(10)
        const claimed = await claim()
        const all = claimed.map(({ delivery }) => {
          const own = delivery.subscriptionId === subscriptionId(subscription)
          return { ...done(delivery), state: own ? state : ('delivered' as const), reason: 'why' }
        })
        await given().store.recordSends(all.map((delivery) => ({ delivery, fence: LEASE })))
        return all.find((one) => one.subscriptionId === subscriptionId(subscription))!
      }
      const old = await ended('exhausted', 1)
      const since = given().now
      const exhausted = await ended('exhausted', 1)
      const givenUp = await ended('given-up', 1)
      const well = await ended('delivered', 1)
      const other = await ended('exhausted', 2)
      const { store } = given()
      const reopen = (more: object = {}) =>
        store.reopenDeliveries({
          subscriptionId: subscriptionId(1),
          since,
          now: given().now,
          max: 10,
          dryRun: false,
          ...more,
        })
      expect(await reopen({ dryRun: true })).toBe(2)
      expect(await reopen({ max: 1 })).toBe(1)
      const now = given().wait(5).now
      const stateOf = async ({ id }: Delivery) => (await store.delivery(TENANT_ID, id))!.state
      expect(await Promise.all([old, exhausted, givenUp, well, other].map(stateOf))).toEqual([
        'exhausted',
        'pending',
        'given-up',
        'delivered',
        'exhausted',
      ])
      expect(await reopen()).toBe(1)
      expect(await reopen()).toBe(0)
      const { endedAt: _ended, reason: _why, ...rest } = givenUp
      expect(await store.delivery(TENANT_ID, givenUp.id)).toEqual({
        ...rest,
        state: 'pending',
        sends: 0,
        dueAt: now,
      })
      expect((await claim()).map(({ delivery }) => delivery.id).sort()).toEqual(
        [exhausted.id, givenUp.id].sort(),
      )
    })

    it('lists sends by time or status, filtered, page by page', async () => {
      await subscribe(1)
      await end()
      const [claimed] = await claim()
      const subscription = claimed!.subscription!
      const all = [1, 2, 3, 4, 5].map((number) =>
        aSend(claimed!.delivery, number, {
          status: number % 2 === 0 ? 'fail' : 'success',
          eventType: number < 4 ? 'a' : 'b',
        }),
      )
      for (const send of all) await given().store.addSend(send, () => undefined)
      const base = { subscriptionId: subscription.id as SubscriptionId, page: { limit: 2 } }
      const newest = { ...base, sort: { field: 'triggeredAt', descending: true } } as const
      const { store } = given()
      const first = await store.sends(newest)
      expect(first).toEqual({ rows: [all[4], all[3]], hasNext: true, hasPrevious: false })
      const after = { value: all[3]!.triggeredAt, id: all[3]!.id }
      expect(await store.sends({ ...newest, page: { limit: 2, after } })).toEqual({
        rows: [all[2], all[1]],
        hasNext: true,
        hasPrevious: true,
      })
      expect((await store.sends({ ...newest, status: 'fail' })).rows).toEqual([all[3], all[1]])
      expect((await store.sends({ ...newest, eventType: 'b' })).rows).toEqual([all[4], all[3]])
      const byStatus = { ...base, sort: { field: 'status', descending: false } } as const
      expect((await store.sends({ ...byStatus, page: { limit: 3 } })).rows).toEqual([all[1], all[3], all[0]])
    })
  })
}
