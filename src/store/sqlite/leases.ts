/** Renewing leases, and finding the reloads that need the sweeper: lease over, waited too long, back-off over. */
import type { DatabaseSync } from 'node:sqlite'
import type { LeaseToken, ReloadId } from '../../core/ids.ts'
import type { LeaseAnswer, LeaseRenewal } from '../store.ts'
import type { Kept } from './kept.ts'
import type { UpdateReload } from './update-reload.ts'
import type { Views } from './view.ts'

export function prepareRenewLease(
  views: Views,
  kept: Kept,
  updateReload: UpdateReload,
): (renewal: LeaseRenewal) => LeaseAnswer {
  return ({ reloadId, lease, leaseExpiresAt, session, log }) => {
    const stored = views.stored(reloadId)
    if (stored?.attempt === undefined || stored.reload.lease !== lease) return 'lost'
    const { reload, attempt } = stored
    const renewed = {
      reload: log === undefined ? reload : { ...reload, log },
      attempt: { ...attempt, leaseExpiresAt, session: { ...attempt.session, ...session } },
    }
    updateReload(stored, renewed)
    kept.keepReload(renewed)
    return reload.state === 'CANCELING' ? 'canceling' : 'held'
  }
}

export const EXPIRED_LEASES = `
  SELECT id, lease FROM reloads WHERE lease IS NOT NULL AND lease_expires_at <= ?
  ORDER BY lease_expires_at, id LIMIT ?`

export const OVERDUE_RELOADS = `
  SELECT id FROM reloads WHERE state = 'QUEUED' AND waits_since <= ? ORDER BY waits_since, id LIMIT ?`

export const NEXT_DUE_AT = `
  SELECT min(not_before) AS due FROM reloads WHERE state = 'QUEUED' AND backing_off = 1 AND not_before > ?`

/** At the start of a process: nothing of what its predecessor held is running any more. */
export function prepareEndLeases(db: DatabaseSync, kept: Kept): (now: number) => void {
  const attempts = db.prepare(
    'UPDATE reloads SET lease_expires_at = ?1 WHERE lease IS NOT NULL AND lease_expires_at > ?1',
  )
  const deliveries = db.prepare(`
    UPDATE deliveries SET lease = NULL, lease_expires_at = NULL WHERE state = 'pending' AND lease IS NOT NULL`)
  return (now) => {
    attempts.run(now)
    deliveries.run()
    kept.forget()
  }
}

export interface Sweeps {
  expiredLeases(now: number, max: number): { readonly reloadId: ReloadId; readonly lease: LeaseToken }[]
  overdueReloads(now: number, queueTimeMs: number, max: number): ReloadId[]
  nextDueAt(now: number): number | undefined
}

export function prepareSweeps(db: DatabaseSync): Sweeps {
  const expired = db.prepare(EXPIRED_LEASES)
  const overdue = db.prepare(OVERDUE_RELOADS)
  const due = db.prepare(NEXT_DUE_AT)
  return {
    expiredLeases: (now, max) =>
      expired.all(now, max).map((row) => ({
        reloadId: row.id as ReloadId,
        lease: row.lease as LeaseToken,
      })),
    overdueReloads: (now, queueTimeMs, max) =>
      overdue.all(now - queueTimeMs, max).map((row) => row.id as ReloadId),
    nextDueAt: (now) => (due.get(now)?.due as number | null) ?? undefined,
  }
}
