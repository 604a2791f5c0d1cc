/** Apps and versions of scripts as rows. */
import type { SQLInputValue } from 'node:sqlite'
import { itemIdOf } from '../../core/item-id.ts'
import type { App, ScriptVersion } from '../../core/records.ts'
import type { ScriptSummary } from '../port/apps.ts'
import { type ColumnsOf, flag, json, number, recordColumns, text } from './columns.ts'
import type { Row } from './row.ts'

const plain = recordColumns<Omit<App, 'crashedOnMaxSize'>>({
  id: text('id'),
  tenantId: text('tenant_id'),
  name: text('name'),
  description: text('description'),
  ownerId: text('owner_id'),
  spaceId: text('space_id'),
  usage: text('usage'),
  createdAt: number('created_at'),
  modifiedAt: number('modified_at'),
  data: json('data'),
  currentScriptId: text('current_script_id'),
  stores: text('stores'),
  failing: flag('failing'),
  publication: json('publication'),
  placement: json('placement'),
})

export const APP_COLUMNS = `${plain.names}, data_version, crashed_full, crashed_partial, item_id`

export function appValues(app: App): SQLInputValue[] {
  return [...plain.values(app), app.data?.version ?? null, ...markValues(app), itemIdOf(app.id)]
}

/** Of `crashed_full` and `crashed_partial`. */
export function markValues({ crashedOnMaxSize: { full, partial } }: Pick<App, 'crashedOnMaxSize'>): number[] {
  return [full ? 1 : 0, partial ? 1 : 0]
}

export function appOf(row: Row): App {
  const crashedOnMaxSize = { full: row.crashed_full === 1, partial: row.crashed_partial === 1 }
  return { ...plain.of(row), crashedOnMaxSize }
}

const ABOUT_SCRIPT: ColumnsOf<Omit<ScriptVersion, 'script'>> = {
  id: text('id'),
  tenantId: text('tenant_id'),
  appId: text('app_id'),
  message: text('message'),
  modifierId: text('modifier_id'),
  modifiedAt: number('modified_at'),
}

export const scriptColumns = recordColumns<ScriptVersion>({ ...ABOUT_SCRIPT, script: text('script') })

export const summaryColumns = recordColumns<ScriptSummary>({ ...ABOUT_SCRIPT, bytes: number('bytes') })
