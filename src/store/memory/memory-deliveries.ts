/** Deliveries and sends of the memory store. */
import { defined } from '../../core/defined.ts'
import type { DeliveryId, EventId, SendId, SubscriptionId, TenantId } from '../../core/ids.ts'
import type { Delivery, Send } from '../../event/delivery.ts'
import type {
  ClaimedDelivery,
  DeliveryClaim,
  DeliveryStore,
  Offering,
  Reopening,
  SendRecord,
} from '../port/deliveries.ts'
import type { Listed, SendQuery } from '../port/lists.ts'
import type { PullBack } from '../port/queue.ts'
import type { SubscriptionStep } from '../port/subscriptions.ts'
import { ChoosingDeliveries, isFree } from '../rule/choosing-deliveries.ts'
import { FAILED_STATES, isHeldUnder, released, reopened } from '../rule/ending-deliveries.ts'
import { noticeOf } from '../rule/notice-of.ts'
import { pageOf } from '../rule/page.ts'
import { deliveryPulledBack } from '../rule/pulling-back.ts'
import { MemoryEvents } from './memory-events.ts'
import { byAge, compare, insert, own } from './tables.ts'

export class MemoryDeliveries extends MemoryEvents implements DeliveryStore {
  async claimDeliveries(request: DeliveryClaim): Promise<ClaimedDelivery[]> {
    const { deliveries, subscriptions, events } = this.tables
    const { now } = request
    return this.atomically(() => {
      const choosing = new ChoosingDeliveries(request)
      const pending = deliveries.where((row) => row.state === 'pending')
      const due = [...new Set(pending.map((row) => row.subscriptionId))].flatMap((id) => {
        const ofSubscription = pending.filter((row) => row.subscriptionId === id)
        const inFlight = ofSubscription.filter((row) => !isFree(row, now))
        const free = choosing.free({
          subscription: subscriptions.get(id),
          tenantId: inFlight[0]?.tenantId,
          inFlight: inFlight.length,
        })
        return byDue(ofSubscription.filter((row) => row.dueAt <= now && isFree(row, now))).slice(0, free)
      })
      return choosing.choose(due).map((delivery) => {
        deliveries.put(delivery.id, delivery)
        const subscription = subscriptions.get(delivery.subscriptionId)
        return { delivery, event: events.get(delivery.eventId)!, ...defined({ subscription }) }
      })
    })
  }

  async recordSends(batch: readonly SendRecord[]): Promise<void> {
    this.atomically(() => {
      for (const { delivery, fence, send, step } of batch) {
        if (send !== undefined) insert(this.tables.sends, send.id, send)
        if (!isHeldUnder(this.tables.deliveries.get(delivery.id), fence)) continue
        this.tables.deliveries.put(delivery.id, delivery)
        if (step !== undefined) this.#stepSubscription(delivery.subscriptionId, step)
      }
      this.notices.note(noticeOf.recordingSends(batch))
    })
  }

  async reopenDeliveries(request: Reopening): Promise<number> {
    const { subscriptionId, since, now, max, dryRun } = request
    return this.atomically(() => {
      const failed = byAge(
        this.tables.deliveries.where(
          (row) =>
            row.subscriptionId === subscriptionId &&
            row.createdAt >= since &&
            FAILED_STATES.includes(row.state),
        ),
      ).slice(0, max)
      if (!dryRun) for (const row of failed) this.tables.deliveries.put(row.id, reopened(row, now))
      this.notices.note(noticeOf.reopening(failed.length, request))
      return failed.length
    })
  }

  async offerDeliveries(request: Offering): Promise<number> {
    const { subscriptionId, deliveries, max, dryRun } = request
    return this.atomically(() => {
      const had = new Set(
        this.tables.deliveries
          .where((row) => row.subscriptionId === subscriptionId)
          .map(({ eventId }) => eventId),
      )
      const fresh = deliveries.filter(({ eventId }) => !had.has(eventId)).slice(0, max)
      if (!dryRun) for (const delivery of fresh) this.saveDelivery(delivery)
      this.notices.note(noticeOf.offering(fresh.length, request))
      return fresh.length
    })
  }

  /** A leased delivery counts from the end of its lease, should its sender never come back. */
  async nextDeliveryAt(): Promise<number | undefined> {
    const times = this.tables.deliveries
      .where((row) => row.state === 'pending')
      .map((row) => (row.lease === undefined ? row.dueAt : row.leaseExpiresAt!))
    return times.length === 0 ? undefined : Math.min(...times)
  }

  async deliveriesOf(eventId: EventId): Promise<Delivery[]> {
    return byAge(this.tables.deliveries.where((row) => row.eventId === eventId))
  }

  async delivery(tenantId: TenantId, id: DeliveryId): Promise<Delivery | undefined> {
    return own(this.tables.deliveries.get(id), tenantId)
  }

  async sends(query: SendQuery): Promise<Listed<Send>> {
    const rows = this.tables.sends.where(
      (send) =>
        send.subscriptionId === query.subscriptionId &&
        (query.status === undefined || send.status === query.status) &&
        (query.eventType === undefined || send.eventType === query.eventType),
    )
    return pageOf(rows, query.sort, query.page, (send) => send[query.sort.field])
  }

  async send(subscriptionId: SubscriptionId, id: SendId): Promise<Send | undefined> {
    const send = this.tables.sends.get(id)
    return send?.subscriptionId === subscriptionId ? send : undefined
  }

  async addSend(send: Send, step: SubscriptionStep): Promise<void> {
    this.atomically(() => {
      insert(this.tables.sends, send.id, send)
      this.#stepSubscription(send.subscriptionId, step)
    })
  }

  /** Takes every delivery back from the sender that claimed it. */
  protected freeDeliveries(): void {
    const held = this.tables.deliveries.where((row) => row.state === 'pending' && row.lease !== undefined)
    for (const row of held) this.tables.deliveries.put(row.id, released(row))
  }

  protected pullBackDeliveries(request: PullBack): number {
    const { deliveries } = this.tables
    const pulled = deliveries
      .where((row) => row.state === 'pending')
      .flatMap((row) => deliveryPulledBack(row, request) ?? [])
    for (const row of pulled) deliveries.put(row.id, row)
    return pulled.length
  }

  #stepSubscription(id: SubscriptionId, step: SubscriptionStep): void {
    const subscription = this.tables.subscriptions.get(id)
    if (subscription === undefined) return
    const { tenantId } = subscription
    const saving = step({
      subscription,
      tenant: this.tables.tenants.get(tenantId)!,
      subscriptions: byAge(
        this.tables.subscriptions.where((one) => one.tenantId === tenantId && one.enabled),
      ),
    })
    if (saving === undefined) return
    const { events = [], deliveries = [] } = saving
    this.tables.subscriptions.put(id, saving.subscription)
    for (const event of events) this.saveEvent(event)
    for (const delivery of deliveries) this.saveDelivery(delivery)
    this.notices.note(noticeOf.subscriptionStep(saving))
  }
}

function byDue(rows: Delivery[]): Delivery[] {
  return rows.sort((left, right) => left.dueAt - right.dueAt || compare(left.id, right.id))
}
