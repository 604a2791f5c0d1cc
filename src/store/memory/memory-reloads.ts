/** Reloads of the memory store: accepting them, their steps, and reading them. */

import type { Attempt, RanStatement } from '../../core/attempt.ts'
import { defined } from '../../core/defined.ts'
import { matchesFilter } from '../../core/filter.ts'
import type { AppId, PublicationId, ReloadId, TenantId } from '../../core/ids.ts'
import { isOutcome, type Outcome } from '../../core/outcome.ts'
import type { Publication } from '../../core/publication.ts'
import type { PlacedName } from '../../core/records.ts'
import type { Reload } from '../../core/reload.ts'
import type { Listed, ReloadQuery } from '../port/lists.ts'
import type { PublicationStore, StoresSaving } from '../port/publications.ts'
import { reloadSortValue } from '../port/reload-sort.ts'
import type {
  Acceptance,
  Accepted,
  LastEnd,
  ReloadStore,
  ReloadView,
  Saving,
  ScriptLog,
  Transition,
  Transitioned,
} from '../port/reloads.ts'
import { type AcceptanceView, accepting } from '../rule/accepting.ts'
import { noticeOf } from '../rule/notice-of.ts'
import { pageOf } from '../rule/page.ts'
import { assertSaving } from '../rule/saving.ts'
import { stepped } from '../rule/stepping.ts'
import { movedAt } from '../rule/turns.ts'
import { saveCatalog, storesView } from './change.ts'
import { changesOf } from './data-readers.ts'
import { MemoryDeliveries } from './memory-deliveries.ts'
import { openAttempt } from './queue-count.ts'
import { readersOf } from './readers.ts'
import { byAge, insert, own } from './tables.ts'
import { settledTaskOf } from './task-views.ts'

