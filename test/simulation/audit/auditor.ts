/**
 * Judges a simulation: after every step it looks at the rows that changed, at engine sessions, data files and
 * arrivals, and holds them against the promises of ARCHITECTURE.md, section 1. It shares no code with the
 * rules: what is right is written here a second time, in its own words. What is audited for which invariant:
 * audits.ts.
 */
import type { ReloadId } from '../../../src/core/ids.ts'
import type { Limits } from '../../../src/core/limits.ts'
import type { EngineRoom } from '../engine.ts'
import type { ObservedStore } from '../observed-store.ts'
import type { World } from '../world.ts'
import { BudgetAudit } from './budget.ts'
import { BOUNDS_MS, CalmAudit } from './calm.ts'
import { Copy } from './copy.ts'
import { DataAudit } from './data.ts'
import { EngineAudit } from './engines.ts'
import { EventAudit } from './events.ts'
import { HistoryAudit } from './history.ts'
import { LimitAudit } from './limits.ts'
import { OrderAudit } from './order.ts'
import { ReloadAudit } from './reloads.ts'
import { SessionAudit } from './sessions.ts'
import { StoresAudit } from './stores.ts'

export class Auditor {
  /** Steps in which the store changed. */
  commits = 0
  readonly #world: World
  readonly #store: ObservedStore
  readonly #copy = new Copy()
  readonly #reloads: ReloadAudit
  readonly #events: EventAudit
  readonly #order: OrderAudit
  readonly #data: DataAudit
  readonly #stores: StoresAudit
  readonly #sessions: SessionAudit
  readonly #engines: EngineAudit
  readonly #budget: BudgetAudit
  readonly #limits: LimitAudit
  readonly #calm: CalmAudit
  readonly #history: HistoryAudit

  constructor(world: World, store: ObservedStore, limits: Limits, room: EngineRoom) {
    this.#world = world
    this.#store = store
    this.#reloads = new ReloadAudit(world, this.#copy, limits.errorRequeuesMax)
    this.#events = new EventAudit(world, this.#copy)
    this.#order = new OrderAudit(world, this.#copy, room)
    this.#data = new DataAudit(world, this.#copy)
    this.#stores = new StoresAudit(world, this.#copy)
    this.#sessions = new SessionAudit(world, this.#copy, room)
    this.#engines = new EngineAudit(world, room)
    this.#budget = new BudgetAudit(world, this.#copy, room)
    this.#limits = new LimitAudit(world, this.#copy, limits)
    this.#history = new HistoryAudit(world, limits.reloadHistoryMs)
    this.#calm = new CalmAudit(world, this.#copy, limits.concurrentReloadsPerTenant, room)
  }

  /** A client was told that the reload is accepted, asked for under this key. */
  accepted(id: ReloadId, key: string): void {
    this.#reloads.accepted(id, key)
  }

  /** A client was told that the reload is canceled, or being canceled. */
  canceled(id: ReloadId): void {
    this.#reloads.canceled(id)
  }

  /** Called after every step. */
  look(): void {
    this.#store.cut(this.#world.lastCall)
    this.#order.lookAtClaims()
    const frames = this.#store.takeFrames()
    if (frames.length > 0) this.commits += 1
    for (const frame of frames) {
      if (frame.by !== undefined) this.#world.tell(frame.by.node, frame.by.verb)
      const changes = this.#copy.update(frame)
      this.#history.look(changes)
      this.#reloads.look(changes)
      this.#events.look(changes)
      this.#order.look(changes)
      this.#limits.look(changes)
      this.#data.look(changes)
      this.#stores.look(changes)
    }
    this.#world.lastCall = undefined
    this.#events.lookAtBroker()
    this.#events.lookAtArrivals()
    this.#data.lookAtFiles()
    this.#stores.lookAtFiles()
    for (const session of this.#world.engines.started.splice(0)) {
      for (const audit of [this.#sessions, this.#engines, this.#budget, this.#limits]) {
        audit.sessionStarted(session)
      }
    }
    this.#sessions.look()
    this.#engines.look()
    this.#budget.look()
    this.#limits.lookAtSessions()
    this.#calm.look()
  }

  /**
   * The faults are over, and from `atMs` on nothing of them is felt any more.
   * @param machines how many work then
   */
  calmFrom(atMs: number, machines: number): void {
    this.#calm.from(atMs, machines)
  }

  /** Every reload has its outcome, every delivery its end. */
  settled(): boolean {
    const { openReloads, pendingDeliveries } = this.#copy
    return openReloads.size === 0 && pendingDeliveries.size === 0 && this.#stores.settled()
  }

  /** Deliveries alone have not come to their end, and none of them is due for longer than it may be. */
  waits(): boolean {
    const { openReloads, pendingDeliveries } = this.#copy
    const dueBefore = this.#world.scheduler.now - BOUNDS_MS['due-probed']
    const late = [...pendingDeliveries.values()].some(({ dueAt }) => dueAt < dueBefore)
    return openReloads.size === 0 && this.#stores.settled() && !late
  }

  /** What has not come to its end. */
  unsettled(): string {
    const reloads = [...this.#copy.openReloads.values()].map(({ id, state }) => `reload ${id} is ${state}`)
    const deliveries = [...this.#copy.pendingDeliveries.keys()].map((id) => `delivery ${id} is pending`)
    const stores = this.#stores.settled() ? [] : ['stored files do not lie in their places']
    return [...reloads, ...deliveries, ...stores].join(', ')
  }

  /** Looked at once, when all is settled. */
  finish(): void {
    this.#events.finish()
    this.#stores.finish()
  }
}
