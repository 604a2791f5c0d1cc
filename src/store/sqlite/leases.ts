/**
 * Renewing leases, and finding the reloads that need the sweeper: lease over, waited too long, back-off over.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { LeaseToken, ReloadId } from '../../core/ids.ts'
import { WEIGHT_MAX, WEIGHT_MIN } from '../../core/limits.ts'
import type { ExpiredLease, LeaseAnswer, LeaseRenewal } from '../port/queue.ts'
import type { CommitNotice } from '../port/store.ts'
import { renewed } from '../rule/leases.ts'
import { noticeOf } from '../rule/notice-of.ts'
import type { StoreCache } from './store-cache.ts'
import type { UpdateReload } from './update-reload.ts'
import type { TenantCache, Views } from './view.ts'

export function prepareRenewLease(
  views: Views,
  cache: StoreCache,
  updateReload: UpdateReload,
): (renewal: LeaseRenewal) => LeaseAnswer {
  return (renewal) => {
    const before = views.stored(renewal.reloadId)
    const { answer, stored } = renewed(renewal, before?.reload, before?.attempt)
    if (before !== undefined && stored !== undefined) {
      updateReload(before, stored)
      cache.keepReload(stored)
    }
    return answer
  }
}

const WEIGHTS = Array.from({ length: WEIGHT_MAX }, (_, i) => i + WEIGHT_MIN).join(', ')

export const EXPIRED_LEASES = `
  SELECT id, lease FROM reloads WHERE lease IS NOT NULL AND lease_expires_at <= ?
  ORDER BY lease_expires_at, id LIMIT ?`

/** Of all tenants but those with a queue time of their own, a JSON array of ids. */
export const OVERDUE_RELOADS = `
  SELECT id, waits_since FROM reloads
  WHERE state = 'QUEUED' AND waits_since <= ?1 AND tenant_id NOT IN (SELECT value FROM json_each(?2))
  ORDER BY waits_since, id LIMIT ?3`

/**
 * No wait of a reload begins before the reload was made: that leads to few of a long queue, by the index of
 * claiming.
 */
export const OVERDUE_OF_TENANT = `
  SELECT id, waits_since FROM reloads
  WHERE tenant_id = ?1 AND state = 'QUEUED' AND backing_off = 0 AND weight IN (${WEIGHTS})
    AND created_at <= ?2 AND waits_since <= ?2
  UNION ALL
  SELECT id, waits_since FROM reloads INDEXED BY reloads_backing_off
  WHERE state = 'QUEUED' AND backing_off = 1 AND tenant_id = ?1 AND waits_since <= ?2
  ORDER BY waits_since, id LIMIT ?3`

export const NEXT_DUE_AT = `
  SELECT min(not_before) AS due FROM reloads WHERE state = 'QUEUED' AND backing_off = 1 AND not_before > ?`

/** At the start of a process: nothing of what its predecessor held is running any more. */
export function prepareEndLeases(
  db: DatabaseSync,
  cache: StoreCache,
  note: (changed: Partial<CommitNotice>) => void,
): (now: number) => void {
  const attempts = db.prepare(
    'UPDATE reloads SET lease_expires_at = ?1 WHERE lease IS NOT NULL AND lease_expires_at > ?1',
  )
  const deliveries = db.prepare(`
    UPDATE deliveries SET lease = NULL, lease_expires_at = NULL WHERE state = 'pending' AND lease IS NOT NULL`)
  return (now) => {
    attempts.run(now)
    deliveries.run()
    cache.forget()
    note(noticeOf.endingLeases())
  }
}

export interface Sweeps {
  expiredLeases(now: number, max: number): ExpiredLease[]
  overdueReloads(now: number, queueTimeMs: number, max: number): ReloadId[]
  nextDueAt(now: number): number | undefined
}

export function prepareSweeps(db: DatabaseSync, tenantCache: TenantCache): Sweeps {
  const expired = db.prepare(EXPIRED_LEASES)
  const overdue = prepareOverdue(db, tenantCache)
  const due = db.prepare(NEXT_DUE_AT)
  return {
    expiredLeases: (now, max) =>
      expired.all(now, max).map((row) => ({
        reloadId: row.id as ReloadId,
        lease: row.lease as LeaseToken,
      })),
    overdueReloads: overdue,
    nextDueAt: (now) => (due.get(now)?.due as number | null) ?? undefined,
  }
}

function prepareOverdue(db: DatabaseSync, tenantCache: TenantCache): Sweeps['overdueReloads'] {
  const ofOthers = db.prepare(OVERDUE_RELOADS)
  const ofTenant = db.prepare(OVERDUE_OF_TENANT)
  return (now, queueTimeMs, max) => {
    const own = tenantCache.queueTimes()
    const apart = JSON.stringify(own.map(({ tenantId }) => tenantId))
    return [
      ...ofOthers.all(now - queueTimeMs, apart, max),
      ...own.flatMap((one) => ofTenant.all(one.tenantId, now - one.queueTimeMs, max)),
    ]
      .map((row) => ({ id: row.id as ReloadId, since: row.waits_since as number }))
      .sort((left, right) => left.since - right.since || (left.id < right.id ? -1 : 1))
      .slice(0, max)
      .map(({ id }) => id)
  }
}
