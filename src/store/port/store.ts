/**
 * The port of the store, in domain verbs, batch first. A store locks, shows, calls, saves; it never decides.
 * Every promise resolves only after the commit is durable. A rejected promise means: nothing is known to be
 * saved, ask again.
 *
 * Implementations: memory/ (the executable model), sqlite/. One contract suite holds them equal
 * (test/contract/store-contract.ts).
 */
import type {
  ApiKey,
  App,
  DataFile,
  FilePlace,
  ScriptVersion,
  Space,
  SpaceAssignment,
  Tenant,
  User,
} from '../../catalog/records.ts'
import type { Attempt, RanStatement, SessionFacts } from '../../core/attempt.ts'
import type {
  AppId,
  AssignmentId,
  DataFileId,
  DataVersion,
  DeliveryId,
  EventId,
  KeyId,
  LeaseToken,
  ReloadId,
  ScriptVersionId,
  SendId,
  SpaceId,
  SubscriptionId,
  TenantId,
  UserId,
} from '../../core/ids.ts'
import type { TenantLimitsChange } from '../../core/limits.ts'
import type { WaitsFor } from '../../core/order.ts'
import type { Reload } from '../../core/reload.ts'
import type { Delivery, Send } from '../../event/delivery.ts'
import type { EventDraft, StoredEvent } from '../../event/stored-event.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { Listed, ReloadQuery, SendQuery } from './lists.ts'

// ------------------------------------------------------------------------------------------------ accepting

export interface Acceptance {
  readonly reload: Reload
  /**
   * Accepted reloads per app and UTC day of a tenant without a limit of its own; 0 is off. Checked in the
   * accepting transaction.
   */
  readonly reloadsPerAppAndDay: number
  readonly idempotencyKey?: string
}

export type Accepted =
  | { readonly kind: 'accepted'; readonly reload: Reload }
  /** The same idempotency key of the same user was accepted within 24 h: its reload. */
  | { readonly kind: 'repeated'; readonly reload: Reload }
  | { readonly kind: 'pending'; readonly pendingReloadId: ReloadId }
  | { readonly kind: 'quota-exceeded' }
  | { readonly kind: 'no-app' }

// ------------------------------------------------------------------------------------------------
// transitions

/** What a step is shown of a reload: all read inside the same transaction. */
export interface ReloadView {
  readonly reload: Reload
  /** The open attempt, when there is one. */
  readonly attempt?: Attempt
  /** Absent when the app was deleted. */
  readonly app?: App
  readonly tenant: Tenant
  /** Enabled subscriptions of the reload's tenant. */
  readonly subscriptions: readonly Subscription[]
  /**
   * Who may be able to read the app: the owners of the user-level subscriptions, the app's space and its
   * members. Absent when no subscription is of user level, or the app was deleted.
   */
  readonly readers?: {
    readonly users: readonly User[]
    readonly space?: Space
    readonly assignments: readonly SpaceAssignment[]
  }
}

/** What a step wants saved; all of it or nothing. */
export interface Saving {
  readonly reload: Reload
  /** The attempt opened or closed by this step. */
  readonly attempt?: Attempt
  /** Changes of the app's record: only its data pointer and its marks. */
  readonly app?: Pick<App, 'crashedOnMaxSize'> & Pick<Partial<App>, 'data'>
  readonly events?: readonly EventDraft[]
  readonly deliveries?: readonly Delivery[]
}

export interface Transition<Refused> {
  readonly reloadId: ReloadId
  /**
   * The lease token this write is made under. The store refuses the write unless the reload's open attempt
   * holds it. Absent only for writes that no attempt makes: cancel, queue limit, and the sweeper (which gives
   * the token it saw).
   */
  readonly fence?: LeaseToken
  /** Shows it what is stored; called again when what it was saved with was rolled back. */
  readonly step: (view: ReloadView) => Saving | Refused
}

export type Transitioned<Refused> =
  | { readonly kind: 'saved'; readonly reload: Reload }
  | { readonly kind: 'refused'; readonly refusal: Refused; readonly reload: Reload }
  /** The fence did not hold: another attempt has the reload, or none. */
  | { readonly kind: 'fenced' }
  | { readonly kind: 'unknown' }

// ------------------------------------------------------------------------------------------------ claiming

/**
 * The refusal of a claim step whose worker has no room for the reload: no free memory for its engine size.
 * What stands behind it in its tenant's queue must not overtake it, so the tenant is passed over until the
 * next call.
 */
export const NO_ROOM = 'no-room'

