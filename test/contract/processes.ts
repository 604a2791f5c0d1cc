/** What only a store has that several processes have open at the same time. */
import { describe, expect, it, vi } from 'vitest'
import type { CommitNotice, Store } from '../../src/store/port/store.ts'
import type { StoreUnderTest } from './store-kind.ts'
import { claimStep, Given, TENANT_ID } from './store-records.ts'

const RELOADS = 12

export function exerciseProcesses(underTest: () => StoreUnderTest, given: () => Given): void {
  const another = async (): Promise<Store> => underTest().database.open()

  describe('several processes', () => {
    it('have no verb that ends the leases of the others', async () => {
      expect('endLeases' in given().store).toBe(false)
    })

    it('read at once what another has saved', async () => {
      const second = await another()
      const queued = await given().queued()
      expect(await second.reload(TENANT_ID, queued.id)).toEqual(queued)
      const [claimed] = await Given.over(second).wait(1).claim()
      expect(await given().store.reload(TENANT_ID, queued.id)).toEqual(claimed!.reload)
    })

    it('claim each reload once, and together no more than the limit of the tenant', async () => {
      for (let made = 0; made < RELOADS; made++) await given().queued()
      const stores = [given().store, await another(), await another()]
      const request = {
        now: given().now,
        max: 3,
        concurrentReloadsPerTenant: 7,
        step: claimStep(given().now),
      }
      const claimed = (await Promise.all(stores.map((store) => store.claim(request)))).flat()
      const again = (await Promise.all(stores.map((store) => store.claim(request)))).flat()
      const ids = [...claimed, ...again].map(({ reload }) => reload.id)
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids).toHaveLength(7)
      expect(await given().store.runningReloads(TENANT_ID)).toBe(7)
    })

    it('are told of the commits of others where the kind says so', async (context) => {
      if (!underTest().kind.notifiesAcrossProcesses) context.skip()
      const told: CommitNotice[] = []
      const second = await another()
      second.onCommit((changed) => told.push(changed))
      await given().queued()
      await vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining({ queued: true })))
    })
  })
}
