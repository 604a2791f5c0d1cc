/**
 * The SQLite store: one file, one server, every promise resolved after its durable commit. Writes go through
 * the group commit of writer.ts; reads answer at once, on the same connection, and so see every acknowledged
 * write.
 *
 * Modes: open (from `open` on, holding the data lock) - closed (every verb refuses).
 */
import type { DatabaseSync } from 'node:sqlite'
import type * as records from '../../catalog/records.ts'
import type * as ids from '../../core/ids.ts'
import type { TenantLimitsChange } from '../../core/limits.ts'
import type { Send } from '../../event/delivery.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { AppChange } from '../port/apps.ts'
import type { Change } from '../port/change.ts'
import type { DeliveryClaim, Reopening, SendRecord } from '../port/deliveries.ts'
import type { Forget } from '../port/history.ts'
import type { ListedRecords, ListKind } from '../port/list-fields.ts'
import type { Listed, ListQuery, ReloadQuery, RowsQuery, SendQuery } from '../port/lists.ts'
import type { ClaimRequest, LeaseRenewal } from '../port/queue.ts'
import type { Acceptance, ScriptLog, Transition, Transitioned } from '../port/reloads.ts'
import type { CommitNotice, ExclusiveStore } from '../port/store.ts'
import type { SubscriptionStep } from '../port/subscriptions.ts'
import { noticeOf } from '../rule/notice-of.ts'
import { Notices } from '../rule/notices.ts'
import { Turns } from '../rule/turns.ts'
import { Checkpoints } from './checkpoints.ts'
import { connect } from './connection.ts'
import { lockData } from './data-lock.ts'
import { Kept } from './kept.ts'
import { listReloads } from './list-reloads.ts'
import { count, list } from './lists.ts'
import { prepareCount } from './queue.ts'
import { listSends } from './sends.ts'
import { prepareStatements, type Statements } from './statements.ts'
import { Audience } from './view.ts'
import { Writer } from './writer.ts'

export class SqliteStore implements ExclusiveStore {
  readonly #db: DatabaseSync
  readonly #lock: { release(): void }
  readonly #notices = new Notices()
  readonly #writer: Writer
  readonly #checkpoints: Checkpoints
  readonly #do: Statements
  #closed: Promise<void> | undefined

