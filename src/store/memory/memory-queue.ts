/** The queue of the memory store: claiming, leases, and what a sweep looks for. */

import type { ReloadId, TenantId } from '../../core/ids.ts'
import { limitsOf } from '../../core/limits.ts'
import { compareWaiting } from '../../core/order.ts'
import { isOutcome } from '../../core/outcome.ts'
import type { ScriptVersion } from '../../core/records.ts'
import type { Reload } from '../../core/reload.ts'
import {
  AHEAD_COUNTED_MAX,
  type Claimed,
  type ClaimRequest,
  type ExpiredLease,
  type LeaseAnswer,
  type LeaseRenewal,
  type PullBack,
  type PulledBack,
  type QueuePosition,
  type QueueStore,
} from '../port/queue.ts'
import type { ReloadView } from '../port/reloads.ts'
import { Claiming, claimedOf, isClaim } from '../rule/claiming.ts'
import { renewed } from '../rule/leases.ts'
import { noticeOf } from '../rule/notice-of.ts'
import { reloadPulledBack } from '../rule/pulling-back.ts'
import { waitsSince } from '../rule/waiting.ts'
import { MemoryReloads } from './memory-reloads.ts'
import { openAttempt } from './queue-count.ts'
import { compare, own } from './tables.ts'

export class MemoryQueue extends MemoryReloads implements QueueStore {
  async claim(request: ClaimRequest): Promise<Claimed[]> {
    return this.atomically(() => {
      const claiming = new Claiming(this.turns, request)
      this.#letIn(request.now)
      const claimed: Claimed[] = []
      for (let wanted = claiming.next(); wanted !== undefined; wanted = claiming.next()) {
        const next = this.#claimableOf(wanted.tenantId, wanted.ageingMs)[wanted.behind]
        const view = next && this.viewOf(next)
        const saving = claiming.show(wanted, view)
        if (next === undefined || view === undefined || saving === undefined) continue
        this.saveStep(next, saving)
        if (isClaim(saving)) claimed.push(claimedOf(view, saving, this.#scriptOf(view)))
      }
      return claimed
    })
  }

  #scriptOf({ app }: ReloadView): ScriptVersion | undefined {
    return app?.currentScriptId === undefined ? undefined : this.tables.scripts.get(app.currentScriptId)
  }

  #letIn(now: number): void {
    this.turns.letIn(
      this.tables.reloads.where((row) => this.turns.isBackingOff(row.id) && row.notBefore <= now),
      now,
    )
    this.tables.counters.put('letInAt', now)
  }

  /** In the order of claiming. */
  #claimableOf(tenantId: TenantId, ageingMs: number): Reload[] {
    return this.tables.reloads
      .where((row) => row.tenantId === tenantId && row.state === 'QUEUED' && !this.turns.isBackingOff(row.id))
      .sort((left, right) => compareWaiting(left, right, ageingMs))
  }

  async queuePosition(
    tenantId: TenantId,
    id: ReloadId,
    ageingMs: number,
  ): Promise<QueuePosition | undefined> {
    const reload = own(this.tables.reloads.get(id), tenantId)
    if (reload?.state !== 'QUEUED') return undefined
    const ahead = this.#claimableOf(tenantId, ageingMs).filter(
      (row) => compareWaiting(row, reload, ageingMs) < 0,
    )
    return this.turns.positionOf(reload, Math.min(ahead.length, AHEAD_COUNTED_MAX))
  }

  async runningReloads(tenantId: TenantId): Promise<number> {
    return this.turns.runningOf(tenantId)
  }

  async renewLeases(batch: readonly LeaseRenewal[]): Promise<LeaseAnswer[]> {
    return this.atomically(() => batch.map((renewal) => this.#renew(renewal)))
  }

  #renew(renewal: LeaseRenewal): LeaseAnswer {
    const before = this.tables.reloads.get(renewal.reloadId)
    const { answer, stored } = renewed(renewal, before, before && openAttempt(this.tables, before))
    if (stored !== undefined) {
      const { reload, attempt } = stored
      this.tables.reloads.put(reload.id, reload)
      this.tables.attempts.put(`${reload.id}/${attempt.number}`, attempt)
    }
    return answer
  }

  async expiredLeases(now: number, max: number): Promise<ExpiredLease[]> {
    return this.tables.attempts
      .where((attempt) => attempt.closed === undefined && attempt.leaseExpiresAt <= now)
      .sort(
        (left, right) => left.leaseExpiresAt - right.leaseExpiresAt || compare(left.reloadId, right.reloadId),
      )
      .slice(0, max)
      .map(({ reloadId, leaseToken }) => ({ reloadId, lease: leaseToken }))
  }

  async endLeases(now: number): Promise<void> {
    this.atomically(() => {
      for (const attempt of this.tables.attempts.where((row) => row.closed === undefined)) {
        const leaseExpiresAt = Math.min(attempt.leaseExpiresAt, now)
        this.tables.attempts.put(`${attempt.reloadId}/${attempt.number}`, { ...attempt, leaseExpiresAt })
      }
      this.freeDeliveries()
      this.notices.note(noticeOf.endingLeases())
    })
  }

  async pullBack(request: PullBack): Promise<PulledBack> {
    return this.atomically(() => {
      const { reloads, attempts, counters } = this.tables
      let count = 0
      for (const reload of reloads.where((row) => !isOutcome(row.state))) {
        const after = reloadPulledBack(reload, openAttempt(this.tables, reload), request)
        if (after === undefined) continue
        count += 1
        reloads.put(reload.id, after.reload)
        if (after.attempt !== undefined) attempts.put(`${reload.id}/${after.attempt.number}`, after.attempt)
      }
      // Some back off again that were let in, and nothing that is still to wait was let in beforehand.
      const letInAt = counters.get('letInAt') ?? 0
      if (letInAt > request.now) counters.put('letInAt', request.now)
      if (count > 0 || letInAt > request.now) this.turns.forget()
      const answer = {
        reloads: count,
        deliveries: this.pullBackDeliveries(request),
        taskRuns: this.pullBackRuns(request),
      }
      this.notices.note(noticeOf.pullingBack(answer))
      return answer
    })
  }

  async overdueReloads(now: number, queueTimeMs: number, max: number): Promise<ReloadId[]> {
    const limitOf = (row: Reload) =>
      limitsOf({ queueTimeMs }, this.tables.requireTenant(row.tenantId)).queueTimeMs
    return this.tables.reloads
      .where((row) => row.state === 'QUEUED' && now - waitsSince(row) >= limitOf(row))
      .sort((left, right) => waitsSince(left) - waitsSince(right) || compare(left.id, right.id))
      .slice(0, max)
      .map((row) => row.id)
  }

  async nextDueAt(now: number): Promise<number | undefined> {
    const waiting = this.tables.reloads.where((row) => row.state === 'QUEUED' && row.notBefore > now)
    return waiting.length === 0 ? undefined : Math.min(...waiting.map((row) => row.notBefore))
  }
}
