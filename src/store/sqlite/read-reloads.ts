/** Reading single reloads, their attempts and their script logs. */
import type { DatabaseSync } from 'node:sqlite'
import type { ReloadId } from '../../core/ids.ts'
import type { ReloadStore } from '../store.ts'
import { attemptOf, reloadOf } from './reload-rows.ts'
import type { Answers } from './verbs.ts'

type Verb = 'reload' | 'activeReloadOf' | 'attempts' | 'saveScriptLog' | 'scriptLog'

export function prepareReloadReads(db: DatabaseSync): Answers<ReloadStore, Verb> {
  const one = db.prepare('SELECT * FROM reloads WHERE id = ? AND tenant_id = ?')
  const active = db.prepare(`
    SELECT id FROM reloads
    WHERE app_id = ? AND tenant_id = ? AND state IN ('QUEUED', 'RELOADING', 'CANCELING')`)
  const attempts = db.prepare('SELECT * FROM attempts WHERE reload_id = ? ORDER BY number')
  const saveLog = db.prepare(`
    INSERT INTO script_logs (reload_id, attempt, text) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET text = excluded.text`)
  const log = db.prepare('SELECT text FROM script_logs WHERE reload_id = ? ORDER BY attempt DESC LIMIT 1')
  return {
    reload: (tenantId, id) => {
      const row = one.get(id, tenantId)
      return row === undefined ? undefined : reloadOf(row)
    },
    activeReloadOf: (tenantId, appId) => active.get(appId, tenantId)?.id as ReloadId | undefined,
    attempts: (reloadId) => attempts.all(reloadId).map(attemptOf),
    saveScriptLog: (reloadId, attempt, text) => void saveLog.run(reloadId, attempt, text),
    scriptLog: (reloadId) => log.get(reloadId)?.text as string | undefined,
  }
}
