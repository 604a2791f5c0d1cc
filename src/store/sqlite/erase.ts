/** Takes out of events and reloads what tells a person, window by window in the order of their keys. */
import type { DatabaseSync } from 'node:sqlite'
import type { ReloadId } from '../../core/ids.ts'
import type { Erase, Erased } from '../port/history.ts'
import { erasedEvent, erasedReload } from '../rule/erasing.ts'
import { eventColumns } from './event-rows.ts'
import { EVENTS_AFTER } from './events.ts'
import { askedText, reloadOf } from './reload-rows.ts'
import type { StoreCache } from './store-cache.ts'

export function prepareErase(db: DatabaseSync, cache: StoreCache): (request: Erase) => Erased {
  const events = db.prepare(EVENTS_AFTER)
  const putEvent = db.prepare('UPDATE events SET body = ? WHERE sequence = ?')
  const reloads = db.prepare('SELECT * FROM reloads WHERE id > ? ORDER BY id LIMIT ?')
  const putReload = db.prepare('UPDATE reloads SET request = ? WHERE id = ?')
  return ({ tenantId, userId, eventsUpTo, reloadsUpTo, max }) => {
    const window = events.all(tenantId, eventsUpTo, max).map(eventColumns.of)
    const told = window.filter((event) => event.userId === userId).flatMap((one) => erasedEvent(one) ?? [])
    for (const { sequence, body } of told) putEvent.run(JSON.stringify(body), sequence)
    const rows = reloads.all(reloadsUpTo, max).map(reloadOf)
    const own = rows.filter((reload) => reload.tenantId === tenantId && reload.userId === userId)
    const asked = own.flatMap((one) => erasedReload(one) ?? [])
    for (const reload of asked) putReload.run(askedText(reload), reload.id)
    if (asked.length > 0) cache.forget()
    return {
      events: told.length,
      reloads: asked.length,
      eventsUpTo: window.at(-1)?.sequence ?? eventsUpTo,
      reloadsUpTo: (rows.at(-1)?.id as ReloadId | undefined) ?? reloadsUpTo,
      isDone: window.length < max && rows.length < max,
    }
  }
}
