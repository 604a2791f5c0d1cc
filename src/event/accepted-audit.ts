/**
 * The audit that a request for a reload was accepted. It is no row of its own: the record of the reload has
 * all that it tells, so that accepting costs no second row, and a store that reads events makes it from
 * there.
 */
import { defined } from '../core/defined.ts'
import type { EventId, ReloadId } from '../core/ids.ts'
import type { Reload } from '../core/reload.ts'
import { ASKED_TYPES, AUDIT_SOURCE } from './audit-event.ts'
import { cloudEvent } from './cloud-event.ts'
import type { StoredEvent } from './stored-event.ts'

/** Reads as "accept"; ends the ids of these audits. */
const ID_END = 'acce97'
const AUDIT_ID = /^([0-9a-f]{8})-([0-9a-f]{4})-8([0-9a-f]{3})-8([0-9a-f]{3})-([0-9a-f]{6})acce97$/

/** The id of a reload as a UUID of version 8 (RFC 9562): the same for ever. */
export function acceptedAuditId(id: ReloadId): EventId {
  const part = (from: number, to: number) => id.slice(from, to)
  return `${part(0, 8)}-${part(8, 12)}-8${part(12, 15)}-8${part(15, 18)}-${part(18, 24)}${ID_END}` as EventId
}

/** The reload whose acceptance the event would tell of; undefined for the id of another event. */
export function reloadOfAudit(id: EventId): ReloadId | undefined {
  const parts = AUDIT_ID.exec(id)
  return parts === null ? undefined : (parts.slice(1).join('') as ReloadId)
}

/** @param sequence that was kept for it when the reload was accepted */
export function acceptedAudit(reload: Reload, sequence: number): StoredEvent {
  const { tenantId, appId, userId, createdAt: time, partial, weight, provenance } = reload
  const { appOwnerId, appSpaceId, originIp, clientId, sessionId } = provenance
  const id = acceptedAuditId(reload.id)
  const type = ASKED_TYPES.accepted
  return {
    id,
    tenantId,
    type,
    time,
    userId,
    resourceId: reload.id,
    topLevelResourceId: appId,
    ...defined({ spaceId: appSpaceId }),
    uniqueKey: id,
    body: cloudEvent({
      id,
      type,
      source: AUDIT_SOURCE,
      time,
      tenantId,
      attributes: {
        userid: userId,
        ownerid: appOwnerId,
        spaceid: appSpaceId,
        toplevelresourceid: appId,
        originip: originIp,
        clientid: clientId,
        actor: clientId,
        sessionid: sessionId,
      },
      data: { id: reload.id, appId, partial, weight },
    }),
    sequence,
  }
}

/** One list of two. @param down whether the newest is first */
export function inSequence(
  one: readonly StoredEvent[],
  other: readonly StoredEvent[],
  down: boolean,
): StoredEvent[] {
  return [...one, ...other].sort((left, right) => (left.sequence - right.sequence) * (down ? -1 : 1))
}