export interface ClaimRequest {
  readonly now: number
  /** At most this many. */
  readonly max: number
  /** Of a tenant without a limit of its own. */
  readonly concurrentReloadsPerTenant: number
  /** Waiting that counts as much as one weight; absent or 0: the weight alone counts. */
  readonly ageingMs?: number
  /**
   * Called for each chosen reload in claiming order; a refusal skips it, NO_ROOM also the rest of its tenant.
   */
  readonly step: (view: ReloadView) => Saving | { readonly refused: string }
}

export interface Claimed {
  readonly reload: Reload
  readonly attempt: Attempt
  readonly app: App
  readonly tenant: Tenant
  /** The script current at the claim; absent when the app has none. */
  readonly script?: ScriptVersion
}

/** Ahead of a reload at most so many are counted: asking costs the same in any queue. */
export const AHEAD_COUNTED_MAX = 10_000

/** Where a QUEUED reload stands. */
export interface QueuePlace {
  /** Claimable reloads of its tenant that go first; AHEAD_COUNTED_MAX stands for any larger number too. */
  readonly ahead: number
  readonly waitsFor: WaitsFor
  /** Reloads that its tenant runs. */
  readonly running: number
}

export interface LeaseRenewal {
  readonly reloadId: ReloadId
  readonly lease: LeaseToken
  readonly leaseExpiresAt: number
  /** New facts of the running attempt, saved along. */
  readonly session?: SessionFacts
  readonly log?: string
}

/**
 * `canceling` tells the worker that somebody canceled; `lost` that the lease is gone and nothing was saved.
 */
export type LeaseAnswer = 'held' | 'canceling' | 'lost'

// ------------------------------------------------------------------------------------------------ catalog

/** `spaceId: null` takes the app out of its space. */
export type AppChange = Partial<Pick<App, 'name' | 'description' | 'ownerId'>> & {
  readonly spaceId?: SpaceId | null
}

/** A version of a script without its text; `bytes` is the length of the text in UTF-8. */
export type ScriptSummary = Omit<ScriptVersion, 'script'> & { readonly bytes: number }

// ------------------------------------------------------------------------------------------------
// subscriptions

/** What a step about a subscription is shown: all read inside the same transaction. */
export interface SubscriptionView {
  readonly subscription: Subscription
  readonly tenant: Tenant
  /** Enabled subscriptions of the tenant. */
  readonly subscriptions: readonly Subscription[]
}

/**
 * What it wants saved, all of it or nothing; undefined: nothing. Not called for a subscription that was
 * removed.
 */
export type SubscriptionStep = (view: SubscriptionView) =>
  | {
      readonly subscription: Subscription
      readonly events?: readonly EventDraft[]
      readonly deliveries?: readonly Delivery[]
    }
  | undefined

export interface Counts {
  readonly queued: number
  readonly running: number
  readonly pendingDeliveries: number
  /**
   * Of the QUEUED reload that waited longest: now minus the sum of its waits, epoch ms. Absent when none
   * waits.
   */
  readonly waitsSince?: number
}

// ------------------------------------------------------------------------------------------------ the port

/** What an attempt leaves to look at: its full text, and the statements it ran. */
export interface ScriptLog {
  readonly text: string
  readonly statements: readonly RanStatement[]
}

export interface ReloadStore {
  accept(batch: readonly Acceptance[]): Promise<Accepted[]>
  /**
   * Takes the next reloads by core/order.ts: of the tenant that spent the least slot-time for its share the
   * heaviest, of equals the oldest (createdAt, then id); only QUEUED ones whose back-off is over at `now` or
   * was at an earlier claim, never above a tenant's limit of running reloads.
   */
  claim(request: ClaimRequest): Promise<Claimed[]>
  /** Undefined unless the reload is QUEUED. @param ageingMs as claims are made with */
  queuePlace(tenantId: TenantId, id: ReloadId, ageingMs: number): Promise<QueuePlace | undefined>
  transition<Refused>(batch: readonly Transition<Refused>[]): Promise<Transitioned<Refused>[]>
  renewLeases(batch: readonly LeaseRenewal[]): Promise<LeaseAnswer[]>
  /** Open attempts whose lease ran out at `now`, oldest first. */
  expiredLeases(
    now: number,
    max: number,
  ): Promise<{ readonly reloadId: ReloadId; readonly lease: LeaseToken }[]>
  /**
   * QUEUED reloads whose waits sum up to their limit or more at `now`, longest wait first.
   * @param queueTimeMs limit of every tenant that has none of its own
   */
  overdueReloads(now: number, queueTimeMs: number, max: number): Promise<ReloadId[]>
  /**
   * The earliest time at which a QUEUED reload that waits for its back-off becomes due; undefined when none
   * waits.
   */
  nextDueAt(now: number): Promise<number | undefined>
  reload(tenantId: TenantId, id: ReloadId): Promise<Reload | undefined>
  activeReloadOf(tenantId: TenantId, appId: AppId): Promise<ReloadId | undefined>
  reloads(query: ReloadQuery): Promise<Listed<Reload>>
  attempts(reloadId: ReloadId): Promise<Attempt[]>
  /** Keeps the full script log of an attempt; replaces an earlier one of the same attempt. */
  saveScriptLog(reloadId: ReloadId, attempt: number, log: ScriptLog): Promise<void>
  /** The full script log of the reload's latest attempt that has one. */
  scriptLog(reloadId: ReloadId): Promise<string | undefined>
  /** The statements of the same attempt; without reading its log. */
  ranStatements(reloadId: ReloadId): Promise<readonly RanStatement[]>
  counts(): Promise<Counts>
  /** How many reloads of the tenant run. */
  runningReloads(tenantId: TenantId): Promise<number>
}

