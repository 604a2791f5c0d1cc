/** Changes of the catalog in the memory store: what a step is shown, and saving what it gives back. */

import { defined } from '../../core/defined.ts'
import { namesOnTheWay } from '../../core/file-name.ts'
import type { TenantId } from '../../core/ids.ts'
import { isOutcome } from '../../core/outcome.ts'
import type { App, DataFile, PlacedName } from '../../core/records.ts'
import type { CatalogKind, CatalogRecords, CatalogSaving, Change } from '../port/change.ts'
import type { StoresView } from '../port/publications.ts'
import type { Acceptance } from '../port/reloads.ts'
import type { AcceptanceView } from '../rule/accepting.ts'
import { isAboutPeople, PUT_ORDER } from '../rule/changing.ts'
import { type Judged, judged } from '../rule/judging.ts'
import { automationView } from './automation-view.ts'
import { dataAudience, liesIn } from './data-readers.ts'
import { peopleStep } from './people-views.ts'
import type { Table } from './table.ts'
import { byAge, type OwnedRow, own, type Tables } from './tables.ts'
import { taskView } from './task-views.ts'

/** Shows the step what is stored about its subject. @param stored what accepting a reload is shown */
export function decideChange<Answer>(
  tables: Tables,
  change: Change<Answer>,
  stored: (acceptance: Acceptance) => AcceptanceView,
): Judged<Answer> {
  const { tenantId } = change
  if (change.kind === 'tenant') {
    const tenant = tables.tenants.get(tenantId)
    return change.step({ ...defined({ tenant }), tenants: () => byAge(tables.tenants.rows()) })
  }
  const all = byAge(tables.subscriptions.where((row) => row.tenantId === tenantId))
  const base = { tenant: tables.requireTenant(tenantId), subscriptions: all.filter((row) => row.enabled) }
  if (isAboutPeople(change)) return peopleStep(tables, change, base)
  switch (change.kind) {
    case 'app': {
      const app = own(tables.apps.get(change.id), tenantId)
      const scripts = tables.scripts.where((row) => row.tenantId === tenantId && row.appId === change.id)
      const ids = scripts.map(({ id }) => id).reverse()
      const tasks = byAge(tables.tasks.where((row) => row.tenantId === tenantId && row.appId === change.id))
      const isReloading = tables.reloads.find(
        (row) => row.tenantId === tenantId && row.appId === change.id && !isOutcome(row.state),
      )
      const shown = { ...base, scripts: ids, tasks, isReloading: isReloading !== undefined }
      return change.step({ ...shown, ...defined({ app }) })
    }
    case 'space': {
      const { id, name } = change
      const space = own(tables.spaces.get(id), tenantId)
      const isOfIt = (row: { readonly tenantId: TenantId; readonly spaceId?: string }) =>
        row.tenantId === tenantId && row.spaceId === id
      return change.step({
        ...base,
        ...defined({ space }),
        assignments: byAge(tables.assignments.where(isOfIt)),
        isEmpty: (tables.apps.find(isOfIt) ?? tables.dataFiles.find(isOfIt)) === undefined,
        nameTaken: tables.spaces
          .rows()
          .some((row) => row.tenantId === tenantId && row.name === name && row.id !== id),
      })
    }
    case 'data-file': {
      const file = own(tables.dataFiles.get(change.id), tenantId)
      const isBelow = (row: DataFile) =>
        file !== undefined &&
        inSamePlace(row, file) &&
        file.name.endsWith('/') &&
        row.name !== file.name &&
        row.name.startsWith(file.name)
      return change.step({
        ...base,
        ...defined({ file }),
        below: byAge(tables.dataFiles.where(isBelow)),
        onTheWay: change.wanted === undefined ? [] : onTheWay(tables, tenantId, change.wanted),
        marked: markedApps(tables, tenantId),
        ...dataAudience(tables, tenantId),
      })
    }
    case 'subscription': {
      const subscription = all.find((row) => row.id === change.id)
      return change.step({ ...base, all, ...defined({ subscription }) })
    }
    case 'task':
      return judged(change, taskView(tables, tenantId, change, base), stored)
    case 'automation':
      return change.step({ ...base, ...automationView(tables, tenantId, change) })
  }
}

function onTheWay(tables: Tables, tenantId: TenantId, wanted: PlacedName): DataFile[] {
  return namesOnTheWay(wanted.name).flatMap(
    (name) =>
      tables.dataFiles.find(
        (row) => row.tenantId === tenantId && row.name === name && liesIn(row, wanted.place),
      ) ?? [],
  )
}

function markedApps(tables: Tables, tenantId: TenantId): App[] {
  return byAge(
    tables.apps.where(
      ({ tenantId: of, crashedOnMaxSize: { full, partial } }) => of === tenantId && (full || partial),
    ),
  )
}

/** What a settling step is shown about the files that its attempt stored. */
export function storesView(tables: Tables, tenantId: TenantId, stored: readonly PlacedName[]): StoresView {
  const isGone = ({ place }: PlacedName) =>
    'spaceId' in place && own(tables.spaces.get(place.spaceId), tenantId) === undefined
  return {
    placeless: stored.filter(isGone),
    onTheWay: [...new Set(stored.flatMap((each) => onTheWay(tables, tenantId, each)))],
    marked: markedApps(tables, tenantId),
    ...dataAudience(tables, tenantId),
  }
}

