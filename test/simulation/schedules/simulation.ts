/**
 * A year of schedules: the real loop that fires tasks, on a simulated clock, with machines that die and
 * stall, a store that is slow and loses answers, clocks that are set wrong and right again, and a tenant
 * whose tasks are paused at times. Reloads run beside it and end as they like.
 */

import type { AttemptEnd } from '../../../src/core/attempt.ts'
import { defined } from '../../../src/core/defined.ts'
import { newUuid } from '../../../src/core/ids.ts'
import { decide, isRefusal } from '../../../src/core/reload.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/core/units.ts'
import type { SettleRules } from '../../../src/outcome/settle.ts'
import { settling } from '../../../src/outcome/settle.ts'
import type { Claimed } from '../../../src/store/port/queue.ts'
import type { Store } from '../../../src/store/port/store.ts'
import { startFiringTasks } from '../../../src/trigger/fire-tasks.ts'
import { put } from '../../support/catalog.ts'
import { START_MS, seededRandom, TENANT_ID } from '../../support/records.ts'
import { newNode, portsOf } from '../machine.ts'
import type { SimNode } from '../node.ts'
import { ObservedStore, storeFrom } from '../observed-store.ts'
import { World } from '../world.ts'
import { ScheduleAudit, type Tally } from './audit.ts'
import type { ScheduleCanary } from './canaries.ts'
import { furnish, zones } from './furnish.ts'

const LEASE_MS = 365 * DAY

export interface ScheduleReport {
  readonly tally: Tally
  readonly crashes: number
  readonly leaps: number
  /** The first thing that did not hold; undefined: all did. */
  readonly fault?: string
  readonly steps: number
}

export async function simulateSchedules(
  seed: number,
  days: number,
  canary?: ScheduleCanary,
): Promise<ScheduleReport> {
  const world = new World(seed)
  const truth = new ObservedStore()
  const tasks = await furnish(world, truth)
  const audit = new ScheduleAudit(truth, tasks, () => world.scheduler.now)
  const run = new Year(world, truth, canary?.store?.(truth, world) ?? truth)
  return run.live(audit, START_MS + days * DAY)
}

class Year {
  readonly #world: World
  readonly #truth: ObservedStore
  readonly #store: Store
  readonly #rules: SettleRules
  #node: SimNode
  #paused = false
  #crashes = 0
  #leaps = 0

