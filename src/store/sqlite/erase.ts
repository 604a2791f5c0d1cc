/** Takes out of events and reloads what tells a person, window by window in the order of their keys. */
import type { DatabaseSync } from 'node:sqlite'
import type { Erase, Erased } from '../port/history.ts'
import { erasing } from '../rule/erasing.ts'
import { eventColumns } from './event-rows.ts'
import { EVENTS_AFTER } from './events.ts'
import { askedText, reloadOf } from './reload-rows.ts'
import type { StoreCache } from './store-cache.ts'

export function prepareErase(db: DatabaseSync, cache: StoreCache): (request: Erase) => Erased {
  const events = db.prepare(EVENTS_AFTER)
  const putEvent = db.prepare('UPDATE events SET body = ? WHERE sequence = ?')
  const reloads = db.prepare('SELECT * FROM reloads WHERE id > ? ORDER BY id LIMIT ?')
  const putReload = db.prepare('UPDATE reloads SET request = ? WHERE id = ?')
  return (request) => {
    const { tenantId, eventsUpTo, reloadsUpTo, max } = request
    const window = events.all(tenantId, eventsUpTo, max).map(eventColumns.of)
    const changed = erasing(request, window, reloads.all(reloadsUpTo, max).map(reloadOf))
    for (const { sequence, body } of changed.events) putEvent.run(JSON.stringify(body), sequence)
    for (const reload of changed.reloads) putReload.run(askedText(reload), reload.id)
    if (changed.reloads.length > 0) cache.forget()
    return changed.erased
  }
}
