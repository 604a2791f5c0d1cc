/**
 * The catalog verbs of the memory store. Lists are ordered by age (createdAt, then id) where the port names
 * no order.
 */
import type {
  ApiKey,
  App,
  DataFile,
  FilePlace,
  ScriptVersion,
  Space,
  SpaceAssignment,
  Tenant,
  User,
} from '../../catalog/records.ts'
import type {
  AppId,
  AssignmentId,
  DataFileId,
  DataVersion,
  KeyId,
  ScriptVersionId,
  SpaceId,
  SubscriptionId,
  TenantId,
  UserId,
} from '../../core/ids.ts'
import type { TenantLimits, TenantLimitsChange } from '../../core/limits.ts'
import { utf8Bytes } from '../../core/utf8.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { AppChange, ScriptSummary } from '../port/apps.ts'
import type { KeyWithUser } from '../port/people.ts'
import type { CatalogStore } from '../port/store.ts'
import type { Table } from './table.ts'
import { byAge, insert, Tables } from './tables.ts'

const UNMARKED = { full: false, partial: false } as const

export class MemoryCatalog implements Omit<CatalogStore, 'change'> {
  protected readonly tables = new Tables()

  protected atomically<T>(work: () => T): T {
    return this.tables.journal.atomically(work)
  }

  async addTenant(tenant: Tenant): Promise<void> {
    this.atomically(() => insert(this.tables.tenants, tenant.id, tenant))
  }

  async tenant(id: TenantId): Promise<Tenant | undefined> {
    return this.tables.tenants.get(id)
  }

  async tenants(): Promise<Tenant[]> {
    return byAge(this.tables.tenants.rows())
  }

  async changeHostnames(id: TenantId, hostnames: readonly string[]): Promise<void> {
    const tenant = this.tables.tenants.get(id)
    if (tenant === undefined) return
    this.atomically(() => this.tables.tenants.put(id, { ...tenant, hostnames }))
  }

