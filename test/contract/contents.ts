/** Everything that can be read of a store, to compare it with another one. */
import type { TenantId } from '../../src/core/ids.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import type { Store } from '../../src/store/port/store.ts'
import { subscriptionId } from './store-records.ts'

export async function contentsOf(store: Store, tenants: readonly TenantId[]): Promise<unknown> {
  const contents: unknown[] = [await store.counts(), await store.referencedDataVersions()]
  for (const tenantId of tenants) {
    const sort = { field: 'endTime', descending: true } as const
    const { rows } = await store.reloads({ tenantId, sort, page: { limit: 1000 } })
    const events = await store.eventsAfter(tenantId, 0, 1000)
    contents.push(
      rows,
      events,
      await everyRow(store, 'apps', { tenantId: tenantId }),
      await everyRow(store, 'subscriptions', { tenantId: tenantId }),
    )
    contents.push(await everyRow(store, 'dataFiles', { tenantId }))
    contents.push(
      await everyRow(store, 'tasks', { tenantId }),
      await everyRow(store, 'taskRuns', { tenantId }),
    )
    for (const row of rows) contents.push(await store.attempts(row.id))
    for (const event of events) contents.push(await store.deliveriesOf(event.id))
  }
  for (const number of [0, 1, 2]) {
    const sort = { field: 'triggeredAt', descending: false } as const
    contents.push(await store.sends({ subscriptionId: subscriptionId(number), sort, page: { limit: 1000 } }))
  }
  return comparable(contents)
}

/** Sequences may have gaps, each store its own: their order is compared, not their numbers. */
export function comparable(value: unknown): unknown {
  const text = JSON.stringify(value ?? null, (key, member) => (key === 'sequence' ? undefined : member))
  return JSON.parse(text)
}
