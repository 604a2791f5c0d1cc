import { expect, test } from 'vitest'
import { put } from '../../test/support/catalog.ts'
import { anApp, aReload, aTenant, TENANT_ID } from '../../test/support/records.ts'
import { virtualMachine } from '../../test/support/virtual-machine.ts'
import type { AppId, LeaseToken, ReloadId, WorkerId } from '../core/ids.ts'
import { DEFAULT_LIMITS } from '../core/limits.ts'
import { decide, isRefusal } from '../core/reload.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import type { Store } from '../store/port/store.ts'
import { startSweeping } from './sweep.ts'

const POLICY = { errorRequeuesMax: 3, taskFailuresMax: 5, largestSizeIndex: 0, jitter: 0 }
const RELOADS = [1, 2, 3].map((n) => `6906d0a1b2c3d4e5f607180${n}` as ReloadId)

/** Three running reloads whose worker is gone. */
async function abandoned() {
  const machine = virtualMachine()
  const store = new MemoryStore()
  await put(store, { tenants: [aTenant()] })
  for (const [n, id] of RELOADS.entries()) {
    const appId = `00000000-0000-4000-8000-00000000000${n}` as AppId
    await put(store, { apps: [anApp({ id: appId })] })
    await store.accept([{ reload: aReload({ id, appId }), reloadsPerAppAndDay: 0 }])
  }
  const now = machine.ports.clock.now()
  await store.claim({
    now,
    max: 9,
    concurrentReloadsPerTenant: 9,
    step: ({ reload, attempt }) => {
      const lease = `lease of ${reload.id}` as LeaseToken
      const claim = {
        kind: 'claim',
        lease,
        workerId: 'gone' as WorkerId,
        leaseExpiresAt: now + 15_000,
      } as const
      const decision = decide(reload, attempt, claim, POLICY, now)
      return isRefusal(decision) ? decision : { reload: decision.next, attempt: decision.opened! }
    },
  })
  const states = () =>
    Promise.all(RELOADS.map(async (id) => (await store.reload(TENANT_ID, id))?.state ?? 'gone'))
  const sweep = (over: Partial<Store> = {}) =>
    startSweeping({
      ...machine.ports,
      ...POLICY,
      limits: DEFAULT_LIMITS,
      store: {
        expiredLeases: (...asked) => store.expiredLeases(...asked),
        pullBack: (request) => store.pullBack(request),
        overdueReloads: (...asked) => store.overdueReloads(...asked),
        transition: (batch) => store.transition(batch),
        ...over,
      },
    })
  return { machine, store, states, sweep }
}

test('attempts whose lease ran out go back to the queue', async () => {
  const { machine, states, sweep } = await abandoned()
  sweep()
  await machine.pass(14_000)
  expect(await states()).toEqual(['RELOADING', 'RELOADING', 'RELOADING'])
  await machine.pass(2500)
  expect(await states()).toEqual(['QUEUED', 'QUEUED', 'QUEUED'])
})

test('a reload that cannot be swept does not hold up the others', async () => {
  const { machine, store, states, sweep } = await abandoned()
  sweep({
    transition: async (batch) => {
      if (batch.some(({ reloadId }) => reloadId === RELOADS[1])) throw new Error('broken invariant')
      return store.transition(batch)
    },
  })
  await machine.pass(17_000)
  expect(await states()).toEqual(['QUEUED', 'RELOADING', 'QUEUED'])
})

test('what a clock that was ahead has stamped is pulled back at the start, and when the clock is set right', async () => {
  const { machine, store, states, sweep } = await abandoned()
  const AHEAD_MS = 400 * 86_400_000
  const stampAhead = () =>
    store.renewLeases(
      RELOADS.map((reloadId) => ({
        reloadId,
        lease: `lease of ${reloadId}` as LeaseToken,
        leaseExpiresAt: machine.ports.clock.now() + AHEAD_MS,
      })),
    )
  const ends = async () => {
    const attempts = await Promise.all(RELOADS.map((id) => store.attempts(id)))
    return Math.max(...attempts.flat().map(({ leaseExpiresAt }) => leaseExpiresAt))
  }
  await stampAhead()
  sweep()
  await machine.until(async () => (await ends()) <= machine.ports.clock.now() + 60_000)
  machine.node.skewMs = AHEAD_MS
  await machine.pass(2000)
  await stampAhead()
  machine.node.skewMs = 0
  await machine.until(async () => (await ends()) <= machine.ports.clock.now() + 60_000)
  await machine.pass(70_000)
  expect(await states()).toEqual(['QUEUED', 'QUEUED', 'QUEUED'])
})

test('a wall clock that leaps forward costs no living worker its lease', async () => {
  const { machine, store, states, sweep } = await abandoned()
  sweep()
  await machine.pass(2500)
  machine.node.skewMs = 3_600_000
  await machine.pass(3000)
  const leaseExpiresAt = machine.ports.clock.now() + 15_000
  const renewals = RELOADS.map((reloadId) => ({
    reloadId,
    lease: `lease of ${reloadId}` as LeaseToken,
    leaseExpiresAt,
  }))
  expect(await store.renewLeases(renewals)).toEqual(['held', 'held', 'held'])
  await machine.pass(12_000)
  expect(await states()).toEqual(['RELOADING', 'RELOADING', 'RELOADING'])
  await machine.pass(6000)
  expect(await states()).toEqual(['QUEUED', 'QUEUED', 'QUEUED'])
})
