/** Recording sends with what became of their deliveries, and reading them. */
import type { DatabaseSync } from 'node:sqlite'
import type { SendId, SubscriptionId } from '../../core/ids.ts'
import type { Delivery, Send } from '../../event/delivery.ts'
import type { EventDraft } from '../../event/stored-event.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { SendRecord } from '../port/deliveries.ts'
import type { Listed, SendQuery } from '../port/lists.ts'
import type { CommitNotice } from '../port/store.ts'
import type { SubscriptionStep } from '../port/subscriptions.ts'
import { noticeOf } from '../rule/notice-of.ts'
import type { SqlCondition } from './condition.ts'
import { deliveryMoves } from './delivery-rows.ts'
import { listPage } from './page.ts'
import { recordOf } from './row.ts'
import type { TenantCache } from './view.ts'

export interface SendWrites {
  /** A send whose delivery lost its lease is kept, but changes neither the delivery nor the subscription. */
  record(record: SendRecord): void
  add(send: Send, step: SubscriptionStep): void
}

export function prepareSendWrites(
  db: DatabaseSync,
  tenantCache: TenantCache,
  saveEvents: (events: readonly EventDraft[], deliveries: readonly Delivery[]) => void,
  note: (changed: Partial<CommitNotice>) => void,
): SendWrites {
  const insert = db.prepare(`
    INSERT INTO sends (id, subscription_id, event_type, status, triggered_at, record) VALUES (?, ?, ?, ?, ?, ?)`)
  const update = db.prepare(`
    UPDATE deliveries SET ${deliveryMoves.assignments}
    WHERE id = ? AND state = 'pending' AND lease = ?`)
  const selectSubscription = db.prepare('SELECT record FROM subscriptions WHERE id = ?')
  const updateSubscription = db.prepare('UPDATE subscriptions SET record = ? WHERE id = ?')

  const insertSend = (send: Send) => {
    const { id, subscriptionId, eventType, status, triggeredAt } = send
    insert.run(id, subscriptionId, eventType, status, triggeredAt, JSON.stringify(send))
  }
  const take = (id: SubscriptionId, step: SubscriptionStep) => {
    const subscription = recordOf<Subscription>(selectSubscription.get(id))
    if (subscription === undefined) return
    const saving = step({ subscription, ...tenantCache.of(subscription.tenantId) })
    if (saving === undefined) return
    updateSubscription.run(JSON.stringify(saving.subscription), id)
    if (saving.subscription.enabled !== subscription.enabled) tenantCache.forget()
    saveEvents(saving.events ?? [], saving.deliveries ?? [])
    note(noticeOf.subscriptionStep(saving))
  }
  return {
    record: ({ delivery, fence, send, step }) => {
      if (send !== undefined) insertSend(send)
      const { changes } = update.run(...deliveryMoves.values(delivery), delivery.id, fence)
      if (changes === 1 && step !== undefined) take(delivery.subscriptionId, step)
    },
    add: (send, step) => {
      insertSend(send)
      take(send.subscriptionId, step)
    },
  }
}

const SORT_COLUMN = { triggeredAt: 'triggered_at', status: 'status' } as const

export function listSends(db: DatabaseSync, query: SendQuery): Listed<Send> {
  const conditions: SqlCondition[] = [{ sql: 'subscription_id = ?', values: [query.subscriptionId] }]
  if (query.status !== undefined) conditions.push({ sql: 'status = ?', values: [query.status] })
  if (query.eventType !== undefined) conditions.push({ sql: 'event_type = ?', values: [query.eventType] })
  return listPage(
    db,
    {
      table: 'sends',
      conditions,
      sortBy: SORT_COLUMN[query.sort.field],
      nullable: false,
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
