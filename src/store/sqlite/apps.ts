/** Apps and their script versions. */
import type { DatabaseSync } from 'node:sqlite'
import type { DataVersion, TenantId } from '../../core/ids.ts'
import type { App } from '../../core/records.ts'
import type { CatalogStore } from '../port/store.ts'
import { appOf, scriptColumns, summaryColumns } from './app-rows.ts'
import type { Answers } from './verbs.ts'

export function prepareApps(db: DatabaseSync): Answers<CatalogStore, 'referencedDataVersions'> {
  const versions = db.prepare(
    'SELECT data_version FROM apps WHERE data_version IS NOT NULL ORDER BY data_version',
  )
  return {
    referencedDataVersions: () => versions.all().map((row) => row.data_version as DataVersion),
  }
}

export function prepareScripts(db: DatabaseSync): Answers<CatalogStore, 'scripts' | 'script'> {
  const list = db.prepare(`
    SELECT id, app_id, tenant_id, octet_length(script) AS bytes, message, modifier_id, modified_at FROM scripts
    WHERE app_id = ? AND tenant_id = ? ORDER BY number DESC`)
  const one = db.prepare('SELECT * FROM scripts WHERE id = ? AND app_id = ? AND tenant_id = ?')
  const current = db.prepare(`
    SELECT scripts.* FROM apps JOIN scripts ON scripts.id = apps.current_script_id
    WHERE apps.id = ? AND apps.tenant_id = ?`)
  return {
    scripts: (tenantId, appId) => list.all(appId, tenantId).map(summaryColumns.of),
    script: (tenantId, appId, id) => {
      const row = id === 'current' ? current.get(appId, tenantId) : one.get(id, appId, tenantId)
      return row === undefined ? undefined : scriptColumns.of(row)
    },
  }
}

/** Apps of a tenant with a crash mark. */
export function prepareMarked(db: DatabaseSync): (tenantId: TenantId) => App[] {
  const marked = db.prepare(`
    SELECT * FROM apps WHERE tenant_id = ? AND crashed_full + crashed_partial > 0 ORDER BY created_at, id`)
  return (tenantId) => marked.all(tenantId).map((row): App => appOf(row))
}
