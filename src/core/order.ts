/**
 * The order of claiming (docs/decisions/0010-fair-shares-in-slot-seconds.md).
 *
 * Within a tenant: the heavier reload first, of equals the older. With ageing a reload gains one weight per
 * `ageingMs` since its acceptance; all gain alike, so the order of two waiting reloads never changes.
 *
 * Between tenants: the one that used the least of its share. Used is the slot-time of its ended and running
 * reloads, plus the usual run time for each running one: otherwise a tenant slightly behind would get every
 * free slot until its reloads have run for a while, and be far ahead by then. All is counted in whole
 * slot-milliseconds since all tenants were last equal.
 */
import type { ReloadId, TenantId } from './ids.ts'
import { WEIGHT_MAX, WEIGHT_MIN } from './limits.ts'

export interface Waiting {
  readonly id: ReloadId
  readonly weight: number
  readonly createdAt: number
}

export interface Standing {
  readonly tenantId: TenantId
  /** Relative to the shares of other tenants; more than 0. */
  readonly share: number
  /** Reloads that hold a slot. */
  readonly running: number
  /** Slot-time used up to `asOf`, ms. */
  readonly usedMs: number
  readonly asOf: number
  /** Number of the claim that served it last; 0 if none has. */
  readonly turn: number
}

/** The usual run time before any is known. */
export const FIRST_RUN_MS = 10_000
/**
 * If a clock jumps forward by this much, or back by more than JUMP_BACK_MS, it was set, and its measurements
 * are void.
 */
const JUMP_FORWARD_MS = 3_600_000
const JUMP_BACK_MS = 60_000

/** @param ageingMs time that counts as one weight; 0: age matters only between equal weights */
export function compareWaiting(left: Waiting, right: Waiting, ageingMs: number): number {
  const aged = (one: Waiting) => one.createdAt - one.weight * ageingMs
  return (
    (ageingMs > 0 ? aged(left) - aged(right) : 0) ||
    right.weight - left.weight ||
    left.createdAt - right.createdAt ||
    compareIds(left.id, right.id)
  )
}

/**
 * The waiting reloads before a given one: of each weight those before (createdAt, id). Weights with none are
 * omitted.
 */
export interface Ahead {
  readonly weight: number
  readonly createdAt: number
  readonly id: string
}

const AFTER_ALL_IDS = '\uffff'

export function aheadOf(waiting: Waiting, ageingMs: number): Ahead[] {
  const ranges: Ahead[] = []
  for (let weight = WEIGHT_MAX; weight >= WEIGHT_MIN; weight--) {
    const heavierBy = weight - waiting.weight
    if (heavierBy === 0) ranges.push({ weight, createdAt: waiting.createdAt, id: waiting.id })
    else if (ageingMs > 0) {
      const createdAt = waiting.createdAt + heavierBy * ageingMs
      ranges.push({ weight, createdAt, id: heavierBy > 0 ? AFTER_ALL_IDS : '' })
    } else if (heavierBy > 0) ranges.push({ weight, createdAt: Number.MAX_SAFE_INTEGER, id: '' })
  }
  return ranges
}

/**
 * What a waiting reload waits for; the first reason that applies. A busy app is no reason: its reloads are
 * not accepted.
 */
export const WAITS_FOR = [
  'back-off',
  'tenant-limit',
  'earlier-reloads',
  'engine-size',
  'other-tenants',
  'free-slot',
] as const
export type WaitsFor = (typeof WAITS_FOR)[number]

/** The time at which standings are compared. */
export interface Moment {
  readonly now: number
  readonly usualRunMs: number
}

/**
 * Negative if `left` goes first: it used less of its share; of equals the one served longest ago, then by id.
 */
export function compareStandings(left: Standing, right: Standing, { now, usualRunMs }: Moment): number {
  const spent = (one: Standing) => one.usedMs + one.running * (now - one.asOf + usualRunMs)
  return (
    spent(left) * right.share - spent(right) * left.share ||
    left.turn - right.turn ||
    compareIds(left.tenantId, right.tenantId)
  )
}

/**
 * Returns the used time with which a tenant starts to contend, ms. Time in which it requested nothing, or ran
 * all that it may, is no credit: it starts no lower than any contending tenant. Running reloads of those do
 * not count here, so a tenant that used nothing lately goes before each of them as soon as that one got one
 * more slot.
 * @param entering as of `now`
 * @param contending the first tenant of each spending rate
 */
export function enteringUsedMs(entering: Standing, contending: Iterable<Standing>, now: number): number {
  let least = Number.POSITIVE_INFINITY
  for (const one of contending) {
    const usedMs = one.usedMs + one.running * (now - one.asOf)
    least = Math.min(least, Math.floor((usedMs * entering.share) / one.share))
  }
  return least === Number.POSITIVE_INFINITY ? entering.usedMs : Math.max(entering.usedMs, least)
}

/**
 * Returns the usual run time after one more run, ms: a mean in which the latest eight count most, each at
 * most an hour.
 */
export function usualRunMs(before: number, ranMs: number): number {
  const countedMs = Math.min(Math.max(0, ranMs), JUMP_FORWARD_MS)
  return Math.max(1, before + Math.trunc((countedMs - before) / 8))
}

/** Returns true if the clock was set between two readings. */
export function clockWasSet(before: number, now: number): boolean {
  return now - before > JUMP_FORWARD_MS || before - now > JUMP_BACK_MS
}

/** Ids are ASCII: code unit order is the order of every store. */
function compareIds(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
