/** Reading what a step is shown: the reload, its open attempt, its app, its tenant and who listens. */
import type { DatabaseSync } from 'node:sqlite'
import { defined } from '../../core/defined.ts'
import type { AppId, ReloadId, TenantId } from '../../core/ids.ts'
import type { App, PlacedName, Space, SpaceAssignment, Tenant } from '../../core/records.ts'
import type { Readers } from '../../event/fan-out.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { ReloadView } from '../port/reloads.ts'
import { readersAsked } from '../rule/readers.ts'
import { appOf } from './app-rows.ts'
import { prepareChanges } from './data-readers.ts'
import { prepareStoresView } from './publications.ts'
import { openAttemptOf, reloadOf } from './reload-rows.ts'
import { recordOf, recordsOf } from './row.ts'
import { prepareSettledTask } from './settled-task.ts'
import type { CachedReload, StoreCache } from './store-cache.ts'
import { prepareUserById } from './user-rows.ts'

export interface QueueTime {
  readonly tenantId: TenantId
  readonly queueTimeMs: number
}

interface CachedTenant {
  readonly tenant: Tenant
  readonly subscriptions: readonly Subscription[]
}

/**
 * Tenants and subscriptions change rarely and are shown at every step: kept in memory until something changes
 * them.
 */
export class TenantCache {
  readonly #readTenant: (id: TenantId) => Tenant | undefined
  readonly #readSubscriptions: (tenantId: TenantId) => Subscription[]
  readonly #readQueueTimes: () => QueueTime[]
  readonly #readAll: () => Tenant[]
  #all: readonly Tenant[] | undefined
  #removed: ReadonlySet<TenantId> | undefined
  #queueTimes: readonly QueueTime[] | undefined
  readonly #kept = new Map<TenantId, CachedTenant>()

  constructor(db: DatabaseSync) {
    const tenant = db.prepare('SELECT record FROM tenants WHERE id = ?')
    const subscriptions = db.prepare(
      'SELECT record FROM subscriptions WHERE tenant_id = ? ORDER BY created_at, id',
    )
    const queueTimes = db.prepare(`
      SELECT id, record ->> '$.limits.queueTimeMs' AS ms FROM tenants
      WHERE record ->> '$.limits.queueTimeMs' IS NOT NULL`)
    this.#readQueueTimes = () =>
      queueTimes.all().map((row) => ({ tenantId: row.id as TenantId, queueTimeMs: row.ms as number }))
    const all = db.prepare('SELECT record FROM tenants ORDER BY created_at, id')
    this.#readAll = () => recordsOf<Tenant>(all.all())
    this.#readTenant = (id) => recordOf(tenant.get(id))
    this.#readSubscriptions = (tenantId) =>
      recordsOf<Subscription>(subscriptions.all(tenantId)).filter((row) => row.enabled)
  }

  of(tenantId: TenantId): CachedTenant {
    const found = this.#find(tenantId)
    if (found === undefined) throw new Error(`there is no tenant ${tenantId}`)
    return found
  }

  tenant(id: TenantId): Tenant | undefined {
    return this.#find(id)?.tenant
  }

  /** Oldest first. */
  all(): readonly Tenant[] {
    this.#all ??= this.#readAll()
    return this.#all
  }

  /** Those that were removed: nothing of them is due. */
  removed(): ReadonlySet<TenantId> {
    this.#removed ??= new Set(this.all().flatMap(({ id, removedAt }) => (removedAt === undefined ? [] : id)))
    return this.#removed
  }

  /** Tenants with a queue time of their own. */
  queueTimes(): readonly QueueTime[] {
    this.#queueTimes ??= this.#readQueueTimes()
    return this.#queueTimes
  }

  /** To be called after every change of a tenant or its subscriptions, and after every rollback. */
  forget(): void {
    this.#kept.clear()
    this.#queueTimes = undefined
    this.#all = undefined
    this.#removed = undefined
  }

  #find(tenantId: TenantId): CachedTenant | undefined {
    const kept = this.#kept.get(tenantId)
    if (kept !== undefined) return kept
    const tenant = this.#readTenant(tenantId)
    if (tenant === undefined) return undefined
    const read = { tenant, subscriptions: this.#readSubscriptions(tenantId) }
    this.#kept.set(tenantId, read)
    return read
  }
}

export interface Views {
  /** The reload with its open attempt. */
  stored(id: ReloadId): CachedReload | undefined
  /** @param names files that the attempt stored */
  view(stored: CachedReload, names?: readonly PlacedName[]): ReloadView
  app(tenantId: TenantId, id: AppId): App | undefined
  readers(app: App | undefined, subscriptions: readonly Subscription[]): Readers | undefined
}

export function prepareViews(db: DatabaseSync, tenantCache: TenantCache, cache: StoreCache): Views {
  const selectReload = db.prepare('SELECT * FROM reloads WHERE id = ?')
  const selectApp = db.prepare('SELECT * FROM apps WHERE id = ? AND tenant_id = ?')
  const userById = prepareUserById(db)
  const selectSpace = db.prepare('SELECT record FROM spaces WHERE id = ? AND tenant_id = ?')
  const selectAssignments = db.prepare(
    'SELECT record FROM assignments WHERE space_id = ? AND tenant_id = ? ORDER BY created_at, id',
  )
  const readers: Views['readers'] = (app, subscriptions) => {
    const asked = readersAsked(app, subscriptions)
    if (app === undefined || asked === undefined) return undefined
    const { tenantId } = app
    const { spaceId } = asked
    const space = spaceId && recordOf<Space>(selectSpace.get(spaceId, tenantId))
    return {
      users: asked.userIds.flatMap((id) => userById(id, tenantId) ?? []),
      ...defined({ space }),
      assignments: space ? recordsOf<SpaceAssignment>(selectAssignments.all(space.id, tenantId)) : [],
    }
  }
  const storesOf = prepareStoresView(db)
  const settledTask = prepareSettledTask(db)
  const changesOf = prepareChanges(db)
  const readReload = (id: ReloadId): CachedReload | undefined => {
    const row = selectReload.get(id)
    if (row === undefined) return undefined
    const stored = { reload: reloadOf(row), attempt: openAttemptOf(row) }
    cache.keepReload(stored)
    return stored
  }
  const appById = (tenantId: TenantId, id: AppId): App | undefined => {
    const known = cache.app(id)
    if (known?.tenantId === tenantId) return known
    const row = selectApp.get(id, tenantId)
    if (row === undefined) return undefined
    const app = appOf(row)
    cache.keepApp(app)
    return app
  }
  return {
    stored: (id) => cache.reload(id) ?? readReload(id),
    app: appById,
    readers,
    view: ({ reload, attempt }, names) => {
      const app = appById(reload.tenantId, reload.appId)
      const { tenant, subscriptions } = tenantCache.of(reload.tenantId)
      return {
        reload,
        tenant,
        subscriptions,
        changedMeanwhile: changesOf(reload),
        ...defined({
          attempt,
          app,
          readers: readers(app, subscriptions),
          stores: names && storesOf(reload.tenantId, names),
          task: settledTask(reload, app),
        }),
      }
    },
  }
}
