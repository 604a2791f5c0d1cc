/**
 * Changes of the catalog, each a step as those of reloads are: the store locks the subject, shows the step
 * what is stored about it, and saves the records and facts that come back in one commit. What is shown
 * follows from the subject alone, so that a store can read it beforehand. The steps stand in catalog/.
 */

import type { Automation } from '../../core/automation/automation.ts'
import type { AutomationRun } from '../../core/automation/run.ts'
import type { Group, GroupReference } from '../../core/group.ts'
import type {
  AppId,
  AutomationId,
  AutomationRunId,
  ClientId,
  DataFileId,
  GroupId,
  KeyId,
  ProviderId,
  ReloadId,
  RunId,
  ScriptVersionId,
  SessionId,
  SpaceId,
  SubscriptionId,
  TaskId,
  TenantId,
  UserId,
} from '../../core/ids.ts'
import type { IdentityProvider } from '../../core/people/identity-provider.ts'
import type { LoginSession } from '../../core/people/login-session.ts'
import type { OAuthClient } from '../../core/people/oauth-client.ts'
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
} from '../../core/records.ts'
import type { Reload } from '../../core/reload.ts'
import type { DataAudience } from '../../core/task/data-change.ts'
import type { TaskRun } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'
import type { Delivery } from '../../event/delivery.ts'
import type { Readers } from '../../event/fan-out.ts'
import type { EventDraft } from '../../event/stored-event.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { Acceptance, Accepted } from './reloads.ts'
import type { Listening } from './tasks.ts'

/** The kinds of record that steps save, in the order in which they may refer to one another. */
export interface CatalogRecords {
  readonly tenants: Tenant
  readonly groups: Group
  readonly users: User
  readonly keys: ApiKey
  readonly oauthClients: OAuthClient
  readonly identityProviders: IdentityProvider
  readonly loginSessions: LoginSession
  readonly spaces: Space
  readonly assignments: SpaceAssignment
  readonly apps: App
  readonly scripts: ScriptVersion
  readonly dataFiles: DataFile
  readonly subscriptions: Subscription
  readonly tasks: Task
  readonly taskRuns: TaskRun
  readonly automations: Automation
  readonly automationRuns: AutomationRun
}

export type CatalogKind = keyof CatalogRecords

/** What a step wants saved, all of it or nothing; every record of the subject's tenant. */
export interface CatalogSaving {
  /** Inserted or replaced by id. */
  readonly put?: { readonly [Kind in CatalogKind]?: readonly CatalogRecords[Kind][] }
  /**
   * Removed before anything is put; each must be there. A user is never removed: it becomes `deleted`. A
   * space takes its assignments with it, an app its scripts and tasks, a task its waiting runs, an automation
   * its runs; runs of tasks that began stay as history.
   */
  readonly remove?: {
    readonly [Kind in Exclude<CatalogKind, 'tenants' | 'users'>]?: readonly CatalogRecords[Kind]['id'][]
  }
  readonly events?: readonly EventDraft[]
  readonly deliveries?: readonly Delivery[]
}

/** What a step gives back: its answer to whoever asked, and what is to be saved; a refusal saves nothing. */
export interface Decided<Answer> extends CatalogSaving {
  readonly answer: Answer
}

/** Who would hear of an event that a step makes. */
export interface CatalogView {
  readonly tenant: Tenant
  /** Enabled subscriptions of the tenant. */
  readonly subscriptions: readonly Subscription[]
}

export interface TenantView {
  readonly tenant?: Tenant
  /** Of the installation, oldest first: read when it is asked. */
  tenants(): readonly Tenant[]
}

/** A user that a step is about, and what the step wants to see beside it. */
export interface UserSubject {
  readonly kind: 'user'
  readonly id: UserId
  /** The subject that it is to have. */
  readonly subject?: string
}

