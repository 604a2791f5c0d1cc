/** The audits that reloads were accepted: made of the reloads, read among the events. */
import { describe, expect, it } from 'vitest'
import type { EventId } from '../../src/core/ids.ts'
import { acceptedAuditId } from '../../src/event/accepted-audit.ts'
import type { StoredEvent } from '../../src/event/stored-event.ts'
import type { Forget } from '../../src/store/port/history.ts'
import { remove } from '../support/catalog.ts'
import { type Given, OTHER_TENANT, TENANT_ID } from './store-records.ts'

const NEVER = 0
const ACCEPTED = 'com.qlik.v1.reload.accepted'
const FINISHED = 'com.qlik.v1.reload.finished'

export function exerciseAcceptedAudits(given: () => Given): void {
  const audited = async (change: Parameters<Given['reload']>[0] = {}) => {
    const { id: appId } = await given().app({ tenantId: change.tenantId ?? TENANT_ID })
    const reload = given().reload({ appId, ...change })
    const [answer] = await given().store.accept([{ reload, reloadsPerAppAndDay: 0, isAudited: true }])
    expect(answer).toMatchObject({ kind: 'accepted' })
    return reload
  }
  const ended = async () => {
    const reload = await audited()
    await given().apply(reload, { kind: 'cancel' })
    given().wait(10)
    return reload
  }
  const upFrom = (sequence = 0, max = 100) => given().store.eventsAfter(TENANT_ID, sequence, max)
  const downFrom = (sequence = Number.MAX_SAFE_INTEGER, max = 100) =>
    given().store.eventsBefore(TENANT_ID, sequence, max)
  const told = (events: readonly StoredEvent[]) => events.map(({ type, resourceId }) => [type, resourceId])
  const forget = (less: Partial<Forget>) =>
    given().store.forget({
      seenAt: given().now,
      reloadsBefore: NEVER,
      scriptLogsBefore: NEVER,
      eventsBefore: NEVER,
      sendsBefore: NEVER,
      max: 100,
      ...less,
    })

  describe('audits of accepted reloads', () => {
    it('stand in the order of commits among the events, forwards and backwards, in windows of any size', async () => {
      const first = await ended()
      await given().queued()
      const second = await audited()
      await given().apply(second, { kind: 'cancel' })
      const third = await audited()
      await audited({ tenantId: OTHER_TENANT })
      const all = await upFrom()
      expect(told(all)).toEqual([
        [ACCEPTED, first.id],
        [FINISHED, first.id],
        [ACCEPTED, second.id],
        [FINISHED, second.id],
        [ACCEPTED, third.id],
      ])
      const sequences = all.map(({ sequence }) => sequence)
      expect(sequences).toEqual([...new Set(sequences)].toSorted((left, right) => left - right))
      expect(await given().store.lastSequence()).toBeGreaterThan(sequences.at(-1)!)
      for (const max of [1, 2, 3]) {
        const up: StoredEvent[] = []
        for (let at = 0; ; at = up.at(-1)!.sequence) {
          const window = await upFrom(at, max)
          up.push(...window)
          if (window.length < max) break
        }
        expect(up).toEqual(all)
        const down: StoredEvent[] = []
        for (let at = Number.MAX_SAFE_INTEGER; ; at = down.at(-1)!.sequence) {
          const window = await downFrom(at, max)
          down.push(...window)
          if (window.length < max) break
        }
        expect(down).toEqual(all.toReversed())
      }
    })

    it('are read by an id that is the same whatever becomes of the reload, by nobody else', async () => {
      const reload = await audited()
      const id = acceptedAuditId(reload.id)
      const { store } = given()
      const audit = await store.event(TENANT_ID, id)
      expect(audit).toMatchObject({ id, type: ACCEPTED, userId: reload.userId, time: reload.createdAt })
      await given().apply(reload, { kind: 'cancel' })
      await remove(store, TENANT_ID, { apps: [reload.appId] })
      expect(await store.event(TENANT_ID, id)).toEqual(audit)
      expect(await store.event(OTHER_TENANT, id)).toBeUndefined()
      const unasked = await given().queued()
      expect(await store.event(TENANT_ID, acceptedAuditId(unasked.id))).toBeUndefined()
      expect(await store.event(TENANT_ID, 'none' as EventId)).toBeUndefined()
    })

    it('have none of a request that was not accepted', async () => {
      const reload = await audited()
      const again = given().reload({ appId: reload.appId })
      const [answer] = await given().store.accept([
        { reload: again, reloadsPerAppAndDay: 0, isAudited: true },
      ])
      expect(answer).toMatchObject({ kind: 'pending' })
      expect(told(await upFrom())).toEqual([[ACCEPTED, reload.id]])
    })

    it('are forgotten with the events of their time', async () => {
      const old = await ended()
      const moment = given().now
      const young = await ended()
      await forget({ eventsBefore: moment })
      expect(told(await upFrom())).toEqual([
        [ACCEPTED, young.id],
        [FINISHED, young.id],
      ])
      expect(told(await downFrom())).toHaveLength(2)
      expect(await given().store.event(TENANT_ID, acceptedAuditId(old.id))).toBeUndefined()
    })

    it('outlive the record of the reload, in their place', async () => {
      await ended()
      await ended()
      const all = await upFrom()
      await forget({ reloadsBefore: given().now })
      expect(await upFrom()).toEqual(all)
      expect(await downFrom()).toEqual(all.toReversed())
      expect(await given().store.event(TENANT_ID, all[0]!.id)).toEqual(all[0])
      const next = await audited()
      expect((await upFrom()).at(-1)).toMatchObject({ type: ACCEPTED, resourceId: next.id })
    })

    it('go with the record when their time is over, too', async () => {
      await ended()
      given().wait(10)
      await forget({ reloadsBefore: given().now, eventsBefore: given().now })
      expect(await upFrom()).toEqual([])
    })
  })
}
