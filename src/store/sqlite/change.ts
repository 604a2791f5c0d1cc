/** Changes of the catalog: what a step is shown about its subject, and saving what it gives back. */
import type { DatabaseSync } from 'node:sqlite'
import type { CatalogSaving, Change } from '../port/change.ts'
import type { CommitNotice } from '../port/store.ts'
import { assertCatalogSaving } from '../rule/changing.ts'
import { noticeOf } from '../rule/notice-of.ts'
import type { Turns } from '../rule/turns.ts'
import type { Accepting } from './accept.ts'
import { prepareCatalogViews } from './catalog-views.ts'
import type { WriteCatalog } from './catalog-writes.ts'
import type { SaveEvents } from './save.ts'
import type { StoreCache } from './store-cache.ts'
import type { TenantCache, Views } from './view.ts'

export function prepareChange(
  db: DatabaseSync,
  views: Views,
  {
    turns,
    tenantCache,
    cache,
  }: { readonly turns: Turns; readonly tenantCache: TenantCache; readonly cache: StoreCache },
  accepting: Accepting,
  write: WriteCatalog,
  saveEvents: SaveEvents,
  note: (changed: Partial<CommitNotice>) => void,
): <Answer>(change: Change<Answer>) => Answer {
  const decide = prepareCatalogViews(db, views, tenantCache, accepting.view)
  /** What is kept in memory of what was written is read again. */
  const forget = ({ put = {}, remove = {} }: CatalogSaving): void => {
    for (const { id } of put.apps ?? []) cache.forgetApp(id)
    for (const id of remove.apps ?? []) cache.forgetApp(id)
    const ofCallers = put.users ?? put.keys ?? remove.keys ?? put.groups ?? remove.groups
    if (ofCallers !== undefined) cache.forgetCallers()
    if ((put.tenants ?? put.subscriptions ?? remove.subscriptions) !== undefined) tenantCache.forget()
    if (put.tenants !== undefined) turns.termsChanged()
  }
  return <Answer>(change: Change<Answer>): Answer => {
    const { answer, acceptance, ...saving } = decide(change)
    assertCatalogSaving(change.tenantId, saving)
    if (acceptance !== undefined) accepting.save(acceptance)
    write(change.tenantId, saving)
    saveEvents(saving.events ?? [], saving.deliveries ?? [])
    forget(saving)
    note(noticeOf.changingCatalog(saving))
    return answer
  }
}