/** Lists are oldest first. What is asked for by calling is read when it is asked. */
export interface UserView extends CatalogView {
  readonly user?: User
  /** Another user, not a deleted one, has the wanted subject. */
  readonly subjectTaken: boolean
  /** Tasks that it owns. */
  readonly tasks: readonly Task[]
  /** How many users of the tenant are not deleted. */
  userCount(): number
  /** A group of the tenant; with id and name, the one that has both. */
  groupOf(reference: GroupReference): Group | undefined
  /** How many groups the tenant has. */
  groupCount(): number
  keys(): readonly ApiKey[]
  loginSessions(): readonly LoginSession[]
  /** Subscriptions that it owns, disabled ones too. */
  owned(): readonly Subscription[]
  /** Another active user of the tenant is its administrator, by own roles or a group's. */
  hasOtherAdmin(): boolean
}

export interface GroupView extends CatalogView {
  readonly group?: Group
  /** Another group of the tenant has the wanted name. */
  readonly nameTaken: boolean
}

/** A client that a step is about. */
export interface OAuthClientView extends CatalogView {
  readonly client?: OAuthClient
  /** The one that it acts as. */
  readonly user?: User
}

export interface IdentityProviderView extends CatalogView {
  readonly provider?: IdentityProvider
  /** All of the tenant, oldest first. */
  readonly all: readonly IdentityProvider[]
}

export interface LoginSessionView extends CatalogView {
  readonly session?: LoginSession
}

export interface KeyView extends CatalogView {
  readonly key?: ApiKey
  /** How many keys the user has that are neither revoked nor expired by then: counted when it is asked. */
  goodKeysOf(userId: UserId, now: number): number
}

export interface AppView extends CatalogView {
  readonly app?: App
  /** Versions of its script, newest first. */
  readonly scripts: readonly ScriptVersionId[]
  /** Its tasks, oldest first. */
  readonly tasks: readonly Task[]
  /** It has a reload that has not ended. */
  readonly isReloading: boolean
}

export interface SpaceView extends CatalogView {
  readonly space?: Space
  readonly assignments: readonly SpaceAssignment[]
  /** No app and no data file lies in it. */
  readonly isEmpty: boolean
  /** Another space of the tenant has the wanted name. */
  readonly nameTaken: boolean
}

export interface DataFileView extends CatalogView, DataAudience {
  readonly file?: DataFile
  /** All that lies below the file when it is a folder, oldest first. */
  readonly below: readonly DataFile[]
  /** What is at the wanted place under the wanted name or on the way to it (`namesOnTheWay`). */
  readonly onTheWay: readonly DataFile[]
  /** Apps of the tenant with a crash mark. */
  readonly marked: readonly App[]
  /** The run of a task that made a reload: read when it is asked. */
  runOf(reloadId: ReloadId): TaskRun | undefined
}

export interface SubscriptionChangeView extends CatalogView {
  readonly subscription?: Subscription
  /** All of the tenant, disabled ones too. */
  readonly all: readonly Subscription[]
}

/** An automation that a step is about, and what the step wants to see beside it. */
export interface AutomationSubject {
  readonly kind: 'automation'
  readonly id: AutomationId
  /** The owner that it is to have; else that of the stored one. */
  readonly ownerId?: UserId
  /** A run of the automation. */
  readonly runId?: AutomationRunId
  /** Keys under which runs of the automation may be there already. */
  readonly keys?: readonly string[]
}

export interface AutomationView extends CatalogView {
  readonly automation?: Automation
  readonly owner?: User
  /** How many automations the owner has, and the tenant. */
  readonly owned: number
  readonly ofTenant: number
  readonly run?: AutomationRun
  /** Runs of the automation with one of the keys, by id. */
  readonly keyed: readonly AutomationRun[]
  /** Runs of the automation that are queued, and that run. */
  readonly queued: number
  readonly running: number
  /** The oldest of its runs that are held. */
  readonly firstHeld?: AutomationRun
}

