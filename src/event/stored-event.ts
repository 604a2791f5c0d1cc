/**
 * An event as stored: envelope and data are fixed when it is saved and the same on every channel, send and
 * page.
 */
import type { EventId, ReloadId, SpaceId, TenantId, UserId } from '../core/ids.ts'

/** A CloudEvents 1.0 envelope with JSON data; extension attributes are strings at top level. */
export interface CloudEvent {
  readonly specversion: '1.0'
  readonly id: string
  readonly type: string
  readonly source: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly tenantid: string
  readonly data: Readonly<Record<string, unknown>>
  readonly [attribute: string]: unknown
}

/** The event with the columns that queries need. */
export interface EventDraft {
  readonly id: EventId
  readonly tenantId: TenantId
  readonly type: string
  readonly time: number
  readonly userId: UserId
  /**
   * Id of the event's resource: the reload for the finished event, else the app (contract 04, section 4).
   */
  readonly resourceId: string
  readonly topLevelResourceId: string
  readonly spaceId?: SpaceId
  readonly reloadId?: ReloadId
  /**
   * Unique per event type: the reload id for the finished event, `<reload id>:<attempt>` for an attempt
   * event. The store has a unique index on it and finds the events of a reload by it.
   */
  readonly uniqueKey: string
  readonly body: CloudEvent
}

export interface StoredEvent extends EventDraft {
  /**
   * Assigned by the store when it saves; ascends in the order of commits. The cursor of the event stream.
   */
  readonly sequence: number
}
