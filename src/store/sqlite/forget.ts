/**
 * Removing what is long over. Each kind is read from its oldest row on, by a key that grows with time, and
 * never further than a batch: a look that finds nothing costs the same in a long history as in a short one.
 */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { Forget, Forgotten } from '../port/history.ts'
import { mayForgetEvent, mayForgetLog, mayForgetReload } from '../rule/forgetting.ts'
import { eventColumns } from './event-rows.ts'
import { acceptedAuditOf } from './events.ts'
import { parameters } from './row.ts'

export const OLDEST_RELOADS = 'SELECT id, ended_at FROM reloads ORDER BY id LIMIT ?'

export const OLDEST_SCRIPT_LOGS = `
  SELECT script_logs.reload_id AS id, attempt, ended_at FROM script_logs JOIN reloads ON reloads.id = reload_id
  ORDER BY script_logs.reload_id, attempt LIMIT ?`

export const OLDEST_EVENTS = `
  SELECT sequence, time,
    EXISTS (SELECT 1 FROM deliveries WHERE event_id = events.id AND state = 'pending') AS pending
  FROM events ORDER BY sequence LIMIT ?`

export const OLD_AUTOMATION_RUNS =
  'SELECT id FROM automation_runs WHERE ended_at < ? ORDER BY ended_at, id LIMIT ?'

/** The subscriptions that have sends, by skipping through the index: also those that were removed. */
export const SUBSCRIPTIONS_WITH_SENDS = `
  WITH RECURSIVE known (id) AS (
    SELECT min(subscription_id) FROM sends
    UNION ALL
    SELECT (SELECT min(subscription_id) FROM sends WHERE subscription_id > known.id)
    FROM known WHERE known.id IS NOT NULL
  )
  SELECT id FROM known WHERE id IS NOT NULL`

export const OLD_SENDS = `
  SELECT id FROM sends WHERE subscription_id = ? AND triggered_at < ? ORDER BY triggered_at, id LIMIT ?`

export const OLD_RUNS = 'SELECT id FROM task_runs WHERE ended_at < ? ORDER BY ended_at, id LIMIT ?'

const NEWEST_RECORD = `
  SELECT max(
    ifnull((SELECT time FROM events ORDER BY sequence DESC LIMIT 1), 0),
    ifnull((SELECT max(created_at, ifnull(ended_at, 0)) FROM reloads ORDER BY id DESC LIMIT 1), 0)
  ) AS at`

/** What was forgotten last was told to be the time; before that the newest record tells it. */
export function prepareSeenAt(db: DatabaseSync): () => number | undefined {
  const kept = db.prepare('SELECT seen_at AS at FROM seen_time')
  const newest = db.prepare(NEWEST_RECORD)
  return () => timeOf((kept.get() ?? newest.get())?.at) || undefined
}

export function prepareForget(db: DatabaseSync): (request: Forget) => Forgotten {
  const keepSeen = db.prepare(`
    INSERT INTO seen_time (id, seen_at) VALUES (1, ?)
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`)
  const oldestReloads = db.prepare(OLDEST_RELOADS)
  const keepAudit = prepareKeepAudit(db)
  const removeReload = db.prepare('DELETE FROM reloads WHERE id = ?')
  const oldestLogs = db.prepare(OLDEST_SCRIPT_LOGS)
  const removeLog = db.prepare('DELETE FROM script_logs WHERE reload_id = ? AND attempt = ?')
  const oldestEvents = db.prepare(OLDEST_EVENTS)
  const removeEvent = db.prepare('DELETE FROM events WHERE sequence = ?')
  const noteForgotten = db.prepare(`
    INSERT INTO forgotten (id, sequence) VALUES (1, ?)
    ON CONFLICT (id) DO UPDATE SET sequence = max(sequence, excluded.sequence)`)
  const subscriptions = db.prepare(SUBSCRIPTIONS_WITH_SENDS)
  const oldSends = db.prepare(OLD_SENDS)
  const removeSend = db.prepare('DELETE FROM sends WHERE id = ?')
  const oldRuns = db.prepare(OLD_RUNS)
  const removeRun = db.prepare('DELETE FROM task_runs WHERE id = ?')
  const oldAutomationRuns = db.prepare(OLD_AUTOMATION_RUNS)
  const removeAutomationRun = db.prepare('DELETE FROM automation_runs WHERE id = ?')

  const forgetSends = (before: number, max: number): number => {
    let forgotten = 0
    for (const { id } of subscriptions.all()) {
      for (const send of oldSends.all(id as string, before, max - forgotten)) {
        removeSend.run(send.id as string)
        forgotten += 1
      }
      if (forgotten >= max) break
    }
    return forgotten
  }
  return (request) => {
    const { max } = request
    keepSeen.run(request.seenAt)
    const logs = oldestLogs.all(max).filter((row) => mayForgetLog(timeOf(row.ended_at), request))
    for (const { id, attempt } of logs) removeLog.run(id as string, attempt as number)
    const reloads = oldestReloads.all(max).filter((row) => mayForgetReload(timeOf(row.ended_at), request))
    for (const { id } of reloads) {
      keepAudit(id as string, request)
      removeReload.run(id as string)
    }
    const events = oldestEvents
      .all(max)
      .filter(({ time, pending }) => mayForgetEvent(time as number, pending === 1, request))
    for (const { sequence } of events) removeEvent.run(sequence as number)
    const last = events.at(-1)
    if (last !== undefined) noteForgotten.run(last.sequence as number)
    const sends = forgetSends(request.sendsBefore, max)
    const runs = oldRuns.all(request.reloadsBefore, max)
    for (const { id } of runs) removeRun.run(id as string)
    const automationRuns = oldAutomationRuns.all(request.reloadsBefore, max)
    for (const { id } of automationRuns) removeAutomationRun.run(id as string)
    return {
      reloads: reloads.length,
      scriptLogs: logs.length,
      events: events.length,
      sends,
      taskRuns: runs.length,
      automationRuns: automationRuns.length,
    }
  }
}

/** An audit that is kept longer than the reload that it is made of becomes an event of its own. */
function prepareKeepAudit(db: DatabaseSync): (id: string, request: Forget) => void {
  const audited = db.prepare('SELECT * FROM reloads WHERE id = ? AND audit_sequence IS NOT NULL')
  const { names, values } = eventColumns
  const insert = db.prepare(`INSERT INTO events (${names}) VALUES (${parameters(names)})`)
  return (id, request) => {
    const row = audited.get(id)
    if (row === undefined) return
    const audit = acceptedAuditOf(row)
    if (!mayForgetEvent(audit.time, false, request)) insert.run(...values(audit))
  }
}

function timeOf(column: SQLOutputValue | undefined): number | undefined {
  return typeof column === 'number' ? column : undefined
}
