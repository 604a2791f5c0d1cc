/** Apps and their script versions. */
import type { DatabaseSync } from 'node:sqlite'
import type { App } from '../../catalog/records.ts'
import type { AppId, DataVersion, TenantId } from '../../core/ids.ts'
import type { CatalogStore } from '../port/store.ts'
import { changedApp, unmarked, withScript } from '../rule/crash-marks.ts'
import { APP_COLUMNS, appOf, appValues, markValues, scriptColumns, summaryColumns } from './app-rows.ts'
import { parameters } from './row.ts'
import type { Answers } from './verbs.ts'

type AppVerb = 'addApp' | 'changeApp' | 'clearCrashMarks' | 'removeApp' | 'referencedDataVersions'

/** @param changed called when an app's row is written */
export function prepareApps(db: DatabaseSync, changed: (id: AppId) => void): Answers<CatalogStore, AppVerb> {
  const insert = db.prepare(`INSERT INTO apps (${APP_COLUMNS}) VALUES (${parameters(APP_COLUMNS)})`)
  const change = prepareChange(db, changed)
  const remove = db.prepare('DELETE FROM apps WHERE id = ? AND tenant_id = ?')
  const versions = db.prepare(
    'SELECT data_version FROM apps WHERE data_version IS NOT NULL ORDER BY data_version',
  )
  return {
    addApp: (app) => void insert.run(...appValues(app)),
    changeApp: (tenantId, id, wanted, now) => change(tenantId, id, (app) => changedApp(app, wanted, now)),
    clearCrashMarks: (tenantId, id) => change(tenantId, id, unmarked) !== undefined,
    removeApp: (tenantId, id) => {
      changed(id)
      return remove.run(id, tenantId).changes === 1
    },
    referencedDataVersions: () => versions.all().map((row) => row.data_version as DataVersion),
  }
}

/** Everything but the data may change so. */
function prepareChange(
  db: DatabaseSync,
  changed: (id: AppId) => void,
): (tenantId: TenantId, id: AppId, change: (app: App) => App) => App | undefined {
  const one = db.prepare('SELECT * FROM apps WHERE id = ? AND tenant_id = ?')
  const update = db.prepare(`
    UPDATE apps SET name = ?, description = ?, owner_id = ?, space_id = ?, modified_at = ?, crashed_full = ?,
      crashed_partial = ?, current_script_id = ? WHERE id = ?`)
  return (tenantId, id, change) => {
    const row = one.get(id, tenantId)
    if (row === undefined) return undefined
    const app = change(appOf(row))
    const { name, description, ownerId, spaceId, modifiedAt, currentScriptId } = app
    update.run(
      name,
      description,
      ownerId,
      spaceId ?? null,
      modifiedAt,
      ...markValues(app),
      currentScriptId ?? null,
      id,
    )
    changed(id)
    return app
  }
}

/** @param changed called when an app's row is written */
export function prepareScripts(
  db: DatabaseSync,
  changed: (id: AppId) => void,
): Answers<CatalogStore, 'addScript' | 'scripts' | 'script'> {
  const { names, values } = scriptColumns
  const insert = db.prepare(`INSERT INTO scripts (${names}) VALUES (${parameters(names)})`)
  const change = prepareChange(db, changed)
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
      const { appId, tenantId } = script
      if (change(tenantId, appId, (app) => withScript(app, script)) === undefined) return false
      insert.run(...values(script))
      trim.run(appId, keep)
      return true
    },
    scripts: (tenantId, appId) => list.all(appId, tenantId).map(summaryColumns.of),
    script: (tenantId, appId, id) => {
      const row = id === 'current' ? current.get(appId, tenantId) : one.get(id, appId, tenantId)
      return row === undefined ? undefined : scriptColumns.of(row)
    },
  }
}
