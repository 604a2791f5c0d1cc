/**
 * Whose turn it is, kept in memory by a store: where each tenant stands (core/order.ts) and which tenants
 * contend, that is have a claimable reload and run fewer than they may. It makes the choice of the next
 * tenant independent of the length of any queue, and nearly so of the number of tenants: fairness kept in SQL
 * costs four times the claim (TARGETS.md, section 1).
 *
 * What is counted is read from the store when it is opened, and again after every rollback. What was spent is
 * not stored: a new process begins with equal tenants, as every tenant is equal again when none contends.
 *
 * Modes: stale (opened, or rolled back: to be counted before the next use) - counted.
 */
import type { Attempt } from '../../core/attempt.ts'
import type { ReloadId, TenantId } from '../../core/ids.ts'
import { clockWasSet, compareStandings, enteringUsedMs, FIRST_RUN_MS, usualRunMs } from '../../core/order.ts'
import { isOutcome } from '../../core/outcome.ts'
import type { Reload } from '../../core/reload.ts'
import type { QueuePosition } from '../port/queue.ts'
import { type InLane, Lane } from './lane.ts'
import { backsOff } from './waiting.ts'

/** A tenant's entry: a standing that moves. */
interface Seat extends InLane {
  share: number
  running: number
  usedMs: number
  asOf: number
  turn: number
  waiting: number
  /** Reloads that it may run at once. */
  limit: number
  contends: boolean
  /** Which time of equality `usedMs` counts from. */
  era: number
  /** Where it stands when it contends, unless it is passed over. */
  lane: Lane<Seat> | undefined
  /** The reload for which there was no room when it was last shown. */
  refusedForMemory: ReloadId | undefined
}

/** What a store has at the moment. */
export interface Counted {
  /** Claimable reloads by tenant. */
  readonly waiting: Iterable<readonly [TenantId, number]>
  readonly backingOff: Iterable<ReloadId>
  readonly running: Iterable<{
    readonly id: ReloadId
    readonly tenantId: TenantId
    readonly openedAt: number
  }>
}

/** What a tenant has of its own. */
export interface TenantTerms {
  readonly concurrentReloads?: number | undefined
  readonly share?: number | undefined
}

export class Turns {
  readonly #count: () => Counted
  readonly #termsOf: (tenantId: TenantId) => TenantTerms
  readonly #seats = new Map<TenantId, Seat>()
  /** By share and number of running reloads. */
  readonly #lanes = new Map<string, Lane<Seat>>()
  /** Running reloads, with the times at which their attempts were opened. */
  readonly #runs = new Map<ReloadId, number>()
  readonly #backingOff = new Set<ReloadId>()
  readonly #passedOver: Seat[] = []
  #stale = true
  #contending = 0
  #usualRunMs = FIRST_RUN_MS
  #turn = 0
  #now = 0
  /** Number and begin of the time since all were equal. */
  #era = 0
  #eraAt = 0
  #concurrentReloads = Number.POSITIVE_INFINITY

  constructor(count: () => Counted, termsOf: (tenantId: TenantId) => TenantTerms) {
    this.#count = count
    this.#termsOf = termsOf
  }

  /** To be called after every rollback. */
  forget(): void {
    this.#stale = true
  }

