/**
 * Lists of every kind, page by page: what a field of a kind (store/port/list-fields.ts) is in SQL.
 * Expressions that have an index stand in the migrations in the same words.
 */
import type { DatabaseSync } from 'node:sqlite'
import { RUN_MODES } from '../../core/automation/automation.ts'
import { defined } from '../../core/defined.ts'
import type { FieldOf, ListedRecords, ListKind } from '../port/list-fields.ts'
import type { Listed, ListQuery, RowsQuery } from '../port/lists.ts'
import { appOf } from './app-rows.ts'
import { conditionSql, type SqlCondition } from './condition.ts'
import { type Listing, listPage } from './page.ts'
import type { Row } from './row.ts'

interface Columns<Kind extends ListKind> {
  readonly table: string
  readonly sql: Readonly<Record<FieldOf<Kind>, string>>
  /** Fields that may be absent. */
  readonly nullable: readonly FieldOf<Kind>[]
  readonly idsFirst?: Listing['idsFirst']
  readonly record: (row: Row) => ListedRecords[Kind]
}

const inRecord = (name: string) => `record ->> '$.${name}'`
/** Without its closing "/". */
const BARE_NAME = `rtrim(name, '/')`
const PARENT = `rtrim(${BARE_NAME}, replace(${BARE_NAME}, '/', ''))`

const TRIGGER_KIND = inRecord('document.trigger.kind')
const RUN_MODE = `CASE ${TRIGGER_KIND} ${Object.entries(RUN_MODES)
  .map(([kind, mode]) => `WHEN '${kind}' THEN '${mode}'`)
  .join(' ')} END`

export const UPDATED_AT_OF_APP = `max(modified_at, ifnull(data ->> '$.engineTime', 0))`

