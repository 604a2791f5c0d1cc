/** Reading single reloads, their attempts and their script logs. */
import type { DatabaseSync } from 'node:sqlite'
import type { ReloadId } from '../../core/ids.ts'
import type { Outcome } from '../../core/outcome.ts'
import type { LastEnd, ReloadStore } from '../port/reloads.ts'
import { closedAttemptOf, openAttemptOf, reloadOf } from './reload-rows.ts'
import type { Answers } from './verbs.ts'

type Verb =
  | 'reload'
  | 'activeReloadOf'
  | 'lastEnds'
  | 'attempts'
  | 'saveScriptLog'
  | 'scriptLog'
  | 'ranStatements'

/** Without the columns behind, which may be large. */
export const LAST_END = `
  SELECT state, ended_at FROM reloads INDEXED BY reloads_of_app
  WHERE app_id = ? AND tenant_id = ? AND ended_at IS NOT NULL ORDER BY created_at DESC, id DESC LIMIT 1`

export function prepareReloadReads(db: DatabaseSync): Answers<ReloadStore, Verb> {
  const one = db.prepare('SELECT * FROM reloads WHERE id = ? AND tenant_id = ?')
  const active = db.prepare(`
    SELECT id FROM reloads WHERE app_id = ? AND tenant_id = ? AND ended_at IS NULL`)
  const lastEnd = db.prepare(LAST_END)
  const closedAttempts = db.prepare('SELECT * FROM attempts WHERE reload_id = ? ORDER BY number')
  const open = db.prepare(
    'SELECT id, attempts, lease, lease_expires_at, open_attempt FROM reloads WHERE id = ? AND lease IS NOT NULL',
  )
  const saveLog = db.prepare(`
    INSERT INTO script_logs (reload_id, attempt, text, statements)
    SELECT id, ?2, ?3, ?4 FROM reloads WHERE id = ?1 AND attempts >= ?2
    ON CONFLICT DO UPDATE SET text = excluded.text, statements = excluded.statements`)
  const log = db.prepare('SELECT text FROM script_logs WHERE reload_id = ? ORDER BY attempt DESC LIMIT 1')
  const statements = db.prepare(
    'SELECT statements FROM script_logs WHERE reload_id = ? ORDER BY attempt DESC LIMIT 1',
  )
  return {
    reload: (tenantId, id) => {
      const row = one.get(id, tenantId)
      return row === undefined ? undefined : reloadOf(row)
    },
    activeReloadOf: (tenantId, appId) => active.get(appId, tenantId)?.id as ReloadId | undefined,
    lastEnds: (tenantId, appIds) =>
      appIds.flatMap((appId): LastEnd[] => {
        const row = lastEnd.get(appId, tenantId)
        if (row === undefined) return []
        return [{ appId, state: row.state as Outcome, endedAt: row.ended_at as number }]
      }),
    attempts: (reloadId) => {
      const closed = closedAttempts.all(reloadId).map(closedAttemptOf)
      const row = open.get(reloadId)
      return row === undefined ? closed : [...closed, openAttemptOf(row)!]
    },
    saveScriptLog: (reloadId, attempt, ran) => {
      const { changes } = saveLog.run(reloadId, attempt, ran.text, JSON.stringify(ran.statements))
      if (changes !== 1) throw new Error(`reload ${reloadId} has no attempt ${attempt}`)
    },
    scriptLog: (reloadId) => log.get(reloadId)?.text as string | undefined,
    ranStatements: (reloadId) => JSON.parse((statements.get(reloadId)?.statements as string) ?? '[]'),
  }
}