  private constructor(db: DatabaseSync, file: string, lock: { release(): void }) {
    this.#db = db
    this.#lock = lock
    const audience = new Audience(db)
    const turns = new Turns(prepareCount(db), (id) => audience.of(id).tenant.limits ?? {})
    const kept = new Kept()
    this.#checkpoints = new Checkpoints(db, file)
    this.#writer = new Writer(
      db,
      () => {
        this.#notices.publish()
        this.#checkpoints.committed()
      },
      (what) => {
        if (what === 'group') this.#notices.discard()
        turns.forget()
        audience.forget()
        kept.forget()
      },
    )
    this.#do = prepareStatements(db, turns, audience, kept, (changed) => this.#notices.note(changed))
  }

  /**
   * Opens the file, creating it when it is not there, and brings it to the current schema.
   * @throws when another server has it open, when its schema is newer, or when it cannot be read; the error
   * names the file
   */
  static open(file: string): SqliteStore {
    const lock = lockData(file)
    try {
      return new SqliteStore(connect(file), file, lock)
    } catch (error) {
      lock.release()
      throw error
    }
  }

  onCommit(listener: (changed: CommitNotice) => void): () => void {
    return this.#notices.listen(listener)
  }

  /** Writes what was asked for before, then lets go of the file. Harmless when repeated. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#writer.close()
    await this.#checkpoints.stop()
    this.#db.close()
    this.#lock.release()
  }

  // ---------------------------------------------------------------------------------------------- reloads

  /**
   * Told before the commit, so that a worker with a free slot claims in the same one: one fsync less before
   * it starts.
   */
  accept(batch: readonly Acceptance[]) {
    const accepted = this.#writer.write(() => batch.map(this.#do.accept))
    this.#notices.tellSoon(noticeOf.accepting())
    return accepted
  }

  claim(request: ClaimRequest) {
    return this.#writer.write(() => this.#do.claim(request))
  }

  async queuePlace(tenantId: ids.TenantId, id: ids.ReloadId, ageingMs: number) {
    return this.#do.queuePlace(tenantId, id, ageingMs)
  }

  transition<Refused>(batch: readonly Transition<Refused>[]): Promise<Transitioned<Refused>[]> {
    return this.#writer.write(() => batch.map((transition) => this.#do.transition(transition)))
  }

  renewLeases(batch: readonly LeaseRenewal[]) {
    return this.#writer.write(() => batch.map(this.#do.renewLease))
  }

  async expiredLeases(now: number, max: number) {
    return this.#do.expiredLeases(now, max)
  }

  endLeases(now: number) {
    return this.#writer.write(() => {
      this.#do.endLeases(now)
      this.#notices.note(noticeOf.endingLeases())
    })
  }

  async overdueReloads(now: number, queueTimeMs: number, max: number) {
    return this.#do.overdueReloads(now, queueTimeMs, max)
  }

  async nextDueAt(now: number) {
    return this.#do.nextDueAt(now)
  }

  async reload(tenantId: ids.TenantId, id: ids.ReloadId) {
    return this.#do.reload(tenantId, id)
  }

  async activeReloadOf(tenantId: ids.TenantId, appId: ids.AppId) {
    return this.#do.activeReloadOf(tenantId, appId)
  }

  async reloads(query: ReloadQuery) {
    return listReloads(this.#db, query)
  }

  async attempts(reloadId: ids.ReloadId) {
    return this.#do.attempts(reloadId)
  }

  saveScriptLog(reloadId: ids.ReloadId, attempt: number, log: ScriptLog) {
    return this.#writer.write(() => this.#do.saveScriptLog(reloadId, attempt, log))
  }

  async ranStatements(reloadId: ids.ReloadId) {
    return this.#do.ranStatements(reloadId)
  }

  async scriptLog(reloadId: ids.ReloadId) {
    return this.#do.scriptLog(reloadId)
  }

  async runningReloads(tenantId: ids.TenantId) {
    return this.#do.runningReloads(tenantId)
  }

  async counts() {
    return this.#do.counts()
  }

  // ---------------------------------------------------------------------------------------------- events

  async eventsAfter(tenantId: ids.TenantId, sequence: number, max: number) {
    return this.#do.eventsAfter(tenantId, sequence, max)
  }

  async eventsBefore(tenantId: ids.TenantId, sequence: number, max: number) {
    return this.#do.eventsBefore(tenantId, sequence, max)
  }

  async lastSequence() {
    return this.#do.lastSequence()
  }

  async forgottenSequence() {
    return this.#do.forgottenSequence()
  }

  forget(request: Forget) {
    return this.#writer.write(() => this.#do.forget(request))
  }

  async event(tenantId: ids.TenantId, id: ids.EventId) {
    return this.#do.event(tenantId, id)
  }

  async eventsOf(reloadId: ids.ReloadId) {
    return this.#do.eventsOf(reloadId)
  }

  // ---------------------------------------------------------------------------------------------- deliveries

  claimDeliveries(request: DeliveryClaim) {
    return this.#writer.write(() => this.#do.claimDeliveries(request), 'lost with the power')
  }

  recordSends(batch: readonly SendRecord[]) {
    // The record of a success may be lost: then the same event is sent once more. A failure may make an
    // event, which may not.
    const isDoneAgain = batch.every(({ send }) => send?.status === 'success')
    return this.#writer.write(
      () => {
        for (const sent of batch) this.#do.recordSend(sent)
        this.#notices.note(noticeOf.recordingSends(batch))
      },
      isDoneAgain ? 'lost with the power' : 'synced',
    )
  }

  reopenDeliveries(request: Reopening) {
    return this.#writer.write(() => {
      const count = this.#do.reopenDeliveries(request)
      this.#notices.note(noticeOf.reopening(count, request))
      return count
    })
  }

  async nextDeliveryAt() {
    return this.#do.nextDeliveryAt()
  }

  async deliveriesOf(eventId: ids.EventId) {
    return this.#do.deliveriesOf(eventId)
  }

  async delivery(tenantId: ids.TenantId, id: ids.DeliveryId) {
    return this.#do.delivery(tenantId, id)
  }

  async sends(query: SendQuery) {
    return listSends(this.#db, query)
  }

  async send(subscriptionId: ids.SubscriptionId, id: ids.SendId) {
    return this.#do.send(subscriptionId, id)
  }

  addSend(send: Send, step: SubscriptionStep) {
    return this.#writer.write(() => this.#do.addSend(send, step))
  }

  // ---------------------------------------------------------------------------------------------- catalog

  change<Answer>(batch: readonly Change<Answer>[]): Promise<Answer[]> {
    return this.#writer.write(() => batch.map((one) => this.#do.change(one)))
  }

  async list<Kind extends ListKind>(
    kind: Kind,
    query: ListQuery<Kind>,
  ): Promise<Listed<ListedRecords[Kind]>> {
    return list(this.#db, kind, query)
  }

  async count<Kind extends ListKind>(kind: Kind, query: RowsQuery<Kind>) {
    return count(this.#db, kind, query)
  }

  addTenant(tenant: records.Tenant) {
    return this.#writer.write(() => this.#do.addTenant(tenant))
  }

  async tenant(id: ids.TenantId) {
    return this.#do.tenant(id)
  }

  async tenants() {
    return this.#do.tenants()
  }

  changeHostnames(id: ids.TenantId, hostnames: readonly string[]) {
    return this.#writer.write(() => this.#do.changeHostnames(id, hostnames))
  }

  changeLimits(id: ids.TenantId, change: TenantLimitsChange) {
    return this.#writer.write(() => {
      const tenant = this.#do.changeLimits(id, change)
      if (tenant !== undefined) this.#notices.note(noticeOf.changingLimits())
      return tenant
    })
  }

  saveUser(user: records.User) {
    return this.#writer.write(() => this.#do.saveUser(user))
  }

  async user(tenantId: ids.TenantId, id: ids.UserId) {
    return this.#do.user(tenantId, id)
  }

  async users(tenantId: ids.TenantId) {
    return this.#do.users(tenantId)
  }

  saveKey(key: records.ApiKey) {
    return this.#writer.write(() => this.#do.saveKey(key))
  }

  removeKey(tenantId: ids.TenantId, id: ids.KeyId) {
    return this.#writer.write(() => this.#do.removeKey(tenantId, id))
  }

  async keyByHash(tokenHash: string) {
    return this.#do.keyByHash(tokenHash)
  }

  async keys(tenantId: ids.TenantId) {
    return this.#do.keys(tenantId)
  }

  addApp(app: records.App) {
    return this.#writer.write(() => this.#do.addApp(app))
  }

  changeApp(tenantId: ids.TenantId, id: ids.AppId, change: AppChange, now: number) {
    return this.#writer.write(() => this.#do.changeApp(tenantId, id, change, now))
  }

  clearCrashMarks(tenantId: ids.TenantId, id: ids.AppId) {
    return this.#writer.write(() => this.#do.clearCrashMarks(tenantId, id))
  }

  removeApp(tenantId: ids.TenantId, id: ids.AppId) {
    return this.#writer.write(() => this.#do.removeApp(tenantId, id))
  }

  async app(tenantId: ids.TenantId, id: ids.AppId) {
    return this.#do.app(tenantId, id)
  }

  async apps(tenantId: ids.TenantId) {
    return this.#do.apps(tenantId)
  }

  async referencedDataVersions() {
    return this.#do.referencedDataVersions()
  }

  addScript(script: records.ScriptVersion, keep: number) {
    return this.#writer.write(() => this.#do.addScript(script, keep))
  }

  async scripts(tenantId: ids.TenantId, appId: ids.AppId) {
    return this.#do.scripts(tenantId, appId)
  }

  async script(tenantId: ids.TenantId, appId: ids.AppId, id: ids.ScriptVersionId | 'current') {
    return this.#do.script(tenantId, appId, id)
  }

  saveSpace(space: records.Space) {
    return this.#writer.write(() => this.#do.saveSpace(space))
  }

  removeSpace(tenantId: ids.TenantId, id: ids.SpaceId) {
    return this.#writer.write(() => this.#do.removeSpace(tenantId, id))
  }

  async space(tenantId: ids.TenantId, id: ids.SpaceId) {
    return this.#do.space(tenantId, id)
  }

  async spaces(tenantId: ids.TenantId) {
    return this.#do.spaces(tenantId)
  }

  saveAssignment(assignment: records.SpaceAssignment) {
    return this.#writer.write(() => this.#do.saveAssignment(assignment))
  }

  removeAssignment(tenantId: ids.TenantId, id: ids.AssignmentId) {
    return this.#writer.write(() => this.#do.removeAssignment(tenantId, id))
  }

  async assignments(tenantId: ids.TenantId, spaceId: ids.SpaceId) {
    return this.#do.assignments(tenantId, spaceId)
  }

  async assignmentsOf(tenantId: ids.TenantId, userId: ids.UserId) {
    return this.#do.assignmentsOf(tenantId, userId)
  }

  saveDataFile(file: records.DataFile) {
    return this.#writer.write(() => this.#do.saveDataFile(file))
  }

  removeDataFile(tenantId: ids.TenantId, id: ids.DataFileId) {
    return this.#writer.write(() => this.#do.removeDataFile(tenantId, id))
  }

  async dataFile(tenantId: ids.TenantId, id: ids.DataFileId) {
    return this.#do.dataFile(tenantId, id)
  }

  async dataFileByName(tenantId: ids.TenantId, place: records.FilePlace, name: string) {
    return this.#do.dataFileByName(tenantId, place, name)
  }

  async dataFiles(tenantId: ids.TenantId, place?: records.FilePlace) {
    return this.#do.dataFiles(tenantId, place)
  }

  saveSubscription(subscription: Subscription) {
    return this.#writer.write(() => this.#do.saveSubscription(subscription))
  }

  removeSubscription(tenantId: ids.TenantId, id: ids.SubscriptionId) {
    return this.#writer.write(() => this.#do.removeSubscription(tenantId, id))
  }

  async subscription(tenantId: ids.TenantId, id: ids.SubscriptionId) {
    return this.#do.subscription(tenantId, id)
  }

  async subscriptions(tenantId: ids.TenantId) {
    return this.#do.subscriptions(tenantId)
  }
}
