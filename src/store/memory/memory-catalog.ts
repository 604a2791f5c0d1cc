/**
 * Apps, spaces, data files and subscriptions of the memory store. Lists are ordered by age (createdAt, then
 * id) where the port names no order.
 */
import type {
  App,
  DataFile,
  FilePlace,
  ScriptVersion,
  Space,
  SpaceAssignment,
} from '../../catalog/records.ts'
import type {
  AppId,
  AssignmentId,
  DataFileId,
  DataVersion,
  ScriptVersionId,
  SpaceId,
  SubscriptionId,
  TenantId,
  UserId,
} from '../../core/ids.ts'
import { utf8Bytes } from '../../core/utf8.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { AppChange, ScriptSummary } from '../port/apps.ts'
import type { FieldOf, ListedRecords, ListKind } from '../port/list-fields.ts'
import { fieldOf, type Listed, type ListQuery, type RowsQuery } from '../port/lists.ts'
import type { CatalogStore } from '../port/store.ts'
import { changedApp, ownerOfReaders, unmarked, withScript } from '../rule/crash-marks.ts'
import { listOf, matching } from '../rule/listing.ts'
import { inSamePlace, liesIn } from './change.ts'
import { MemoryPeople } from './memory-people.ts'
import { byAge, insert, own } from './tables.ts'

export class MemoryCatalog extends MemoryPeople implements Omit<CatalogStore, 'change'> {
  async addApp(app: App): Promise<void> {
    this.tables.requireTenant(app.tenantId)
    this.atomically(() => insert(this.tables.apps, app.id, app))
  }

  async changeApp(tenantId: TenantId, id: AppId, change: AppChange, now: number): Promise<App | undefined> {
    return this.#putApp(tenantId, id, (app) => changedApp(app, change, now))
  }

  async clearCrashMarks(tenantId: TenantId, id: AppId): Promise<boolean> {
    return this.#putApp(tenantId, id, unmarked) !== undefined
  }

  #putApp(tenantId: TenantId, id: AppId, change: (app: App) => App): App | undefined {
    const app = own(this.tables.apps.get(id), tenantId)
    if (app === undefined) return undefined
    const changed = change(app)
    this.atomically(() => this.tables.apps.put(id, changed))
    return changed
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
      this.tables.apps.put(app.id, withScript(app, script))
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
    this.saveRow(this.tables.spaces, space)
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

  async saveAssignment(assignment: SpaceAssignment): Promise<'saved' | 'taken'> {
    const { spaceId, type, assigneeId, id } = assignment
    if (this.tables.spaces.get(spaceId) === undefined) throw new Error(`there is no space ${spaceId}`)
    const taken = this.tables.assignments.find(
      (row) => row.spaceId === spaceId && row.type === type && row.assigneeId === assigneeId && row.id !== id,
    )
    if (taken !== undefined) return 'taken'
    this.saveRow(this.tables.assignments, assignment)
    return 'saved'
  }

  async removeAssignment(tenantId: TenantId, id: AssignmentId): Promise<boolean> {
    return this.removeRow(this.tables.assignments, tenantId, id)
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
    this.saveRow(this.tables.dataFiles, file)
    this.atomically(() => this.#clearMarksOfReaders(file))
    return 'saved'
  }

  #clearMarksOfReaders(file: DataFile): void {
    const ownerId = ownerOfReaders(file)
    const readers = this.tables.apps.where(
      (app) => app.tenantId === file.tenantId && (ownerId === undefined || app.ownerId === ownerId),
    )
    for (const app of readers) this.tables.apps.put(app.id, unmarked(app))
  }

  async removeDataFile(tenantId: TenantId, id: DataFileId): Promise<boolean> {
    const file = own(this.tables.dataFiles.get(id), tenantId)
    if (file !== undefined) this.atomically(() => this.#clearMarksOfReaders(file))
    return this.removeRow(this.tables.dataFiles, tenantId, id)
  }

  async dataFile(tenantId: TenantId, id: DataFileId): Promise<DataFile | undefined> {
    return own(this.tables.dataFiles.get(id), tenantId)
  }

  async dataFileByName(tenantId: TenantId, place: FilePlace, name: string): Promise<DataFile | undefined> {
    return this.tables.dataFiles.find(
      (row) => row.tenantId === tenantId && row.name === name && liesIn(row, place),
    )
  }

  async list<Kind extends ListKind>(
    kind: Kind,
    query: ListQuery<Kind>,
  ): Promise<Listed<ListedRecords[Kind]>> {
    return listOf(kind, this.tables.listed(kind, query.tenantId), query)
  }

  async count<Kind extends ListKind>(kind: Kind, { tenantId, where }: RowsQuery<Kind>): Promise<number> {
    return matching(kind, this.tables.listed(kind, tenantId), where).length
  }

  async sum<Kind extends ListKind>(
    kind: Kind,
    field: FieldOf<Kind>,
    { tenantId, where }: RowsQuery<Kind>,
  ): Promise<number> {
    const rows = matching(kind, this.tables.listed(kind, tenantId), where)
    return rows.reduce((sum, row) => sum + Number(fieldOf(kind, row, field) ?? 0), 0)
  }

  async saveSubscription(subscription: Subscription): Promise<void> {
    this.saveRow(this.tables.subscriptions, subscription)
  }

  async removeSubscription(tenantId: TenantId, id: SubscriptionId): Promise<boolean> {
    return this.removeRow(this.tables.subscriptions, tenantId, id)
  }

  async subscription(tenantId: TenantId, id: SubscriptionId): Promise<Subscription | undefined> {
    return own(this.tables.subscriptions.get(id), tenantId)
  }
}
