/** Events of the memory store, and the deliveries that are saved with them. */
import type { EventId, ReloadId, TenantId } from '../../core/ids.ts'
import { acceptedAudit, inSequence } from '../../event/accepted-audit.ts'
import type { Delivery } from '../../event/delivery.ts'
import type { EventDraft, StoredEvent } from '../../event/stored-event.ts'
import type { EventStore } from '../port/events.ts'
import { MemoryCatalog } from './memory-catalog.ts'
import { insert, own } from './tables.ts'

export class MemoryEvents extends MemoryCatalog implements EventStore {
  async eventsAfter(tenantId: TenantId, sequence: number, max: number): Promise<StoredEvent[]> {
    const events = this.tables.events.where(
      (event) => event.tenantId === tenantId && event.sequence > sequence,
    )
    const audits = this.#acceptances(tenantId).filter((audit) => audit.sequence > sequence)
    return inSequence(events, audits, false).slice(0, max)
  }

  async eventsBefore(tenantId: TenantId, sequence: number, max: number): Promise<StoredEvent[]> {
    const events = this.tables.events.where(
      (event) => event.tenantId === tenantId && event.sequence < sequence,
    )
    const audits = this.#acceptances(tenantId).filter((audit) => audit.sequence < sequence)
    return inSequence(events, audits, true).slice(0, max)
  }

  /** What was forgotten among the events is forgotten here, too. */
  #acceptances(tenantId: TenantId): StoredEvent[] {
    const { reloads, auditSequences, counters } = this.tables
    const forgotten = counters.get('forgotten') ?? 0
    return reloads
      .where((reload) => reload.tenantId === tenantId)
      .flatMap((reload) => {
        const sequence = auditSequences.get(reload.id) ?? 0
        return sequence > forgotten ? [acceptedAudit(reload, sequence)] : []
      })
  }

  async lastSequence(): Promise<number> {
    return this.tables.counters.get('sequence') ?? 0
  }

  async forgottenSequence(): Promise<number> {
    return this.tables.counters.get('forgotten') ?? 0
  }

  async event(tenantId: TenantId, id: EventId): Promise<StoredEvent | undefined> {
    const event = own(this.tables.events.get(id), tenantId)
    return event ?? this.#acceptances(tenantId).find((audit) => audit.id === id)
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
