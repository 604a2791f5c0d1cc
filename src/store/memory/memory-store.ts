/**
 * The memory store: the executable model of the port. It is deterministic, keeps no clock, and is written to
 * be read: what it answers is what every other store must answer (test/contract/store-contract.ts). The
 * simulator runs the loops on it.
 *
 * A verb saves all of its batch or, when it throws, nothing. Each class on the way (catalog, events, reloads)
 * adds one part of the port over the same tables.
 */
import type { Tenant } from '../../catalog/records.ts'
import type { Attempt, RanStatement } from '../../core/attempt.ts'
import { defined } from '../../core/defined.ts'
import { matchesFilter } from '../../core/filter.ts'
import type { AppId, ReloadId, SpaceId, TenantId, UserId } from '../../core/ids.ts'
import { limitsOf, type TenantLimitsChange } from '../../core/limits.ts'
import { compareWaiting } from '../../core/order.ts'
import { isOutcome } from '../../core/outcome.ts'
import type { Reload } from '../../core/reload.ts'
import type { Change } from '../port/change.ts'
import type { Forget, Forgotten } from '../port/history.ts'
import type { Listed, ReloadQuery } from '../port/lists.ts'
import {
  AHEAD_COUNTED_MAX,
  type Claimed,
  type ClaimRequest,
  type ExpiredLease,
  type LeaseAnswer,
  type LeaseRenewal,
  NO_ROOM,
  type QueuePlace,
} from '../port/queue.ts'
import { reloadSortValue } from '../port/reload-sort.ts'
import type {
  Acceptance,
  Accepted,
  ReloadView,
  Saving,
  ScriptLog,
  Transition,
  Transitioned,
} from '../port/reloads.ts'
import type { Counts, ExclusiveStore } from '../port/store.ts'
import { assertCatalogSaving } from '../rule/changing.ts'
import { readersOf } from '../rule/readers.ts'
import { assertAcceptance, assertSaving, isSaving } from '../rule/saving.ts'
import { backsOff, type Counted, movedAt, Turns } from '../rule/turns.ts'
import { decideChange, saveCatalog } from './change.ts'
import { own } from './memory-catalog.ts'
import { MemoryEvents } from './memory-events.ts'
import { pageOf } from './page.ts'
import { byAge, compare, insert } from './tables.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const IDEMPOTENCY_MS = DAY_MS