/** A task that a step is about, and what the step wants to see beside it. */
export interface TaskSubject {
  readonly kind: 'task'
  readonly id: TaskId
  /** The app when the task is new, or is to have another one; else that of the stored task. */
  readonly appId?: AppId
  /** For whom a reload is asked; else the stored task's owner. */
  readonly userId?: UserId
  /** A run of the task. */
  readonly runId?: RunId
  /** All tasks of the tenant that listen to the ends of others: to find circles. */
  readonly chains?: true
}

export interface TaskView extends CatalogView {
  readonly task?: Task
  readonly app?: App
  /** All tasks of the app, oldest first. */
  readonly ofApp: readonly Task[]
  /** For whom a reload is asked. */
  readonly user?: User
  /** The app's space, and its assignments. */
  readonly space?: Space
  readonly assignments: readonly SpaceAssignment[]
  readonly run?: TaskRun
  /** The task's runs that wait, oldest first. */
  readonly waiting: readonly TaskRun[]
  /** Empty unless asked for. */
  readonly chains: readonly Task[]
  /** Who may be able to read the app, as a settling step is shown it. */
  readonly readers?: Readers
  /** How many tasks the user owns: counted when it is asked. */
  ownedTasks(): number
  /** The run of the task that has this key: read when it is asked. */
  keyed(key: string): TaskRun | undefined
  /** Who listens to the end of a run of the task: read when it is asked. */
  listening(): Listening
  /** Judges a reload of the app as `accept` does, on what is stored now. Only `accepted` may be saved. */
  judge(acceptance: Acceptance): Accepted
}

export interface TaskDecided<Answer> extends Decided<Answer> {
  /** A reload that `judge` accepted. */
  readonly accepted?: Reload
}

/** A subject and the step about it. */
export type Change<Answer> = { readonly tenantId: TenantId } & (
  | {
      readonly kind: 'tenant'
      readonly step: (view: TenantView) => Decided<Answer>
    }
  | (UserSubject & { readonly step: (view: UserView) => Decided<Answer> })
  | {
      readonly kind: 'group'
      readonly id: GroupId
      /** The name that it is to have. */
      readonly name?: string
      readonly step: (view: GroupView) => Decided<Answer>
    }
  | {
      readonly kind: 'oauth-client'
      readonly id: ClientId
      readonly step: (view: OAuthClientView) => Decided<Answer>
    }
  | {
      readonly kind: 'identity-provider'
      readonly id: ProviderId
      readonly step: (view: IdentityProviderView) => Decided<Answer>
    }
  | {
      readonly kind: 'login-session'
      readonly id: SessionId
      readonly step: (view: LoginSessionView) => Decided<Answer>
    }
  | { readonly kind: 'key'; readonly id: KeyId; readonly step: (view: KeyView) => Decided<Answer> }
  | { readonly kind: 'app'; readonly id: AppId; readonly step: (view: AppView) => Decided<Answer> }
  | {
      readonly kind: 'space'
      readonly id: SpaceId
      /** The name that it is to have. */
      readonly name?: string
      readonly step: (view: SpaceView) => Decided<Answer>
    }
  | {
      readonly kind: 'data-file'
      readonly id: DataFileId
      /** Where it is to lie. */
      readonly wanted?: { readonly place: FilePlace; readonly name: string }
      readonly step: (view: DataFileView) => Decided<Answer>
    }
  | {
      readonly kind: 'subscription'
      readonly id: SubscriptionId
      readonly step: (view: SubscriptionChangeView) => Decided<Answer>
    }
  | (TaskSubject & { readonly step: (view: TaskView) => TaskDecided<Answer> })
  | (AutomationSubject & { readonly step: (view: AutomationView) => Decided<Answer> })
)

export interface ChangeStore {
  /**
   * Runs the steps in order, each on what the ones before it saved; the batch is one commit. When a step
   * throws, or wants what cannot be (a name twice, a record of another tenant), the call rejects and nothing
   * of the batch is saved. A step may be called again when what it was saved with was rolled back.
   * @returns the steps' answers
   */
  change<Answer>(batch: readonly Change<Answer>[]): Promise<Answer[]>
}