export interface EventStore {
  /** Events of a tenant after the cursor, in order of their sequence. */
  eventsAfter(tenantId: TenantId, sequence: number, max: number): Promise<StoredEvent[]>
  /** The newest events of the tenant before `sequence`, the newest first. */
  eventsBefore(tenantId: TenantId, sequence: number, max: number): Promise<StoredEvent[]>
  /** The newest sequence; 0 when there is none. */
  lastSequence(): Promise<number>
  /** The newest sequence among the events that were forgotten; 0 when none was. */
  forgottenSequence(): Promise<number>
  event(tenantId: TenantId, id: EventId): Promise<StoredEvent | undefined>
  /** Events of one reload in order: attempt events, then the finished one. */
  eventsOf(reloadId: ReloadId): Promise<StoredEvent[]>
}

export interface DeliveryStore {
  /**
   * Takes pending deliveries that are due and free, oldest due first. Never more in flight than `places`
   * gives a subscription and `perTenant` of one tenant.
   */
  claimDeliveries(request: {
    readonly now: number
    readonly max: number
    /**
     * Asked once for each subscription with pending deliveries; undefined stands for one that was removed.
     */
    readonly places: (subscription: Subscription | undefined) => number
    readonly perTenant: number
    readonly lease: LeaseToken
    readonly leaseExpiresAt: number
  }): Promise<
    { readonly delivery: Delivery; readonly event: StoredEvent; readonly subscription?: Subscription }[]
  >
  /**
   * Saves sends with what became of their deliveries, under the lease of each; a row whose lease is gone
   * still keeps its send record but changes no delivery and no subscription. `step` tells what the send makes
   * of the subscription.
   */
  recordSends(
    batch: readonly {
      readonly delivery: Delivery
      readonly fence: LeaseToken
      readonly send?: Send
      readonly step?: SubscriptionStep
    }[],
  ): Promise<void>
  /**
   * Opens deliveries of a subscription again that were exhausted or given up and whose events are of `since`
   * or later, oldest first: pending, due at `now`, no send counted.
   * @returns how many there were; with `dryRun` none is opened
   */
  reopenDeliveries(request: {
    readonly subscriptionId: SubscriptionId
    readonly since: number
    readonly now: number
    readonly max: number
    readonly dryRun: boolean
  }): Promise<number>
  nextDeliveryAt(): Promise<number | undefined>
  deliveriesOf(eventId: EventId): Promise<Delivery[]>
  delivery(tenantId: TenantId, id: DeliveryId): Promise<Delivery | undefined>
  sends(query: SendQuery): Promise<Listed<Send>>
  send(subscriptionId: SubscriptionId, id: SendId): Promise<Send | undefined>
  addSend(send: Send, step: SubscriptionStep): Promise<void>
}

export interface CatalogStore {
  addTenant(tenant: Tenant): Promise<void>
  tenant(id: TenantId): Promise<Tenant | undefined>
  tenants(): Promise<Tenant[]>
  /** Events saved from now on carry the first of them. Changes nothing when there is no such tenant. */
  changeHostnames(id: TenantId, hostnames: readonly string[]): Promise<void>
  /**
   * Changes the limits that the tenant has of its own; the next claim, acceptance and sweep hold them.
   * @returns the tenant as it is then; undefined when there is no such tenant
   */
  changeLimits(id: TenantId, change: TenantLimitsChange): Promise<Tenant | undefined>

  saveUser(user: User): Promise<void>
  user(tenantId: TenantId, id: UserId): Promise<User | undefined>
  users(tenantId: TenantId): Promise<User[]>

  saveKey(key: ApiKey): Promise<void>
  removeKey(tenantId: TenantId, id: KeyId): Promise<boolean>
  keyByHash(tokenHash: string): Promise<{ readonly key: ApiKey; readonly user: User } | undefined>
  keys(tenantId: TenantId): Promise<ApiKey[]>

