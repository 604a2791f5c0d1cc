/**
 * Slots in virtual time, filled by turns.ts alone: tenants with reloads of drawn lengths, from a queue that
 * never empties unless a test says so. For what is promised of shares; the stores are not part of it.
 */
import type { ReloadId, TenantId } from '../../src/core/ids.ts'
import type { Reload } from '../../src/core/reload.ts'
import { type TenantTerms, Turns } from '../../src/store/rule/turns.ts'
import { aReload, START_MS } from './records.ts'

export interface SimTenant extends TenantTerms {
  readonly id: TenantId
  /** Length of its next reload, ms. */
  readonly runMs: () => number
}

interface Running {
  readonly reload: Reload
  readonly startedAt: number
  readonly endsAt: number
}

export class SlotsUnderTest {
  now = START_MS
  readonly #slots: number
  readonly #tenants: ReadonlyMap<TenantId, SimTenant>
  readonly #turns: Turns
  readonly #waiting = new Map<TenantId, Reload[]>()
  #running: Running[] = []
  #made = 0
  /** Slot-time of each tenant up to now, ms, and how many of its reloads were started. */
  readonly served = new Map<TenantId, { slotMs: number; starts: number }>()

  constructor(slots: number, tenants: readonly SimTenant[]) {
    this.#slots = slots
    this.#tenants = new Map(tenants.map((tenant) => [tenant.id, tenant]))
    const none = { waiting: [], backingOff: [], running: [] }
    this.#turns = new Turns(
      () => none,
      (id) => this.#tenants.get(id) ?? {},
    )
    this.#turns.begin(this.now, 1000)
    this.#turns.end()
    for (const { id } of tenants) this.served.set(id, { slotMs: 0, starts: 0 })
  }

  queue(tenantId: TenantId, count: number): void {
    const queue = this.#waiting.get(tenantId) ?? []
    this.#waiting.set(tenantId, queue)
    for (let i = 0; i < count; i++) {
      const id = `r${String(++this.#made).padStart(9, '0')}` as ReloadId
      const reload = aReload({ id, tenantId, createdAt: this.now, queuedAt: this.now, notBefore: this.now })
      queue.push(reload)
      this.#turns.moved(undefined, reload, this.now)
    }
  }

  /** Fills the free slots. @returns the tenants served, in order */
  fill(): TenantId[] {
    const served: TenantId[] = []
    this.#turns.begin(this.now, 1000)
    while (this.#running.length < this.#slots) {
      const tenantId = this.#turns.next()
      if (tenantId === undefined) break
      this.#start(this.#waiting.get(tenantId)!.shift()!)
      served.push(tenantId)
    }
    this.#turns.end()
    return served
  }

  #start(reload: Reload): void {
    const running = { ...reload, state: 'RELOADING' as const, lease: 'x' as never }
    this.#turns.moved(reload, running, this.now)
    const endsAt = this.now + this.#tenants.get(reload.tenantId)!.runMs()
    this.#running.push({ reload: running, startedAt: this.now, endsAt })
    this.served.get(reload.tenantId)!.starts += 1
  }

  /** Goes on to the next end of a reload and ends all that end then. */
  endNext(): void {
    const at = Math.min(...this.#running.map((one) => one.endsAt))
    for (const { reload } of this.#running) this.served.get(reload.tenantId)!.slotMs += at - this.now
    this.now = at
    for (const { reload, endsAt } of this.#running) {
      const { lease: _over, ...rest } = reload
      if (endsAt === at) this.#turns.moved(reload, { ...rest, state: 'SUCCEEDED', endedAt: at }, at)
    }
    this.#running = this.#running.filter((one) => one.endsAt > at)
  }

  runningOf(tenantId: TenantId): number {
    return this.#running.filter(({ reload }) => reload.tenantId === tenantId).length
  }
}
