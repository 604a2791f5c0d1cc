/** Audits of who is claimed when: invariant 8. */
import type { Reload } from '../../../src/core/reload.ts'
import type { EngineRoom } from '../engine.ts'
import type { World } from '../world.ts'
import { isShort, needsMuch } from './budget.ts'
import type { Changes, Copy } from './copy.ts'

/** Shortest wait after the first, second, third fault: the schedule less its spread of a fifth, ms. */
const BACK_OFF_MS = [4000, 24_000, 96_000]
const LEASE_MS = 15_000
const FAULTS = new Set(['crashed', 'lost', 'no-session'])

export class OrderAudit {
  readonly #world: World
  readonly #copy: Copy
  readonly #shortOfMemory: boolean
  /** True times at which reloads came into the queue last. */
  readonly #queuedAt = new Map<string, number>()
  /** Reloads that a claim let in, with the end of the back-off that was over by its clock. */
  readonly #letIn = new Map<string, number>()
  /** Reloads that wait. */
  #queued = 0
  /** Tenants that held a slot since no reload waited. */
  readonly #used = new Set<string>()
  /** Of a tenant that waits for its first slot: the tenants that were served since. */
  readonly #served = new Map<string, Set<string>>()

  constructor(world: World, copy: Copy, room: EngineRoom) {
    this.#world = world
    this.#copy = copy
    this.#shortOfMemory = isShort(room)
  }

  /** A claim lets in all that is due by its clock, also by one that was set right while it was under way. */
  lookAtClaims(): void {
    for (const moment of this.#world.claimMoments.splice(0)) {
      for (const { id, state, notBefore } of this.#copy.openReloads.values()) {
        if (state === 'QUEUED' && notBefore <= moment) this.#letIn.set(id, notBefore)
      }
    }
  }

  look({ reloads }: Changes): void {
    const taken: Reload[] = []
    const queuedNow = new Set<string>()
    if (this.#queued === 0) this.#used.clear()
    for (const { id, before, after } of reloads) {
      this.#queued += Number(after?.state === 'QUEUED') - Number(before?.state === 'QUEUED')
      if (before?.state !== 'QUEUED' && after?.state === 'QUEUED') {
        queuedNow.add(id)
        this.#queuedAt.set(id, this.#world.scheduler.now)
      }
      if (before?.state === 'QUEUED' && after?.state === 'RELOADING') taken.push(after)
    }
    for (const [tenant, count] of this.#copy.running) if (count > 0) this.#used.add(tenant)
    if (taken.length === 0) return
    const others = [...this.#copy.openReloads.values()].filter(
      ({ id, state, appId }) => state === 'QUEUED' && !queuedNow.has(id) && this.#copy.apps.has(appId),
    )
    for (const row of taken) {
      this.#isFirst(row, others)
      this.#waitedEnough(row)
    }
    // A tenant whose next reload needs more memory than there is lets others go first.
    if (this.#shortOfMemory && needsMuch(this.#copy)) this.#served.clear()
    else this.#shareSlots(taken, others)
  }

  /**
   * The claiming machine's clock: an attempt is opened no earlier than its reload may be, whatever that clock
   * says.
   */
  #claimedAt({ id }: Reload): number {
    return (this.#copy.attemptsOf(id).at(-1)?.leaseExpiresAt ?? 0) - LEASE_MS
  }

  /** Of the reloads of this tenant that could have been taken, none is heavier, none as heavy and older. */
  #isFirst(row: Reload, others: readonly Reload[]): void {
    const claimedAt = this.#claimedAt(row)
    for (const other of others) {
      if (other.tenantId !== row.tenantId || other.notBefore > claimedAt) continue
      const first =
        other.weight > row.weight || (other.weight === row.weight && other.createdAt < row.createdAt)
      if (first) this.#world.violate('heavier-first', `reload ${row.id} was taken before ${other.id}`)
    }
  }

  /**
   * By the clocks of machines, or by true time (a clock that is set right again makes a wait look short), or
   * by the back-off that its row tells, when the clock of a claim is past its end (a clock may leap over it).
   */
  #waitedEnough(row: Reload): void {
    const { id, notBefore, queuedAt } = row
    const attempts = this.#copy.attemptsOf(id)
    const last = attempts.at(-2)?.closed
    if (last === undefined || !FAULTS.has(last.end.kind)) return
    const faults = attempts.filter(({ closed }) => FAULTS.has(closed?.end.kind ?? '')).length
    const trueMs = this.#world.scheduler.now - (this.#queuedAt.get(id) ?? 0)
    const isLetIn = this.#claimedAt(row) >= notBefore || this.#letIn.get(id) === notBefore
    const toldMs = isLetIn ? notBefore - queuedAt : 0
    const waitedMs = Math.max(attempts.at(-1)!.openedAt - last.at, trueMs, toldMs)
    if (waitedMs >= (BACK_OFF_MS[faults - 1] ?? 0)) return
    this.#world.violate('back-off-kept', `reload ${id} was claimed ${waitedMs} ms after fault ${faults}`)
  }

  /**
   * While a tenant waits that could be served and has used no slot since nobody waited, no other is served
   * twice. How tenants with runs behind them share the slots is measured elsewhere:
   * src/store/rule/turns.test.ts.
   */
  #shareSlots(taken: readonly Reload[], others: readonly Reload[]): void {
    const claimedAt = this.#claimedAt(taken[0]!)
    const waiting = new Set(
      others
        .filter(({ notBefore, tenantId }) => notBefore <= claimedAt && !this.#used.has(tenantId))
        .map(({ tenantId }) => tenantId as string),
    )
    for (const tenant of this.#served.keys()) if (!waiting.has(tenant)) this.#served.delete(tenant)
    for (const tenant of waiting) {
      const served = this.#served.get(tenant) ?? new Set()
      for (const row of taken) {
        if (served.has(row.tenantId)) {
          this.#world.violate('first-slot', `${row.tenantId} was served twice while ${tenant} waits`)
        }
        served.add(row.tenantId)
      }
      this.#served.set(tenant, served)
    }
  }
}
