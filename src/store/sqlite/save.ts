/** Saving what a step gave back: the reload, its attempt, the app's data pointer and marks, events, deliveries. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Attempt } from '../../core/attempt.ts'
import type { Reload } from '../../core/reload.ts'
import type { Delivery } from '../../delivery/delivery.ts'
import type { EventDraft } from '../../event/stored-event.ts'
import { assertSaving } from '../saving.ts'
import type { CommitNotice, Saving } from '../store.ts'
import type { Kept, KeptReload } from './kept.ts'
import { ATTEMPT_COLUMNS, attemptValues, closedValues, MOVING_COLUMNS, movingValues } from './reload-rows.ts'
import { parameters } from './row.ts'
import type { Turns } from './turns.ts'

/** @param stored the reload and its open attempt as they are stored */
export type Save = (stored: KeptReload, saving: Saving) => void

export function prepareSave(
  db: DatabaseSync,
  turns: Turns,
  kept: Kept,
  note: (changed: Partial<CommitNotice>) => void,
): Save {
  const updateReload = prepareUpdateReload(db)
  const saveAttempt = prepareSaveAttempt(db)
  const saveApp = prepareSaveApp(db)
  const insertEvent = prepareInsertEvent(db)
  const insertDelivery = prepareInsertDelivery(db)
  return ({ reload: before, attempt: open }, saving) => {
    assertSaving(before, open, saving)
    const { reload, attempt, events = [], deliveries = [] } = saving
    if (attempt !== undefined) saveAttempt(attempt, open === undefined)
    updateReload(before, reload)
    kept.keepReload(reload, attempt === undefined ? open : attempt.closed === undefined ? attempt : undefined)
    if (saving.app !== undefined) {
      saveApp(reload, saving.app)
      kept.changeApp(reload.appId, saving.app)
    }
    for (const event of events) insertEvent(event)
    for (const delivery of deliveries) insertDelivery(delivery)
    turns.moved(before.tenantId, before.state, reload.state)
    const freesSlot = before.lease !== undefined && reload.lease === undefined
    note({
      queued: reload.state === 'QUEUED' || freesSlot,
      canceling: reload.state === 'CANCELING',
      events: events.length > 0,
      deliveries: deliveries.length > 0,
    })
  }
}

/**
 * Writes the columns that moved and no others: an index or a CHECK that none of them touches costs nothing. There are as
 * many statements as there are kinds of moves, a dozen or two.
 */
function prepareUpdateReload(db: DatabaseSync): (before: Reload, after: Reload) => void {
  const columns = MOVING_COLUMNS.split(',').map((column) => column.trim())
  const statements = new Map<string, StatementSync>()
  const statementOf = (moved: string) => {
    const known = statements.get(moved)
    if (known !== undefined) return known
    const made = db.prepare(`UPDATE reloads SET ${moved} WHERE id = ?`)
    statements.set(moved, made)
    return made
  }
  return (before, after) => {
    const was = movingValues(before)
    const is = movingValues(after)
    const moved = columns.filter((_, i) => was[i] !== is[i]).map((column) => `${column} = ?`)
    if (moved.length === 0) return
    statementOf(moved.join(', ')).run(...is.filter((value, i) => was[i] !== value), after.id)
  }
}

function prepareSaveAttempt(db: DatabaseSync): (attempt: Attempt, isNew: boolean) => void {
  const insert = db.prepare(
    `INSERT INTO attempts (${ATTEMPT_COLUMNS}) VALUES (${parameters(ATTEMPT_COLUMNS)})`,
  )
  const update = db.prepare(`
    UPDATE attempts SET lease_expires_at = ?, session = ?, closed_at = ?, end = ?, duration_ms = ?,
      peak_memory_bytes = ?
    WHERE reload_id = ? AND number = ?`)
  return (attempt, isNew) => {
    if (isNew) insert.run(...attemptValues(attempt))
    else {
      update.run(
        attempt.leaseExpiresAt,
        JSON.stringify(attempt.session),
        ...closedValues(attempt),
        attempt.reloadId,
        attempt.number,
      )
    }
  }
}

/** The app may be gone by now: then there is nothing to point or to mark. */
function prepareSaveApp(db: DatabaseSync): (reload: Reload, app: NonNullable<Saving['app']>) => void {
  const mark = db.prepare('UPDATE apps SET crashed_full = ?, crashed_partial = ? WHERE id = ?')
  const point = db.prepare(`
    UPDATE apps SET crashed_full = ?, crashed_partial = ?, data_version = ?, data = ? WHERE id = ?`)
  return ({ appId }, { crashedOnMaxSize, data }) => {
    const marks = [crashedOnMaxSize.full ? 1 : 0, crashedOnMaxSize.partial ? 1 : 0]
    if (data === undefined) mark.run(...marks, appId)
    else point.run(...marks, data.version, JSON.stringify(data), appId)
  }
}

function prepareInsertEvent(db: DatabaseSync): (event: EventDraft) => void {
  const insert = db.prepare(`
    INSERT INTO events (id, tenant_id, type, time, user_id, resource_id, top_level_resource_id, space_id, reload_id,
      unique_key, body)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  return (event) => {
    insert.run(
      event.id,
      event.tenantId,
      event.type,
      event.time,
      event.userId,
      event.resourceId,
      event.topLevelResourceId,
      event.spaceId ?? null,
      event.reloadId ?? null,
      event.uniqueKey,
      JSON.stringify(event.body),
    )
  }
}

function prepareInsertDelivery(db: DatabaseSync): (delivery: Delivery) => void {
  const insert = db.prepare(`
    INSERT INTO deliveries (id, tenant_id, event_id, subscription_id, state, sends, due_at, created_at, ended_at,
      reason, lease, lease_expires_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  return (delivery) => {
    const values: SQLInputValue[] = [
      delivery.id,
      delivery.tenantId,
      delivery.eventId,
      delivery.subscriptionId,
      delivery.state,
      delivery.sends,
      delivery.dueAt,
      delivery.createdAt,
      delivery.endedAt ?? null,
      delivery.reason ?? null,
      delivery.lease ?? null,
      delivery.leaseExpiresAt ?? null,
    ]
    insert.run(...values)
  }
}
