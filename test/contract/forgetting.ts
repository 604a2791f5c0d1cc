import { describe, expect, it } from 'vitest'
import type { LeaseToken } from '../../src/core/ids.ts'
import type { Forget } from '../../src/store/port/history.ts'
import { put, remove } from '../support/catalog.ts'
import { aLog, aSend, aSubscription, type Given, subscriptionId, TENANT_ID } from './store-records.ts'
import { tasksOf } from './task-records.ts'

const LEASE = 'sender' as LeaseToken
const NEVER = 0

export function exerciseForgetting(given: () => Given): void {
  const forget = (before: Partial<Forget>) =>
    given().store.forget({
      seenAt: given().now,
      reloadsBefore: NEVER,
      scriptLogsBefore: NEVER,
      eventsBefore: NEVER,
      sendsBefore: NEVER,
      max: 100,
      ...before,
    })
  const ended = async () => {
    const { reload } = await given().running()
    await given().store.saveScriptLog(reload.id, 1, aLog('log'))
    await given().end(reload)
    given().wait(10)
    return reload.id
  }

  describe('forgetting', () => {
    it('removes reloads that ended before, with their attempts and logs, and none that is active', async () => {
      const { store } = given()
      const running = (await given().running()).reload.id
      const queued = (await given().queued()).id
      const old = await ended()
      const before = given().now
      const young = await ended()
      const other = given().reload()
      await given().app({ id: other.appId })
      expect(await forget({ reloadsBefore: before })).toEqual({
        reloads: 1,
        scriptLogs: 0,
        events: 0,
        sends: 0,
        taskRuns: 0,
        automationRuns: 0,
      })
      expect(await store.reload(TENANT_ID, old)).toBeUndefined()
      expect(await store.attempts(old)).toEqual([])
      expect(await store.scriptLog(old)).toBeUndefined()
      for (const id of [running, queued, young]) expect(await store.reload(TENANT_ID, id)).toBeDefined()
      expect(await store.scriptLog(young)).toBe('log')
      expect(await store.eventsOf(old), 'events have their own time').toHaveLength(1)
      expect(await store.counts()).toMatchObject({ queued: 1, running: 1 })
    })

    it('keeps the time that was seen, and begins with that of the newest record', async () => {
      const { store } = given()
      expect(await store.seenAt()).toBeUndefined()
      const { now } = given().wait(60_000)
      await ended()
      await given().queued({ createdAt: now })
      expect(await store.seenAt()).toBeGreaterThanOrEqual(now)
      await forget({ seenAt: now + 5000 })
      await ended()
      expect(await store.seenAt()).toBe(now + 5000)
    })

    it('frees the idempotency key of a reload that it removes', async () => {
      const { id: appId } = await given().app()
      const [first] = await given().accept(given().reload({ appId }), { idempotencyKey: 'k' })
      if (first?.kind !== 'accepted') throw new Error('not accepted')
      await given().apply(first.reload, { kind: 'cancel' })
      given().wait(10)
      expect(await forget({ reloadsBefore: given().now })).toMatchObject({ reloads: 1 })
      const next = given().reload({ appId })
      expect(await given().accept(next, { idempotencyKey: 'k' })).toEqual([
        { kind: 'accepted', reload: next },
      ])
    })

    it('removes script logs before their records', async () => {
      const old = await ended()
      const before = given().now
      const young = await ended()
      expect(await forget({ scriptLogsBefore: before })).toMatchObject({ reloads: 0, scriptLogs: 1 })
      expect(await given().store.scriptLog(old)).toBeUndefined()
      expect(await given().store.reload(TENANT_ID, old)).toBeDefined()
      expect(await given().store.scriptLog(young)).toBe('log')
    })

    it('removes events with their ended deliveries, and keeps what is still to be delivered', async () => {
      const { store } = given()
      await put(store, { subscriptions: [aSubscription({ id: subscriptionId(1) })] })
      const [delivered, pending] = [await ended(), await ended()]
      const [first, second] = [(await store.eventsOf(delivered))[0]!, (await store.eventsOf(pending))[0]!]
      const claim = { now: given().now, max: 1, inFlightLimit: () => 1, perTenant: 9, lease: LEASE }
      const [claimed] = await store.claimDeliveries({ ...claim, leaseExpiresAt: given().now + 1000 })
      const { lease: _l, leaseExpiresAt: _e, ...row } = claimed!.delivery
      expect(row.eventId).toBe(first.id)
      const done = { ...row, state: 'delivered' as const, sends: 1, endedAt: given().now }
      await store.recordSends([{ delivery: done, fence: LEASE }])
      expect(await store.forgottenSequence()).toBe(0)
      given().wait(10)
      expect(await forget({ eventsBefore: given().now })).toMatchObject({ reloads: 0, events: 1 })
      expect(await store.event(TENANT_ID, first.id)).toBeUndefined()
      expect(await store.deliveriesOf(first.id)).toEqual([])
      expect(await store.event(TENANT_ID, second.id)).toEqual(second)
      expect(await store.deliveriesOf(second.id)).toHaveLength(1)
      expect(await store.forgottenSequence()).toBe(first.sequence)
      expect(await store.lastSequence()).toBe(second.sequence)
    })

    it('gives no sequence a second time when the newest event is forgotten', async () => {
      const { store } = given()
      const [forgotten] = await store.eventsOf(await ended())
      expect(await forget({ eventsBefore: given().now })).toMatchObject({ events: 1 })
      expect(await store.lastSequence()).toBe(forgotten!.sequence)
      const [event] = await store.eventsOf(await ended())
      expect(event!.sequence).toBeGreaterThan(forgotten!.sequence)
    })

    it('removes sends of before, also of a removed subscription', async () => {
      const { store } = given()
      for (const n of [1, 2]) await put(store, { subscriptions: [aSubscription({ id: subscriptionId(n) })] })
      const reloadId = await ended()
      const [event] = await store.eventsOf(reloadId)
      const [one, two] = await store.deliveriesOf(event!.id)
      const sends = [aSend(one!, 1), aSend(one!, 2), aSend(two!, 3)]
      for (const send of sends) await store.addSend(send, () => undefined)
      await remove(store, TENANT_ID, { subscriptions: [two!.subscriptionId] })
      const at = sends.map(({ triggeredAt }) => triggeredAt)
      const kept = aSend(one!, 4, { triggeredAt: Math.max(...at) + 1 })
      await store.addSend(kept, () => undefined)
      expect(await forget({ sendsBefore: kept.triggeredAt })).toMatchObject({ sends: 3 })
      expect(await store.send(one!.subscriptionId, kept.id)).toEqual(kept)
      for (const send of sends) expect(await store.send(send.subscriptionId, send.id)).toBeUndefined()
    })

    it('removes runs of tasks that ended before, whatever became of them, and none that waits or runs', async () => {
      const { store } = given()
      const { task, waiting, started } = tasksOf(given)
      const one = await task()
      const endedAt = given().now
      const old = [
        await waiting(one, { state: 'failed', refusal: 'no right', endedAt }),
        await waiting(one, { state: 'skipped', reason: 'calendar', endedAt }),
        await waiting(one, { state: 'missed', reason: 'late', endedAt }),
      ]
      const { run: running } = await started(one)
      const waits = await waiting(one)
      const before = given().wait(10).now
      const young = await waiting(one, { state: 'missed', reason: 'paused', endedAt: before })
      expect(await forget({ reloadsBefore: before, max: 2 })).toMatchObject({ taskRuns: 2, reloads: 0 })
      expect(await forget({ reloadsBefore: before, max: 2 })).toMatchObject({ taskRuns: 1 })
      expect(await forget({ reloadsBefore: before, max: 2 })).toMatchObject({ taskRuns: 0 })
      for (const { id } of old) expect(await store.taskRun(TENANT_ID, id)).toBeUndefined()
      for (const run of [running, waits, young]) expect(await store.taskRun(TENANT_ID, run.id)).toEqual(run)
      expect(await store.task(TENANT_ID, one.id), 'the task stays').toEqual(one)
    })

    it('looks at so many of each kind at most', async () => {
      for (let n = 0; n < 5; n++) await ended()
      const all = {
        reloadsBefore: given().now,
        scriptLogsBefore: given().now,
        eventsBefore: given().now,
        max: 2,
      }
      const forgotten = async () => Object.values(await forget(all)).slice(0, 3)
      expect([await forgotten(), await forgotten(), await forgotten(), await forgotten()]).toEqual([
        [2, 2, 2],
        [2, 2, 2],
        [1, 1, 1],
        [0, 0, 0],
      ])
    })
  })
}
