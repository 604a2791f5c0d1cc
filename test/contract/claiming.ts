import { describe, expect, it } from 'vitest'
import type { ReloadId, ScriptVersionId } from '../../src/core/ids.ts'
import { OVER_BUDGET } from '../../src/store/port/queue.ts'
import { limitTenant, putScript, remove } from '../support/catalog.ts'
import { claimStep, type Given, NO_CAP, OTHER_TENANT, START_MS, TENANT_ID } from './store-records.ts'

export function exerciseClaiming(given: () => Given): void {
  const ids = async (max = 1, concurrent = NO_CAP) =>
    (await given().claim(max, concurrent)).map((claimed) => claimed.reload.id)

  /**
   * Claims all that it can, but refuses one reload; `shown` are the reloads that the step was asked about, in
   * order.
   */
  async function claimRefusing(id: ReloadId, refused: string) {
    const shown: string[] = []
    const claimed = await given().store.claim({
      now: given().now,
      max: 9,
      concurrentReloadsPerTenant: NO_CAP,
      step: (view) => {
        shown.push(view.reload.id)
        return view.reload.id === id ? { refused } : claimStep(given().now)(view)
      },
    })
    return { shown, claimed }
  }

  describe('claim', () => {
    it('opens attempt 1 and gives the reload with its app and its current script', async () => {
      const app = await given().app()
      const script = {
        id: 's-1' as ScriptVersionId,
        appId: app.id,
        tenantId: app.tenantId,
        script: 'LET a = 1;',
        message: '',
        modifierId: app.ownerId,
        modifiedAt: START_MS,
      }
      await putScript(given().store, script)
      const reload = await given().queued({ appId: app.id })
      const [claimed] = await given().wait(7).claim()
      const { store } = given()
      expect(claimed).toEqual({
        reload: await store.reload(TENANT_ID, reload.id),
        attempt: (await store.attempts(reload.id))[0],
        app: { ...app, currentScriptId: script.id },
        tenant: await store.tenant(TENANT_ID),
        script,
      })
      expect(claimed!.reload).toMatchObject({ state: 'RELOADING', attempts: 1, waitedMs: 7 })
      expect(claimed!.attempt).toMatchObject({ number: 1, leaseToken: claimed!.reload.lease })
      expect(await given().claim()).toEqual([])
    })

    it('gives no script when the app has none', async () => {
      await given().queued()
      const [claimed] = await given().claim()
      expect(claimed).not.toHaveProperty('script')
    })

    it('takes the heaviest first, of equals the oldest, of these the lowest id', async () => {
      const at = START_MS
      const [light, heavy, old, young] = [
        await given().queued({ weight: 1, createdAt: at - 9 }),
        await given().queued({ weight: 10, createdAt: at }),
        await given().queued({ weight: 5, createdAt: at - 5 }),
        await given().queued({ weight: 5, createdAt: at - 4 }),
      ]
      const second = await given().queued({ weight: 5, createdAt: at - 3, id: 'bb' as ReloadId })
      const first = await given().queued({ weight: 5, createdAt: at - 3, id: 'aa' as ReloadId })
      const expected = [heavy, old, young, first, second, light].map((reload) => reload.id)
      expect([...(await ids()), ...(await ids(3)), ...(await ids(9))]).toEqual(expected)
    })

    it('serves equal tenants in turn, the one served longest ago first, whatever their weights', async () => {
      for (let i = 0; i < 3; i++) await given().queued({ weight: 10 })
      await given().queued({ weight: 1, tenantId: OTHER_TENANT })
      const tenants = async (max: number) => (await given().claim(max)).map(({ reload }) => reload.tenantId)
      expect(await tenants(2)).toEqual([TENANT_ID, OTHER_TENANT])
      await given().queued({ weight: 1, tenantId: OTHER_TENANT })
      expect(await tenants(1)).toEqual([TENANT_ID])
      expect(await tenants(3)).toEqual([OTHER_TENANT, TENANT_ID])
    })

    it('shares slots by the time they are held, not by the number of reloads', async () => {
      for (let i = 0; i < 40; i++) await given().queued()
      for (let i = 0; i < 40; i++) await given().queued({ tenantId: OTHER_TENANT })
      const runs = { [TENANT_ID]: 0, [OTHER_TENANT]: 0 }
      for (let i = 0; i < 33; i++) {
        const [claimed] = await given().claim()
        const { tenantId } = claimed!.reload
        runs[tenantId]! += 1
        given().wait(tenantId === TENANT_ID ? 60_000 : 6000)
        await given().end(claimed!.reload)
      }
      expect(runs).toEqual({ [TENANT_ID]: 3, [OTHER_TENANT]: 30 })
    })

    it('serves a tenant that used nothing lately at the next free slot, however much another has waiting', async () => {
      for (let i = 0; i < 20; i++) await given().queued({ weight: 10 })
      const running = await given().claim(4)
      given().wait(100_000)
      for (const { reload } of running.splice(0, 2)) await given().end(reload)
      running.push(...(await given().claim(2)))
      const quiet = await given().queued({ tenantId: OTHER_TENANT })
      await given().wait(10).end(running[0]!.reload)
      expect(await ids()).toEqual([quiet.id])
    })

    it('gives no credit for time in which a tenant asked for nothing', async () => {
      for (let i = 0; i < 20; i++) await given().queued()
      const [first] = await given().claim()
      await given().wait(600_000).end(first!.reload)
      for (let i = 0; i < 20; i++) await given().queued({ tenantId: OTHER_TENANT })
      const tenants: string[] = []
      for (let i = 0; i < 6; i++) {
        const [claimed] = await given().claim()
        tenants.push(claimed!.reload.tenantId)
        await given().wait(1000).end(claimed!.reload)
      }
      expect(tenants.filter((tenant) => tenant === TENANT_ID)).toHaveLength(3)
    })

    it('with ageing a reload gains a weight for each such time it waited', async () => {
      const at = given().now
      const light = await given().queued({ weight: 1, createdAt: at - 50_000 })
      const heavy = await given().queued({ weight: 4, createdAt: at - 10_000 })
      const [older, young] = [
        await given().queued({ weight: 3, createdAt: at - 20_000 }),
        await given().queued({ weight: 10, createdAt: at - 1000 }),
      ]
      const shown: string[] = []
      const claimed = await given().store.claim({
        now: at,
        max: 9,
        concurrentReloadsPerTenant: NO_CAP,
        ageingMs: 10_000,
        step: (view) => {
          shown.push(view.reload.id)
          return view.reload.id === older.id ? { refused: 'not now' } : claimStep(at)(view)
        },
      })
      expect(claimed.map(({ reload }) => reload.id)).toEqual([young.id, light.id, heavy.id])
      expect(shown).toEqual([young.id, light.id, heavy.id, older.id])
    })

    it('never passes a tenant’s limit of running reloads, CANCELING ones included', async () => {
      for (let i = 0; i < 4; i++) await given().queued()
      const [first] = await given().claim(9, 2)
      expect(await ids(9, 2)).toEqual([])
      await given().apply(first!.reload, { kind: 'cancel' }, undefined)
      expect(await ids(9, 2)).toEqual([])
      await given().end(first!.reload, { kind: 'canceled' })
      expect(await ids(9, 2)).toHaveLength(1)
    })

    it('a tenant at its limit does not hold up another', async () => {
      await given().queued()
      await given().queued()
      await given().queued({ tenantId: OTHER_TENANT })
      expect(await given().claim(9, 1)).toHaveLength(2)
    })

    it('leaves alone what waits for its back-off, until it is due', async () => {
      const heavy = await given().running({ weight: 10 })
      await given().end(heavy.reload, { kind: 'crashed', message: 'x' })
      const light = await given().queued({ weight: 1 })
      expect(await ids(9)).toEqual([light.id])
      const dueAt = await given().store.nextDueAt(given().now)
      expect(dueAt).toBe(given().now + 5000)
      given().now = dueAt! - 1
      expect(await ids(9)).toEqual([])
      given().now = dueAt!
      expect(await ids(9)).toEqual([heavy.reload.id])
      expect(await given().store.nextDueAt(given().now)).toBeUndefined()
    })

    it('shows each chosen reload once, and a refused one stays and is passed over', async () => {
      const [one, two, three] = [await given().queued(), await given().queued(), await given().queued()]
      const { shown, claimed } = await claimRefusing(two.id, 'not now')
      expect(shown).toEqual([one.id, two.id, three.id])
      expect(claimed.map(({ reload }) => reload.id)).toEqual([one.id, three.id])
      expect(await given().store.reload(TENANT_ID, two.id)).toEqual(two)
      expect(await ids(9)).toEqual([two.id])
    })

    it('passes over the tenant of a reload for which there is no room, in this call only', async () => {
      const big = await given().queued({ weight: 9 })
      const small = await given().queued({ weight: 1 })
      const other = await given().queued({ tenantId: OTHER_TENANT })
      const { shown, claimed } = await claimRefusing(big.id, OVER_BUDGET)
      expect(shown.toSorted()).toEqual([big.id, other.id].toSorted())
      expect(claimed.map(({ reload }) => reload.id)).toEqual([other.id])
      expect(await ids(9)).toEqual([big.id, small.id])
    })

    it('keeps the acceptance time of a requeued reload, so it goes first among equals', async () => {
      const first = await given().running()
      await given().wait(5).queued()
      await given().end(first.reload, { kind: 'handed-back' })
      expect(await ids()).toEqual([first.reload.id])
      const attempts = await given().store.attempts(first.reload.id)
      expect(attempts.map(({ number, closed }) => [number, closed?.end.kind])).toEqual([
        [1, 'handed-back'],
        [2, undefined],
      ])
    })

    it('a tenant with a limit of its own runs as many as that, from the very next claim on', async () => {
      const { store } = given()
      for (const tenantId of [TENANT_ID, TENANT_ID, TENANT_ID, OTHER_TENANT, OTHER_TENANT, OTHER_TENANT]) {
        await given().queued({ tenantId })
      }
      const claimed = async () => {
        const of = (await given().claim(9, 1)).map(({ reload, tenant }) => [reload.tenantId, tenant.limits])
        return of.sort(([left], [right]) => (String(left) < String(right) ? -1 : 1))
      }
      const limits = { concurrentReloads: 2 }
      await limitTenant(store, TENANT_ID, limits)
      const expected = [
        [TENANT_ID, limits],
        [TENANT_ID, limits],
        [OTHER_TENANT, undefined],
      ]
      expect(await claimed()).toEqual(
        expected.sort(([left], [right]) => (String(left) < String(right) ? -1 : 1)),
      )
      expect(await claimed()).toEqual([])
      await limitTenant(store, TENANT_ID, { concurrentReloads: 1 })
      expect(await claimed()).toEqual([])
      await limitTenant(store, TENANT_ID, { concurrentReloads: 3 })
      expect(await claimed()).toEqual([[TENANT_ID, { concurrentReloads: 3 }]])
    })

    it('a tenant with a larger share has so much more of the slots', async () => {
      await limitTenant(given().store, OTHER_TENANT, { share: 3 })
      for (const tenantId of [TENANT_ID, OTHER_TENANT]) {
        for (let i = 0; i < 8; i++) await given().queued({ tenantId })
      }
      const claimed = await given().claim(8)
      const ofOther = claimed.filter(({ reload }) => reload.tenantId === OTHER_TENANT)
      expect(ofOther).toHaveLength(6)
    })

    it('saves nothing when a step throws, and goes on afterwards in the same order', async () => {
      const [one, two] = [await given().queued(), await given().queued()]
      let calls = 0
      const claiming = given().store.claim({
        now: given().now,
        max: 9,
        concurrentReloadsPerTenant: NO_CAP,
        step: (view) => {
          if (++calls === 2) throw new Error('a bug of ours')
          return claimStep(given().now)(view)
        },
      })
      await expect(claiming).rejects.toThrow('a bug of ours')
      expect(await given().store.counts()).toMatchObject({ queued: 2, running: 0 })
      expect(await ids(9)).toEqual([one.id, two.id])
    })

    it('shows the app as absent when it was removed', async () => {
      const reload = await given().queued()
      await remove(given().store, TENANT_ID, { apps: [reload.appId] })
      const seen: unknown[] = []
      await given().store.claim({
        now: given().now,
        max: 1,
        concurrentReloadsPerTenant: NO_CAP,
        step: (view) => {
          seen.push('app' in view)
          return { refused: 'no app' }
        },
      })
      expect(seen).toEqual([false])
    })
  })
}