  async changeLimits(id: TenantId, change: TenantLimitsChange): Promise<Tenant | undefined> {
    const tenant = this.tables.tenants.get(id)
    if (tenant === undefined) return undefined
    const { limits: before, ...rest } = tenant
    const kept = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null)
    const limits: TenantLimits = Object.fromEntries(kept)
    const changed: Tenant = kept.length === 0 ? rest : { ...rest, limits }
    this.atomically(() => this.tables.tenants.put(id, changed))
    return changed
  }

  async saveUser(user: User): Promise<void> {
    this.#save(this.tables.users, user)
  }

  async user(tenantId: TenantId, id: UserId): Promise<User | undefined> {
    return own(this.tables.users.get(id), tenantId)
  }

  async users(tenantId: TenantId): Promise<User[]> {
    return byAge(this.tables.users.where((user) => user.tenantId === tenantId))
  }

  async saveKey(key: ApiKey): Promise<void> {
    const user = this.tables.users.get(key.userId)
    if (user === undefined) throw new Error(`there is no user ${key.userId}`)
    const other = this.tables.keys.find((row) => row.tokenHash === key.tokenHash && row.id !== key.id)
    if (other !== undefined) throw new Error(`key ${other.id} has the same token`)
    this.#save(this.tables.keys, key)
  }

  async removeKey(tenantId: TenantId, id: KeyId): Promise<boolean> {
    return this.#remove(this.tables.keys, tenantId, id)
  }

  async keyByHash(tokenHash: string): Promise<KeyWithUser | undefined> {
    const key = this.tables.keys.find((row) => row.tokenHash === tokenHash)
    return key === undefined ? undefined : { key, user: this.tables.users.get(key.userId)! }
  }

  async keys(tenantId: TenantId): Promise<ApiKey[]> {
    return byAge(this.tables.keys.where((key) => key.tenantId === tenantId))
  }

  async addApp(app: App): Promise<void> {
    this.tables.requireTenant(app.tenantId)
    this.atomically(() => insert(this.tables.apps, app.id, app))
  }

  async changeApp(tenantId: TenantId, id: AppId, change: AppChange, now: number): Promise<App | undefined> {
    const app = own(this.tables.apps.get(id), tenantId)
    if (app === undefined) return undefined
    const { spaceId, ...texts } = change
    const { spaceId: spaceBefore, ...rest } = app
    const space = spaceId === undefined ? spaceBefore : spaceId
    const changed: App = {
      ...rest,
      ...texts,
      ...(space === undefined || space === null ? {} : { spaceId: space }),
      modifiedAt: now,
    }
    const readsOther = changed.ownerId !== app.ownerId || changed.spaceId !== app.spaceId
    const saved = readsOther ? { ...changed, crashedOnMaxSize: UNMARKED } : changed
    this.atomically(() => this.tables.apps.put(id, saved))
    return saved
  }

  async clearCrashMarks(tenantId: TenantId, id: AppId): Promise<boolean> {
    const app = own(this.tables.apps.get(id), tenantId)
    if (app === undefined) return false
    this.atomically(() => this.tables.apps.put(id, { ...app, crashedOnMaxSize: UNMARKED }))
    return true
  }

  async removeApp(tenantId: TenantId, id: AppId): Promise<boolean> {
    if (own(this.tables.apps.get(id), tenantId) === undefined) return false
    this.atomically(() => {
      this.tables.apps.remove(id)
      for (const script of this.tables.scripts.where((row) => row.appId === id)) {
        this.tables.scripts.remove(script.id)
      }
    })
    return true
  }

  async app(tenantId: TenantId, id: AppId): Promise<App | undefined> {
    return own(this.tables.apps.get(id), tenantId)
  }

  async apps(tenantId: TenantId): Promise<App[]> {
    return byAge(this.tables.apps.where((app) => app.tenantId === tenantId))
  }

  async referencedDataVersions(): Promise<DataVersion[]> {
    const versions = this.tables.apps
      .rows()
      .flatMap((app) => (app.data === undefined ? [] : [app.data.version]))
    return versions.sort()
  }

  async addScript(script: ScriptVersion, keep: number): Promise<boolean> {
    const app = own(this.tables.apps.get(script.appId), script.tenantId)
    if (app === undefined) return false
    this.atomically(() => {
      insert(this.tables.scripts, script.id, script)
      this.tables.apps.put(app.id, {
        ...app,
        currentScriptId: script.id,
        crashedOnMaxSize: UNMARKED,
      })
      for (const old of this.#scriptsOf(app.id).slice(keep)) this.tables.scripts.remove(old.id)
    })
    return true
  }

  async scripts(tenantId: TenantId, appId: AppId): Promise<ScriptSummary[]> {
    if (own(this.tables.apps.get(appId), tenantId) === undefined) return []
    return this.#scriptsOf(appId).map(({ script, ...rest }) => ({ ...rest, bytes: utf8Bytes(script) }))
  }

  async script(
    tenantId: TenantId,
    appId: AppId,
    id: ScriptVersionId | 'current',
  ): Promise<ScriptVersion | undefined> {
    const app = own(this.tables.apps.get(appId), tenantId)
    const wanted = id === 'current' ? app?.currentScriptId : id
    const script = wanted === undefined ? undefined : this.tables.scripts.get(wanted)
    return script?.appId === app?.id ? script : undefined
  }

  /** Newest first: the order in which they were added, backwards. */
  #scriptsOf(appId: AppId): ScriptVersion[] {
    return this.tables.scripts.where((script) => script.appId === appId).reverse()
  }

  async saveSpace(space: Space): Promise<'saved' | 'name-taken'> {
    const taken = this.tables.spaces.find(
      (row) => row.tenantId === space.tenantId && row.name === space.name && row.id !== space.id,
    )
    if (taken !== undefined) return 'name-taken'
    this.#save(this.tables.spaces, space)
    return 'saved'
  }

  async removeSpace(tenantId: TenantId, id: SpaceId): Promise<'removed' | 'unknown' | 'not-empty'> {
    if (own(this.tables.spaces.get(id), tenantId) === undefined) return 'unknown'
    const holds = (row: { readonly spaceId?: SpaceId }) => row.spaceId === id
    if (this.tables.apps.find(holds) !== undefined) return 'not-empty'
    if (this.tables.dataFiles.find(holds) !== undefined) return 'not-empty'
    this.atomically(() => {
      this.tables.spaces.remove(id)
      for (const row of this.tables.assignments.where(holds)) this.tables.assignments.remove(row.id)
    })
    return 'removed'
  }

  async space(tenantId: TenantId, id: SpaceId): Promise<Space | undefined> {
    return own(this.tables.spaces.get(id), tenantId)
  }

  async spaces(tenantId: TenantId): Promise<Space[]> {
    return byAge(this.tables.spaces.where((space) => space.tenantId === tenantId))
  }

  async saveAssignment(assignment: SpaceAssignment): Promise<'saved' | 'taken'> {
    const { spaceId, type, assigneeId, id } = assignment
    if (this.tables.spaces.get(spaceId) === undefined) throw new Error(`there is no space ${spaceId}`)
    const taken = this.tables.assignments.find(
      (row) => row.spaceId === spaceId && row.type === type && row.assigneeId === assigneeId && row.id !== id,
    )
    if (taken !== undefined) return 'taken'
    this.#save(this.tables.assignments, assignment)
    return 'saved'
  }

  async removeAssignment(tenantId: TenantId, id: AssignmentId): Promise<boolean> {
    return this.#remove(this.tables.assignments, tenantId, id)
  }

  async assignments(tenantId: TenantId, spaceId: SpaceId): Promise<SpaceAssignment[]> {
    return byAge(this.tables.assignments.where((row) => row.tenantId === tenantId && row.spaceId === spaceId))
  }

  async assignmentsOf(tenantId: TenantId, userId: UserId): Promise<SpaceAssignment[]> {
    return byAge(
      this.tables.assignments.where(
        (row) => row.tenantId === tenantId && row.type === 'user' && row.assigneeId === userId,
      ),
    )
  }

  async saveDataFile(file: DataFile): Promise<'saved' | 'name-taken'> {
    const taken = this.tables.dataFiles.find((row) => row.name === file.name && inSamePlace(row, file))
    if (taken !== undefined && taken.id !== file.id) return 'name-taken'
    this.#save(this.tables.dataFiles, file)
    this.atomically(() => this.#clearMarksOfReaders(file))
    return 'saved'
  }

  #clearMarksOfReaders({ tenantId, spaceId, ownerId }: DataFile): void {
    const readers = this.tables.apps.where(
      (app) => app.tenantId === tenantId && (spaceId !== undefined || app.ownerId === ownerId),
    )
    for (const app of readers) this.tables.apps.put(app.id, { ...app, crashedOnMaxSize: UNMARKED })
  }

  async removeDataFile(tenantId: TenantId, id: DataFileId): Promise<boolean> {
    const file = own(this.tables.dataFiles.get(id), tenantId)
    if (file !== undefined) this.atomically(() => this.#clearMarksOfReaders(file))
    return this.#remove(this.tables.dataFiles, tenantId, id)
  }

  async dataFile(tenantId: TenantId, id: DataFileId): Promise<DataFile | undefined> {
    return own(this.tables.dataFiles.get(id), tenantId)
  }

  async dataFileByName(tenantId: TenantId, place: FilePlace, name: string): Promise<DataFile | undefined> {
    return this.tables.dataFiles.find(
      (row) => row.tenantId === tenantId && row.name === name && liesIn(row, place),
    )
  }

  async dataFiles(tenantId: TenantId, place?: FilePlace): Promise<DataFile[]> {
    return byAge(
      this.tables.dataFiles.where(
        (row) => row.tenantId === tenantId && (place === undefined || liesIn(row, place)),
      ),
    )
  }

  async saveSubscription(subscription: Subscription): Promise<void> {
    this.#save(this.tables.subscriptions, subscription)
  }

  async removeSubscription(tenantId: TenantId, id: SubscriptionId): Promise<boolean> {
    return this.#remove(this.tables.subscriptions, tenantId, id)
  }

  async subscription(tenantId: TenantId, id: SubscriptionId): Promise<Subscription | undefined> {
    return own(this.tables.subscriptions.get(id), tenantId)
  }

  async subscriptions(tenantId: TenantId): Promise<Subscription[]> {
    return byAge(this.tables.subscriptions.where((row) => row.tenantId === tenantId))
  }

  #save<Row extends { readonly id: string; readonly tenantId: TenantId }>(table: Table<Row>, row: Row): void {
    this.tables.requireTenant(row.tenantId)
    const before = table.get(row.id)
    if (before !== undefined && before.tenantId !== row.tenantId) {
      throw new Error(`row ${row.id} belongs to another tenant`)
    }
    this.atomically(() => table.put(row.id, row))
  }

  #remove<Row extends { readonly tenantId: TenantId }>(
    table: Table<Row>,
    tenantId: TenantId,
    id: string,
  ): boolean {
    if (own(table.get(id), tenantId) === undefined) return false
    return this.atomically(() => table.remove(id))
  }
}

/** The row when it belongs to the tenant: other tenants' rows are as if they were not there. */
export function own<Row extends { readonly tenantId: TenantId }>(
  row: Row | undefined,
  tenantId: TenantId,
): Row | undefined {
  return row?.tenantId === tenantId ? row : undefined
}

function liesIn(file: DataFile, place: FilePlace): boolean {
  return 'spaceId' in place
    ? file.spaceId === place.spaceId
    : file.spaceId === undefined && file.ownerId === place.ownerId
}

function inSamePlace(left: DataFile, right: DataFile): boolean {
  if (left.tenantId !== right.tenantId) return false
  return liesIn(left, right.spaceId === undefined ? { ownerId: right.ownerId } : { spaceId: right.spaceId })
}
