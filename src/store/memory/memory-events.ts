/** The event and delivery verbs of the memory store. */
import { defined } from '../../core/defined.ts'
import type { DeliveryId, EventId, ReloadId, SendId, SubscriptionId, TenantId } from '../../core/ids.ts'
import type { Delivery, Send } from '../../event/delivery.ts'
import type { EventDraft, StoredEvent } from '../../event/stored-event.ts'
import type {
  ClaimedDelivery,
  DeliveryClaim,
  DeliveryStore,
  Reopening,
  SendRecord,
} from '../port/deliveries.ts'
import type { EventStore } from '../port/events.ts'
import type { Listed, SendQuery } from '../port/lists.ts'
import type { CommitNotice } from '../port/store.ts'
import type { SubscriptionStep } from '../port/subscriptions.ts'
import { Notices } from '../rule/notices.ts'
import { MemoryCatalog, own } from './memory-catalog.ts'
import { pageOf } from './page.ts'
import { byAge, compare, insert } from './tables.ts'

export class MemoryEvents extends MemoryCatalog implements EventStore, DeliveryStore {
  protected readonly notices = new Notices()

  onCommit(listener: (changed: CommitNotice) => void): () => void {
    return this.notices.listen(listener)
  }

  protected override atomically<T>(work: () => T): T {
    try {
      const result = super.atomically(work)
      this.notices.publish()
      return result
    } catch (error) {
      this.notices.discard()
      throw error
    }
  }

  async eventsAfter(tenantId: TenantId, sequence: number, max: number): Promise<StoredEvent[]> {
    return this.tables.events
      .where((event) => event.tenantId === tenantId && event.sequence > sequence)
      .slice(0, max)
  }

  async eventsBefore(tenantId: TenantId, sequence: number, max: number): Promise<StoredEvent[]> {
    return this.tables.events
      .where((event) => event.tenantId === tenantId && event.sequence < sequence)
      .reverse()
      .slice(0, max)
  }

  async lastSequence(): Promise<number> {
    return this.tables.counters.get('sequence') ?? 0
  }

  async forgottenSequence(): Promise<number> {
    return this.tables.counters.get('forgotten') ?? 0
  }

  async event(tenantId: TenantId, id: EventId): Promise<StoredEvent | undefined> {
    return own(this.tables.events.get(id), tenantId)
  }

  async eventsOf(reloadId: ReloadId): Promise<StoredEvent[]> {
    return this.tables.events.where((event) => event.reloadId === reloadId)
  }

  async claimDeliveries(request: DeliveryClaim): Promise<ClaimedDelivery[]> {
    const { now, lease, leaseExpiresAt } = request
    const pending = this.tables.deliveries.where((row) => row.state === 'pending')
    const inFlight = new Map<SubscriptionId | TenantId, number>()
    const inFlightOf = (id: SubscriptionId | TenantId) => inFlight.get(id) ?? 0
    const fly = ({ subscriptionId, tenantId }: Delivery) => {
      for (const id of [subscriptionId, tenantId]) inFlight.set(id, inFlightOf(id) + 1)
    }
    for (const row of pending) if (!isFree(row, now)) fly(row)
    const places = new Map<SubscriptionId, number>()
    const placesOf = (id: SubscriptionId) => {
      const known = places.get(id) ?? request.places(this.tables.subscriptions.get(id))
      places.set(id, known)
      return known
    }
    const claimed: ClaimedDelivery[] = []
    const due = pending
      .filter((row) => row.dueAt <= now && isFree(row, now))
      .sort((left, right) => left.dueAt - right.dueAt || compare(left.id, right.id))
    this.atomically(() => {
      for (const row of due) {
        if (claimed.length >= request.max) break
        if (inFlightOf(row.subscriptionId) >= placesOf(row.subscriptionId)) continue
        if (inFlightOf(row.tenantId) >= request.perTenant) continue
        fly(row)
        const delivery: Delivery = { ...row, lease, leaseExpiresAt }
        this.tables.deliveries.put(row.id, delivery)
        const subscription = this.tables.subscriptions.get(row.subscriptionId)
        claimed.push({
          delivery,
          event: this.tables.events.get(row.eventId)!,
          ...defined({ subscription }),
        })
      }
    })
    return claimed
  }

