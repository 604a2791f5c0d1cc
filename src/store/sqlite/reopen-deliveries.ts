/** Opening deliveries again that failed for good. */
import type { DatabaseSync } from 'node:sqlite'
import type { Reopening } from '../port/deliveries.ts'

export const FAILED_OF_SUBSCRIPTION = `
  SELECT id FROM deliveries
  WHERE subscription_id = ? AND state IN ('exhausted', 'given-up') AND created_at >= ?
  ORDER BY created_at, id LIMIT ?`

export function prepareReopenDeliveries(db: DatabaseSync): (request: Reopening) => number {
  const failed = db.prepare(FAILED_OF_SUBSCRIPTION)
  const open = db.prepare(`
    UPDATE deliveries SET state = 'pending', sends = 0, due_at = ?, ended_at = NULL, reason = NULL WHERE id = ?`)
  return ({ subscriptionId, since, now, max, dryRun }) => {
    const rows = failed.all(subscriptionId, since, max)
    if (!dryRun) for (const { id } of rows) open.run(now, id as string)
    return rows.length
  }
}
