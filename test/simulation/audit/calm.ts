/**
 * Audits of liveness, invariant 7: once faults are over and nothing of them is felt any more, every single
 * wait has a bound of its own, much sharper than "all ends in time".
 */
import type { EngineRoom } from '../engine.ts'
import type { World } from '../world.ts'
import { isShort, needsMuch } from './budget.ts'
import { type Copy, isRunning } from './copy.ts'
import { limitOf } from './limits.ts'

/** Longest waits in calm, virtual ms. */
export const BOUNDS_MS = {
  /** Loops look once a second, but may rest 5 s after an error, and claims of several workers take turns. */
  'due-claimed': 20_000,
  /**
   * The same while a reload needs a larger engine and the machines have too little memory for all: a minute
   * until memory is kept for it, and the longest runs before it, one after the other.
   */
  'memory-given': 600_000,
  /** A renewal (3 s) brings it, grace 1 s, kill, settle. */
  'cancel-reached': 20_000,
  /**
   * From the end of the lease: sweepers look once a second, but wait a lease's time after a leap of their
   * clock.
   */
  'lost-swept': 25_000,
  /** From due, or from the end of the lease of a sender that died. */
  'due-sent': 20_000,
  /** The same of a target that failed before: it is probed every five minutes at least. */
  'due-probed': 320_000,
} as const
type Bound = keyof typeof BOUNDS_MS

/** After so many sends, with what receivers ask for; clocks are 5 s apart at most, ms. */
const LONGEST_WAIT_MS = [5000, 14_000, 365_000, 2_165_000, 8_645_000]
const LOOK_EVERY_MS = 1000

export class CalmAudit {
  readonly #world: World
  readonly #copy: Copy
  readonly #concurrentPerTenant: number
  readonly #room: EngineRoom
  #nextLookAt = Number.POSITIVE_INFINITY
  #slots = 0
  /** Since when each wait lasts, by bound and row. */
  readonly #since = new Map<string, number>()

  constructor(world: World, copy: Copy, concurrentPerTenant: number, room: EngineRoom) {
    this.#world = world
    this.#copy = copy
    this.#concurrentPerTenant = concurrentPerTenant
    this.#room = room
  }

  from(atMs: number, machines: number): void {
    this.#nextLookAt = atMs
    this.#slots = machines * this.#room.slots
  }

  look(): void {
    const { now } = this.#world.scheduler
    if (now < this.#nextLookAt) return
    this.#nextLookAt = now + LOOK_EVERY_MS
    const waits = new Set<string>()
    const waiting = (bound: Bound, id: string) => waits.add(`${bound} ${id}`)
    this.#reloads(now, waiting)
    for (const [id, { leaseExpiresAt }] of this.#copy.openAttempts) {
      if (leaseExpiresAt < now) waiting('lost-swept', id)
    }
    this.#deliveries(now, waiting)
    this.#stampsAreRight(now)
    this.#judge(now, waits)
  }

  #reloads(now: number, waiting: (bound: Bound, id: string) => void): void {
    const open = [...this.#copy.openReloads.values()]
    const runningOfAll = open.filter(isRunning).length
    const claimed = isShort(this.#room) && needsMuch(this.#copy) ? 'memory-given' : 'due-claimed'
    for (const row of open) {
      if (row.state === 'CANCELING') waiting('cancel-reached', row.id)
      const running = this.#copy.running.get(row.tenantId) ?? 0
      const mayRun = running < limitOf(this.#copy, row.tenantId, this.#concurrentPerTenant)
      const free = runningOfAll < this.#slots && mayRun
      const due = row.state === 'QUEUED' && row.notBefore < now && this.#copy.apps.has(row.appId)
      if (due && free) waiting(claimed, row.id)
    }
  }

  #deliveries(now: number, waiting: (bound: Bound, id: string) => void): void {
    for (const { id, dueAt, leaseExpiresAt = 0, subscriptionId } of this.#copy.pendingDeliveries.values()) {
      if (Math.max(dueAt, leaseExpiresAt) >= now) continue
      const fails = (this.#copy.subscriptions.get(subscriptionId)?.failedSends ?? 0) > 0
      waiting(fails ? 'due-probed' : 'due-sent', id)
    }
  }

  /** By the schedules of retries with their spread; no wait is longer. */
  #stampsAreRight(now: number): void {
    const late = (what: string, at: number, longestMs: number) => {
      if (at - now > longestMs) this.#world.violate('due-in-time', `${what} waits for ${at - now} ms more`)
    }
    for (const { id, notBefore, state } of this.#copy.openReloads.values()) {
      if (state === 'QUEUED') late(`reload ${id}`, notBefore, 144_000)
    }
    for (const [id, { leaseExpiresAt }] of this.#copy.openAttempts)
      late(`lease ${id}`, leaseExpiresAt, 65_000)
    for (const { id, dueAt, sends, leaseExpiresAt = 0 } of this.#copy.pendingDeliveries.values()) {
      late(`delivery ${id}`, dueAt, LONGEST_WAIT_MS[sends] ?? 104_000_000)
      late(`lease of ${id}`, leaseExpiresAt, 65_000)
    }
  }

  #judge(now: number, waits: ReadonlySet<string>): void {
    for (const wait of this.#since.keys()) if (!waits.has(wait)) this.#since.delete(wait)
    for (const wait of waits) {
      const since = this.#since.get(wait) ?? now
      this.#since.set(wait, since)
      const [bound, id] = wait.split(' ') as [Bound, string]
      if (now - since > BOUNDS_MS[bound]) this.#world.violate(bound, `${id} waits for ${now - since} ms`)
    }
  }
}
