/** Events of the memory store, and the deliveries that are saved with them. */
import type { EventId, ReloadId, TenantId } from '../../core/ids.ts'
import type { Delivery } from '../../event/delivery.ts'
import type { EventDraft, StoredEvent } from '../../event/stored-event.ts'
import type { EventStore } from '../port/events.ts'
import { MemoryCatalog } from './memory-catalog.ts'
import { insert, own } from './tables.ts'

export class MemoryEvents extends MemoryCatalog implements EventStore {
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
}
