/** Opening deliveries again that failed for good. */
import type { DatabaseSync } from 'node:sqlite'
import type { Reopening } from '../port/deliveries.ts'
import type { CommitNotice } from '../port/store.ts'
import { FAILED_STATES, reopened } from '../rule/ending-deliveries.ts'
import { noticeOf } from '../rule/notice-of.ts'
import { deliveryColumns, deliveryMoves } from './delivery-rows.ts'

export const FAILED_OF_SUBSCRIPTION = `
  SELECT * FROM deliveries
  WHERE subscription_id = ? AND state IN (${FAILED_STATES.map((state) => `'${state}'`).join(', ')})
    AND created_at >= ?
  ORDER BY created_at, id LIMIT ?`

export function prepareReopenDeliveries(
  db: DatabaseSync,
  note: (changed: Partial<CommitNotice>) => void,
): (request: Reopening) => number {
  const failed = db.prepare(FAILED_OF_SUBSCRIPTION)
  const move = db.prepare(`UPDATE deliveries SET ${deliveryMoves.assignments} WHERE id = ?`)
  return (request) => {
    const { subscriptionId, since, now, max, dryRun } = request
    const rows = failed.all(subscriptionId, since, max).map(deliveryColumns.of)
    if (!dryRun) for (const row of rows) move.run(...deliveryMoves.values(reopened(row, now)), row.id)
    note(noticeOf.reopening(rows.length, request))
    return rows.length
  }
}
