import { describe, expect, it } from 'vitest'
import type { Reload } from '../../src/core/reload.ts'
import { OVER_BUDGET } from '../../src/store/port/queue.ts'
import { type Given, NO_CAP, OTHER_TENANT, TENANT_ID } from './store-records.ts'

export function exerciseQueuePositions(given: () => Given): void {
  const positionOf = (reload: Reload, ageingMs = 0) =>
    given().store.queuePosition(reload.tenantId, reload.id, ageingMs)
  /** A claim that shows what there is and takes nothing. */
  const overBudget = (concurrentReloadsPerTenant = NO_CAP) =>
    given().store.claim({
      now: given().now,
      max: 1,
      concurrentReloadsPerTenant,
      step: () => ({ refused: OVER_BUDGET }),
    })

  describe('the position in the queue', () => {
    it('counts what goes first in the tenant: heavier ones, older ones of its weight, lower ids', async () => {
      const at = given().now
      const [light, heavy, old, young, same] = [
        await given().queued({ weight: 1, createdAt: at - 9000 }),
        await given().queued({ weight: 10 }),
        await given().queued({ weight: 5, createdAt: at - 5000 }),
        await given().queued({ weight: 5, createdAt: at - 4000 }),
        await given().queued({ weight: 5, createdAt: at - 4000 }),
      ]
      await given().queued({ weight: 10, tenantId: OTHER_TENANT, createdAt: at - 9000 })
      const order = [heavy, old, young, same, light]
      const positions = await Promise.all(order.map((reload) => positionOf(reload)))
      expect(positions.map((position) => position?.ahead)).toEqual([0, 1, 2, 3, 4])
      expect((await given().claim(9)).filter(({ reload }) => reload.tenantId === TENANT_ID)).toMatchObject(
        order.map(({ id }) => ({ reload: { id } })),
      )
    })

    it('counts by ageing as claims are made with it', async () => {
      const at = given().now
      const [light, heavy, equal] = [
        await given().queued({ weight: 1, createdAt: at - 50_000 }),
        await given().queued({ weight: 4, createdAt: at - 10_000 }),
        await given().queued({ weight: 2, createdAt: at - 40_000 }),
      ]
      const ahead = async (ageingMs: number) =>
        Promise.all([light, heavy, equal].map(async (one) => (await positionOf(one, ageingMs))?.ahead))
      expect(await ahead(0)).toEqual([2, 0, 1])
      expect(await ahead(10_000)).toEqual([1, 2, 0])
    })

    it('tells what the reload waits for', async () => {
      const [first, second] = [await given().queued({ weight: 9 }), await given().queued()]
      expect(await positionOf(first)).toEqual({ ahead: 0, waitsFor: 'free-slot', running: 0 })
      expect(await positionOf(second)).toEqual({ ahead: 1, waitsFor: 'earlier-reloads', running: 0 })
      await overBudget()
      expect(await positionOf(first)).toMatchObject({ waitsFor: 'engine-size' })
      await given().claim(1, 1)
      expect(await positionOf(second)).toEqual({ ahead: 0, waitsFor: 'tenant-limit', running: 1 })
      const other = await given().queued({ tenantId: OTHER_TENANT })
      await given().claim(0, NO_CAP)
      expect(await positionOf(other)).toMatchObject({ waitsFor: 'free-slot' })
      expect(await positionOf(second)).toEqual({ ahead: 0, waitsFor: 'other-tenants', running: 1 })
    })

    it('tells a back-off until a claim finds it over', async () => {
      const { reload } = await given().running()
      await given().end(reload, { kind: 'crashed', message: 'x' })
      expect(await positionOf(reload)).toEqual({ ahead: 0, waitsFor: 'back-off', running: 0 })
      await given().wait(600_000).claim(0)
      expect(await positionOf(reload)).toMatchObject({ waitsFor: 'free-slot' })
    })

    it('is told of waiting reloads of the tenant alone', async () => {
      const { reload } = await given().running()
      expect(await positionOf(reload)).toBeUndefined()
      const waiting = await given().queued()
      expect(await given().store.queuePosition(OTHER_TENANT, waiting.id, 0)).toBeUndefined()
    })
  })

  it('counts tell since when the reload waits that waited longest', async () => {
    expect(await given().store.counts()).not.toHaveProperty('waitsSince')
    const { reload } = await given().running({ createdAt: given().now - 100 })
    await given().wait(5000).end(reload, { kind: 'handed-back' })
    await given().queued()
    expect(await given().store.counts()).toMatchObject({ waitsSince: given().now - 100 })
  })
}
