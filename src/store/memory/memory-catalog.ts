/**
 * Apps, spaces, data files and subscriptions of the memory store. Lists are ordered by age (createdAt, then
 * id) where the port names no order.
 */

import type {
  AppId,
  DataFileId,
  DataVersion,
  ScriptVersionId,
  SpaceId,
  SubscriptionId,
  TenantId,
} from '../../core/ids.ts'
import type {
  App,
  DataFile,
  FilePlace,
  ScriptVersion,
  Space,
  SpaceAssignment,
  User,
} from '../../core/records.ts'
import { isAssignedTo } from '../../core/rights.ts'
import { utf8Bytes } from '../../core/utf8.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { ScriptSummary } from '../port/apps.ts'
import type { FieldOf, ListedRecords, ListKind } from '../port/list-fields.ts'
import { fieldOf, type Listed, type ListQuery, type RowsQuery } from '../port/lists.ts'
import type { CatalogStore } from '../port/store.ts'
import { listOf, matching } from '../rule/listing.ts'
import { liesIn } from './data-readers.ts'
import { MemoryAutomations } from './memory-automations.ts'
import { byAge, own } from './tables.ts'

export class MemoryCatalog extends MemoryAutomations implements Omit<CatalogStore, 'change'> {
  async app(tenantId: TenantId, id: AppId): Promise<App | undefined> {
    return own(this.tables.apps.get(id), tenantId)
  }

  async referencedDataVersions(): Promise<DataVersion[]> {
    const versions = this.tables.apps
      .rows()
      .flatMap((app) => (app.data === undefined ? [] : [app.data.version]))
    return versions.sort()
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

  async space(tenantId: TenantId, id: SpaceId): Promise<Space | undefined> {
    return own(this.tables.spaces.get(id), tenantId)
  }

  async assignments(tenantId: TenantId, spaceId: SpaceId): Promise<SpaceAssignment[]> {
    return byAge(this.tables.assignments.where((row) => row.tenantId === tenantId && row.spaceId === spaceId))
  }

  async assignmentsOf(user: Pick<User, 'tenantId' | 'id' | 'groups'>): Promise<SpaceAssignment[]> {
    return byAge(
      this.tables.assignments.where((row) => row.tenantId === user.tenantId && isAssignedTo(row, user)),
    )
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

  async subscription(tenantId: TenantId, id: SubscriptionId): Promise<Subscription | undefined> {
    return own(this.tables.subscriptions.get(id), tenantId)
  }
}
