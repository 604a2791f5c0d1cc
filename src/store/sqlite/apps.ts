/** Apps and their script versions. */
import type { DatabaseSync } from 'node:sqlite'
import type { AppId, DataVersion } from '../../core/ids.ts'
import type { CatalogStore } from '../port/store.ts'
import { APP_COLUMNS, appOf, appValues, scriptOf, summaryOf } from './app-rows.ts'
import { parameters } from './row.ts'
import type { Answers } from './verbs.ts'

type AppVerb = 'addApp' | 'changeApp' | 'clearCrashMarks' | 'removeApp' | 'apps' | 'referencedDataVersions'

/** @param changed called when an app's row is written */
export function prepareApps(db: DatabaseSync, changed: (id: AppId) => void): Answers<CatalogStore, AppVerb> {
  const insert = db.prepare(`INSERT INTO apps (${APP_COLUMNS}) VALUES (${parameters(APP_COLUMNS)})`)
  const one = db.prepare('SELECT * FROM apps WHERE id = ? AND tenant_id = ?')
  const all = db.prepare('SELECT * FROM apps WHERE tenant_id = ? ORDER BY created_at, id')
  const change = db.prepare(`
    UPDATE apps SET name = ?, description = ?, owner_id = ?, space_id = ?, modified_at = ? WHERE id = ?`)
  const clearMarks = db.prepare(
    'UPDATE apps SET crashed_full = 0, crashed_partial = 0 WHERE id = ? AND tenant_id = ?',
  )
  const remove = db.prepare('DELETE FROM apps WHERE id = ? AND tenant_id = ?')
  const versions = db.prepare(
    'SELECT data_version FROM apps WHERE data_version IS NOT NULL ORDER BY data_version',
  )
  return {
    addApp: (app) => void insert.run(...appValues(app)),
    changeApp: (tenantId, id, wanted, now) => {
      const row = one.get(id, tenantId)
      if (row === undefined) return undefined
      const app = appOf(row)
      const space = wanted.spaceId === undefined ? app.spaceId : wanted.spaceId
      change.run(
        wanted.name ?? app.name,
        wanted.description ?? app.description,
        wanted.ownerId ?? app.ownerId,
        space ?? null,
        now,
        id,
      )
      const after = appOf(one.get(id, tenantId)!)
      const readsOther = after.ownerId !== app.ownerId || after.spaceId !== app.spaceId
      if (readsOther) clearMarks.run(id, tenantId)
      changed(id)
      return readsOther ? appOf(one.get(id, tenantId)!) : after
    },
    clearCrashMarks: (tenantId, id) => {
      changed(id)
      return clearMarks.run(id, tenantId).changes === 1
    },
    removeApp: (tenantId, id) => {
      changed(id)
      return remove.run(id, tenantId).changes === 1
    },
    apps: (tenantId) => all.all(tenantId).map(appOf),
    referencedDataVersions: () => versions.all().map((row) => row.data_version as DataVersion),
  }
}

/** @param changed called when an app's row is written */
export function prepareScripts(
  db: DatabaseSync,
  changed: (id: AppId) => void,
): Answers<CatalogStore, 'addScript' | 'scripts' | 'script'> {
  const insert = db.prepare(`
    INSERT INTO scripts (id, tenant_id, app_id, script, message, modifier_id, modified_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)`)
  const makeCurrent = db.prepare(`
    UPDATE apps SET current_script_id = ?, crashed_full = 0, crashed_partial = 0 WHERE id = ? AND tenant_id = ?`)
  const trim = db.prepare(`
    DELETE FROM scripts WHERE app_id = ?1 AND number NOT IN
      (SELECT number FROM scripts WHERE app_id = ?1 ORDER BY number DESC LIMIT ?2)`)
  const list = db.prepare(`
    SELECT id, app_id, tenant_id, octet_length(script) AS bytes, message, modifier_id, modified_at FROM scripts
    WHERE app_id = ? AND tenant_id = ? ORDER BY number DESC`)
  const one = db.prepare('SELECT * FROM scripts WHERE id = ? AND app_id = ? AND tenant_id = ?')
  const current = db.prepare(`
    SELECT scripts.* FROM apps JOIN scripts ON scripts.id = apps.current_script_id
    WHERE apps.id = ? AND apps.tenant_id = ?`)
  return {
    addScript: (script, keep) => {
      const { id, appId, tenantId, message, modifierId, modifiedAt } = script
      if (makeCurrent.run(id, appId, tenantId).changes === 0) return false
      insert.run(id, tenantId, appId, script.script, message, modifierId, modifiedAt)
      trim.run(appId, keep)
      changed(appId)
      return true
    },
    scripts: (tenantId, appId) => list.all(appId, tenantId).map(summaryOf),
    script: (tenantId, appId, id) => {
      const row = id === 'current' ? current.get(appId, tenantId) : one.get(id, appId, tenantId)
      return row === undefined ? undefined : scriptOf(row)
    },
  }
}
