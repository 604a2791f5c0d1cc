import { describe, expect, it } from 'vitest'
import type { LeaseToken, ReloadId, ScriptVersionId } from '../../src/core/ids.ts'
import { limitTenant } from '../support/catalog.ts'
import { aLog, type Given, OTHER_TENANT, START_MS, TENANT_ID } from './store-records.ts'

export function exerciseSweeping(given: () => Given): void {
  const renew = (reloadId: ReloadId, lease: LeaseToken, more: { log?: string; session?: object } = {}) =>
    given().store.renewLeases([{ reloadId, lease, leaseExpiresAt: given().now + 15_000, ...more }])

  describe('leases', () => {
    it('renewal moves the end of the lease and keeps what the attempt made known', async () => {
      const { reload, attempt } = await given().running()
      given().wait(3000)
      const first = { enginePoolName: 'engine-4g', sessionAcquiredAt: START_MS + 1 }
      expect(await renew(reload.id, attempt.leaseToken, { session: first, log: 'Started' })).toEqual(['held'])
      const scriptVersionId = 's' as ScriptVersionId
      await renew(reload.id, attempt.leaseToken, { session: { scriptVersionId } })
      expect(await given().store.attempts(reload.id)).toEqual([
        { ...attempt, leaseExpiresAt: given().now + 15_000, session: { ...first, scriptVersionId } },
      ])
      expect(await given().store.reload(TENANT_ID, reload.id)).toEqual({ ...reload, log: 'Started' })
    })

    it('renewal tells of a cancel, and of a lease that is lost', async () => {
      const { reload, attempt } = await given().running()
      await given().apply(reload, { kind: 'cancel' }, undefined)
      expect(await renew(reload.id, attempt.leaseToken)).toEqual(['canceling'])
      expect(await renew(reload.id, 'stranger' as LeaseToken)).toEqual(['lost'])
      expect(await renew('nowhere' as ReloadId, attempt.leaseToken)).toEqual(['lost'])
      await given().end(reload, { kind: 'canceled' })
      expect(await renew(reload.id, attempt.leaseToken, { log: 'late' })).toEqual(['lost'])
      expect((await given().store.reload(TENANT_ID, reload.id))?.log).not.toBe('late')
    })

    it('a lease that was renewed under the token of an earlier attempt is lost', async () => {
      const { reload, attempt } = await given().running()
      await given().end(reload, { kind: 'handed-back' })
      const [second] = await given().claim()
      expect(await renew(reload.id, attempt.leaseToken)).toEqual(['lost'])
      expect(await given().store.attempts(reload.id)).toContainEqual(second!.attempt)
    })

    it('finds open attempts whose lease is over, oldest first, at most so many', async () => {
      const first = await given().running()
      const second = await given().wait(10).running()
      const third = await given().wait(10).running()
      const end = first.attempt.leaseExpiresAt
      const { store } = given()
      const found = (...of: (typeof first)[]) =>
        of.map(({ reload, attempt }) => ({ reloadId: reload.id, lease: attempt.leaseToken }))
      expect(await store.expiredLeases(end - 1, 9)).toEqual([])
      expect(await store.expiredLeases(end, 9)).toEqual(found(first))
      expect(await store.expiredLeases(end + 20, 2)).toEqual(found(first, second))
      await given().end(second.reload)
      expect(await store.expiredLeases(end + 20, 9)).toEqual(found(first, third))
    })
  })

  describe('waiting', () => {
    it('finds QUEUED reloads whose waits add up to the limit, longest wait first', async () => {
      const requeued = await given().wait(100).running({ createdAt: START_MS })
      await given().end(requeued.reload, { kind: 'handed-back' })
      const young = await given().queued()
      await given().running()
      const { store, now } = given()
      expect(await store.overdueReloads(now + 899, 1000, 9)).toEqual([])
      expect(await store.overdueReloads(now + 900, 1000, 9)).toEqual([requeued.reload.id])
      expect(await store.overdueReloads(now + 1000, 1000, 9)).toEqual([requeued.reload.id, young.id])
      expect(await store.overdueReloads(now + 1000, 1000, 1)).toEqual([requeued.reload.id])
    })

    it('a tenant with a queue time of its own waits as long as that, other tenants as before', async () => {
      const { store } = given()
      const light = await given().queued({ weight: 1, createdAt: START_MS })
      const heavy = await given().queued({ weight: 10, createdAt: START_MS + 1 })
      const other = await given().queued({ tenantId: OTHER_TENANT, createdAt: START_MS + 2 })
      const crashed = await given().wait(3).running()
      await given().end(crashed.reload, { kind: 'crashed', message: 'gone' })
      const ids = (...of: { readonly id: ReloadId }[]) => of.map(({ id }) => id)
      const overdue = (at: number, max = 9) => store.overdueReloads(START_MS + at, 1000, max)
      expect(await overdue(1003)).toEqual(ids(light, heavy, other, crashed.reload))
      await limitTenant(store, TENANT_ID, { queueTimeMs: 100 })
      expect(await overdue(99)).toEqual([])
      expect(await overdue(103)).toEqual(ids(light, heavy, crashed.reload))
      expect(await overdue(1003)).toEqual(ids(light, heavy, other, crashed.reload))
      expect(await overdue(1003, 2)).toEqual(ids(light, heavy))
      await limitTenant(store, TENANT_ID, { queueTimeMs: 2000 })
      expect(await overdue(1003)).toEqual(ids(other))
      expect(await overdue(2000)).toEqual(ids(light, other))
      await limitTenant(store, TENANT_ID, { queueTimeMs: null })
      expect(await overdue(1000)).toEqual(ids(light))
    })

    it('a wait in the queue does not count while the reload runs', async () => {
      const { reload } = await given().wait(100).running({ createdAt: START_MS })
      await given().wait(5000).end(reload, { kind: 'handed-back' })
      const { store, now } = given()
      expect(await store.overdueReloads(now + 899, 1000, 9)).toEqual([])
      expect(await store.overdueReloads(now + 900, 1000, 9)).toEqual([reload.id])
    })
  })

  describe('script logs', () => {
    it('gives the log of the latest attempt that has one, replaced as often as it is saved', async () => {
      const { reload } = await given().running()
      const { store } = given()
      expect(await store.scriptLog(reload.id)).toBeUndefined()
      await store.saveScriptLog(reload.id, 1, aLog('first'))
      await store.saveScriptLog(reload.id, 1, aLog('first, longer'))
      await given().end(reload, { kind: 'handed-back' })
      await given().claim()
      expect(await store.scriptLog(reload.id)).toBe('first, longer')
      await store.saveScriptLog(reload.id, 2, aLog('second'))
      expect(await store.ranStatements(reload.id)).toEqual(aLog('second').statements)
      expect(await store.scriptLog(reload.id)).toBe('second')
      await expect(store.saveScriptLog(reload.id, 3, aLog('no such attempt'))).rejects.toThrow()
    })
  })

  it('counts what is queued, running and to be delivered', async () => {
    await given().queued()
    const { reload } = await given().running()
    await given().running()
    await given().apply(reload, { kind: 'cancel' }, undefined)
    expect(await given().store.counts()).toMatchObject({ queued: 1, running: 2, pendingDeliveries: 0 })
    expect(await given().store.runningReloads(TENANT_ID)).toBe(2)
    expect(await given().store.runningReloads(OTHER_TENANT)).toBe(0)
  })
}
