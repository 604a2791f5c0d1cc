/** A tenant that was removed goes, and what tells a person (store/port/history.ts). */
import type { ReloadId, TenantId } from '../../core/ids.ts'
import type { Erase, Erased } from '../port/history.ts'
import { erasing } from '../rule/erasing.ts'
import type { Table } from './table.ts'
import { compare, type OwnedRow, type Tables } from './tables.ts'

export function purge(tables: Tables, tenantId: TenantId, max: number): number {
  const tenant = tables.tenants.get(tenantId)
  if (tenant === undefined) return 0
  if (tenant.purgedFrom === undefined) throw new Error(`tenant ${tenantId} is not to be purged`)
  let gone = 0
  const remove = <Row extends { readonly id: string }>(table: Table<Row>, isOfIt: (row: Row) => boolean) => {
    const rows = table.where(isOfIt).slice(0, max - gone)
    for (const { id } of rows) table.remove(id)
    gone += rows.length
    return rows
  }
  const ownedBy = (row: OwnedRow) => row.tenantId === tenantId
  const subscriptions = new Set(tables.subscriptions.where(ownedBy).map(({ id }) => id))
  remove(tables.sends, ({ subscriptionId }) => subscriptions.has(subscriptionId))
  for (const kind of ['automationRuns', 'automations', 'taskRuns', 'tasks'] as const) {
    remove<OwnedRow>(tables[kind], ownedBy)
  }
  for (const { id } of remove(tables.events, ownedBy)) {
    for (const row of tables.deliveries.where(({ eventId }) => eventId === id)) {
      tables.deliveries.remove(row.id)
    }
  }
  remove(tables.subscriptions, ownedBy)
  for (const { id } of remove(tables.reloads, ownedBy)) removeWithReload(tables, id)
  for (const kind of REST) remove<OwnedRow>(tables[kind], ownedBy)
  if (gone < max && tables.tenants.remove(tenantId)) gone += 1
  return gone
}

const REST = [
  'scripts',
  'apps',
  'dataFiles',
  'publications',
  'assignments',
  'spaces',
  'keys',
  'loginSessions',
  'oauthClients',
  'identityProviders',
  'groups',
  'users',
] as const

/** Attempts, logs and keys of a reload go with it. */
export function removeWithReload({ attempts, scriptLogs, auditSequences }: Tables, id: ReloadId): void {
  auditSequences.remove(id)
  for (const { number } of attempts.where(({ reloadId }) => reloadId === id))
    attempts.remove(`${id}/${number}`)
  for (const { attempt } of scriptLogs.where(({ reloadId }) => reloadId === id)) {
    scriptLogs.remove(`${id}/${attempt}`)
  }
}

export function erase(tables: Tables, request: Erase): Erased {
  const { tenantId, eventsUpTo, reloadsUpTo, max } = request
  const events = tables.events
    .where((row) => row.tenantId === tenantId && row.sequence > eventsUpTo)
    .sort((left, right) => left.sequence - right.sequence)
    .slice(0, max)
  const reloads = tables.reloads
    .where(({ id }) => id > reloadsUpTo)
    .sort((left, right) => compare(left.id, right.id))
    .slice(0, max)
  const changed = erasing(request, events, reloads)
  for (const row of changed.events) tables.events.put(row.id, row)
  for (const row of changed.reloads) tables.reloads.put(row.id, row)
  return changed.erased
}
