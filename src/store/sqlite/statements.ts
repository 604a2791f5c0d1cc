/** Every prepared operation of the store in one place, made once when it is opened. */
import type { DatabaseSync } from 'node:sqlite'
import type { ReloadId, TenantId } from '../../core/ids.ts'
import type { QueuePlace } from '../port/queue.ts'
import type { CommitNotice, Counts } from '../port/store.ts'
import type { Turns } from '../rule/turns.ts'
import { prepareAccept } from './accept.ts'
import { prepareApps, prepareScripts } from './apps.ts'
import { prepareChange } from './change.ts'
import { prepareClaim } from './claim.ts'
import { prepareDataFiles } from './data-files.ts'
import { prepareClaimDeliveries, prepareDeliveryReads } from './deliveries.ts'
import { prepareEventReads } from './events.ts'
import { prepareForget } from './forget.ts'
import { prepareIdentity } from './identity.ts'
import type { Kept } from './kept.ts'
import { prepareEndLeases, prepareRenewLease, prepareSweeps } from './leases.ts'
import { FIRST_WAITING, preparePlaceOf } from './queue.ts'
import { prepareReloadReads } from './read-reloads.ts'
import { prepareReopenDeliveries } from './reopen-deliveries.ts'
import { prepareSave, prepareSaveEvents } from './save.ts'
import { prepareSend, prepareSendWrites } from './sends.ts'
import { prepareAssignments, prepareSpaces } from './spaces.ts'
import { prepareSubscriptions } from './subscriptions.ts'
import { prepareTransition } from './transition.ts'
import { prepareUpdateReload } from './update-reload.ts'
import { type Audience, prepareViews } from './view.ts'

export type Statements = ReturnType<typeof prepareStatements>

export function prepareStatements(
  db: DatabaseSync,
  turns: Turns,
  audience: Audience,
  kept: Kept,
  note: (changed: Partial<CommitNotice>) => void,
) {
  const views = prepareViews(db, audience, kept)
  const updateReload = prepareUpdateReload(db)
  const save = prepareSave(db, turns, kept, updateReload, note)
  const saveEvents = prepareSaveEvents(db)
  const sends = prepareSendWrites(db, audience, saveEvents, note)
  const deliveries = prepareDeliveryReads(db)
  const reads = prepareReloadReads(db)
  const placeOf = preparePlaceOf(db, turns)
  const firstWaiting = db.prepare(FIRST_WAITING)
  return {
    accept: prepareAccept(db, views, audience, kept, turns, note),
    claim: prepareClaim(db, views, turns, save),
    transition: prepareTransition(views, save),
    renewLease: prepareRenewLease(views, kept, updateReload),
    endLeases: prepareEndLeases(db, kept),
    ...prepareSweeps(db, audience),
    ...reads,
    queuePlace: (tenantId: TenantId, id: ReloadId, ageingMs: number): QueuePlace | undefined => {
      const reload = reads.reload(tenantId, id)
      return reload?.state === 'QUEUED' ? placeOf(reload, ageingMs) : undefined
    },
    runningReloads: (tenantId: TenantId): number => turns.runningOf(tenantId),
    counts: (): Counts => {
      const since = firstWaiting.get()!.since as number | null
      const waitsSince = since === null ? {} : { waitsSince: since }
      return { ...turns.counts(), pendingDeliveries: deliveries.pendingCount(), ...waitsSince }
    },
    ...prepareEventReads(db),
    forget: prepareForget(db),
    ...deliveries,
    claimDeliveries: prepareClaimDeliveries(db),
    reopenDeliveries: prepareReopenDeliveries(db),
    recordSend: sends.record,
    addSend: sends.add,
    send: prepareSend(db),
    change: prepareChange(db, views, { turns, audience, kept }, saveEvents, note),
    ...prepareIdentity(
      db,
      kept,
      (id) => audience.tenant(id),
      () => {
        audience.forget()
        turns.termsChanged()
      },
    ),
    app: views.app,
    ...prepareApps(db, (id) => kept.forgetApp(id)),
    ...prepareScripts(db, (id) => kept.forgetApp(id)),
    ...prepareSpaces(db),
    ...prepareAssignments(db),
    ...prepareDataFiles(db, (id) => kept.forgetApp(id)),
    ...prepareSubscriptions(db, () => audience.forget()),
  }
}
