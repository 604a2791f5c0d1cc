/** Tenants that were removed: nothing of them is due, and they go when that is asked; and people who go. */
import { describe, expect, it } from 'vitest'
import type { EventId, UserId } from '../../src/core/ids.ts'
import type { Erased } from '../../src/store/port/history.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import { put } from '../support/catalog.ts'
import { aTenant, aUser } from '../support/records.ts'
import {
  aDelivery,
  aSend,
  aSubscription,
  finishedEvent,
  type Given,
  OTHER_TENANT,
  START_MS,
  subscriptionId,
  TENANT_ID,
} from './store-records.ts'
import { tasksOf } from './task-records.ts'

const REMOVED = aTenant({ removedAt: START_MS })

export function exercisePurging(given: () => Given): void {
  const store = () => given().store
  const { task, at, waiting } = tasksOf(given)
  const purgeAll = async (max: number) => {
    const counts: number[] = []
    for (let gone = 1; gone > 0; counts.push(gone)) gone = await store().purge(TENANT_ID, max)
    return counts
  }

  describe('a removed tenant', () => {
    it('has nothing that is due, and has it again when it comes back', async () => {
      const own = await task(at(START_MS))
      const other = await task({ tenantId: OTHER_TENANT, ...at(START_MS + 1) })
      const run = await waiting(own)
      const due = async () => (await store().dueTasks(START_MS + 9, 9)).map(({ taskId }) => taskId)
      const runs = async () => (await store().dueRuns(START_MS + 9, 9)).map(({ runId }) => runId)
      await put(store(), { tenants: [REMOVED] })
      expect(await due()).toEqual([other.id])
      expect(await runs()).toEqual([])
      const reload = given().reload({ appId: (await given().app()).id })
      expect(await given().accept(reload)).toEqual([{ kind: 'no-app' }])
      await put(store(), { tenants: [aTenant()] })
      expect(await due()).toEqual([own.id, other.id])
      expect(await runs()).toEqual([run.id])
    })

    it('is not purged unless its record says so', async () => {
      await put(store(), { tenants: [REMOVED] })
      await expect(store().purge(TENANT_ID, 9)).rejects.toThrow('not to be purged')
      expect(await store().purge('nobody' as never, 9)).toBe(0)
      expect(await store().tenant(TENANT_ID)).toEqual(REMOVED)
    })

    it('goes in steps with all that is its own, and nothing else', async () => {
      const id = subscriptionId(1)
      await put(store(), { users: [aUser()], subscriptions: [aSubscription({ id })] })
      await waiting(await task())
      const { reload } = await given().running()
      await store().saveScriptLog(reload.id, 1, { text: 'log', statements: [] })
      await given().end(reload)
      const [event] = await store().eventsOf(reload.id)
      const delivery = aDelivery(event!, id, START_MS)
      await store().addSend(aSend(delivery, 1), () => undefined)
      const kept = await given().queued({ tenantId: OTHER_TENANT })
      await put(store(), { tenants: [{ ...REMOVED, purgedFrom: START_MS }] })
      const counts = await purgeAll(2)
      expect(counts.length).toBeGreaterThan(4)
      expect(counts.every((count) => count <= 2)).toBe(true)
      expect((await store().tenants()).map((tenant) => tenant.id)).toEqual([OTHER_TENANT])
      expect(await store().event(TENANT_ID, event!.id)).toBeUndefined()
      expect(await store().send(id, aSend(delivery, 1).id)).toBeUndefined()
      expect(await store().reload(TENANT_ID, reload.id)).toBeUndefined()
      expect(await store().attempts(reload.id)).toEqual([])
      expect(await everyRow(store(), 'apps', { tenantId: TENANT_ID })).toEqual([])
      expect(await store().reload(OTHER_TENANT, kept.id)).toEqual(kept)
      expect(await store().counts()).toMatchObject({ queued: 1, running: 0, pendingDeliveries: 0 })
      expect(await store().purge(TENANT_ID, 2)).toBe(0)
    })
  })

  describe('a person', () => {
    const gone = aUser().id
    const told = { authType: 'user', originIp: '192.0.2.1', authClaims: '{"email":"a@b"}' } as const

    it('is told by no reload and no event of its own any more, window by window', async () => {
      await put(store(), { users: [aUser()] })
      const tell = async (userId: UserId) => {
        const { reload } = await given().running({ userId, provenance: told })
        const draft = finishedEvent(reload, START_MS, {
          id: `told-${reload.id}` as EventId,
          type: 'com.example.told',
        })
        const body = { ...draft.body, authclaims: 'c', originip: '192.0.2.1', userid: userId }
        const event = { ...draft, userId, body }
        await store().change([
          { kind: 'tenant', tenantId: TENANT_ID, step: () => ({ answer: undefined, events: [event] }) },
        ])
        return { reload, event }
      }
      const own = await tell(gone)
      const others = await tell('somebody-else' as UserId)
      const request = { tenantId: TENANT_ID, userId: gone, max: 1 }
      let last: Erased = { eventsUpTo: 0, reloadsUpTo: '', events: 0, reloads: 0, isDone: false }
      let [events, reloads] = [0, 0]
      while (!last.isDone) {
        const { eventsUpTo, reloadsUpTo } = last
        last = await store().erase({ ...request, eventsUpTo, reloadsUpTo })
        events += last.events
        reloads += last.reloads
      }
      expect([events, reloads]).toEqual([1, 1])
      const shown = await store().event(TENANT_ID, own.event.id)
      expect(JSON.stringify(shown)).not.toMatch(/192\.0\.2\.1|authclaims/)
      expect(shown).toMatchObject({ userId: gone, body: { userid: gone, data: own.event.body.data } })
      const erased = await store().reload(TENANT_ID, own.reload.id)
      expect(erased).toEqual({ ...own.reload, provenance: { authType: 'user' } })
      expect(await store().reload(TENANT_ID, others.reload.id)).toEqual(others.reload)
      expect(await store().event(TENANT_ID, others.event.id)).toMatchObject(others.event)
      const again = await store().erase({ ...request, max: 9, eventsUpTo: 0, reloadsUpTo: '' })
      expect(again).toMatchObject({ events: 0, reloads: 0, isDone: true })
      await given().end(own.reload)
      expect((await store().reload(TENANT_ID, own.reload.id))?.provenance).toEqual({ authType: 'user' })
    })
  })
}