export class MemoryReloads extends MemoryDeliveries implements ReloadStore, PublicationStore {
  async accept(batch: readonly Acceptance[]): Promise<Accepted[]> {
    this.notices.notifySoon(noticeOf.accepting())
    return this.atomically(() => batch.map((acceptance) => this.#accept(acceptance)))
  }

  #accept(acceptance: Acceptance): Accepted {
    const answer = accepting(acceptance, this.acceptanceView(acceptance))
    if (answer.kind === 'accepted') this.saveAccepted(acceptance)
    return answer
  }

  protected acceptanceView({ reload }: Acceptance): AcceptanceView {
    const { reloads, apps, acceptedKeys } = this.tables
    const { tenantId, appId } = reload
    const ofApp = reloads.where((row) => row.appId === appId)
    return {
      tenant: () => this.tables.requireTenant(tenantId),
      hasApp: () => own(apps.get(appId), tenantId) !== undefined,
      acceptedUnder: (key, after) => {
        const accepted = acceptedKeys.get(keyOf(reload, key))
        if (accepted === undefined || accepted.at <= after) return undefined
        const earlier = reloads.get(accepted.reloadId)
        return earlier && { reload: earlier, ...defined({ payload: accepted.payload }) }
      },
      acceptedBetween: (from, to) =>
        ofApp.filter((row) => row.createdAt >= from && row.createdAt < to).length,
      active: () => ofApp.find((row) => !isOutcome(row.state))?.id,
    }
  }

  protected saveAccepted({ reload, idempotencyKey: key, payload, isAudited }: Acceptance): void {
    insert(this.tables.reloads, reload.id, reload)
    if (isAudited === true) this.tables.auditSequences.put(reload.id, this.tables.nextSequence())
    if (key !== undefined) {
      this.tables.acceptedKeys.put(keyOf(reload, key), {
        reloadId: reload.id,
        at: reload.createdAt,
        ...defined({ payload }),
      })
    }
    this.turns.moved(undefined, reload, reload.queuedAt)
    this.notices.note(noticeOf.accepted())
  }

  async transition<Refused>(batch: readonly Transition<Refused>[]): Promise<Transitioned<Refused>[]> {
    return this.atomically(() => batch.map((item) => this.#transition(item)))
  }

  #transition<Refused>(transition: Transition<Refused>): Transitioned<Refused> {
    const reload = this.tables.reloads.get(transition.reloadId)
    const { answer, saving } = stepped(transition, reload, (row, stored) => this.viewOf(row, stored))
    if (reload !== undefined && saving !== undefined) this.saveStep(reload, saving)
    return answer
  }

  protected viewOf(reload: Reload, stored?: readonly PlacedName[]): ReloadView {
    const { tables } = this
    const { tenantId } = reload
    const attempt = openAttempt(tables, reload)
    const app = own(tables.apps.get(reload.appId), tenantId)
    const subscriptions = byAge(tables.subscriptions.where((row) => row.tenantId === tenantId && row.enabled))
    const readers = readersOf(tables, app, subscriptions)
    const tenant = tables.requireTenant(tenantId)
    const stores = stored && storesView(tables, tenantId, stored)
    const task = settledTaskOf(tables, reload, app)
    const shown = defined({ attempt, app, readers, stores, task })
    return { reload, tenant, subscriptions, changedMeanwhile: changesOf(tables, reload), ...shown }
  }

  protected saveStep(before: Reload, saving: Saving): void {
    assertSaving(before, openAttempt(this.tables, before), saving)
    const { reload, attempt } = saving
    this.tables.reloads.put(reload.id, reload)
    if (attempt !== undefined) this.tables.attempts.put(`${reload.id}/${attempt.number}`, attempt)
    const app = this.tables.apps.get(reload.appId)
    if (saving.app !== undefined && app !== undefined) this.tables.apps.put(app.id, { ...app, ...saving.app })
    if (saving.stores !== undefined) this.#saveStores(reload.tenantId, saving.stores)
    const { tasks = [], taskRuns = [] } = saving
    saveCatalog(this.tables, reload.tenantId, { put: { tasks, taskRuns } })
    for (const draft of saving.events ?? []) this.saveEvent(draft)
    for (const delivery of saving.deliveries ?? []) this.saveDelivery(delivery)
    this.turns.moved(before, reload, movedAt(reload, attempt))
    this.notices.note(noticeOf.saving(before, saving))
  }

  #saveStores(tenantId: TenantId, { dataFiles, apps, taskRuns, publication }: StoresSaving): void {
    saveCatalog(this.tables, tenantId, { put: { dataFiles, apps, taskRuns } })
    insert(this.tables.publications, publication.id, publication)
  }

  async publications(tenantId?: TenantId): Promise<Publication[]> {
    return this.tables.publications.where((row) => tenantId === undefined || row.tenantId === tenantId)
  }

  async published(id: PublicationId): Promise<void> {
    this.atomically(() => this.tables.publications.remove(id))
  }

  async reload(tenantId: TenantId, id: ReloadId): Promise<Reload | undefined> {
    return own(this.tables.reloads.get(id), tenantId)
  }

  async activeReloadOf(tenantId: TenantId, appId: AppId): Promise<ReloadId | undefined> {
    return this.tables.reloads.find(
      (row) => row.tenantId === tenantId && row.appId === appId && !isOutcome(row.state),
    )?.id
  }

  async lastEnds(tenantId: TenantId, appIds: readonly AppId[]): Promise<readonly LastEnd[]> {
    return appIds.flatMap((appId) => {
      const ended = this.tables.reloads.where(
        (row) => row.tenantId === tenantId && row.appId === appId && isOutcome(row.state),
      )
      const last = byAge(ended).at(-1)
      return last === undefined ? [] : [{ appId, state: last.state as Outcome, endedAt: last.endedAt! }]
    })
  }

  async reloads(query: ReloadQuery): Promise<Listed<Reload>> {
    const rows = this.tables.reloads.where(
      (row) =>
        row.tenantId === query.tenantId &&
        (query.appId === undefined || row.appId === query.appId) &&
        (query.partial === undefined || row.partial === query.partial) &&
        (query.filter === undefined || matchesFilter(query.filter, (name) => attributeOf(row, name))),
    )
    return pageOf(rows, query.sort, query.page, (row) => reloadSortValue(row, query.sort.field))
  }

  async attempts(reloadId: ReloadId): Promise<Attempt[]> {
    return this.tables.attempts
      .where((attempt) => attempt.reloadId === reloadId)
      .sort((left, right) => left.number - right.number)
  }

  async saveScriptLog(reloadId: ReloadId, attempt: number, log: ScriptLog): Promise<void> {
    const id = `${reloadId}/${attempt}`
    if (this.tables.attempts.get(id) === undefined) throw new Error(`there is no attempt ${id}`)
    this.atomically(() => this.tables.scriptLogs.put(id, { reloadId, attempt, log }))
  }

  async scriptLog(reloadId: ReloadId): Promise<string | undefined> {
    return this.#latestLog(reloadId)?.text
  }

  async ranStatements(reloadId: ReloadId): Promise<readonly RanStatement[]> {
    return this.#latestLog(reloadId)?.statements ?? []
  }

  #latestLog(reloadId: ReloadId): ScriptLog | undefined {
    return this.tables.scriptLogs
      .where((row) => row.reloadId === reloadId)
      .sort((left, right) => right.attempt - left.attempt)[0]?.log
  }
}

/** Of an idempotency key among those of all users. */
function keyOf({ tenantId, userId }: Reload, key: string): string {
  return `${tenantId}/${userId}/${key}`
}

function attributeOf(reload: Reload, name: string): string | undefined {
  if (name === 'status') return reload.state
  if (name === 'partial') return String(reload.partial)
  if (name === 'type') return reload.trigger
  return undefined
}
