/** Recording sends with what became of their deliveries, and reading them. */
import type { DatabaseSync } from 'node:sqlite'
import type { SendId, SubscriptionId } from '../../core/ids.ts'
import type { Send } from '../../delivery/delivery.ts'
import type { Subscription } from '../../delivery/subscription.ts'
import { withFailures } from '../saving.ts'
import type { DeliveryStore, Listed, SendQuery } from '../store.ts'
import { type Condition, listPage } from './page.ts'
import { recordOf } from './row.ts'

type SendRecord = Parameters<DeliveryStore['recordSends']>[0][number]

export interface SendWrites {
  /** A send whose delivery lost its lease is kept, but changes neither the delivery nor the subscription. */
  record(record: SendRecord): void
  add(send: Send, subscription: Subscription): void
}

export function prepareSendWrites(db: DatabaseSync, changedSubscription: () => void): SendWrites {
  const insert = db.prepare(`
    INSERT INTO sends (id, subscription_id, event_type, status, triggered_at, record) VALUES (?, ?, ?, ?, ?, ?)`)
  const update = db.prepare(`
    UPDATE deliveries SET state = ?, sends = ?, due_at = ?, ended_at = ?, reason = ?, lease = ?, lease_expires_at = ?
    WHERE id = ? AND state = 'pending' AND lease = ?`)
  const selectSubscription = db.prepare('SELECT record FROM subscriptions WHERE id = ?')
  const updateSubscription = db.prepare('UPDATE subscriptions SET record = ? WHERE id = ?')

  const insertSend = (send: Send) => {
    const { id, subscriptionId, eventType, status, triggeredAt } = send
    insert.run(id, subscriptionId, eventType, status, triggeredAt, JSON.stringify(send))
  }
  const keepFailures = (told: Subscription) => {
    const stored = recordOf<Subscription>(selectSubscription.get(told.id))
    if (stored === undefined) return
    updateSubscription.run(JSON.stringify(withFailures(stored, told)), told.id)
    changedSubscription()
  }
  return {
    record: ({ delivery, fence, send, subscription }) => {
      if (send !== undefined) insertSend(send)
      const { changes } = update.run(
        delivery.state,
        delivery.sends,
        delivery.dueAt,
        delivery.endedAt ?? null,
        delivery.reason ?? null,
        delivery.lease ?? null,
        delivery.leaseExpiresAt ?? null,
        delivery.id,
        fence,
      )
      if (changes === 1 && subscription !== undefined) keepFailures(subscription)
    },
    add: (send, subscription) => {
      insertSend(send)
      keepFailures(subscription)
    },
  }
}

const SORT_COLUMN = { triggeredAt: 'triggered_at', status: 'status' } as const

export function listSends(db: DatabaseSync, query: SendQuery): Listed<Send> {
  const conditions: Condition[] = [{ sql: 'subscription_id = ?', values: [query.subscriptionId] }]
  if (query.status !== undefined) conditions.push({ sql: 'status = ?', values: [query.status] })
  if (query.eventType !== undefined) conditions.push({ sql: 'event_type = ?', values: [query.eventType] })
  return listPage(
    db,
    {
      table: 'sends',
      conditions,
      sortColumn: SORT_COLUMN[query.sort.field],
      descending: query.sort.descending,
      page: query.page,
    },
    (row) => JSON.parse(row.record as string) as Send,
  )
}

export function prepareSend(
  db: DatabaseSync,
): (subscriptionId: SubscriptionId, id: SendId) => Send | undefined {
  const select = db.prepare('SELECT record FROM sends WHERE id = ? AND subscription_id = ?')
  return (subscriptionId, id) => recordOf<Send>(select.get(id, subscriptionId))
}
