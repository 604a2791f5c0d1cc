import { describe, expect, test, vi } from 'vitest'
import { put, remove } from '../../test/support/catalog.ts'
import { DeliveryBench as Bench } from '../../test/support/delivery-bench.ts'
import { aSubscription, START_MS, TENANT_ID } from '../../test/support/records.ts'
import type { SubscriptionId, UserId } from '../core/ids.ts'
import { FINISHED_EVENT_TYPE, WEBHOOK_DISABLED_TYPE } from '../event/event-types.ts'
import type { SendRecord } from '../store/port/deliveries.ts'
import type { Store } from '../store/port/store.ts'
import { PROBE_FIRST_MS } from './after-send.ts'
import type { Sent } from './channel.ts'
import { resend } from './resend.ts'

describe('the sender of deliveries', () => {
  test('sends an event and records it', async () => {
    const b = await (await new Bench().furnish(aSubscription())).event()
    b.receiver.answers = [{ ok: true, response: { statusCode: 204, headers: {}, body: '' } }]
    b.start()
    expect(await b.ended()).toMatchObject([{ state: 'delivered', sends: 1 }])
    const [send] = await b.sends()
    expect(send).toMatchObject({ status: 'success', response: { statusCode: 204 }, triggeredAt: START_MS })
    expect(b.receiver.got[0]?.event).toMatchObject({ id: send?.eventId, type: 'com.qlik.v1.reload.finished' })
  })

  test('sends again by the schedule, always the same event', async () => {
    const b = await (await new Bench().furnish(aSubscription())).event()
    b.receiver.answers = [{ ok: false, message: 'timeout after 15 s' }, { ok: false }, { ok: true }]
    b.start()
    expect(await b.ended()).toMatchObject([{ state: 'delivered', sends: 3 }])
    const [first, second, third] = b.receiver.got
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(4000)
    expect(third!.at - second!.at).toBeGreaterThanOrEqual(240_000)
    expect(new Set(b.receiver.got.map(({ event }) => JSON.stringify(event))).size).toBe(1)
    expect((await b.sends()).map((send) => send.statusMessage)).toEqual([
      'timeout after 15 s',
      undefined,
      undefined,
    ])
    expect(await b.store.subscription(TENANT_ID, aSubscription().id)).toMatchObject({ failedSends: 0 })
  })

  test('a send that the store refuses to record does not hold up the records of others', async () => {
    const b = await (await (await new Bench().furnish(aSubscription())).event(1)).event(2)
    const [bad] = await b.deliveries()
    let refused = false
    const store = new Proxy(b.store, {
      get(target, name) {
        const member = Reflect.get(target, name, target)
        if (name !== 'recordSends') return typeof member === 'function' ? member.bind(target) : member
        return async (batch: readonly SendRecord[]) => {
          if (batch.some((row) => row.delivery.id === bad!.id)) {
            refused = true
            throw new Error('broken invariant')
          }
          return target.recordSends(batch)
        }
      },
    })
    const loop = b.start(store)
    const isDelivered = async () => (await b.deliveries()).some((row) => row.state === 'delivered')
    await b.machine.until(async () => refused && (await isDelivered()), 5000)
    await loop.stop()
  })

  test('gives up and disables a webhook whose target is gone, with all that waits for it', async () => {
    const b = await (await new Bench().furnish(aSubscription())).event(1)
    b.receiver.answers = [{ ok: false, gone: true, message: 'gone (410)' }]
    b.start()
    await b.ended()
    expect(await b.store.subscription(TENANT_ID, aSubscription().id)).toMatchObject({
      enabled: false,
      disabledReasonCode: 'TARGET-GONE',
    })
    await b.event(2)
    expect(await b.deliveries()).toHaveLength(1)
  })

  test('tells the other webhooks of its owner that one was disabled', async () => {
    const eventTypes = [WEBHOOK_DISABLED_TYPE, FINISHED_EVENT_TYPE]
    const gone = aSubscription({ eventTypes })
    const alarm = aSubscription({
      id: 'alarm' as SubscriptionId,
      eventTypes: [WEBHOOK_DISABLED_TYPE],
      level: 'user',
    })
    const stranger = { ...alarm, id: 'stranger' as SubscriptionId, ownerId: 'another' as UserId }
    const b = await (await new Bench().furnish(gone, alarm, stranger)).event()
    const answer = b.receiver.send.bind(b.receiver)
    b.receiver.send = async (events, subscription) =>
      subscription.id === gone.id ? { ok: false, gone: true } : answer(events, subscription)
    b.start()
    await b.machine.until(() => b.receiver.got.length === 1)
    const [{ event, subscription }] = b.receiver.got as [(typeof b.receiver.got)[number]]
    expect(subscription.id).toBe(alarm.id)
    expect(event).toMatchObject({
      type: WEBHOOK_DISABLED_TYPE,
      userid: gone.ownerId,
      data: { id: gone.id, name: gone.name, disabledReasonCode: 'TARGET-GONE', failedSends: 1 },
    })
    await b.machine.pass(60_000)
    expect(b.receiver.got).toHaveLength(1)
  })

  test.each([
    [
      'deleted',
      async (b: Bench) => void (await remove(b.store, TENANT_ID, { subscriptions: [aSubscription().id] })),
    ],
    ['disabled', (b: Bench) => put(b.store, { subscriptions: [aSubscription({ enabled: false })] })],
  ])('gives up what waits for a webhook that was %s meanwhile, and says so', async (what, change) => {
    const b = await (await new Bench().furnish(aSubscription())).event()
    await change(b)
    b.start()
    expect(await b.ended()).toMatchObject([
      { state: 'given-up', reason: `the webhook was ${what}`, sends: 0 },
    ])
    expect(b.receiver.got).toEqual([])
  })

  test('has at most four sends of a webhook in flight', async () => {
    const b = await new Bench().furnish(aSubscription())
    for (let n = 1; n <= 11; n++) await b.event(n)
    b.start()
    expect(await b.ended()).toHaveLength(11)
    expect(b.receiver.mostInFlight).toBe(4)
  })

  test('does not ask the store again and again while all places of a webhook are taken', async () => {
    const b = await new Bench().furnish(aSubscription())
    for (let n = 1; n <= 11; n++) await b.event(n)
    const claim = vi.spyOn(b.store, 'claimDeliveries')
    b.start()
    await b.ended()
    expect(claim.mock.calls.length).toBeLessThan(40)
  })

  test('a target in trouble gets one probe at a time, and all again after a success', async () => {
    const b = await new Bench().furnish(aSubscription())
    for (let n = 1; n <= 30; n++) await b.event(n)
    b.receiver.answers = [...Array<Sent>(12).fill({ ok: false }), { ok: true }]
    b.start()
    expect((await b.ended(24 * 3_600_000)).every((row) => row.state === 'delivered')).toBe(true)
    const atOnce = b.receiver.got.slice(8, 13).map(({ at }) => at)
    for (let i = 1; i < atOnce.length; i++)
      expect(atOnce[i]! - atOnce[i - 1]!).toBeGreaterThan(PROBE_FIRST_MS)
    expect(b.receiver.mostInFlight).toBe(4)
  })

  test('many targets that never answer take no places from one that does', async () => {
    const sick = Array.from({ length: 30 }, (_, n) => aSubscription({ id: `sick-${n}` as SubscriptionId }))
    const well = aSubscription()
    const b = await new Bench().furnish(...sick, well)
    const answer = b.receiver.send.bind(b.receiver)
    b.receiver.send = async (events, subscription) => {
      if (subscription.id === well.id) return answer(events, subscription)
      await new Promise<void>((resolve) => b.machine.node.later(15_000, resolve))
      return { ok: false, message: 'timeout after 15 s' }
    }
    for (let n = 1; n <= 40; n++) await b.event(n)
    b.start()
    const arrived = () => b.receiver.got.length
    await b.machine.until(() => arrived() === 40, 2000)
  })

  test('sends what is due in one request where the webhook takes batches; it counts once', async () => {
    const batched = aSubscription({ contentMode: 'batched' })
    const b = await new Bench().furnish(batched)
    for (let n = 1; n <= 20; n++) await b.event(n)
    const requests: number[] = []
    const answer = b.receiver.send.bind(b.receiver)
    b.receiver.answers = [{ ok: false }]
    b.receiver.send = (events, subscription) => {
      requests.push(events.length)
      return answer(events, subscription)
    }
    b.start()
    await b.machine.until(async () => (await b.sends()).length === 20)
    expect(requests).toEqual([20])
    expect(await b.store.subscription(TENANT_ID, batched.id)).toMatchObject({ failedSends: 1 })
    b.receiver.answers = [{ ok: true }]
    expect((await b.ended()).every((row) => row.state === 'delivered' && row.sends === 2)).toBe(true)
    expect((await b.sends()).map((send) => send.request)).toEqual(Array(40).fill(undefined))
  })

  test('events of one app arrive one after the other, as they happened; those of others do not wait', async () => {
    const b = await new Bench().furnish(aSubscription())
    for (let n = 1; n <= 12; n++) {
      await b.event(n, n % 3)
      await b.machine.pass(1)
    }
    const open = new Set<string>()
    let overlapping = 0
    const answer = b.receiver.send.bind(b.receiver)
    b.receiver.send = async (events, subscription) => {
      const app = String(events[0]!.toplevelresourceid)
      expect(open.has(app)).toBe(false)
      if (open.size > 0) overlapping += 1
      open.add(app)
      const sent = await answer(events, subscription)
      open.delete(app)
      return sent
    }
    b.start()
    await b.ended()
    const order = b.receiver.got.map(({ event }) => [event.toplevelresourceid, event.data.id] as const)
    for (const app of new Set(order.map(([one]) => one))) {
      const ids = order.filter(([one]) => one === app).map(([, id]) => String(id))
      expect(ids).toEqual(ids.toSorted())
      expect(ids).toHaveLength(4)
    }
    expect(overlapping).toBeGreaterThan(0)
  })

  test('counts every failure of a webhook, also when several are recorded at once', async () => {
    const b = await new Bench().furnish(aSubscription())
    for (let n = 1; n <= 4; n++) await b.event(n)
    b.receiver.answers = [{ ok: false }]
    b.start()
    await b.machine.until(async () => (await b.sends()).length === 4)
    expect(await b.store.subscription(TENANT_ID, aSubscription().id)).toMatchObject({ failedSends: 4 })
  })

  test('does not double a record whose answer got lost', async () => {
    const b = await (await new Bench().furnish(aSubscription())).event()
    let losses = 2
    const losing = new Proxy<Store>(b.store, {
      get(target, name) {
        const member = Reflect.get(target, name, target)
        if (name !== 'recordSends') return typeof member === 'function' ? member.bind(target) : member
        return async (rows: never) => {
          await b.store.recordSends(rows)
          losses -= 1
          if (losses >= 0) throw new Error('answer lost')
        }
      },
    })
    const sender = b.start(losing)
    await b.ended()
    await b.machine.pass(10_000)
    expect(await b.sends()).toHaveLength(1)
    expect(b.receiver.got).toHaveLength(1)
    let stopped = false
    void Promise.all([sender.stop(), sender.stop()]).then(() => {
      stopped = true
    })
    await b.machine.until(() => stopped)
  })

  test('waits for its sends in flight when it stops', async () => {
    const b = await (await new Bench().furnish(aSubscription())).event()
    const sender = b.start()
    await b.machine.until(() => b.receiver.got.length === 1)
    let stopped = false
    void sender.stop().then(() => {
      stopped = true
    })
    await b.machine.until(() => stopped)
    expect(await b.deliveries()).toMatchObject([{ state: 'delivered' }])
  })
})