const COLUMNS: { readonly [Kind in ListKind]: Columns<Kind> } = {
  apps: {
    table: 'apps',
    sql: {
      id: 'id',
      itemId: 'item_id',
      name: 'name',
      description: 'description',
      usage: 'usage',
      ownerId: 'owner_id',
      spaceId: 'space_id',
      createdAt: 'created_at',
      updatedAt: UPDATED_AT_OF_APP,
      fileBytes: `ifnull(data ->> '$.fileBytes', 0)`,
      originAppId: `publication ->> '$.originAppId'`,
    },
    nullable: ['spaceId', 'originAppId'],
    idsFirst: true,
    record: appOf,
  },
  users: {
    table: 'users',
    sql: {
      id: 'id',
      subject: inRecord('subject'),
      name: inRecord('name'),
      email: inRecord('email'),
      status: inRecord('status'),
      clientId: inRecord('clientId'),
      erasing: `ifnull(record ->> '$.erasing', 0)`,
      roles: `record -> '$.roles'`,
      groupIds: membershipsOf(`m.value ->> '$.id'`, `json_each(record, '$.groups') AS m`),
      groupRoles: membershipsOf(
        'DISTINCT r.value',
        `json_each(record, '$.groups') AS m, json_each(m.value, '$.roles') AS r`,
      ),
      createdAt: 'created_at',
      updatedAt: inRecord('updatedAt'),
    },
    nullable: ['email', 'clientId'],
    record: carried,
  },
  groups: {
    table: 'groups',
    sql: {
      id: 'id',
      name: 'name',
      provider: inRecord('provider'),
      roles: `record -> '$.roles'`,
      createdAt: 'created_at',
      updatedAt: inRecord('updatedAt'),
    },
    nullable: [],
    record: carried,
  },
  oauthClients: {
    table: 'oauth_clients',
    sql: { id: 'id', name: inRecord('name'), createdAt: 'created_at', updatedAt: inRecord('updatedAt') },
    nullable: [],
    record: carried,
  },
  identityProviders: {
    table: 'identity_providers',
    sql: {
      id: 'id',
      name: inRecord('name'),
      protocol: inRecord('protocol'),
      enabled: inRecord('enabled'),
      createdAt: 'created_at',
    },
    nullable: [],
    record: carried,
  },
  loginSessions: {
    table: 'login_sessions',
    sql: { id: 'id', userId: 'user_id', createdAt: 'created_at', expiresAt: 'expires_at' },
    nullable: [],
    record: carried,
  },
  keys: {
    table: 'keys',
    sql: {
      id: 'id',
      userId: 'user_id',
      description: inRecord('description'),
      createdBy: inRecord('createdBy'),
      createdAt: 'created_at',
      expiresAt: inRecord('expiresAt'),
      revokedAt: inRecord('revokedAt'),
    },
    nullable: ['expiresAt', 'revokedAt'],
    record: carried,
  },
  spaces: {
    table: 'spaces',
    sql: {
      id: 'id',
      name: 'name',
      type: inRecord('type'),
      ownerId: inRecord('ownerId'),
      createdAt: 'created_at',
    },
    nullable: [],
    record: carried,
  },
  assignments: {
    table: 'assignments',
    sql: {
      id: 'id',
      spaceId: 'space_id',
      type: 'type',
      assigneeId: 'assignee_id',
      createdAt: 'created_at',
    },
    nullable: [],
    record: carried,
  },
  dataFiles: {
    table: 'data_files',
    sql: {
      id: 'id',
      spaceId: 'space_id',
      ownerId: 'owner_id',
      name: 'name',
      baseName: `substr(${BARE_NAME}, length(${PARENT}) + 1)`,
      parent: PARENT,
      folder: `(substr(name, -1) = '/')`,
      bytes: inRecord('bytes'),
      createdAt: 'created_at',
      modifiedAt: inRecord('modifiedAt'),
    },
    nullable: ['spaceId'],
    record: carried,
  },
  subscriptions: {
    table: 'subscriptions',
    sql: {
      id: 'id',
      name: inRecord('name'),
      url: inRecord('url'),
      channel: inRecord('channel'),
      eventTypes: `record -> '$.eventTypes'`,
      origin: inRecord('origin'),
      level: inRecord('level'),
      enabled: inRecord('enabled'),
      ownerId: inRecord('ownerId'),
      createdBy: inRecord('createdBy'),
      updatedBy: inRecord('updatedBy'),
      createdAt: 'created_at',
      updatedAt: inRecord('updatedAt'),
    },
    nullable: ['channel'],
    record: carried,
  },
  tasks: {
    table: 'tasks',
    sql: {
      id: 'id',
      generation: inRecord('generation'),
      name: inRecord('name'),
      enabled: inRecord('enabled'),
      partial: inRecord('partial'),
      appId: 'app_id',
      appOwnerId: inRecord('appOwnerId'),
      spaceId: inRecord('spaceId'),
      ownerId: 'owner_id',
      updatedBy: inRecord('updatedBy'),
      createdAt: 'created_at',
      updatedAt: inRecord('updatedAt'),
      lastStatus: inRecord('state.lastRun.status'),
      lastTriggeredBy: inRecord('state.lastRun.triggeredBy'),
      lastStartedAt: inRecord('state.lastRun.startedAt'),
      lastEndedAt: inRecord('state.lastRun.endedAt'),
      lastExecutedAs: inRecord('state.lastRun.executedAs'),
      triggerType: `CASE WHEN record -> '$.triggers.schedule' IS NOT NULL THEN 'time'
        WHEN record -> '$.triggers.ends' IS NOT NULL THEN 'event'
        WHEN record -> '$.triggers.data' IS NOT NULL THEN 'data' ELSE 'none' END`,
    },
    nullable: ['lastStatus', 'lastTriggeredBy', 'lastStartedAt', 'lastEndedAt', 'lastExecutedAs'],
    record: carried,
  },
  taskRuns: {
    table: 'task_runs',
    sql: {
      id: 'id',
      taskId: 'task_id',
      appId: 'app_id',
      reloadId: 'reload_id',
      state: 'state',
      createdAt: 'created_at',
      startedAt: 'started_at',
      endedAt: 'ended_at',
    },
    nullable: ['reloadId', 'startedAt', 'endedAt'],
    record: carried,
  },
  automations: {
    table: 'automations',
    sql: {
      id: 'id',
      itemId: 'item_id(id)',
      name: inRecord('name'),
      description: inRecord('description'),
      runMode: RUN_MODE,
      enabled: inRecord('enabled'),
      ownerId: 'owner_id',
      spaceId: inRecord('spaceId'),
      maxConcurrentRuns: inRecord('maxConcurrentRuns'),
      lastRunState: inRecord('lastRun.state'),
      lastRunAt: inRecord('lastRun.endedAt'),
      createdAt: 'created_at',
      updatedAt: inRecord('updatedAt'),
    },
    nullable: ['spaceId', 'lastRunState', 'lastRunAt'],
    record: carried,
  },
  automationRuns: {
    table: 'automation_runs',
    sql: {
      id: 'id',
      automationId: 'automation_id',
      state: 'state',
      cause: inRecord('cause.kind'),
      createdAt: 'created_at',
      startedAt: inRecord('startedAt'),
      endedAt: 'ended_at',
    },
    nullable: ['startedAt', 'endedAt'],
    record: carried,
  },
}