  /** To be called when the terms of tenants have changed. */
  termsChanged(): void {
    if (this.#stale) return
    for (const seat of this.#seats.values()) this.#change(seat, () => this.#setTerms(seat))
  }

  /**
   * A reload was accepted (`before` absent) or moved on.
   * @param at epoch ms at which its step was made
   */
  moved(before: Reload | undefined, after: Reload, at: number): void {
    const was = before && stageOf(before)
    const is = stageOf(after)
    if (this.#stale || was === is) return
    this.#advance(at)
    const seat = this.#seatOf(after.tenantId)
    this.#change(seat, () => {
      if (was === 'waits' && !this.#backingOff.delete(after.id)) seat.waiting -= 1
      if (was === 'runs') this.#runEnded(seat, after.id)
      if (is === 'runs') this.#runBegins(seat, after.id)
      if (is !== 'waits') return
      if (backsOff(after)) this.#backingOff.add(after.id)
      else seat.waiting += 1
    })
  }

  /** The back-off of these reloads is over: they are claimable. */
  letIn(due: readonly { readonly id: ReloadId; readonly tenantId: TenantId }[], at: number): void {
    if (this.#stale) return
    this.#advance(at)
    for (const { id, tenantId } of due.toSorted((left, right) => (left.id < right.id ? -1 : 1))) {
      const seat = this.#seatOf(tenantId)
      this.#change(seat, () => {
        this.#backingOff.delete(id)
        seat.waiting += 1
      })
    }
  }

  isBackingOff(id: ReloadId): boolean {
    this.#recount()
    return this.#backingOff.has(id)
  }

  /**
   * Begins a claim.
   * @param concurrentReloads of every tenant that has no limit of its own
   */
  begin(now: number, concurrentReloads: number): void {
    this.#recount()
    this.#advance(now)
    if (concurrentReloads === this.#concurrentReloads) return
    this.#concurrentReloads = concurrentReloads
    this.termsChanged()
  }

  /** The tenant whose turn it is; undefined when none contends that was not passed over. */
  next(): TenantId | undefined {
    return this.#next()?.tenantId
  }

  /**
   * The tenant gets nothing more in this claim.
   * @param refusedForMemory its first reload, when no worker has room for its engine size
   */
  passOver(tenantId: TenantId, refusedForMemory?: ReloadId): void {
    const seat = this.#seatOf(tenantId)
    seat.refusedForMemory = refusedForMemory
    if (seat.lane === undefined) return
    this.#leaveLane(seat, seat.lane)
    this.#passedOver.push(seat)
  }

  /** Ends a claim: the tenants passed over contend again. */
  end(): void {
    for (const seat of this.#passedOver.splice(0)) this.#enterLane(seat)
  }

  /** @param ahead reloads of its tenant that go first */
  positionOf({ id, tenantId }: Reload, ahead: number): QueuePosition {
    this.#recount()
    const seat = this.#seatOf(tenantId)
    const waitsFor = () => {
      if (this.#backingOff.has(id)) return 'back-off'
      if (seat.running >= seat.limit) return 'tenant-limit'
      if (ahead > 0) return 'earlier-reloads'
      if (seat.refusedForMemory === id) return 'engine-size'
      return this.#next() === seat ? 'free-slot' : 'other-tenants'
    }
    return { ahead, waitsFor: waitsFor(), running: seat.running }
  }

  runningOf(tenantId: TenantId): number {
    this.#recount()
    return this.#seatOf(tenantId).running
  }

  counts(): { readonly queued: number; readonly running: number } {
    this.#recount()
    let queued = this.#backingOff.size
    for (const { waiting } of this.#seats.values()) queued += waiting
    return { queued, running: this.#runs.size }
  }

  // ------------------------------------------------------------------------------------------------
  // standings

  #runBegins(seat: Seat, id: ReloadId): void {
    this.#runs.set(id, this.#now)
    seat.running += 1
    seat.turn = ++this.#turn
  }

  #runEnded(seat: Seat, id: ReloadId): void {
    const openedAt = this.#runs.get(id)!
    this.#runs.delete(id)
    seat.running -= 1
    this.#usualRunMs = usualRunMs(this.#usualRunMs, this.#now - openedAt)
  }

  /** Brings the standing up to now, changes it, and puts it where it belongs then. */
  #change(seat: Seat, change: () => void): void {
    const { running, share } = seat
    this.#bringUp(seat)
    const contended = seat.contends
    // Its position depends on nothing else that changes: accepting the next of many costs two comparisons.
    const { lane } = seat
    change()
    seat.contends = seat.waiting > 0 && seat.running < seat.limit
    if (seat.contends === contended && seat.running === running && seat.share === share) return
    if (lane !== undefined) this.#leaveLane(seat, lane)
    if (contended) this.#contending -= 1
    if (!seat.contends) return
    if (!contended) this.#enter(seat)
    this.#contending += 1
    this.#enterLane(seat)
  }

  #enter(seat: Seat): void {
    if (this.#contending === 0) this.#makeEqual()
    this.#bringUp(seat)
    seat.usedMs = enteringUsedMs(seat, this.#firsts(), this.#now)
  }

  #bringUp(seat: Seat): void {
    if (seat.era !== this.#era) {
      seat.era = this.#era
      seat.usedMs = 0
      seat.asOf = this.#eraAt
    }
    seat.usedMs += seat.running * (this.#now - seat.asOf)
    seat.asOf = this.#now
  }

  /** Time goes on by the latest clock that told it, and never back. */
  #advance(at: number): void {
    if (clockWasSet(this.#now, at)) {
      this.#now = at
      this.#makeEqual()
    } else if (at > this.#now) this.#now = at
  }

  /** What was spent so far is forgotten; the others find out when they are brought up. */
  #makeEqual(): void {
    this.#era += 1
    this.#eraAt = this.#now
    if (this.#contending > 0) this.#layLanes()
  }

  // ------------------------------------------------------------------------------------------------ lanes

  #firsts(): Seat[] {
    return [...this.#lanes.values()].map((lane) => lane.first!)
  }

  #next(): Seat | undefined {
    const moment = { now: this.#now, usualRunMs: this.#usualRunMs }
    let next: Seat | undefined
    for (const first of this.#firsts()) {
      if (next === undefined || compareStandings(first, next, moment) < 0) next = first
    }
    return next
  }

  #enterLane(seat: Seat): void {
    const key = `${seat.running}/${seat.share}`
    const lane = this.#lanes.get(key) ?? new Lane<Seat>(key)
    this.#lanes.set(key, lane)
    lane.add(seat)
    seat.lane = lane
  }

  #leaveLane(seat: Seat, lane: Lane<Seat>): void {
    lane.remove(seat)
    if (lane.first === undefined) this.#lanes.delete(lane.key)
    seat.lane = undefined
  }

  #layLanes(): void {
    this.#lanes.clear()
    for (const seat of this.#seats.values()) {
      this.#bringUp(seat)
      seat.lane = undefined
      if (seat.contends) this.#enterLane(seat)
    }
  }

  // ------------------------------------------------------------------------------------------------ seats

  #seatOf(tenantId: TenantId): Seat {
    const known = this.#seats.get(tenantId)
    if (known !== undefined) return known
    const seat: Seat = {
      tenantId,
      share: 1,
      running: 0,
      usedMs: 0,
      asOf: this.#now,
      turn: 0,
      waiting: 0,
      limit: 0,
      contends: false,
      era: this.#era,
      lane: undefined,
      position: 0,
      refusedForMemory: undefined,
    }
    this.#setTerms(seat)
    this.#seats.set(tenantId, seat)
    return seat
  }

  #setTerms(seat: Seat): void {
    const { share, concurrentReloads } = this.#termsOf(seat.tenantId)
    seat.share = share ?? 1
    seat.limit = concurrentReloads ?? this.#concurrentReloads
  }

