/** Reading events. They are written by save.ts only. */
import type { DatabaseSync } from 'node:sqlite'
import type { EventId, TenantId } from '../../core/ids.ts'
import { acceptedAudit, inSequence, reloadOfAudit } from '../../event/accepted-audit.ts'
import type { StoredEvent } from '../../event/stored-event.ts'
import type { EventStore } from '../port/events.ts'
import { eventColumns } from './event-rows.ts'
import { reloadOf } from './reload-rows.ts'
import type { Row } from './row.ts'
import type { Answers } from './verbs.ts'

export const EVENTS_AFTER = `
  SELECT * FROM events WHERE tenant_id = ? AND sequence > ? ORDER BY sequence LIMIT ?`

export const EVENTS_BEFORE = `
  SELECT * FROM events WHERE tenant_id = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?`

/** What was forgotten among the events is forgotten here, too. */
const AUDITED = `
  SELECT * FROM reloads WHERE tenant_id = ?1
    AND audit_sequence > ifnull((SELECT sequence FROM forgotten WHERE id = 1), 0)`

export const ACCEPTED_AFTER = `${AUDITED} AND audit_sequence > ?2 ORDER BY audit_sequence LIMIT ?3`

export const ACCEPTED_BEFORE = `${AUDITED} AND audit_sequence < ?2 ORDER BY audit_sequence DESC LIMIT ?3`

export const ACCEPTED_ONE = `${AUDITED} AND id = ?2`

/**
 * Its unique keys are the reload's id, or begin with it and a colon (`EventDraft.uniqueKey`); `;` comes after
 * the colon.
 */
export const EVENTS_OF_RELOAD = `
  SELECT * FROM events WHERE unique_key >= ?1 AND unique_key < ?1 || ';' AND reload_id = ?1 ORDER BY sequence`

export function prepareEventReads(db: DatabaseSync): Answers<EventStore> {
  const forgotten = db.prepare('SELECT sequence FROM forgotten WHERE id = 1')
  const after = db.prepare(EVENTS_AFTER)
  const before = db.prepare(EVENTS_BEFORE)
  // Also when the newest event is forgotten by now.
  const last = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'events'")
  const one = db.prepare('SELECT * FROM events WHERE id = ? AND tenant_id = ?')
  const ofReload = db.prepare(EVENTS_OF_RELOAD)
  const acceptedAfter = db.prepare(ACCEPTED_AFTER)
  const acceptedBefore = db.prepare(ACCEPTED_BEFORE)
  const acceptedOne = db.prepare(ACCEPTED_ONE)
  const acceptance = (tenantId: TenantId, id: EventId): StoredEvent | undefined => {
    const reloadId = reloadOfAudit(id)
    const row = reloadId && acceptedOne.get(tenantId, reloadId)
    return row && acceptedAuditOf(row)
  }
  return {
    eventsAfter: (tenantId, sequence, max) => {
      const events = after.all(tenantId, sequence, max).map(eventColumns.of)
      const audits = acceptedAfter.all(tenantId, sequence, max).map(acceptedAuditOf)
      return inSequence(events, audits, false).slice(0, max)
    },
    eventsBefore: (tenantId, sequence, max) => {
      const events = before.all(tenantId, sequence, max).map(eventColumns.of)
      const audits = acceptedBefore.all(tenantId, sequence, max).map(acceptedAuditOf)
      return inSequence(events, audits, true).slice(0, max)
    },
    lastSequence: () => (last.get()?.seq as number | undefined) ?? 0,
    forgottenSequence: () => (forgotten.get()?.sequence as number | undefined) ?? 0,
    event: (tenantId, id) => {
      const row = one.get(id, tenantId)
      return row === undefined ? acceptance(tenantId, id) : eventColumns.of(row)
    },
    eventsOf: (reloadId) => ofReload.all(reloadId).map(eventColumns.of),
  }
}

/** Of a reload that has a place for it. */
export function acceptedAuditOf(row: Row): StoredEvent {
  return acceptedAudit(reloadOf(row), row.audit_sequence as number)
}