export function list<Kind extends ListKind>(
  db: DatabaseSync,
  kind: Kind,
  query: ListQuery<Kind>,
): Listed<ListedRecords[Kind]> {
  return listPage(db, listingOf(kind, query), (COLUMNS[kind] as Columns<Kind>).record)
}

export function listingOf<Kind extends ListKind>(kind: Kind, query: ListQuery<Kind>): Listing {
  const { sort, page } = query
  const { table, sql, nullable, idsFirst } = COLUMNS[kind] as Columns<Kind>
  return {
    table,
    conditions: conditionsOf(kind, query),
    sortBy: sql[sort.field],
    nullable: nullable.includes(sort.field),
    descending: sort.descending,
    page,
    ...defined({ idsFirst }),
  }
}

export function count<Kind extends ListKind>(db: DatabaseSync, kind: Kind, query: RowsQuery<Kind>): number {
  return aggregate(db, kind, 'count(*)', query)
}

export function sum<Kind extends ListKind>(
  db: DatabaseSync,
  kind: Kind,
  field: FieldOf<Kind>,
  query: RowsQuery<Kind>,
): number {
  const { sql } = COLUMNS[kind] as Columns<Kind>
  return aggregate(db, kind, `ifnull(sum(${sql[field]}), 0)`, query)
}

function aggregate<Kind extends ListKind>(
  db: DatabaseSync,
  kind: Kind,
  expression: string,
  query: RowsQuery<Kind>,
): number {
  const conditions = conditionsOf(kind, query)
  const where = conditions.map((condition) => condition.sql).join(' AND ')
  const select = db.prepare(`SELECT ${expression} AS answer FROM ${COLUMNS[kind].table} WHERE ${where}`)
  return select.get(...conditions.flatMap((condition) => condition.values))!.answer as number
}

function conditionsOf<Kind extends ListKind>(
  kind: Kind,
  { tenantId, where }: RowsQuery<Kind>,
): readonly SqlCondition[] {
  const { sql } = COLUMNS[kind] as Columns<Kind>
  const ofTenant = { sql: 'tenant_id = ?', values: [tenantId] }
  return where === undefined ? [ofTenant] : [ofTenant, conditionSql(where, (field) => sql[field])]
}

/** A list of texts that are taken from the groups of a user. */
function membershipsOf(text: string, from: string): string {
  return `(SELECT json_group_array(${text}) FROM ${from})`
}

function carried<Record>(row: Row): Record {
  return JSON.parse(row.record as string) as Record
}