export class MemoryStore extends MemoryEvents implements ExclusiveStore {
  readonly #turns = new Turns(
    () => this.#count(),
    (tenantId) => this.tables.tenants.get(tenantId)?.limits ?? {},
  )

  protected override atomically<T>(work: () => T): T {
    try {
      return super.atomically(work)
    } catch (error) {
      this.#turns.forget()
      throw error
    }
  }

  override async changeLimits(id: TenantId, change: TenantLimitsChange): Promise<Tenant | undefined> {
    const tenant = await super.changeLimits(id, change)
    this.#turns.termsChanged()
    this.notices.tellSoon({ queued: tenant !== undefined })
    return tenant
  }

  async change<Answer>(batch: readonly Change<Answer>[]): Promise<Answer[]> {
    return this.atomically(() => batch.map((change) => this.#change(change)))
  }

  #change<Answer>(change: Change<Answer>): Answer {
    const { answer, ...saving } = decideChange(this.tables, change)
    assertCatalogSaving(change.tenantId, saving)
    saveCatalog(this.tables, change.tenantId, saving)
    const { put = {}, events = [], deliveries = [] } = saving
    for (const event of events) this.saveEvent(event)
    for (const delivery of deliveries) this.saveDelivery(delivery)
    // Its limits may have changed, and with them what may be claimed.
    const queued = put.tenants !== undefined
    if (queued) this.#turns.termsChanged()
    this.notices.note({ queued, events: events.length > 0, deliveries: deliveries.length > 0 })
    return answer
  }

  async accept(batch: readonly Acceptance[]): Promise<Accepted[]> {
    return this.atomically(() => batch.map((acceptance) => this.#accept(acceptance)))
  }

  /**
   * The order of checks: contract 02, section 3.1, steps 4 to 7; a repeated key is answered before 5 and 6.
   */
  #accept(acceptance: Acceptance): Accepted {
    const { reload } = acceptance
    assertAcceptance(acceptance)
    const tenant = this.tables.requireTenant(reload.tenantId)
    if (own(this.tables.apps.get(reload.appId), reload.tenantId) === undefined) return { kind: 'no-app' }
    const key = `${reload.tenantId}/${reload.userId}/${acceptance.idempotencyKey}`
    if (acceptance.idempotencyKey !== undefined) {
      const earlier = this.tables.acceptedKeys.get(key)
      if (earlier !== undefined && reload.createdAt - earlier.createdAt < IDEMPOTENCY_MS) {
        return { kind: 'repeated', reload: this.tables.reloads.get(earlier.id)! }
      }
    }
    const ofApp = this.tables.reloads.where((row) => row.appId === reload.appId)
    const day = Math.floor(reload.createdAt / DAY_MS)
    const today = ofApp.filter((row) => Math.floor(row.createdAt / DAY_MS) === day).length
    const { reloadsPerAppAndDay: quota } = limitsOf(acceptance, tenant)
    if (quota > 0 && today >= quota) return { kind: 'quota-exceeded' }
    const pending = ofApp.find((row) => !isOutcome(row.state))
    if (pending !== undefined) return { kind: 'pending', pendingReloadId: pending.id }
    insert(this.tables.reloads, reload.id, reload)
    if (acceptance.idempotencyKey !== undefined) this.tables.acceptedKeys.put(key, reload)
    this.#turns.moved(undefined, reload, reload.queuedAt)
    this.notices.note({ queued: true })
    return { kind: 'accepted', reload }
  }

  async claim(request: ClaimRequest): Promise<Claimed[]> {
    return this.atomically(() => {
      this.#turns.begin(request.now, request.concurrentReloadsPerTenant)
      this.#letIn(request.now)
      const claimed: Claimed[] = []
      /** Refused in this call: shown once only. */
      const refused = new Set<ReloadId>()
      while (claimed.length < request.max) {
        const tenantId = this.#turns.next()
        if (tenantId === undefined) break
        const next = this.#nextOf(tenantId, request, refused)
        const result = next && request.step(this.#view(next))
        if (next === undefined || result === undefined) this.#turns.passOver(tenantId)
        else if (!isSaving(result)) {
          refused.add(next.id)
          if (result.refused === NO_ROOM) this.#turns.passOver(tenantId, next.id)
        } else {
          this.#save(next, result)
          if (result.reload.state === 'RELOADING') claimed.push(this.#claimed(result))
        }
      }
      this.#turns.end()
      return claimed
    })
  }

  #letIn(now: number): void {
    this.#turns.letIn(
      this.tables.reloads.where((row) => this.#turns.isBackingOff(row.id) && row.notBefore <= now),
      now,
    )
    this.tables.counters.put('letInAt', now)
  }

  #nextOf(tenantId: TenantId, request: ClaimRequest, refused: ReadonlySet<ReloadId>): Reload | undefined {
    return this.#claimableOf(tenantId)
      .filter((row) => !refused.has(row.id))
      .sort((left, right) => compareWaiting(left, right, request.ageingMs ?? 0))[0]
  }

  #claimableOf(tenantId: TenantId): Reload[] {
    return this.tables.reloads.where(
      (row) => row.tenantId === tenantId && row.state === 'QUEUED' && !this.#turns.isBackingOff(row.id),
    )
  }

  async queuePlace(tenantId: TenantId, id: ReloadId, ageingMs: number): Promise<QueuePlace | undefined> {
    const reload = own(this.tables.reloads.get(id), tenantId)
    if (reload?.state !== 'QUEUED') return undefined
    const ahead = this.#claimableOf(tenantId).filter((row) => compareWaiting(row, reload, ageingMs) < 0)
    return this.#turns.placeOf(reload, Math.min(ahead.length, AHEAD_COUNTED_MAX))
  }

  #count(): Counted {
    const { reloads, counters } = this.tables
    const letInAt = counters.get('letInAt') ?? 0
    const backingOff = reloads.where((row) => backsOff(row) && row.notBefore > letInAt)
    const waiting = new Map<TenantId, number>()
    for (const row of reloads.where((row) => row.state === 'QUEUED' && !backingOff.includes(row))) {
      waiting.set(row.tenantId, (waiting.get(row.tenantId) ?? 0) + 1)
    }
    return {
      waiting,
      backingOff: backingOff.map((row) => row.id),
      running: reloads.where(isRunning).map((row) => ({
        id: row.id,
        tenantId: row.tenantId,
        openedAt: this.#openAttempt(row)!.openedAt,
      })),
    }
  }

  #claimed({ reload, attempt }: Saving): Claimed {
    const app = this.tables.apps.get(reload.appId)
    if (attempt === undefined || app === undefined) {
      throw new Error(`reload ${reload.id} was claimed without an attempt or an app`)
    }
    const script =
      app.currentScriptId === undefined ? undefined : this.tables.scripts.get(app.currentScriptId)
    const tenant = this.tables.requireTenant(reload.tenantId)
    return { reload, attempt, app, tenant, ...defined({ script }) }
  }

  async transition<Refused>(batch: readonly Transition<Refused>[]): Promise<Transitioned<Refused>[]> {
    return this.atomically(() => batch.map((item) => this.#transition(item)))
  }

  #transition<Refused>({ reloadId, fence, step }: Transition<Refused>): Transitioned<Refused> {
    const reload = this.tables.reloads.get(reloadId)
    if (reload === undefined) return { kind: 'unknown' }
    if (fence !== undefined && reload.lease !== fence) return { kind: 'fenced' }
    const result = step(this.#view(reload))
    if (!isSaving(result)) return { kind: 'refused', refusal: result, reload }
    this.#save(reload, result)
    return { kind: 'saved', reload: result.reload }
  }

  #view(reload: Reload): ReloadView {
    const attempt = this.#openAttempt(reload)
    const { tables } = this
    const app = own(tables.apps.get(reload.appId), reload.tenantId)
    const subscriptions = byAge(
      tables.subscriptions.where((row) => row.tenantId === reload.tenantId && row.enabled),
    )
    const readerRows = {
      user: (id: UserId) => own(tables.users.get(id), reload.tenantId),
      space: (id: SpaceId) => own(tables.spaces.get(id), reload.tenantId),
      assignments: (id: SpaceId) => byAge(tables.assignments.where((row) => row.spaceId === id)),
    }
    return {
      reload,
      ...defined({ attempt, app }),
      tenant: tables.requireTenant(reload.tenantId),
      subscriptions,
      ...readersOf(readerRows, app, subscriptions),
    }
  }

  #openAttempt(reload: Reload): Attempt | undefined {
    const latest = this.tables.attempts.get(`${reload.id}/${reload.attempts}`)
    return latest?.closed === undefined ? latest : undefined
  }

  #save(before: Reload, saving: Saving): void {
    assertSaving(before, this.#openAttempt(before), saving)
    const { reload, attempt } = saving
    this.tables.reloads.put(reload.id, reload)
    if (attempt !== undefined) this.tables.attempts.put(`${reload.id}/${attempt.number}`, attempt)
    const app = this.tables.apps.get(reload.appId)
    if (saving.app !== undefined && app !== undefined) this.tables.apps.put(app.id, { ...app, ...saving.app })
    for (const draft of saving.events ?? []) this.saveEvent(draft)
    for (const delivery of saving.deliveries ?? []) this.saveDelivery(delivery)
    this.#turns.moved(before, reload, movedAt(reload, attempt))
    this.notices.note({
      queued: reload.state === 'QUEUED' || (isRunning(before) && !isRunning(reload)),
      canceling: reload.state === 'CANCELING',
      events: (saving.events ?? []).length > 0,
      deliveries: (saving.deliveries ?? []).length > 0,
    })
  }

  async renewLeases(batch: readonly LeaseRenewal[]): Promise<LeaseAnswer[]> {
    return this.atomically(() => batch.map((renewal) => this.#renew(renewal)))
  }

  #renew({ reloadId, lease, leaseExpiresAt, session, log }: LeaseRenewal): LeaseAnswer {
    const reload = this.tables.reloads.get(reloadId)
    const attempt = reload === undefined ? undefined : this.#openAttempt(reload)
    if (reload === undefined || attempt?.leaseToken !== lease) return 'lost'
    this.tables.attempts.put(`${reloadId}/${attempt.number}`, {
      ...attempt,
      leaseExpiresAt,
      session: { ...attempt.session, ...session },
    })
    if (log !== undefined) this.tables.reloads.put(reloadId, { ...reload, log })
    return reload.state === 'CANCELING' ? 'canceling' : 'held'
  }

  async expiredLeases(now: number, max: number): Promise<ExpiredLease[]> {
    return this.tables.attempts
      .where((attempt) => attempt.closed === undefined && attempt.leaseExpiresAt <= now)
      .sort(
        (left, right) => left.leaseExpiresAt - right.leaseExpiresAt || compare(left.reloadId, right.reloadId),
      )
      .slice(0, max)
      .map(({ reloadId, leaseToken }) => ({ reloadId, lease: leaseToken }))
  }

  async endLeases(now: number): Promise<void> {
    this.atomically(() => {
      for (const attempt of this.tables.attempts.where((row) => row.closed === undefined)) {
        const leaseExpiresAt = Math.min(attempt.leaseExpiresAt, now)
        this.tables.attempts.put(`${attempt.reloadId}/${attempt.number}`, { ...attempt, leaseExpiresAt })
      }
      this.freeDeliveries()
    })
  }

  async overdueReloads(now: number, queueTimeMs: number, max: number): Promise<ReloadId[]> {
    const waitsSince = (row: Reload) => row.queuedAt - row.waitedMs
    const limitOf = (row: Reload) =>
      limitsOf({ queueTimeMs }, this.tables.requireTenant(row.tenantId)).queueTimeMs
    return this.tables.reloads
      .where((row) => row.state === 'QUEUED' && now - waitsSince(row) >= limitOf(row))
      .sort((left, right) => waitsSince(left) - waitsSince(right) || compare(left.id, right.id))
      .slice(0, max)
      .map((row) => row.id)
  }

  async nextDueAt(now: number): Promise<number | undefined> {
    const waiting = this.tables.reloads.where((row) => row.state === 'QUEUED' && row.notBefore > now)
    return waiting.length === 0 ? undefined : Math.min(...waiting.map((row) => row.notBefore))
  }

  async reload(tenantId: TenantId, id: ReloadId): Promise<Reload | undefined> {
    return own(this.tables.reloads.get(id), tenantId)
  }

  async activeReloadOf(tenantId: TenantId, appId: AppId): Promise<ReloadId | undefined> {
    return this.tables.reloads.find(
      (row) => row.tenantId === tenantId && row.appId === appId && !isOutcome(row.state),
    )?.id
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

  async runningReloads(tenantId: TenantId): Promise<number> {
    return this.#turns.runningOf(tenantId)
  }

  async counts(): Promise<Counts> {
    const queued = this.tables.reloads.where((row) => row.state === 'QUEUED')
    return {
      queued: queued.length,
      running: this.tables.reloads.where(isRunning).length,
      pendingDeliveries: this.tables.deliveries.where((row) => row.state === 'pending').length,
      ...(queued.length === 0
        ? {}
        : { waitsSince: Math.min(...queued.map((row) => row.queuedAt - row.waitedMs)) }),
    }
  }

  async forget({ max, ...before }: Forget): Promise<Forgotten> {
    const oldest = <Row extends { readonly reloadId: string }>(rows: readonly Row[]) =>
      rows.toSorted((left, right) => compare(left.reloadId, right.reloadId)).slice(0, max)
    const endedBefore = (id: string, moment: number) =>
      (this.tables.reloads.get(id)?.endedAt ?? Number.POSITIVE_INFINITY) < moment
    return this.atomically(() => {
      const logs = oldest(this.tables.scriptLogs.rows()).filter(({ reloadId }) =>
        endedBefore(reloadId, before.scriptLogsBefore),
      )
      for (const { reloadId, attempt } of logs) this.tables.scriptLogs.remove(`${reloadId}/${attempt}`)
      const reloads = oldest(this.tables.reloads.rows().map(({ id }) => ({ reloadId: id }))).filter(
        ({ reloadId }) => endedBefore(reloadId, before.reloadsBefore),
      )
      for (const { reloadId } of reloads) this.#removeReload(reloadId)
      return {
        reloads: reloads.length,
        scriptLogs: logs.length,
        events: this.forgetEvents(before.eventsBefore, max),
        sends: this.forgetSends(before.sendsBefore, max),
      }
    })
  }

  #removeReload(id: string): void {
    const { reloads, attempts, scriptLogs } = this.tables
    reloads.remove(id)
    for (const { number } of attempts.where((one) => one.reloadId === id)) attempts.remove(`${id}/${number}`)
    for (const { attempt } of scriptLogs.where((one) => one.reloadId === id)) {
      scriptLogs.remove(`${id}/${attempt}`)
    }
  }

  async close(): Promise<void> {}
}

function isRunning(reload: Reload): boolean {
  return reload.state === 'RELOADING' || reload.state === 'CANCELING'
}

function attributeOf(reload: Reload, name: string): string | undefined {
  if (name === 'status') return reload.state
  if (name === 'partial') return String(reload.partial)
  if (name === 'type') return reload.trigger
  return undefined
}
