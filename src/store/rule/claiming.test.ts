import { expect, it } from 'vitest'
import { claimStep } from '../../../test/contract/store-records.ts'
import { anApp, aReload, aTenant, START_MS, TENANT_ID } from '../../../test/support/records.ts'
import type { ReloadId } from '../../core/ids.ts'
import type { Reload } from '../../core/reload.ts'
import { type ClaimRequest, OVER_BUDGET } from '../port/queue.ts'
import type { ReloadView } from '../port/reloads.ts'
import { Claiming } from './claiming.ts'
import { Turns } from './turns.ts'

const request: ClaimRequest = {
  now: START_MS,
  max: 2,
  concurrentReloadsPerTenant: 9,
  step: claimStep(START_MS),
}

/** A store that answers each question in a later turn, as one behind a network does. */
async function claimFrom(queue: readonly Reload[], change: Partial<ClaimRequest> = {}): Promise<ReloadId[]> {
  const stored = new Map(queue.map((reload) => [reload.id, reload]))
  const turns = new Turns(
    () => ({ waiting: [[TENANT_ID, queue.length]], backingOff: [], running: [] }),
    () => ({}),
  )
  const changedMeanwhile = () => ({ files: [], readers: [] })
  const read = async (behind: number): Promise<ReloadView | undefined> => {
    const reload = [...stored.values()].filter(({ state }) => state === 'QUEUED')[behind]
    return reload && { reload, app: anApp(), tenant: aTenant(), subscriptions: [], changedMeanwhile }
  }
  const claimed: ReloadId[] = []
  const claiming = new Claiming(turns, { ...request, ...change })
  for (let wanted = claiming.next(); wanted !== undefined; wanted = claiming.next()) {
    const view = await read(wanted.behind)
    const saving = claiming.show(wanted, view)
    if (view === undefined || saving === undefined) continue
    stored.set(saving.reload.id, await saving.reload)
    turns.moved(view.reload, saving.reload, START_MS)
    claimed.push(saving.reload.id)
  }
  return claimed
}

const [first, second, third] = ['1', '2', '3'].map((id) => aReload({ id: id as ReloadId })) as [
  Reload,
  Reload,
  Reload,
]

it('an asynchronous store claims in order, up to the limits of the call and of the tenant', async () => {
  const queue = [first, second, third]
  expect(await claimFrom(queue)).toEqual(['1', '2'])
  expect(await claimFrom(queue, { max: 9 })).toEqual(['1', '2', '3'])
  expect(await claimFrom(queue, { max: 9, concurrentReloadsPerTenant: 1 })).toEqual(['1'])
  expect(await claimFrom([])).toEqual([])
})

it('one that is refused is shown once and passed; without room for it the tenant waits', async () => {
  const shown: ReloadId[] = []
  const refusing = (refused: string) => (view: ReloadView) => {
    shown.push(view.reload.id)
    return view.reload.id === '2' ? { refused } : claimStep(START_MS)(view)
  }
  const queue = [first, second, third]
  expect(await claimFrom(queue, { max: 9, step: refusing('other') })).toEqual(['1', '3'])
  expect(shown.splice(0)).toEqual(['1', '2', '3'])
  expect(await claimFrom(queue, { max: 9, step: refusing(OVER_BUDGET) })).toEqual(['1'])
  expect(shown).toEqual(['1', '2'])
})
