/** Every prepared operation of the store in one place, made once when it is opened. */
import type { DatabaseSync } from 'node:sqlite'
import { defined } from '../../core/defined.ts'
import type { HistoryStore } from '../port/history.ts'
import type { CommitNotice, ExclusiveStore } from '../port/store.ts'
import { noticeOf } from '../rule/notice-of.ts'
import type { Turns } from '../rule/turns.ts'
import { prepareAccepting } from './accept.ts'
import { prepareApps, prepareScripts } from './apps.ts'
import { prepareAutomations } from './automations.ts'
import { prepareCatalogWrites } from './catalog-writes.ts'
import { prepareChange } from './change.ts'
import { prepareClaim } from './claim.ts'
import { prepareDataFiles } from './data-files.ts'
import { prepareClaimDeliveries, prepareDeliveryReads } from './deliveries.ts'
import { prepareErase } from './erase.ts'
import { prepareEventReads } from './events.ts'
import { prepareForget, prepareSeenAt } from './forget.ts'
import { prepareIdentity } from './identity.ts'
import { prepareInstallation } from './installation.ts'
import { prepareEndLeases, prepareRenewLease, prepareSweeps } from './leases.ts'
import { listReloads } from './list-reloads.ts'
import { prepareOfferDeliveries } from './offer-deliveries.ts'
import { preparePublications } from './publications.ts'
import { preparePullBack } from './pull-back.ts'
import { preparePurge } from './purge.ts'
import { FIRST_WAITING, preparePositionOf } from './queue.ts'
import { prepareReloadReads } from './read-reloads.ts'
import { prepareReopenDeliveries } from './reopen-deliveries.ts'
import { prepareSave, prepareSaveEvents } from './save.ts'
import { listSends, prepareSend, prepareSendWrites } from './sends.ts'
import { prepareSpaces } from './spaces.ts'
import type { StoreCache } from './store-cache.ts'
import { prepareSubscriptions } from './subscriptions.ts'
import { prepareTasks } from './tasks.ts'
import { prepareTransition } from './transition.ts'
import { prepareUpdateReload } from './update-reload.ts'
import type { Answers, Verb } from './verbs.ts'
import { prepareViews, type TenantCache } from './view.ts'

export function prepareStatements(
  db: DatabaseSync,
  turns: Turns,
  tenantCache: TenantCache,
  cache: StoreCache,
  note: (changed: Partial<CommitNotice>) => void,
  logLost: boolean,
): Answers<ExclusiveStore, Verb> {
  const views = prepareViews(db, tenantCache, cache)
  const updateReload = prepareUpdateReload(db)
  const write = prepareCatalogWrites(db)
  const save = prepareSave(db, turns, cache, updateReload, write, note)
  const saveEvents = prepareSaveEvents(db)
  const accepting = prepareAccepting(db, views, tenantCache, cache, turns, note)
  const sends = prepareSendWrites(db, tenantCache, saveEvents, note)
  const deliveries = prepareDeliveryReads(db)
  const reads = prepareReloadReads(db)
  const positionOf = preparePositionOf(db, turns)
  const firstWaiting = db.prepare(FIRST_WAITING)
  return {
    accept: each(accepting.accept),
    claim: prepareClaim(db, views, turns, save),
    transition: each(prepareTransition(views, save)),
    renewLeases: each(prepareRenewLease(views, cache, updateReload)),
    endLeases: prepareEndLeases(db, cache, note),
    pullBack: preparePullBack(db, views, { turns, cache }, updateReload, write, note),
    ...prepareSweeps(db, tenantCache),
    ...reads,
    reloads: (query) => listReloads(db, query),
    queuePosition: (tenantId, id, ageingMs) => {
      const reload = reads.reload(tenantId, id)
      return reload?.state === 'QUEUED' ? positionOf(reload, ageingMs) : undefined
    },
    runningReloads: (tenantId) => turns.runningOf(tenantId),
    counts: () => {
      const since = firstWaiting.get()!.since as number | null
      const pendingDeliveries = deliveries.pendingCount()
      return { ...turns.counts(), pendingDeliveries, ...defined({ waitsSince: since ?? undefined }) }
    },
    ...prepareInstallation(db, logLost),
    ...prepareEventReads(db),
    ...prepareHistory(db, turns, tenantCache, cache),
    ...deliveries,
    claimDeliveries: prepareClaimDeliveries(db),
    reopenDeliveries: prepareReopenDeliveries(db, note),
    offerDeliveries: prepareOfferDeliveries(db, note),
    recordSends: (batch) => {
      for (const record of batch) sends.record(record)
      note(noticeOf.recordingSends(batch))
    },
    addSend: sends.add,
    sends: (query) => listSends(db, query),
    send: prepareSend(db),
    change: each(prepareChange(db, views, { turns, tenantCache, cache }, accepting, write, saveEvents, note)),
    ...prepareIdentity(db, cache, tenantCache),
    app: views.app,
    ...prepareApps(db),
    ...prepareScripts(db),
    ...prepareSpaces(db),
    ...prepareDataFiles(db),
    ...preparePublications(db),
    ...prepareSubscriptions(db),
    ...prepareTasks(db, () => tenantCache.removed()),
    ...prepareAutomations(db, () => tenantCache.removed()),
  }
}

function prepareHistory(
  db: DatabaseSync,
  turns: Turns,
  tenantCache: TenantCache,
  cache: StoreCache,
): Answers<HistoryStore> {
  const rowsAreGone = () => {
    for (const kept of [cache, tenantCache, turns]) kept.forget()
  }
  return {
    forget: prepareForget(db),
    seenAt: prepareSeenAt(db),
    purge: preparePurge(db, (id) => tenantCache.tenant(id), rowsAreGone),
    erase: prepareErase(db, cache),
  }
}

/** A batch is done one by one, in one transaction. */
function each<Item, Answer>(one: (item: Item) => Answer): (batch: readonly Item[]) => Answer[] {
  return (batch) => batch.map((item) => one(item))
}
