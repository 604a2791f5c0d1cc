/** App and script records as rows and back. */
import type { SQLInputValue } from 'node:sqlite'
import { itemIdOf } from '../../catalog/item-id.ts'
import type { App, ScriptVersion } from '../../catalog/records.ts'
import type { ScriptSummary } from '../port/apps.ts'
import { give, type Row } from './row.ts'

export const APP_COLUMNS = `id, tenant_id, name, description, owner_id, space_id, usage, created_at, modified_at,
  data_version, data, crashed_full, crashed_partial, current_script_id, item_id`

export function appValues(app: App): SQLInputValue[] {
  return [
    app.id,
    app.tenantId,
    app.name,
    app.description,
    app.ownerId,
    app.spaceId ?? null,
    app.usage,
    app.createdAt,
    app.modifiedAt,
    app.data?.version ?? null,
    app.data === undefined ? null : JSON.stringify(app.data),
    app.crashedOnMaxSize.full ? 1 : 0,
    app.crashedOnMaxSize.partial ? 1 : 0,
    app.currentScriptId ?? null,
    itemIdOf(app.id),
  ]
}

export function appOf(row: Row): App {
  const record: Record<string, unknown> = {
    id: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    description: row.description,
    ownerId: row.owner_id,
    usage: row.usage,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    ...(row.data === null ? {} : { data: JSON.parse(row.data as string) }),
    crashedOnMaxSize: { full: row.crashed_full === 1, partial: row.crashed_partial === 1 },
  }
  give(record, 'spaceId', row.space_id)
  give(record, 'currentScriptId', row.current_script_id)
  return record as unknown as App
}

export function scriptOf(row: Row): ScriptVersion {
  const { bytes: _notShown, ...about } = summaryOf(row)
  return { ...about, script: row.script as string }
}

export function summaryOf(row: Row): ScriptSummary {
  return {
    id: row.id,
    appId: row.app_id,
    tenantId: row.tenant_id,
    bytes: row.bytes,
    message: row.message,
    modifierId: row.modifier_id,
    modifiedAt: row.modified_at,
  } as ScriptSummary
}
