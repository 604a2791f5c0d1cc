/** Accepting reloads: every check and the insert in one step (rule/accepting.ts). */
import type { DatabaseSync } from 'node:sqlite'
import type { AppId, ReloadId } from '../../core/ids.ts'
import type { Acceptance, Accepted } from '../port/reloads.ts'
import type { CommitNotice } from '../port/store.ts'
import { type AcceptanceView, accepting } from '../rule/accepting.ts'
import { noticeOf } from '../rule/notice-of.ts'
import type { Turns } from '../rule/turns.ts'
import { FIXED_COLUMNS, fixedValues, MOVING_COLUMNS, movingValues, reloadOf } from './reload-rows.ts'
import { parameters } from './row.ts'
import type { StoreCache } from './store-cache.ts'
import type { TenantCache, Views } from './view.ts'

export interface Accepting {
  accept(acceptance: Acceptance): Accepted
  /** What accepting is shown. */
  view(acceptance: Acceptance): AcceptanceView
  /** Saves what was judged accepted. */
  save(acceptance: Acceptance): void
}

export function prepareAccepting(
  db: DatabaseSync,
  views: Views,
  tenantCache: TenantCache,
  cache: StoreCache,
  turns: Turns,
  note: (changed: Partial<CommitNotice>) => void,
): Accepting {
  const insert = db.prepare(`
    INSERT INTO reloads (${FIXED_COLUMNS}, ${MOVING_COLUMNS}, audit_sequence)
    VALUES (${parameters(FIXED_COLUMNS)}, ${parameters(MOVING_COLUMNS)}, ?)`)
  const nextSequence = prepareNextSequence(db)
  const keepKey = db.prepare(`
    INSERT INTO accepted_keys (tenant_id, user_id, key, reload_id, created_at, payload)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET
      reload_id = excluded.reload_id, created_at = excluded.created_at, payload = excluded.payload`)
  const view = prepareAcceptanceView(db, views, tenantCache, cache)
  const save = ({ reload, idempotencyKey: key, payload, isAudited }: Acceptance): void => {
    const stored = { reload, attempt: undefined }
    insert.run(...fixedValues(reload), ...movingValues(stored), isAudited === true ? nextSequence() : null)
    if (key !== undefined) {
      keepKey.run(reload.tenantId, reload.userId, key, reload.id, reload.createdAt, payload ?? null)
    }
    cache.countAccepted(reload)
    cache.keepReload(stored)
    turns.moved(undefined, reload, reload.queuedAt)
    note(noticeOf.accepted())
  }
  return {
    view,
    save,
    accept: (acceptance) => {
      const answer = accepting(acceptance, view(acceptance))
      if (answer.kind === 'accepted') save(acceptance)
      return answer
    },
  }
}

/** A place among the events that no event takes: what numbers them goes on behind it. */
function prepareNextSequence(db: DatabaseSync): () => number {
  const next = db.prepare("UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'events' RETURNING seq")
  const first = db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', 1) RETURNING seq")
  return () => (next.get() ?? first.get())!.seq as number
}

function prepareAcceptanceView(
  db: DatabaseSync,
  views: Views,
  tenantCache: TenantCache,
  cache: StoreCache,
): (acceptance: Acceptance) => AcceptanceView {
  const earlier = db.prepare(`
    SELECT reloads.*, accepted_keys.payload AS payload FROM accepted_keys JOIN reloads ON reloads.id = accepted_keys.reload_id
    WHERE accepted_keys.tenant_id = ? AND accepted_keys.user_id = ? AND accepted_keys.key = ?
      AND accepted_keys.created_at > ?`)
  const countAccepted = db.prepare(`
    SELECT count(*) AS count FROM reloads WHERE app_id = ? AND created_at >= ? AND created_at < ?`)
  const active = db.prepare('SELECT id FROM reloads WHERE app_id = ? AND ended_at IS NULL')
  const acceptedBetween = (appId: AppId, from: number, to: number): number => {
    const known = cache.acceptedSince(from, appId)
    if (known !== undefined) return known
    const count = countAccepted.get(appId, from, to)!.count as number
    cache.keepAccepted(from, appId, count)
    return count
  }
  return ({ reload: { tenantId, appId, userId } }) => ({
    tenant: () => tenantCache.of(tenantId).tenant,
    hasApp: () => views.app(tenantId, appId) !== undefined,
    acceptedUnder: (key, after) => {
      const row = earlier.get(tenantId, userId, key, after)
      if (row === undefined) return undefined
      return { reload: reloadOf(row), ...(row.payload === null ? {} : { payload: String(row.payload) }) }
    },
    acceptedBetween: (from, to) => acceptedBetween(appId, from, to),
    active: () => active.get(appId)?.id as ReloadId | undefined,
  })
}