  #recount(): void {
    if (!this.#stale) return
    this.#stale = false
    for (const seat of this.#seats.values()) {
      this.#bringUp(seat)
      this.#setTerms(seat)
      seat.waiting = 0
      seat.running = 0
    }
    this.#runs.clear()
    this.#backingOff.clear()
    this.#passedOver.length = 0
    const { waiting, backingOff, running } = this.#count()
    for (const [tenantId, count] of waiting) this.#seatOf(tenantId).waiting = count
    for (const id of backingOff) this.#backingOff.add(id)
    for (const { id, tenantId, openedAt } of running) {
      this.#runs.set(id, openedAt)
      this.#seatOf(tenantId).running += 1
    }
    const contended = this.#contending > 0
    this.#contending = 0
    for (const seat of this.#seats.values()) {
      seat.contends = seat.waiting > 0 && seat.running < seat.limit
      if (seat.contends) this.#contending += 1
    }
    // What began to contend since the rollback does so among equals.
    if (contended) this.#layLanes()
    else this.#makeEqual()
  }
}

function stageOf({ state }: Reload): 'waits' | 'runs' | 'ended' {
  if (state === 'QUEUED') return 'waits'
  return isOutcome(state) ? 'ended' : 'runs'
}

/** When the step was made that left the reload so, epoch ms. */
export function movedAt(after: Reload, attempt: Attempt | undefined): number {
  return after.endedAt ?? attempt?.closed?.at ?? attempt?.openedAt ?? after.queuedAt
}
