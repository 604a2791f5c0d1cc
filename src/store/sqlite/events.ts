/** Reading events. They are written by save.ts only. */
import type { DatabaseSync } from 'node:sqlite'
import type { EventStore } from '../port/events.ts'
import { eventColumns } from './event-rows.ts'
import type { Answers } from './verbs.ts'

export const EVENTS_AFTER = `
  SELECT * FROM events WHERE tenant_id = ? AND sequence > ? ORDER BY sequence LIMIT ?`

export const EVENTS_BEFORE = `
  SELECT * FROM events WHERE tenant_id = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?`

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
  return {
    eventsAfter: (tenantId, sequence, max) => after.all(tenantId, sequence, max).map(eventColumns.of),
    eventsBefore: (tenantId, sequence, max) => before.all(tenantId, sequence, max).map(eventColumns.of),
    lastSequence: () => (last.get()?.seq as number | undefined) ?? 0,
    forgottenSequence: () => (forgotten.get()?.sequence as number | undefined) ?? 0,
    event: (tenantId, id) => {
      const row = one.get(id, tenantId)
      return row === undefined ? undefined : eventColumns.of(row)
    },
    eventsOf: (reloadId) => ofReload.all(reloadId).map(eventColumns.of),
  }
}
