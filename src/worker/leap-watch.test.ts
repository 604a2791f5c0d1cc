/** A clock that is wrong for a moment, in which a lease may be stamped. */
import { expect, test } from 'vitest'
import { put } from '../../test/support/catalog.ts'
import { anApp, aReload, aTenant, TENANT_ID } from '../../test/support/records.ts'
import { virtualMachine } from '../../test/support/virtual-machine.ts'
import type { LeaseToken, WorkerId } from '../core/ids.ts'
import { DEFAULT_LIMITS } from '../core/limits.ts'
import { decide, isRefusal } from '../core/reload.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { leapWatch } from './leap-watch.ts'
import { startLeases } from './lease.ts'
import { startSweeping } from './sweep.ts'

const POLICY = { errorRequeuesMax: 3, largestSizeIndex: 2, jitter: 0 }
const LEASE = 'lease' as LeaseToken

/**
 * A worker holds a lease, and its clock is 256 s behind for a millisecond, in which it stamps a renewal.
 * @param looks whether the clock is looked at where leases are stamped
 */
async function heldThroughWrongMoment(looks: boolean): Promise<boolean> {
  const machine = virtualMachine()
  const { ports, node } = machine
  const store = new MemoryStore()
  await put(store, { tenants: [aTenant()] })
  const { currentScriptId: _none, ...app } = anApp()
  await put(store, { apps: [app] })
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
  const clockWatch = leapWatch(ports.clock, DEFAULT_LIMITS.leaseDurationMs)
  const deps = { ...ports, ...POLICY, limits: DEFAULT_LIMITS, store }
  startSweeping({ ...deps, clockWatch })
  // Sweeps and renewals never come in the same millisecond.
  await machine.pass(500)
  let wrong = false
  const look = () => {
    if (!wrong) return
    wrong = false
    node.skewMs = -256_000
    if (looks) clockWatch.look()
    node.later(1, () => {
      node.skewMs = 0
    })
  }
  const held = startLeases({ ...deps, clockWatch: { look } }).hold(id, LEASE, ports.clock.monotonic())
  await machine.pass(5000)
  wrong = true
  await machine.until(() => !wrong)
  await machine.pass(20_000)
  return !held.lost.fired && (await store.reload(TENANT_ID, id))?.state === 'RELOADING'
}

test('costs no living worker its lease: it is looked at where leases are stamped', async () => {
  expect(await heldThroughWrongMoment(true)).toBe(true)
})

test('and would, were it looked at before sweeps only', async () => {
  expect(await heldThroughWrongMoment(false)).toBe(false)
})
