/** A clock that is wrong for a moment, in which a lease may be stamped. */
import { expect, test } from 'vitest'
import { put } from '../../test/support/catalog.ts'
import { anApp, aReload, aTenant, TENANT_ID } from '../../test/support/records.ts'
import { virtualMachine } from '../../test/support/virtual-machine.ts'
import type { LeaseToken, WorkerId } from '../core/ids.ts'
import { DEFAULT_LIMITS } from '../core/limits.ts'
import { decide, isRefusal } from '../core/reload.ts'
import { DAY } from '../core/units.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { startLeases } from './lease.ts'
import { startSweeping } from './sweep.ts'

const POLICY = { errorRequeuesMax: 3, taskFailuresMax: 5, largestSizeIndex: 2, jitter: 0 }
const LEASE = 'lease' as LeaseToken

async function furnished() {
  const machine = virtualMachine()
  const store = new MemoryStore()
  await put(store, { tenants: [aTenant()] })
  const { currentScriptId: _none, ...app } = anApp()
  await put(store, { apps: [app] })
  return { machine, store }
}

/**
 * A worker holds a lease, and its clock is 256 s behind for a millisecond, in which it stamps a renewal.
 * @param watched whether the clock that leases are stamped with is the watched one
 */
async function heldThroughWrongMoment(watched: boolean): Promise<boolean> {
  const { machine, store } = await furnished()
  const { ports, node } = machine
  const { id } = aReload()
  await store.accept([{ reload: aReload(), reloadsPerAppAndDay: 0 }])
  const now = ports.clock.now()
  const leaseExpiresAt = now + DEFAULT_LIMITS.leaseDurationMs
  const claim = { kind: 'claim', lease: LEASE, workerId: 'w' as WorkerId, leaseExpiresAt } as const
  await store.claim({
    now,
    max: 1,
    concurrentReloadsPerTenant: 1,
    step({ reload, attempt }) {
      const decision = decide(reload, attempt, claim, POLICY, now)
      return isRefusal(decision) ? decision : { reload: decision.next, attempt: decision.opened! }
    },
  })
  const deps = { ...ports, ...POLICY, limits: DEFAULT_LIMITS, store }
  startSweeping(deps)
  // Sweeps and renewals never come in the same millisecond.
  await machine.pass(500)
  let wrong = false
  const clock = {
    monotonic: ports.clock.monotonic,
    now() {
      if (!wrong) return node.clock.now()
      wrong = false
      node.skewMs = -256_000
      node.later(1, () => {
        node.skewMs = 0
      })
      return (watched ? ports : node).clock.now()
    },
  }
  const held = startLeases({ ...deps, clock }).hold(id, LEASE, clock.monotonic())
  await machine.pass(5000)
  wrong = true
  await machine.until(() => !wrong)
  await machine.pass(20_000)
  return !held.lost.fired && (await store.reload(TENANT_ID, id))?.state === 'RELOADING'
}

test('costs no living worker its lease: it is seen where leases are stamped', async () => {
  expect(await heldThroughWrongMoment(true)).toBe(true)
})

test('and would, were it watched by sweeps only', async () => {
  expect(await heldThroughWrongMoment(false)).toBe(false)
})

/**
 * A clock is 400 days ahead between two sweeps, and a reload is accepted then.
 * @param watched whether the clock that it is stamped with is the watched one
 */
async function waitsForTheFuture(watched: boolean): Promise<boolean> {
  const { machine, store } = await furnished()
  const { ports, node } = machine
  startSweeping({ ...ports, ...POLICY, limits: DEFAULT_LIMITS, store })
  await machine.pass(500)
  node.skewMs = 400 * DAY
  const now = (watched ? ports : node).clock.now()
  const reload = aReload({ createdAt: now, queuedAt: now, notBefore: now })
  await store.accept([{ reload, reloadsPerAppAndDay: 0 }])
  node.skewMs = 0
  await machine.pass(5000)
  return (await store.reload(TENANT_ID, reload.id))!.notBefore > node.clock.now()
}

test('leaves no reload waiting for a future that was stamped in it', async () => {
  expect(await waitsForTheFuture(true)).toBe(false)
})

test('and would, were it watched by sweeps only, for good', async () => {
  expect(await waitsForTheFuture(false)).toBe(true)
})
