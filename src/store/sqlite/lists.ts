/**
 * Lists of every kind, page by page: what a field of a kind (store/port/list-fields.ts) is in SQL.
 * Expressions that have an index stand in the migrations in the same words.
 */
import type { DatabaseSync } from 'node:sqlite'
import { RUN_MODES } from '../../core/automation/automation.ts'
import { defined } from '../../core/defined.ts'
import type { FieldOf, ListedRecords, ListKind } from '../port/list-fields.ts'
import type { ListQuery, ListStore, RowsQuery } from '../port/lists.ts'
import { appOf } from './app-rows.ts'
import { conditionSql, type SqlCondition } from './condition.ts'
import { type Listing, listPage } from './page.ts'
import type { Row } from './row.ts'
import { inTurns, isCostly, pageOfSlices, type Slices, sumOfSlices } from './slices.ts'
import { prepareUserOf, type UserOf } from './user-rows.ts'

interface Columns<Kind extends ListKind> {
  readonly table: string
  readonly sql: Readonly<Record<FieldOf<Kind>, string>>
  /** Fields that may be absent. */
  readonly nullable: readonly FieldOf<Kind>[]
  readonly idsFirst?: Listing['idsFirst']
  /** Its index by tenant, age and id: costly conditions are looked for along it, in slices. */
  readonly byAge?: string
  readonly record: (row: Row, userOf: UserOf) => ListedRecords[Kind]
}

const inRecord = (name: string) => `record ->> '$.${name}'`
/** Without its closing "/". */
const BARE_NAME = `rtrim(name, '/')`
const PARENT = `rtrim(${BARE_NAME}, replace(${BARE_NAME}, '/', ''))`

const TRIGGER_KIND = inRecord('document.trigger.kind')
const RUN_MODE = `CASE ${TRIGGER_KIND} ${Object.entries(RUN_MODES)
  .map(([kind, mode]) => `WHEN '${kind}' THEN '${mode}'`)
  .join(' ')} END`

/** Those that are there still. */
const GROUPS_OF_USER = `json_each(users.record, '$.groups') AS m JOIN groups AS g ON g.id = m.value ->> '$.id'`

export const UPDATED_AT_OF_APP = `max(modified_at, ifnull(data ->> '$.engineTime', 0))`

const COLUMNS: { readonly [Kind in ListKind]: Columns<Kind> } = {
  apps: {
    table: 'apps',
    byAge: 'apps_of_tenant',
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
    byAge: 'users_of_tenant',
    sql: {
      id: 'id',
      subject: inRecord('subject'),
      name: inRecord('name'),
      email: inRecord('email'),
      status: inRecord('status'),
      clientId: inRecord('clientId'),
      erasing: `ifnull(record ->> '$.erasing', 0)`,
      roles: `record -> '$.roles'`,
      groupIds: `(SELECT json_group_array(g.id) FROM ${GROUPS_OF_USER})`,
      groupRoles: `(SELECT json_group_array(DISTINCT r.value)
        FROM ${GROUPS_OF_USER}, json_each(g.record, '$.roles') AS r)`,
      createdAt: 'created_at',
      updatedAt: inRecord('updatedAt'),
    },
    nullable: ['email', 'clientId'],
    record: ({ record }, userOf) => userOf(record),
  },
  groups: {
    table: 'groups',
    byAge: 'groups_of_tenant',
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
    byAge: 'oauth_clients_of_tenant',
    sql: { id: 'id', name: inRecord('name'), createdAt: 'created_at', updatedAt: inRecord('updatedAt') },
    nullable: [],
    record: carried,
  },
  identityProviders: {
    table: 'identity_providers',
    byAge: 'identity_providers_of_tenant',
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
    byAge: 'keys_of_tenant',
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
    byAge: 'spaces_of_tenant',
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
    byAge: 'data_files_of_tenant',
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
    byAge: 'subscriptions_of_tenant',
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
    byAge: 'tasks_of_tenant',
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
    byAge: 'task_runs_of_tenant',
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
    byAge: 'automations_by_age',
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

export function prepareLists(db: DatabaseSync): ListStore {
  const userOf = prepareUserOf(db)
  return {
    list: async (kind, query) => {
      const slices = slicesOf(db, kind, query)
      const { sql, record } = columnsOf(kind)
      const recordOf = (row: Row) => record(row, userOf)
      if (slices === undefined) return listPage(db, listingOf(kind, query), recordOf)
      const { rows, ...beside } = await pageOfSlices(slices, sql[query.sort.field], query)
      return { rows: await inTurns(rows, recordOf), ...beside }
    },
    count: (kind, query) => aggregate(db, kind, 'count(*)', query),
    sum: (kind, field, query) => aggregate(db, kind, `ifnull(sum(${columnsOf(kind).sql[field]}), 0)`, query),
  }
}

export function listingOf<Kind extends ListKind>(kind: Kind, query: ListQuery<Kind>): Listing {
  const { sort, page } = query
  const { table, sql, nullable, idsFirst } = columnsOf(kind)
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

async function aggregate<Kind extends ListKind>(
  db: DatabaseSync,
  kind: Kind,
  expression: string,
  query: RowsQuery<Kind>,
): Promise<number> {
  const slices = slicesOf(db, kind, query)
  if (slices !== undefined) return sumOfSlices(slices, expression)
  const conditions = conditionsOf(kind, query)
  const where = conditions.map((condition) => condition.sql).join(' AND ')
  const select = db.prepare(`SELECT ${expression} AS answer FROM ${columnsOf(kind).table} WHERE ${where}`)
  return select.get(...conditions.flatMap((condition) => condition.values))!.answer as number
}

/** The way of a costly condition through the rows of the tenant; undefined where it is looked for at once. */
function slicesOf<Kind extends ListKind>(
  db: DatabaseSync,
  kind: Kind,
  { tenantId, where }: RowsQuery<Kind>,
): Slices | undefined {
  const { table, sql, byAge } = columnsOf(kind)
  if (byAge === undefined || where === undefined || !isCostly(where)) return undefined
  return { db, table, byAge, tenantId, condition: conditionSql(where, (field) => sql[field]) }
}

function conditionsOf<Kind extends ListKind>(
  kind: Kind,
  { tenantId, where }: RowsQuery<Kind>,
): readonly SqlCondition[] {
  const { sql } = columnsOf(kind)
  const ofTenant = { sql: 'tenant_id = ?', values: [tenantId] }
  return where === undefined ? [ofTenant] : [ofTenant, conditionSql(where, (field) => sql[field])]
}

function columnsOf<Kind extends ListKind>(kind: Kind): Columns<Kind> {
  return COLUMNS[kind] as Columns<Kind>
}

function carried<Record>(row: Row): Record {
  return JSON.parse(row.record as string) as Record
}