  async recordSends(batch: readonly SendRecord[]): Promise<void> {
    this.atomically(() => {
      for (const { delivery, fence, send, step } of batch) {
        if (send !== undefined) insert(this.tables.sends, send.id, send)
        const before = this.tables.deliveries.get(delivery.id)
        if (before?.state !== 'pending' || before.lease !== fence) continue
        this.tables.deliveries.put(delivery.id, delivery)
        if (step !== undefined) this.#stepSubscription(delivery.subscriptionId, step)
      }
      this.notices.note({ deliveries: batch.length > 0 })
    })
  }

  async reopenDeliveries(request: Reopening): Promise<number> {
    const { subscriptionId, since, now, max, dryRun } = request
    const failed = byAge(
      this.tables.deliveries.where(
        (row) =>
          row.subscriptionId === subscriptionId &&
          row.createdAt >= since &&
          (row.state === 'exhausted' || row.state === 'given-up'),
      ),
    ).slice(0, max)
    if (dryRun) return failed.length
    this.atomically(() => {
      for (const { endedAt: _ended, reason: _reason, ...row } of failed) {
        this.tables.deliveries.put(row.id, { ...row, state: 'pending', sends: 0, dueAt: now })
      }
      this.notices.note({ deliveries: failed.length > 0 })
    })
    return failed.length
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

  /** Of the oldest `max` those that are over; the newest sequence among them is remembered. */
  protected forgetEvents(before: number, max: number): number {
    const isPending = (id: EventId) =>
      this.tables.deliveries.find((row) => row.eventId === id && row.state === 'pending') !== undefined
    const old = this.tables.events
      .rows()
      .slice(0, max)
      .filter(({ id, time }) => time < before && !isPending(id))
    for (const { id, sequence } of old) {
      this.tables.events.remove(id)
      for (const row of this.tables.deliveries.where((one) => one.eventId === id)) {
        this.tables.deliveries.remove(row.id)
      }
      const forgotten = this.tables.counters.get('forgotten') ?? 0
      this.tables.counters.put('forgotten', Math.max(forgotten, sequence))
    }
    return old.length
  }

  protected forgetSends(before: number, max: number): number {
    const bySubscription = (left: Send, right: Send) =>
      compare(left.subscriptionId, right.subscriptionId) ||
      left.triggeredAt - right.triggeredAt ||
      compare(left.id, right.id)
    const old = this.tables.sends
      .where((send) => send.triggeredAt < before)
      .sort(bySubscription)
      .slice(0, max)
    for (const { id } of old) this.tables.sends.remove(id)
    return old.length
  }

  /** Takes every delivery back from the sender that claimed it. */
  protected freeDeliveries(): void {
    for (const row of this.tables.deliveries.where(
      (one) => one.state === 'pending' && one.lease !== undefined,
    )) {
      const { lease: _lease, leaseExpiresAt: _end, ...free } = row
      this.tables.deliveries.put(row.id, free)
    }
    this.notices.note({ deliveries: true })
  }

  /**
   * Saves an event and its deliveries: one event per key and type, one delivery per event and subscription.
   */
  protected saveEvent(draft: EventDraft): void {
    const same = this.tables.events.find(
      (event) => event.uniqueKey === draft.uniqueKey && event.type === draft.type,
    )
    if (same !== undefined) throw new Error(`there is already an event ${draft.type} of ${draft.uniqueKey}`)
    insert(this.tables.events, draft.id, { ...draft, sequence: this.tables.nextSequence() })
  }

  protected saveDelivery(delivery: Delivery): void {
    const { eventId, subscriptionId } = delivery
    if (this.tables.events.get(eventId) === undefined) throw new Error(`there is no event ${eventId}`)
    const same = this.tables.deliveries.find(
      (row) => row.eventId === eventId && row.subscriptionId === subscriptionId,
    )
    if (same !== undefined) throw new Error(`event ${eventId} already has a delivery for ${subscriptionId}`)
    insert(this.tables.deliveries, delivery.id, delivery)
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
    this.notices.note({ events: events.length > 0, deliveries: deliveries.length > 0 })
  }
}

function isFree(delivery: Delivery, now: number): boolean {
  return delivery.lease === undefined || delivery.leaseExpiresAt! <= now
}