describe('a resend', () => {
  const deps = (b: Bench) => ({
    ...b.machine.ports,
    store: b.store,
    channel: b.receiver,
    limits: { deliveryHistoryMs: 7 * 24 * 3_600_000 },
  })

  async function withSend() {
    const b = await (await new Bench().furnish(aSubscription())).event()
    b.start()
    await b.ended()
    const [send] = await b.sends()
    return { b, send: send! }
  }

  test('sends the same event with the present settings, as a record of its own', async () => {
    const { b, send } = await withSend()
    const moved = aSubscription({ url: 'https://moved.example.com/', enabled: false })
    await put(b.store, { subscriptions: [moved] })
    b.receiver.answers = [{ ok: false, message: 'answered 500' }]
    const again = await asked(b, resend(deps(b), TENANT_ID, send.subscriptionId, send.id))
    expect(again).toMatchObject({ eventId: send.eventId, deliveryId: send.deliveryId, status: 'fail' })
    expect(again?.id).not.toBe(send.id)
    expect(b.receiver.got.at(-1)?.subscription.url).toBe(moved.url)
    expect(await b.sends()).toHaveLength(2)
    expect(await b.store.subscription(TENANT_ID, moved.id)).toMatchObject({ failedSends: 1 })
  })

  test('knows no send of another webhook or tenant, and none older than the history', async () => {
    const { b, send } = await withSend()
    const other = 'b' as SubscriptionId
    expect(await resend(deps(b), TENANT_ID, other, send.id)).toBeUndefined()
    expect(await resend(deps(b), 'other' as never, send.subscriptionId, send.id)).toBeUndefined()
    const short = { ...deps(b), limits: { deliveryHistoryMs: 0 } }
    await b.machine.pass(1000)
    expect(await resend(short, TENANT_ID, send.subscriptionId, send.id)).toBeUndefined()
  })

  async function asked<T>(b: Bench, promise: Promise<T>): Promise<T> {
    let over = false
    void promise.then(() => {
      over = true
    })
    await b.machine.until(() => over)
    return promise
  }
})
