/**
 * The queue of reloads: claiming the next ones, keeping their leases, finding those that a sweep concerns.
 */

import type { Attempt, SessionFacts } from '../../core/attempt.ts'
import type { LeaseToken, ReloadId, TenantId } from '../../core/ids.ts'
import type { WaitsFor } from '../../core/order.ts'
import type { App, ScriptVersion, Tenant } from '../../core/records.ts'
import type { Reload } from '../../core/reload.ts'
import type { ReloadView, Saving } from './reloads.ts'

/**
 * The refusal of a claim step whose worker has no room for the reload: no free memory for its engine size.
 * What stands behind it in its tenant's queue must not overtake it, so the tenant is passed over until the
 * next call.
 */
export const OVER_BUDGET = 'over-budget'

export interface ClaimRequest {
  readonly now: number
  /** At most this many. */
  readonly max: number
  /** Of a tenant without a limit of its own. */
  readonly concurrentReloadsPerTenant: number
  /** Waiting that counts as much as one weight; absent or 0: the weight alone counts. */
  readonly ageingMs?: number
  /**
   * Called for each chosen reload in claiming order; a refusal skips it, OVER_BUDGET also the rest of its
   * tenant.
   */
  readonly step: (view: ReloadView) => Saving | { readonly refused: string }
}

export interface Claimed {
  readonly reload: Reload
  readonly attempt: Attempt
  readonly app: App
  readonly tenant: Tenant
  /** The script current at the claim; absent when the app has none. */
  readonly script?: ScriptVersion
}

/** Ahead of a reload at most so many are counted: asking costs the same in any queue. */
export const AHEAD_COUNTED_MAX = 10_000

/** Where a QUEUED reload stands. */
export interface QueuePosition {
  /** Claimable reloads of its tenant that go first; AHEAD_COUNTED_MAX stands for any larger number too. */
  readonly ahead: number
  readonly waitsFor: WaitsFor
  /** Reloads that its tenant runs. */
  readonly running: number
}

export interface LeaseRenewal {
  readonly reloadId: ReloadId
  readonly lease: LeaseToken
  readonly leaseExpiresAt: number
  /** New facts of the running attempt, saved along. */
  readonly session?: SessionFacts
  readonly log?: string
}

/**
 * `canceling` tells the worker that somebody canceled; `lost` that the lease is gone and nothing was saved.
 */
export type LeaseAnswer = 'held' | 'canceling' | 'lost'

/** An open attempt whose lease ran out. */
export interface ExpiredLease {
  readonly reloadId: ReloadId
  readonly lease: LeaseToken
}

export interface PullBack {
  readonly now: number
  readonly longestLeaseMs: number
}

export interface PulledBack {
  readonly reloads: number
  readonly deliveries: number
  readonly taskRuns: number
}

export interface QueueStore {
  /**
   * Takes the next reloads by core/order.ts: of the tenant that spent the least slot-time for its share the
   * heaviest, of equals the oldest (createdAt, then id); only QUEUED ones whose back-off is over at `now` or
   * was at an earlier claim, never above a tenant's limit of running reloads.
   */
  claim(request: ClaimRequest): Promise<Claimed[]>
  /** Undefined unless the reload is QUEUED. @param ageingMs as claims are made with */
  queuePosition(tenantId: TenantId, id: ReloadId, ageingMs: number): Promise<QueuePosition | undefined>
  renewLeases(batch: readonly LeaseRenewal[]): Promise<LeaseAnswer[]>
  /** Open attempts whose lease ran out at `now`, oldest first. */
  expiredLeases(now: number, max: number): Promise<ExpiredLease[]>
  /**
   * QUEUED reloads whose waits sum up to their limit or more at `now`, longest wait first.
   * @param queueTimeMs limit of every tenant that has none of its own
   */
  overdueReloads(now: number, queueTimeMs: number, max: number): Promise<ReloadId[]>
  /**
   * The earliest time at which a QUEUED reload that waits for its back-off becomes due; undefined when none
   * waits.
   */
  nextDueAt(now: number): Promise<number | undefined>
  /**
   * Pulls back what a clock that was ahead has stamped (core/future-stamp.ts): waits of reloads, deliveries
   * and runs of tasks, and the ends of leases, which last `longestLeaseMs` at most.
   * @returns how many of each there were
   */
  pullBack(request: PullBack): Promise<PulledBack>
  /** How many reloads of the tenant run. */
  runningReloads(tenantId: TenantId): Promise<number>
}
