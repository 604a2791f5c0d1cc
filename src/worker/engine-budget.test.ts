import { describe, expect, test } from 'vitest'
import { SIZES } from '../../test/simulation/engine.ts'
import { put, putScript } from '../../test/support/catalog.ts'
import { NO_STORES } from '../../test/support/no-stores.ts'
import { anApp, aReload, aTenant, START_MS, TENANT_ID, USER_ID } from '../../test/support/records.ts'
import { ScriptedEngines } from '../../test/support/scripted-engines.ts'
import { virtualMachine } from '../../test/support/virtual-machine.ts'
import type { AppId, LeaseToken, ReloadId, ScriptVersionId, TenantId, WorkerId } from '../core/ids.ts'
import { DEFAULT_LIMITS } from '../core/limits.ts'
import { newSignal } from '../core/signal.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { EngineBudget, PASSED_OVER_MAX_MS } from './engine-budget.ts'
import { startWorker } from './worker.ts'

const GIB = 1024 ** 3
const id = (name: string) => name as ReloadId
const attempt = (name: string) => name as LeaseToken

describe('an engine budget', () => {
  function budgetOf(slots: number, memoryBytes: number) {
    let now = 0
    const clock = { now: () => now, monotonic: () => now }
    const budget = new EngineBudget(clock, { slots, memoryBytes })
    /** One claim that shows these, in this order, and takes what fits. */
    const claim = (shown: Readonly<Record<string, number>>, all = true) => {
      const share = budget.share()
      const taken = Object.entries(shown).filter(([name, bytes]) => share.fits(id(name), bytes))
      for (const [name, bytes] of taken) budget.take(attempt(name), bytes)
      const names = taken.map(([name]) => name)
      share.over(names.map(id), all)
      return names
    }
    const pass = (ms: number) => {
      now += ms
    }
    return { budget, claim, pass }
  }

  test('is shared out by memory, and given back', () => {
    const { budget, claim } = budgetOf(4, 10)
    expect(claim({ a: 4, b: 5, c: 2, d: 1 })).toEqual(['a', 'b', 'd'])
    expect(budget.free()).toEqual({ slots: 1, memoryBytes: 0 })
    budget.release(attempt('b'))
    budget.release(attempt('b'))
    expect(budget.free()).toEqual({ slots: 2, memoryBytes: 5 })
    expect(claim({ c: 2 })).toEqual(['c'])
  })

  test('is lent as soon as slot and memory are free, but not while a claim is under way', async () => {
    const { budget, claim } = budgetOf(2, 10)
    const never = newSignal()
    let freed = 0
    const lend = (bytes: number, withdrawn = never) => budget.lend(bytes, withdrawn, () => freed++)
    const first = await lend(4)
    expect(budget.free()).toEqual({ slots: 1, memoryBytes: 6 })
    expect(claim({ a: 7, b: 6 })).toEqual(['b'])
    let isLent = false
    const second = lend(5).then((loan) => {
      isLent = true
      return loan
    })
    const withdrawn = newSignal()
    const third = lend(1, withdrawn)
    withdrawn.fire()
    expect(await third).toBeUndefined()
    const share = budget.share()
    budget.release(attempt('b'))
    await Promise.resolve()
    expect(isLent).toBe(false)
    share.over([], true)
    expect(await second).toBeDefined()
    expect(budget.free()).toEqual({ slots: 0, memoryBytes: 1 })
    first!.giveBack()
    first!.giveBack()
    expect([freed, budget.free()]).toEqual([1, { slots: 1, memoryBytes: 5 }])
  })

  test('counts a reload once that is shown twice in one claim', () => {
    const { budget } = budgetOf(4, 10)
    const share = budget.share()
    expect([share.fits(id('a'), 6), share.fits(id('a'), 6), share.fits(id('b'), 4)]).toEqual([
      true,
      true,
      true,
    ])
    expect(share.fits(id('c'), 1)).toBe(false)
  })

  test('is kept for a reload that was refused for too long, until it fits', () => {
    const { budget, claim, pass } = budgetOf(9, 10)
    claim({ a: 4, b: 4 })
    expect(claim({ big: 8, c: 1 })).toEqual(['c'])
    pass(PASSED_OVER_MAX_MS - 1)
    expect(claim({ big: 8, d: 1 })).toEqual(['d'])
    pass(1)
    budget.release(attempt('a'))
    expect(claim({ e: 1, big: 8 })).toEqual([])
    budget.release(attempt('b'))
    // 8 of 10 are free: big takes them, and nothing is left for e.
    expect(claim({ e: 1, big: 8 })).toEqual(['big'])
    budget.release(attempt('c'))
    expect(claim({ e: 1 })).toEqual(['e'])
  })

  test('lets others have what the one that waits too long does not need', () => {
    const { claim, pass, budget } = budgetOf(9, 10)
    claim({ a: 3 })
    claim({ big: 8 })
    pass(PASSED_OVER_MAX_MS)
    budget.release(attempt('a'))
    expect(claim({ b: 2, c: 1, big: 8 })).toEqual(['b', 'big'])
  })

  test('is kept for nobody once the reload waits no more', () => {
    const { claim, pass } = budgetOf(9, 10)
    claim({ a: 9 })
    claim({ big: 8 })
    pass(PASSED_OVER_MAX_MS)
    // A claim that ended early did not show everything: big may still be there.
    expect(claim({ b: 1 }, false)).toEqual([])
    expect(claim({ b: 1 })).toEqual([])
    expect(claim({ b: 1 })).toEqual(['b'])
  })

  test('is kept for the one that waits longest', () => {
    const { budget, claim, pass } = budgetOf(9, 10)
    claim({ a: 9 })
    claim({ first: 6 })
    pass(1)
    claim({ second: 8, first: 6 })
    pass(PASSED_OVER_MAX_MS)
    budget.release(attempt('a'))
    expect(claim({ second: 8, first: 6 })).toEqual(['first'])
  })
})

