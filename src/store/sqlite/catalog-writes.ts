/** Writes the records of catalog changes: for each kind its table, its columns, and a record's values. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { TenantId } from '../../core/ids.ts'
import type { CatalogKind, CatalogRecords, CatalogSaving } from '../port/change.ts'
import { PUT_ORDER } from '../rule/changing.ts'
import { APP_COLUMNS, appValues, scriptColumns } from './app-rows.ts'
import {
  AUTOMATION_COLUMNS,
  AUTOMATION_RUN_COLUMNS,
  automationRunValues,
  automationValues,
} from './automation-rows.ts'
import { parameters } from './row.ts'
import { RUN_COLUMNS, runValues, TASK_COLUMNS, taskValues } from './task-rows.ts'

interface Columns<Row> {
  readonly table: string
  /** Separated by commas; the first is `id`. */
  readonly columns: string
  readonly values: (row: Row) => readonly SQLInputValue[]
}

const COLUMNS: { readonly [Kind in CatalogKind]: Columns<CatalogRecords[Kind]> } = {
  tenants: {
    table: 'tenants',
    columns: 'id, created_at, record',
    values: (row) => [row.id, row.createdAt, JSON.stringify(row)],
  },
  users: {
    table: 'users',
    columns: 'id, tenant_id, subject, created_at, record',
    values: (row) => {
      const subject = row.status === 'deleted' ? null : row.subject
      return [row.id, row.tenantId, subject, row.createdAt, JSON.stringify(row)]
    },
  },
  groups: {
    table: 'groups',
    columns: 'id, tenant_id, name, created_at, record',
    values: (row) => [row.id, row.tenantId, row.name, row.createdAt, JSON.stringify(row)],
  },
  oauthClients: {
    table: 'oauth_clients',
    columns: 'id, tenant_id, user_id, created_at, record',
    values: (row) => [row.id, row.tenantId, row.userId, row.createdAt, JSON.stringify(row)],
  },
  identityProviders: {
    table: 'identity_providers',
    columns: 'id, tenant_id, issuer, created_at, record',
    values: (row) => [row.id, row.tenantId, row.issuer, row.createdAt, JSON.stringify(row)],
  },
  loginSessions: {
    table: 'login_sessions',
    columns: 'id, tenant_id, user_id, token_hash, created_at, expires_at, record',
    values: (row) => {
      const { id, tenantId, userId, tokenHash, createdAt, expiresAt } = row
      return [id, tenantId, userId, tokenHash, createdAt, expiresAt, JSON.stringify(row)]
    },
  },
  keys: {
    table: 'keys',
    columns: 'id, tenant_id, user_id, token_hash, created_at, record',
    values: (row) => [row.id, row.tenantId, row.userId, row.tokenHash, row.createdAt, JSON.stringify(row)],
  },
  spaces: {
    table: 'spaces',
    columns: 'id, tenant_id, name, created_at, record',
    values: (row) => [row.id, row.tenantId, row.name, row.createdAt, JSON.stringify(row)],
  },
  assignments: {
    table: 'assignments',
    columns: 'id, tenant_id, space_id, type, assignee_id, created_at, record',
    values: (row) => {
      const { id, tenantId, spaceId, type, assigneeId, createdAt } = row
      return [id, tenantId, spaceId, type, assigneeId, createdAt, JSON.stringify(row)]
    },
  },
  apps: { table: 'apps', columns: APP_COLUMNS, values: appValues },
  scripts: { table: 'scripts', columns: scriptColumns.names, values: scriptColumns.values },
  dataFiles: {
    table: 'data_files',
    columns: 'id, tenant_id, space_id, owner_id, name, created_at, record',
    values: (row) => {
      const { id, tenantId, spaceId, ownerId, name, createdAt } = row
      return [id, tenantId, spaceId ?? null, ownerId, name, createdAt, JSON.stringify(row)]
    },
  },
  subscriptions: {
    table: 'subscriptions',
    columns: 'id, tenant_id, created_at, record',
    values: (row) => [row.id, row.tenantId, row.createdAt, JSON.stringify(row)],
  },
  tasks: { table: 'tasks', columns: TASK_COLUMNS, values: taskValues },
  taskRuns: { table: 'task_runs', columns: RUN_COLUMNS, values: runValues },
  automations: { table: 'automations', columns: AUTOMATION_COLUMNS, values: automationValues },
  automationRuns: { table: 'automation_runs', columns: AUTOMATION_RUN_COLUMNS, values: automationRunValues },
}

export type WriteCatalog = (tenantId: TenantId, saving: CatalogSaving) => void

export function prepareCatalogWrites(db: DatabaseSync): WriteCatalog {
  const puts = new Map(PUT_ORDER.map((kind) => [kind, preparePut(db, COLUMNS[kind])]))
  const removes = new Map(
    PUT_ORDER.filter((kind) => kind !== 'tenants').map((kind) => [
      kind,
      db.prepare(`DELETE FROM ${COLUMNS[kind].table} WHERE id = ? AND tenant_id = ?`),
    ]),
  )
  return (tenantId, { put = {}, remove = {} }) => {
    for (const [kind, statement] of removes) {
      for (const id of remove[kind as keyof typeof remove] ?? []) {
        if (statement.run(id, tenantId).changes !== 1) throw new Error(`there is no ${id} to remove`)
      }
    }
    for (const kind of PUT_ORDER) for (const row of put[kind] ?? []) puts.get(kind)!(row)
  }
}

function preparePut(
  db: DatabaseSync,
  { table, columns, values }: Columns<never>,
): (row: { readonly id: string }) => void {
  const names = columns.split(',').map((name) => name.trim())
  const changing = names.filter((name) => name !== 'id' && name !== 'tenant_id')
  const own = names.includes('tenant_id') ? 'WHERE tenant_id = excluded.tenant_id' : ''
  const statement = db.prepare(`
    INSERT INTO ${table} (${columns}) VALUES (${parameters(columns)})
    ON CONFLICT (id) DO UPDATE SET ${changing.map((name) => `${name} = excluded.${name}`).join(', ')} ${own}`)
  return (row) => {
    // An update that met a row of another tenant changes nothing: our own mistake.
    if (statement.run(...values(row as never)).changes !== 1) {
      throw new Error(`row ${row.id} belongs to another tenant`)
    }
  }
}