  addApp(app: App): Promise<void>
  /**
   * Changes name, description, owner or space; never the data. Another owner or space clears the app's crash
   * marks, because the app then reads other data. Undefined when there is no such app.
   */
  changeApp(tenantId: TenantId, id: AppId, change: AppChange, now: number): Promise<App | undefined>
  /** False: no such app. */
  clearCrashMarks(tenantId: TenantId, id: AppId): Promise<boolean>
  removeApp(tenantId: TenantId, id: AppId): Promise<boolean>
  app(tenantId: TenantId, id: AppId): Promise<App | undefined>
  apps(tenantId: TenantId): Promise<App[]>
  /** Data versions that some app points at. */
  referencedDataVersions(): Promise<DataVersion[]>

  /**
   * Adds a version, makes it the current one, clears the app's crash marks; keeps the newest `keep`. False:
   * no app.
   */
  addScript(script: ScriptVersion, keep: number): Promise<boolean>
  /** Newest first. */
  scripts(tenantId: TenantId, appId: AppId): Promise<ScriptSummary[]>
  script(
    tenantId: TenantId,
    appId: AppId,
    id: ScriptVersionId | 'current',
  ): Promise<ScriptVersion | undefined>

  saveSpace(space: Space): Promise<'saved' | 'name-taken'>
  removeSpace(tenantId: TenantId, id: SpaceId): Promise<'removed' | 'unknown' | 'not-empty'>
  space(tenantId: TenantId, id: SpaceId): Promise<Space | undefined>
  spaces(tenantId: TenantId): Promise<Space[]>
  saveAssignment(assignment: SpaceAssignment): Promise<'saved' | 'taken'>
  removeAssignment(tenantId: TenantId, id: AssignmentId): Promise<boolean>
  assignments(tenantId: TenantId, spaceId: SpaceId): Promise<SpaceAssignment[]>
  /** Assignments of one user in all spaces. */
  assignmentsOf(tenantId: TenantId, userId: UserId): Promise<SpaceAssignment[]>

  /**
   * Inserts or updates by id; 'name-taken' when another file of the place has the name. A changed or removed
   * file clears the crash marks of the apps that may read it: a personal one those of its owner's apps, one
   * of a space all of the tenant.
   */
  saveDataFile(file: DataFile): Promise<'saved' | 'name-taken'>
  removeDataFile(tenantId: TenantId, id: DataFileId): Promise<boolean>
  dataFile(tenantId: TenantId, id: DataFileId): Promise<DataFile | undefined>
  dataFileByName(tenantId: TenantId, place: FilePlace, name: string): Promise<DataFile | undefined>
  dataFiles(tenantId: TenantId, place?: FilePlace): Promise<DataFile[]>

  saveSubscription(subscription: Subscription): Promise<void>
  removeSubscription(tenantId: TenantId, id: SubscriptionId): Promise<boolean>
  subscription(tenantId: TenantId, id: SubscriptionId): Promise<Subscription | undefined>
  subscriptions(tenantId: TenantId): Promise<Subscription[]>
}

/**
 * What is over before these moments is forgotten, epoch ms; of each kind at most the `max` oldest are looked
 * at.
 */
export interface Forget {
  /** Reloads that ended before, with their attempts and logs. */
  readonly reloadsBefore: number
  /** Full script logs of reloads that ended before. */
  readonly scriptLogsBefore: number
  /** Events of before without a pending delivery, with their ended deliveries. */
  readonly eventsBefore: number
  readonly sendsBefore: number
  readonly max: number
}

/** How many of each were removed. */
export interface Forgotten {
  readonly reloads: number
  readonly scriptLogs: number
  readonly events: number
  readonly sends: number
}

export interface HistoryStore {
  forget(request: Forget): Promise<Forgotten>
}

export interface Store extends ReloadStore, EventStore, DeliveryStore, CatalogStore, HistoryStore {
  /**
   * Called after a commit that may give other parts work, or shortly before one that lets them do it in the
   * same commit; coalesced, never inside a transaction.
   */
  onCommit(listener: (changed: CommitNotice) => void): () => void
  close(): Promise<void>
}

/** A store that one process at a time has open; a lock sees to it. */
export interface ExclusiveStore extends Store {
  /**
   * Ends every lease at `now`: the open attempts are found by `expiredLeases`, the claimed deliveries are
   * free again. For the start of a process, before it claims anything: whoever held them is dead, so nobody
   * has to wait for their ends.
   */
  endLeases(now: number): Promise<void>
}

/** Which loops a commit may concern. */
export interface CommitNotice {
  readonly queued: boolean
  readonly canceling: boolean
  readonly events: boolean
  readonly deliveries: boolean
}