describe('a worker', () => {
  const OTHER = 'other' as TenantId

  /**
   * Apps of two tenants with data of such size that their reloads need the engine named; each runs for a
   * minute.
   */
  async function bench(memoryBytes: number) {
    const machine = virtualMachine()
    const store = new MemoryStore()
    const engines = new ScriptedEngines(machine, { afterMs: 50_000 })
    for (const tenantId of [TENANT_ID, OTHER]) await put(store, { tenants: [aTenant({ id: tenantId })] })
    let made = 0
    const queue = async (tenantId: TenantId, gib: 1 | 2 | 4) => {
      const appId = `app-${++made}` as AppId
      const { currentScriptId: _none, ...app } = anApp({ id: appId, tenantId })
      const data = {
        version: `v-${made}` as never,
        fileBytes: (gib / 4) * GIB,
        engineTime: START_MS,
        tables: [],
      }
      await put(store, { apps: [{ ...app, data }] })
      const scriptId = `script-${made}` as ScriptVersionId
      const script = { id: scriptId, appId, tenantId, script: '', message: '', modifierId: USER_ID }
      await putScript(store, { ...script, modifiedAt: START_MS })
      const now = machine.ports.clock.now()
      const times = { createdAt: now, queuedAt: now, notBefore: now }
      const reload = aReload({ ...times, id: id(`reload-${made}`), appId, tenantId })
      await store.accept([{ reload, reloadsPerAppAndDay: 0 }])
      return reload.id
    }
    const worker = startWorker({
      ...machine.ports,
      store,
      limits: DEFAULT_LIMITS,
      workerId: 'worker' as WorkerId,
      slots: 4,
      memoryBytes,
      drainMs: 1000,
      sizes: SIZES,
      sessions: engines,
      appData: { isWhole: async () => true, discard: async () => {} },
      otherApp: async (_app, _askedBy, named) => ({ named, refusal: 'there are no other apps here' }),
      connectionsFor: async () => [],
      stores: NO_STORES,
    })
    const stateOf = async (tenantId: TenantId, reloadId: ReloadId) =>
      (await store.reload(tenantId, reloadId))?.state
    return { machine, engines, worker, queue, stateOf }
  }

  test('runs side by side only what fits its memory, and lets no lighter reload of the tenant overtake', async () => {
    const { machine, worker, queue, stateOf } = await bench(4 * GIB)
    const first = await queue(TENANT_ID, 2)
    await machine.until(async () => (await stateOf(TENANT_ID, first)) === 'RELOADING')
    const big = await queue(TENANT_ID, 4)
    const small = await queue(TENANT_ID, 1)
    const other = await queue(OTHER, 1)
    await machine.until(async () => (await stateOf(OTHER, other)) === 'RELOADING')
    expect([await stateOf(TENANT_ID, big), await stateOf(TENANT_ID, small)]).toEqual(['QUEUED', 'QUEUED'])
    expect(worker.free()).toEqual({ slots: 2, memoryBytes: GIB })
    await machine.until(async () => (await stateOf(TENANT_ID, big)) === 'RELOADING')
    expect(await stateOf(TENANT_ID, small)).toBe('QUEUED')
    expect(worker.free()).toEqual({ slots: 3, memoryBytes: 0 })
    await machine.until(async () => (await stateOf(TENANT_ID, small)) === 'SUCCEEDED')
  })

  test('does not starve a big reload while small ones of another tenant never end', async () => {
    const { machine, queue, stateOf } = await bench(4 * GIB)
    // Two small ones at a time, staggered: there is never all the memory free.
    let running = [await queue(OTHER, 2)]
    await machine.pass(25_000)
    running.push(await queue(OTHER, 2))
    const big = await queue(TENANT_ID, 4)
    await machine.until(async () => {
      for (const one of running) {
        if ((await stateOf(OTHER, one)) !== 'SUCCEEDED') continue
        running = [...running.filter((other) => other !== one), await queue(OTHER, 2)]
      }
      return (await stateOf(TENANT_ID, big)) === 'RELOADING'
    }, 400_000)
    expect(machine.elapsed()).toBeLessThan(25_000 + PASSED_OVER_MAX_MS + 110_000)
    await machine.until(async () => (await stateOf(TENANT_ID, big)) === 'SUCCEEDED')
  })
})
