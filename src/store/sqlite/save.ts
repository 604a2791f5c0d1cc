/**
 * Saving what a step gave back: the reload, its attempt, the app's data pointer and marks, events,
 * deliveries, and what becomes of the task that made the reload.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Attempt } from '../../core/attempt.ts'
import type { Reload } from '../../core/reload.ts'
import type { Delivery } from '../../event/delivery.ts'
import type { EventDraft } from '../../event/stored-event.ts'
import type { Saving } from '../port/reloads.ts'
import type { CommitNotice } from '../port/store.ts'
import { noticeOf } from '../rule/notice-of.ts'
import { assertSaving, openAfter } from '../rule/saving.ts'
import { movedAt, type Turns } from '../rule/turns.ts'
import { markValues } from './app-rows.ts'
import type { WriteCatalog } from './catalog-writes.ts'
import { deliveryColumns } from './delivery-rows.ts'
import { draftColumns } from './event-rows.ts'
import { prepareSaveStores } from './publications.ts'
import { CLOSED_COLUMNS, closedValues } from './reload-rows.ts'
import { parameters } from './row.ts'
import type { CachedReload, StoreCache } from './store-cache.ts'
import type { UpdateReload } from './update-reload.ts'

/** @param stored the reload and its open attempt as they are stored */
export type Save = (stored: CachedReload, saving: Saving) => void

export function prepareSave(
  db: DatabaseSync,
  turns: Turns,
  cache: StoreCache,
  updateReload: UpdateReload,
  write: WriteCatalog,
  note: (changed: Partial<CommitNotice>) => void,
): Save {
  const insertClosed = prepareInsertClosed(db)
  const saveApp = prepareSaveApp(db)
  const saveEvents = prepareSaveEvents(db)
  const saveStores = prepareSaveStores(db, cache, write)
  return (stored, saving) => {
    const { reload: before, attempt: open } = stored
    assertSaving(before, open, saving)
    const { reload, attempt, events = [], deliveries = [], stores, tasks = [], taskRuns = [] } = saving
    const after = { reload, attempt: openAfter(open, attempt) }
    if (attempt !== undefined) insertClosed(attempt)
    updateReload(stored, after)
    cache.keepReload(after)
    if (saving.app !== undefined) {
      saveApp(reload, saving.app)
      cache.changeApp(reload.appId, saving.app)
    }
    if (stores !== undefined) saveStores(reload.tenantId, stores)
    if (tasks.length + taskRuns.length > 0) write(reload.tenantId, { put: { tasks, taskRuns } })
    saveEvents(events, deliveries)
    turns.moved(before, reload, movedAt(reload, attempt))
    note(noticeOf.saving(before, saving))
  }
}

export type SaveEvents = (events: readonly EventDraft[], deliveries: readonly Delivery[]) => void

/** Events, and then their deliveries. */
export function prepareSaveEvents(db: DatabaseSync): SaveEvents {
  const insertEvent = prepareInsertEvent(db)
  const insertDelivery = prepareInsertDelivery(db)
  return (events, deliveries) => {
    for (const event of events) insertEvent(event)
    for (const delivery of deliveries) insertDelivery(delivery)
  }
}

/** An attempt is written once, when it is closed; until then it stands in its reload's row. */
function prepareInsertClosed(db: DatabaseSync): (attempt: Attempt) => void {
  const insert = db.prepare(`INSERT INTO attempts (${CLOSED_COLUMNS}) VALUES (${parameters(CLOSED_COLUMNS)})`)
  return (attempt) => {
    if (attempt.closed !== undefined) insert.run(...closedValues(attempt, attempt.closed))
  }
}

/** The app may be gone by now: then there is nothing to point or to mark. */
function prepareSaveApp(db: DatabaseSync): (reload: Reload, app: NonNullable<Saving['app']>) => void {
  const marks = 'crashed_full = ?, crashed_partial = ?, failing = coalesce(?, failing)'
  const mark = db.prepare(`UPDATE apps SET ${marks} WHERE id = ?`)
  const point = db.prepare(`UPDATE apps SET ${marks}, data_version = ?, data = ? WHERE id = ?`)
  return ({ appId }, { crashedOnMaxSize, failing, data }) => {
    const values = [...markValues({ crashedOnMaxSize }), failing === undefined ? null : Number(failing)]
    if (data === undefined) mark.run(...values, appId)
    else point.run(...values, data.version, JSON.stringify(data), appId)
  }
}

function prepareInsertEvent(db: DatabaseSync): (event: EventDraft) => void {
  const { names, values } = draftColumns
  const insert = db.prepare(`INSERT INTO events (${names}) VALUES (${parameters(names)})`)
  return (event) => void insert.run(...values(event))
}

export function prepareInsertDelivery(db: DatabaseSync): (delivery: Delivery) => void {
  const { names, values } = deliveryColumns
  const insert = db.prepare(`INSERT INTO deliveries (${names}) VALUES (${parameters(names)})`)
  return (delivery) => void insert.run(...values(delivery))
}
