/**
 * Deliveries: taking those that are due, and when the next one will be. Both walk the subscriptions that have
 * something pending, one index seek each, so that one dead receiver with a long queue costs no more than one
 * with a short queue.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { defined } from '../../core/defined.ts'
import type { SubscriptionId, TenantId } from '../../core/ids.ts'
import type { Delivery } from '../../event/delivery.ts'
import type { StoredEvent } from '../../event/stored-event.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { ClaimedDelivery, DeliveryClaim } from '../port/deliveries.ts'
import { ChoosingDeliveries } from '../rule/choosing-deliveries.ts'
import { deliveryColumns } from './delivery-rows.ts'
import { eventColumns } from './event-rows.ts'
import { recordOf } from './row.ts'

/** The subscriptions with pending deliveries, by skipping through the index. */
export const PENDING_SUBSCRIPTIONS = `
  WITH RECURSIVE pending (id) AS (
    SELECT min(subscription_id) FROM deliveries WHERE state = 'pending'
    UNION ALL
    SELECT (SELECT min(subscription_id) FROM deliveries WHERE state = 'pending' AND subscription_id > pending.id)
    FROM pending WHERE pending.id IS NOT NULL
  )
  SELECT id FROM pending WHERE id IS NOT NULL`

export const IN_FLIGHT = `
  SELECT count(*) AS count, min(tenant_id) AS tenantId FROM deliveries
  WHERE subscription_id = ? AND state = 'pending' AND lease IS NOT NULL AND lease_expires_at > ?`

/** Leased ones are passed over: there are never more of them than a subscription may have in flight. */
export const DUE_OF_SUBSCRIPTION = `
  SELECT * FROM deliveries
  WHERE subscription_id = ? AND state = 'pending' AND due_at <= ? AND (lease IS NULL OR lease_expires_at <= ?)
  ORDER BY due_at, id LIMIT ?`

export function prepareClaimDeliveries(db: DatabaseSync): (request: DeliveryClaim) => ClaimedDelivery[] {
  const subscriptions = db.prepare(PENDING_SUBSCRIPTIONS)
  const inFlight = db.prepare(IN_FLIGHT)
  const dueOf = db.prepare(DUE_OF_SUBSCRIPTION)
  const take = db.prepare('UPDATE deliveries SET lease = ?, lease_expires_at = ? WHERE id = ?')
  const selectEvent = db.prepare('SELECT * FROM events WHERE id = ?')
  const selectSubscription = db.prepare('SELECT record FROM subscriptions WHERE id = ?')
  return (request) => {
    const { now, lease, leaseExpiresAt } = request
    const subscriptionOf = once((id: string) => recordOf<Subscription>(selectSubscription.get(id)))
    const storedEvent = once((id: string): StoredEvent => eventColumns.of(selectEvent.get(id)!))
    const choosing = new ChoosingDeliveries(request)
    const due = subscriptions.all().flatMap(({ id }) => {
      const { count, tenantId } = inFlight.get(id as string, now)!
      const free = choosing.free({
        subscription: subscriptionOf(id as string),
        tenantId: (tenantId as TenantId | null) ?? undefined,
        inFlight: count as number,
      })
      return free > 0 ? dueOf.all(id as string, now, now, free).map(deliveryColumns.of) : []
    })
    return choosing.choose(due).map((delivery) => {
      take.run(lease, leaseExpiresAt, delivery.id)
      const subscription = subscriptionOf(delivery.subscriptionId)
      return { delivery, event: storedEvent(delivery.eventId), ...defined({ subscription }) }
    })
  }
}

/** Many deliveries share a subscription, and many an event. */
function once<Value>(read: (id: string) => Value): (id: string) => Value {
  const values = new Map<string, Value>()
  return (id) => {
    if (!values.has(id)) values.set(id, read(id))
    return values.get(id)!
  }
}

export const FIRST_FREE = `
  SELECT due_at AS at FROM deliveries WHERE subscription_id = ? AND state = 'pending' AND lease IS NULL
  ORDER BY due_at, id LIMIT 1`

export const FIRST_LEASE_END = `
  SELECT min(lease_expires_at) AS at FROM deliveries
  WHERE subscription_id = ? AND state = 'pending' AND lease IS NOT NULL`

export interface DeliveryReads {
  nextDeliveryAt(): number | undefined
  deliveriesOf(eventId: string): Delivery[]
  delivery(tenantId: string, id: string): Delivery | undefined
  pendingCount(): number
}

export function prepareDeliveryReads(db: DatabaseSync): DeliveryReads {
  const subscriptions = db.prepare(PENDING_SUBSCRIPTIONS)
  const firstFree = db.prepare(FIRST_FREE)
  const firstLeaseEnd = db.prepare(FIRST_LEASE_END)
  const ofEvent = db.prepare('SELECT * FROM deliveries WHERE event_id = ? ORDER BY created_at, id')
  const one = db.prepare('SELECT * FROM deliveries WHERE id = ? AND tenant_id = ?')
  const pending = db.prepare("SELECT count(*) AS count FROM deliveries WHERE state = 'pending'")
  return {
    nextDeliveryAt: () => {
      const times = subscriptions
        .all()
        .flatMap(({ id }) => [
          ...timeOf(firstFree, id as SubscriptionId),
          ...timeOf(firstLeaseEnd, id as SubscriptionId),
        ])
      return times.length === 0 ? undefined : Math.min(...times)
    },
    deliveriesOf: (eventId) => ofEvent.all(eventId).map(deliveryColumns.of),
    delivery: (tenantId, id) => {
      const row = one.get(id, tenantId)
      return row === undefined ? undefined : deliveryColumns.of(row)
    },
    pendingCount: () => pending.get()!.count as number,
  }
}

function timeOf(statement: StatementSync, id: SubscriptionId): number[] {
  const at = statement.get(id)?.at
  return typeof at === 'number' ? [at] : []
}