  constructor(world: World, truth: ObservedStore, store: Store) {
    this.#world = world
    this.#truth = truth
    this.#store = store
    const clock = { now: () => world.scheduler.now, monotonic: () => world.scheduler.now }
    this.#rules = {
      clock,
      random: seededRandom(world.seed),
      errorRequeuesMax: 0,
      taskFailuresMax: 0,
      largestSizeIndex: 0,
    }
    this.#node = this.#start()
  }

  async live(audit: ScheduleAudit, until: number): Promise<ScheduleReport> {
    const { scheduler } = this.#world
    this.#later(HOUR, () => this.#disturb())
    this.#later(DAY, () => this.#pause())
    this.#later(DAY, () => this.#forget())
    const fault = () => audit.faults[0] ?? this.#world.violation?.message
    while (scheduler.now < until && fault() === undefined) {
      if (!(await scheduler.step())) break
      await this.#work()
      audit.look(this.#paused)
    }
    // Calm: clocks are right, nothing fails, and what is due is fired.
    this.#world.faults = false
    this.#node.skewMs = 0
    await this.#setPaused(false)
    const end = until + 4 * HOUR
    while (scheduler.now < end && fault() === undefined) {
      if (!(await scheduler.step())) break
      await this.#work()
      audit.look(this.#paused)
    }
    if (fault() === undefined) audit.finish(until)
    const first = fault()
    return {
      tally: audit.tally,
      crashes: this.#crashes,
      leaps: this.#leaps,
      steps: scheduler.steps,
      ...defined({ fault: first }),
    }
  }

  #later(ms: number, act: () => void): void {
    this.#world.after(ms, () => {
      act()
      return true
    })
  }

  #start(): SimNode {
    const node = newNode(this.#world, `machine-${this.#crashes}`, 0)
    const deps = { ...portsOf(this.#world, node), ...this.#rules, zones, reloadsPerAppAndDay: 0 }
    startFiringTasks({
      ...deps,
      clock: node.clock,
      random: node.random,
      store: storeFrom(this.#world, node, this.#store),
      fired: () => {},
    })
    return node
  }

  #disturb(): void {
    const { faults } = this.#world
    if (!faults) return
    const what = this.#world.pick(['crash', 'crash', 'stall', 'leap', 'cut off'] as const)
    const long = () => this.#world.pick([10 * SECOND, 5 * MINUTE, 40 * MINUTE, 3 * HOUR, 30 * HOUR])
    if (what === 'crash') {
      this.#node.alive = false
      this.#crashes += 1
      this.#later(long(), () => {
        this.#node = this.#start()
      })
    } else if (what === 'stall') this.#node.stall(this.#world.scheduler.now + long())
    else if (what === 'cut off') this.#node.cutOffUntil = this.#world.scheduler.now + long()
    else {
      this.#leaps += 1
      const node = this.#node
      node.skewMs = long() * this.#world.pick([1, -1])
      this.#later(long(), () => {
        node.skewMs = 0
      })
    }
    this.#later(this.#world.between(HOUR, 5 * DAY), () => this.#disturb())
  }

  #pause(): void {
    if (!this.#world.faults) return
    void this.#setPaused(!this.#paused)
    const ms = this.#paused ? this.#world.between(HOUR, 2 * DAY) : this.#world.between(DAY, 40 * DAY)
    this.#later(ms, () => this.#pause())
  }

  async #setPaused(paused: boolean): Promise<void> {
    this.#paused = paused
    const { tasksPausedAt: _was, ...tenant } = this.#truth.contents.tenants.get(TENANT_ID)!
    const tasksPausedAt = this.#world.scheduler.now
    await put(this.#truth, { tenants: [paused ? { ...tenant, tasksPausedAt } : tenant] })
  }

  /** Keeps the store small: what is asked costs as much as there is. */
  #forget(): void {
    const before = this.#world.scheduler.now - 3 * DAY
    void this.#truth.forget({
      seenAt: this.#world.scheduler.now,
      reloadsBefore: before,
      scriptLogsBefore: before,
      eventsBefore: before,
      sendsBefore: before,
      max: 10_000,
    })
    this.#later(DAY, () => this.#forget())
  }

  /** Claims what waits, and lets it end after a while. */
  async #work(): Promise<void> {
    const now = this.#world.scheduler.now
    if (this.#truth.contents.reloads.find(({ state }) => state === 'QUEUED') === undefined) return
    const claimed = await this.#truth.claim({
      now: now + 40 * HOUR,
      max: 1000,
      concurrentReloadsPerTenant: 1000,
      step: ({ reload, attempt }) => {
        const lease = newUuid<'lease'>(this.#rules.random)
        const workerId = newUuid<'worker'>(this.#rules.random)
        const claim = { kind: 'claim', lease, workerId, leaseExpiresAt: now + LEASE_MS } as const
        const decision = decide(reload, attempt, claim, { ...this.#rules, jitter: 0 }, now + 40 * HOUR)
        return isRefusal(decision) ? decision : { reload: decision.next, attempt: decision.opened! }
      },
    })
    for (const one of claimed) {
      const ms = this.#world.pick([
        this.#world.between(SECOND, MINUTE),
        this.#world.between(MINUTE, 2 * HOUR),
      ])
      this.#later(ms, () => void this.#end(one))
    }
  }

  async #end({ reload, attempt }: Claimed): Promise<void> {
    const now = this.#world.scheduler.now
    const version = newUuid<'data-version'>(this.#rules.random)
    const end: AttemptEnd = this.#world.chance(0.7)
      ? { kind: 'completed', data: { version, engineTime: now, fileBytes: 1024 } }
      : { kind: 'timed-out' }
    await this.#store.transition([settling(this.#rules, reload.id, attempt.leaseToken, { end })])
  }
}
