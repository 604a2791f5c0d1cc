/**
 * Events as they were saved: written only by steps, read in the order of their sequence, which is the order
 * of their commits: once a reader has seen a sequence, no event with a smaller one appears any more. Readers
 * follow by cursor and would miss it. A store with several writers may not number events when it inserts
 * them.
 */
import type { EventId, ReloadId, TenantId } from '../../core/ids.ts'
import type { StoredEvent } from '../../event/stored-event.ts'

export interface EventStore {
  /** Events of a tenant after the cursor, in order of their sequence. */
  eventsAfter(tenantId: TenantId, sequence: number, max: number): Promise<StoredEvent[]>
  /** The newest events of the tenant before `sequence`, the newest first. */
  eventsBefore(tenantId: TenantId, sequence: number, max: number): Promise<StoredEvent[]>
  /** The newest sequence that can be read, also when its event is forgotten by now; 0 when there was none. */
  lastSequence(): Promise<number>
  /** The newest sequence among the events that were forgotten; 0 when none was. */
  forgottenSequence(): Promise<number>
  event(tenantId: TenantId, id: EventId): Promise<StoredEvent | undefined>
  /** Events of one reload in order: attempt events, then the finished one. */
  eventsOf(reloadId: ReloadId): Promise<StoredEvent[]>
}
