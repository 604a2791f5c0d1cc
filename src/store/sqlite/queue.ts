/** What is counted of the queue: of each tenant for turns.ts, and ahead of one reload. */
import type { DatabaseSync } from 'node:sqlite'
import type { ReloadId, TenantId } from '../../core/ids.ts'
import { aheadOf } from '../../core/order.ts'
import type { Reload } from '../../core/reload.ts'
import { AHEAD_COUNTED_MAX, type QueuePosition } from '../port/queue.ts'
import type { Counted, Turns } from '../rule/turns.ts'

export const WAITING_OF_TENANTS = `
  SELECT tenant_id, count(*) AS count FROM reloads WHERE state = 'QUEUED' AND backing_off = 0 GROUP BY tenant_id`

export const BACKING_OFF = "SELECT id FROM reloads WHERE state = 'QUEUED' AND backing_off = 1"

export const RUNNING = `
  SELECT id, tenant_id, open_attempt ->> 'openedAt' AS opened_at FROM reloads
  WHERE lease IS NOT NULL`

export function prepareCount(db: DatabaseSync): () => Counted {
  const waiting = db.prepare(WAITING_OF_TENANTS)
  const backingOff = db.prepare(BACKING_OFF)
  const running = db.prepare(RUNNING)
  return () => ({
    waiting: waiting.all().map((row) => [row.tenant_id as TenantId, row.count as number]),
    backingOff: backingOff.all().map((row) => row.id as ReloadId),
    running: running.all().map((row) => ({
      id: row.id as ReloadId,
      tenantId: row.tenant_id as TenantId,
      openedAt: row.opened_at as number,
    })),
  })
}

export const AHEAD_OF_WEIGHT = `
  SELECT count(*) AS count FROM (
    SELECT 1 FROM reloads
    WHERE tenant_id = ? AND state = 'QUEUED' AND backing_off = 0 AND weight = ? AND (created_at, id) < (?, ?) LIMIT ?)`

export function preparePositionOf(
  db: DatabaseSync,
  turns: Turns,
): (reload: Reload, ageingMs: number) => QueuePosition {
  const count = db.prepare(AHEAD_OF_WEIGHT)
  return (reload, ageingMs) => {
    let ahead = 0
    for (const { weight, createdAt, id } of aheadOf(reload, ageingMs)) {
      const left = AHEAD_COUNTED_MAX - ahead
      ahead += count.get(reload.tenantId, weight, createdAt, id, left)!.count as number
    }
    return turns.positionOf(reload, ahead)
  }
}

/** The least `waits_since` of those that wait. */
export const FIRST_WAITING = "SELECT min(waits_since) AS since FROM reloads WHERE state = 'QUEUED'"
