/**
 * What is left of a tenant goes when nobody can want it back: its files first, then its records, its own
 * record last. Whoever is killed on the way goes on where it was: each step finds out what is left.
 *
 * Nothing is deleted unless the tenant's record says that it is being purged, and it says so only when the
 * tenant was removed long enough ago, by the time that the installation has seen (history/forget.ts).
 */
import type { DataVersion, TenantId } from '../core/ids.ts'
import type { Log } from '../core/ports.ts'
import type { Tenant } from '../core/records.ts'
import type { ChangeStore } from '../store/port/change.ts'
import { is, not } from '../store/port/condition.ts'
import type { HistoryStore } from '../store/port/history.ts'
import type { FieldOf } from '../store/port/list-fields.ts'
import type { ListStore } from '../store/port/lists.ts'
import type { PeopleStore } from '../store/port/people.ts'
import { changeOne } from './deps.ts'
import type { FileStore } from './file-contents.ts'

const APPS_PER_STEP = 50
const ROWS_PER_STEP = 200

export interface PurgeDeps {
  readonly store: ChangeStore & ListStore & Pick<PeopleStore, 'tenants'> & Pick<HistoryStore, 'purge'>
  readonly files: Pick<FileStore, 'removeAll'>
  /** Deletes the data file of an app; harmless when it is not there. */
  readonly discardData: (version: DataVersion) => Promise<void>
  readonly log: Log
}

/**
 * One step for the first tenant that was removed before the moment, epoch ms.
 * @returns how much it did; 0: no such tenant is left
 */
export async function purgeBefore(deps: PurgeDeps, moment: number): Promise<number> {
  const due = ({ removedAt, purgedFrom }: Tenant) =>
    removedAt !== undefined && (purgedFrom !== undefined || removedAt < moment)
  const tenant = (await deps.store.tenants()).find(due)
  if (tenant === undefined || !(await marked(deps, tenant.id, moment))) return 0
  const apps = await purgeApps(deps, tenant.id)
  if (apps > 0) return apps
  await deps.files.removeAll(tenant.id)
  const rows = await deps.store.purge(tenant.id, ROWS_PER_STEP)
  if (rows > 0 && rows < ROWS_PER_STEP) deps.log.info('a removed tenant is gone', { tenantId: tenant.id })
  return rows
}

/** Whether it says by now that it is being purged. */
function marked({ store, log }: PurgeDeps, tenantId: TenantId, moment: number): Promise<boolean> {
  return changeOne<boolean>(store, {
    kind: 'tenant',
    tenantId,
    step: ({ tenant }) => {
      if (tenant?.removedAt === undefined) return { answer: false }
      if (tenant.purgedFrom !== undefined) return { answer: true }
      if (tenant.removedAt >= moment) return { answer: false }
      log.info('the data of a removed tenant is deleted', { tenantId, name: tenant.name })
      return { answer: true, put: { tenants: [{ ...tenant, purgedFrom: moment }] } }
    },
  })
}

/** The data file before the record: a record without its file is found again, a file without a record not. */
async function purgeApps({ store, discardData }: PurgeDeps, tenantId: TenantId): Promise<number> {
  const sort = { field: 'id', descending: false } as const
  const withData = not(is<FieldOf<'apps'>>('fileBytes', 0))
  const { rows } = await store.list('apps', {
    tenantId,
    where: withData,
    sort,
    page: { limit: APPS_PER_STEP },
  })
  if (rows.length === 0) return 0
  for (const { data } of rows) if (data !== undefined) await discardData(data.version)
  const apps = rows.map(({ id }) => id)
  await changeOne(store, { kind: 'tenant', tenantId, step: () => ({ answer: undefined, remove: { apps } }) })
  return apps.length
}
