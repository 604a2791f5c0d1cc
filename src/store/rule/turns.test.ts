import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aReload, seededRandom } from '../../../test/support/records.ts'
import { type SimTenant, SlotsUnderTest } from '../../../test/support/slots-under-test.ts'
import type { TenantId } from '../../core/ids.ts'
import { type Counted, Turns } from './turns.ts'

const RUNS_MS = [0, 1, 50, 1000, 7000, 60_000]

/** A tenant whose reloads take between nothing and twice `meanMs`, by a seed of its own. */
function tenant(number: number, meanMs: number, terms: { share?: number; concurrentReloads?: number } = {}) {
  const random = seededRandom(number + 1)
  const runMs = () => Math.floor(2 * meanMs * random.uniform())
  return { id: `tenant-${number}` as TenantId, runMs, ...terms }
}

/** Reloads of each tenant until the poorest has started `starts`, with queues that never empty. */
function runAll(slots: number, tenants: readonly SimTenant[], starts: number): SlotsUnderTest {
  const machine = new SlotsUnderTest(slots, tenants)
  for (const { id } of tenants) machine.queue(id, 40 * starts + slots)
  while ([...machine.served.values()].some((one) => one.starts < starts)) {
    for (const { id } of tenants) if (machine.served.get(id)!.starts >= 30 * starts) return machine
    machine.fill()
    machine.endNext()
  }
  return machine
}

function slotMsPerShare(machine: SlotsUnderTest, tenants: readonly SimTenant[]): number[] {
  return tenants.map(({ id, share = 1 }) => machine.served.get(id)!.slotMs / share)
}

describe('slots are shared by the time they are held', () => {
  it('within 5 % of the shares over 200 reloads a tenant, whatever their lengths', () => {
    const tenants = [
      tenant(0, 60_000),
      tenant(1, 6000),
      tenant(2, 20_000, { share: 3 }),
      tenant(3, 10_000, { share: 2 }),
    ]
    const each = slotMsPerShare(runAll(8, tenants, 200), tenants)
    const mean = each.reduce((sum, one) => sum + one, 0) / each.length
    for (const one of each) expect(Math.abs(one / mean - 1)).toBeLessThan(0.05)
  })

  it('never further apart than the running reloads can explain', () => {
    const drawn = fc.record({
      slots: fc.integer({ min: 1, max: 6 }),
      tenants: fc.array(
        fc.record({ meanMs: fc.constantFrom(...RUNS_MS.slice(2)), share: fc.integer({ min: 1, max: 4 }) }),
        { minLength: 2, maxLength: 5 },
      ),
    })
    fc.assert(
      fc.property(drawn, ({ slots, tenants: terms }) => {
        const tenants = terms.map(({ meanMs, share }, i) => tenant(i, meanMs, { share }))
        const machine = new SlotsUnderTest(slots, tenants)
        for (const { id } of tenants) machine.queue(id, 1000)
        const longestMs = Math.max(...terms.map(({ meanMs }) => 2 * meanMs), 10_000)
        for (let i = 0; i < 150; i++) {
          machine.fill()
          machine.endNext()
          const each = slotMsPerShare(machine, tenants)
          expect(Math.max(...each) - Math.min(...each)).toBeLessThanOrEqual(2 * (slots + 1) * longestMs)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('a tenant that may run fewer than its share gets all that it may, the others what is left', () => {
    const tenants = [tenant(0, 5000, { concurrentReloads: 1 }), tenant(1, 5000), tenant(2, 20_000)]
    const machine = runAll(5, tenants, 100)
    const [one, two, three] = slotMsPerShare(machine, tenants) as [number, number, number]
    expect(one / (one + two + three)).toBeCloseTo(1 / 5, 2)
    expect(two / three).toBeGreaterThan(0.95)
    expect(two / three).toBeLessThan(1.05)
  })

  it('slots that become free together are shared out at once', () => {
    const tenants = [tenant(0, 5000), tenant(1, 5000)]
    const machine = new SlotsUnderTest(8, tenants)
    for (const { id } of tenants) machine.queue(id, 100)
    machine.fill()
    for (const { id } of tenants) expect(machine.runningOf(id)).toBe(4)
  })
})

describe('a tenant that used nothing lately', () => {
  const quiet = tenant(99, 1000)

  it('is served after at most one reload of each other tenant, whatever these have waiting and running', () => {
    const drawn = fc.record({
      slots: fc.integer({ min: 1, max: 5 }),
      others: fc.array(fc.constantFrom(...RUNS_MS), { minLength: 1, maxLength: 4 }),
      rounds: fc.integer({ min: 0, max: 40 }),
    })
    fc.assert(
      fc.property(drawn, ({ slots, others, rounds }) => {
        const tenants = others.map((meanMs, i) => tenant(i, meanMs))
        const machine = new SlotsUnderTest(slots, [...tenants, quiet])
        for (const { id } of tenants) machine.queue(id, 500)
        machine.fill()
        for (let i = 0; i < rounds; i++) {
          machine.endNext()
          machine.fill()
        }
        machine.queue(quiet.id, 1)
        const before: TenantId[] = []
        while (!before.includes(quiet.id)) {
          machine.endNext()
          before.push(...machine.fill())
        }
        const first = before.slice(0, before.indexOf(quiet.id))
        expect(new Set(first).size, 'no other twice').toBe(first.length)
      }),
      { numRuns: 200 },
    )
  })

  it('has no credit for it: from then on it gets its share', () => {
    const busy = tenant(0, 1000)
    const machine = new SlotsUnderTest(2, [busy, quiet])
    machine.queue(busy.id, 2000)
    for (let i = 0; i < 1000; i++) {
      machine.fill()
      machine.endNext()
    }
    const before = machine.served.get(busy.id)!.slotMs
    machine.queue(quiet.id, 500)
    for (let i = 0; i < 400; i++) {
      machine.fill()
      machine.endNext()
    }
    const ratio = (machine.served.get(busy.id)!.slotMs - before) / machine.served.get(quiet.id)!.slotMs
    expect(ratio).toBeGreaterThan(0.95)
    expect(ratio).toBeLessThan(1.05)
  })
})

describe('after a rollback', () => {
  it('tenants that begin to contend do so as equals, whatever they spent while nobody waited', () => {
    const [first, second] = ['tenant-1', 'tenant-2'] as [TenantId, TenantId]
    const running = aReload({ tenantId: first, state: 'RELOADING' })
    let counted: Counted = {
      waiting: [],
      backingOff: [],
      running: [{ id: running.id, tenantId: first, openedAt: 0 }],
    }
    const turns = new Turns(
      () => counted,
      () => ({}),
    )
    turns.begin(0, 2)
    turns.moved(running, { ...running, state: 'FAILED' }, 10_000)
    turns.forget()
    counted = {
      waiting: [
        [first, 1],
        [second, 1],
      ],
      backingOff: [],
      running: [],
    }
    turns.begin(11_000, 2)
    // Of equals the first by id.
    expect(turns.next()).toBe(first)
  })
})
