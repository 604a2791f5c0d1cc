/** Deliveries of events that a subscription has not had. */
import type { DatabaseSync } from 'node:sqlite'
import type { Offering } from '../port/deliveries.ts'
import type { CommitNotice } from '../port/store.ts'
import { noticeOf } from '../rule/notice-of.ts'
import { prepareInsertDelivery } from './save.ts'

export function prepareOfferDeliveries(
  db: DatabaseSync,
  note: (changed: Partial<CommitNotice>) => void,
): (request: Offering) => number {
  const had = db.prepare('SELECT 1 FROM deliveries WHERE event_id = ? AND subscription_id = ?')
  const insert = prepareInsertDelivery(db)
  return (request) => {
    const { subscriptionId, deliveries, max, dryRun } = request
    const fresh = deliveries
      .filter(({ eventId }) => had.get(eventId, subscriptionId) === undefined)
      .slice(0, max)
    if (!dryRun) for (const delivery of fresh) insert(delivery)
    note(noticeOf.offering(fresh.length, request))
    return fresh.length
  }
}