/** Removes and puts the records; throws where a database would refuse them. */
export function saveCatalog(
  tables: Tables,
  tenantId: TenantId,
  { put = {}, remove = {} }: CatalogSaving,
): void {
  for (const kind of PUT_ORDER) {
    if (kind === 'tenants' || kind === 'users') continue
    for (const id of remove[kind] ?? []) removeRow(tables, kind, tenantId, id)
  }
  for (const kind of PUT_ORDER) putRows(tables, kind, put[kind] ?? [])
}

type Removable = Exclude<CatalogKind, 'tenants' | 'users'>

function removeRow(tables: Tables, kind: Removable, tenantId: TenantId, id: string): void {
  const table: Table<OwnedRow> = tables[kind]
  if (own(table.get(id), tenantId) === undefined) throw new Error(`there is no ${id} to remove`)
  table.remove(id)
  if (kind === 'apps') {
    for (const row of tables.scripts.where(({ appId }) => appId === id)) tables.scripts.remove(row.id)
    for (const row of tables.tasks.where(({ appId }) => appId === id)) removeTask(tables, row.id)
  }
  if (kind === 'tasks') removeTask(tables, id)
  if (kind === 'automations') {
    for (const row of tables.automationRuns.where(({ automationId }) => automationId === id)) {
      tables.automationRuns.remove(row.id)
    }
  }
  if (kind === 'spaces') {
    for (const row of tables.assignments.where(({ spaceId }) => spaceId === id)) {
      tables.assignments.remove(row.id)
    }
  }
}

/** Its waiting runs go with it. */
function removeTask({ tasks, taskRuns }: Tables, id: string): void {
  tasks.remove(id)
  const waiting = taskRuns.where(({ taskId, state }) => taskId === id && state === 'waiting')
  for (const run of waiting) taskRuns.remove(run.id)
}

function putRows<Kind extends CatalogKind>(
  tables: Tables,
  kind: Kind,
  rows: readonly CatalogRecords[Kind][],
): void {
  const ofKinds: { readonly [Each in CatalogKind]: Table<CatalogRecords[Each]> } = tables
  const table: Table<CatalogRecords[Kind]> = ofKinds[kind]
  for (const row of rows) {
    const before = table.get(row.id)
    if ('tenantId' in row) {
      tables.requireTenant(row.tenantId)
      if (before !== undefined && 'tenantId' in before && before.tenantId !== row.tenantId) {
        throw new Error(`row ${row.id} belongs to another tenant`)
      }
    }
    const { refersTo, isSame } = CONSTRAINTS[kind]
    if (refersTo?.(tables, row) === false) throw new Error(`what ${row.id} refers to is not there`)
    const other = isSame && table.find((one) => one.id !== row.id && isSame(one, row))
    if (other !== undefined) throw new Error(`${other.id} is already what ${row.id} would be`)
    table.put(row.id, row)
  }
}

interface Constraint<Row> {
  /** False when a record is missing that the row refers to. */
  readonly refersTo?: (tables: Tables, row: Row) => boolean
  /** Two rows that cannot both be. */
  readonly isSame?: (one: Row, other: Row) => boolean
}

function hasUser(tables: Tables, { userId }: { readonly userId: string }): boolean {
  return tables.users.get(userId) !== undefined
}

const CONSTRAINTS: { readonly [Kind in CatalogKind]: Constraint<CatalogRecords[Kind]> } = {
  tenants: {},
  groups: { isSame: (one, other) => one.tenantId === other.tenantId && one.name === other.name },
  users: {
    isSame: (one, other) =>
      one.tenantId === other.tenantId &&
      one.subject === other.subject &&
      one.status !== 'deleted' &&
      other.status !== 'deleted',
  },
  oauthClients: { refersTo: hasUser },
  identityProviders: {},
  loginSessions: { refersTo: hasUser, isSame: (one, other) => one.tokenHash === other.tokenHash },
  keys: {
    refersTo: hasUser,
    isSame: (one, other) => one.tokenHash === other.tokenHash,
  },
  spaces: { isSame: (one, other) => one.tenantId === other.tenantId && one.name === other.name },
  assignments: {
    refersTo: (tables, { spaceId }) => tables.spaces.get(spaceId) !== undefined,
    isSame: (one, other) =>
      one.spaceId === other.spaceId && one.type === other.type && one.assigneeId === other.assigneeId,
  },
  apps: { isSame: (one, other) => one.data !== undefined && one.data.version === other.data?.version },
  scripts: { refersTo: (tables, { appId }) => tables.apps.get(appId) !== undefined },
  dataFiles: { isSame: (one, other) => one.name === other.name && inSamePlace(one, other) },
  subscriptions: {},
  tasks: { refersTo: (tables, { appId }) => tables.apps.get(appId) !== undefined },
  taskRuns: {
    refersTo: (tables, { state, taskId }) => state !== 'waiting' || tables.tasks.get(taskId) !== undefined,
    isSame: (one, other) =>
      (one.taskId === other.taskId && one.key === other.key) ||
      (one.reloadId !== undefined && one.reloadId === other.reloadId),
  },
  automations: {},
  automationRuns: {
    refersTo: (tables, { automationId }) => tables.automations.get(automationId) !== undefined,
    isSame: (one, other) => one.automationId === other.automationId && one.key === other.key,
  },
}

export function inSamePlace(left: DataFile, right: DataFile): boolean {
  if (left.tenantId !== right.tenantId) return false
  return liesIn(left, right.spaceId === undefined ? { ownerId: right.ownerId } : { spaceId: right.spaceId })
}
