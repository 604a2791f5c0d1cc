/**
 * Reloads in the store: accepting them, changing them step by step, reading them with their attempts and
 * logs. Who runs them next is in queue.ts.
 */

import type { Attempt, RanStatement } from '../../core/attempt.ts'
import type { AppId, LeaseToken, ReloadId, TenantId } from '../../core/ids.ts'
import type { Outcome } from '../../core/outcome.ts'
import type { App, PlacedName, Tenant } from '../../core/records.ts'
import type { Reload } from '../../core/reload.ts'
import type { DataReader } from '../../core/task/data-change.ts'
import type { TaskRun } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'
import type { Delivery } from '../../event/delivery.ts'
import type { Readers } from '../../event/fan-out.ts'
import type { EventDraft } from '../../event/stored-event.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { Listed, ReloadQuery } from './lists.ts'
import type { StoresSaving, StoresView } from './publications.ts'
import type { SettledTaskView } from './tasks.ts'

export interface Acceptance {
  readonly reload: Reload
  /**
   * Accepted reloads per app and UTC day of a tenant without a limit of its own; 0 is off. Checked in the
   * accepting transaction.
   */
  readonly reloadsPerAppAndDay: number
  readonly idempotencyKey?: string
  /**
   * Somebody asked for it in a request: its acceptance has a place among the events, as an audit that is made
   * of the reload (event/accepted-audit.ts).
   */
  readonly isAudited?: boolean
  /** Digest of what was asked for under the key. */
  readonly payload?: string
}

export type Accepted =
  | { readonly kind: 'accepted'; readonly reload: Reload }
  /** The same idempotency key of the same user was accepted within 24 h: its reload. */
  | { readonly kind: 'repeated'; readonly reload: Reload }
  /** The same key, and something else asked for under it. */
  | { readonly kind: 'other-payload' }
  | { readonly kind: 'pending'; readonly pendingReloadId: ReloadId }
  | { readonly kind: 'quota-exceeded' }
  | { readonly kind: 'no-app' }

export interface ChangedMeanwhile {
  readonly files: readonly PlacedName[]
  readonly readers: readonly DataReader[]
}

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
  /** Absent when no subscription is of user level, or the app was deleted. */
  readonly readers?: Readers
  /** Present when the transition names stored files. */
  readonly stores?: StoresView
  /** Present when a task made the reload. */
  readonly task?: SettledTaskView
  /**
   * Of data files that the app reads for the first time those that were changed at or after a time, epoch ms,
   * and the tasks of the app that hear of changed data. Read when it is asked; masks are not looked at.
   */
  changedMeanwhile(firstReads: readonly PlacedName[], since: number): ChangedMeanwhile
}

/** What a step wants saved; all of it or nothing. */
export interface Saving {
  readonly reload: Reload
  /** The attempt opened or closed by this step. */
  readonly attempt?: Attempt
  /** Changes of the app's record: only its data pointer, its marks and whether it fails. */
  readonly app?: Pick<App, 'crashedOnMaxSize'> & Pick<Partial<App>, 'data' | 'failing'>
  readonly events?: readonly EventDraft[]
  readonly deliveries?: readonly Delivery[]
  readonly stores?: StoresSaving
  /** The run of the task that made the reload, runs that its end makes, and their tasks. */
  readonly tasks?: readonly Task[]
  readonly taskRuns?: readonly TaskRun[]
}

export interface Transition<Refused> {
  readonly reloadId: ReloadId
  /**
   * The lease token this write is made under. The store refuses the write unless the reload's open attempt
   * holds it. Absent only for writes that no attempt makes: cancel, queue limit, and the sweeper (which gives
   * the token it saw).
   */
  readonly fence?: LeaseToken
  /** Files that the attempt stored: the step is shown what is known about their names. */
  readonly stored?: readonly PlacedName[]
  /** Shows it what is stored; called again when what it was saved with was rolled back. */
  readonly step: (view: ReloadView) => Saving | Refused
}

export type Transitioned<Refused> =
  | { readonly kind: 'saved'; readonly reload: Reload }
  | { readonly kind: 'refused'; readonly refusal: Refused; readonly reload: Reload }
  /** The fence did not hold: another attempt has the reload, or none. */
  | { readonly kind: 'fenced' }
  | { readonly kind: 'unknown' }

/** What an attempt leaves to look at: its full text, and the statements it ran. */
export interface ScriptLog {
  readonly text: string
  readonly statements: readonly RanStatement[]
}

/** How and when a reload of an app ended. */
export interface LastEnd {
  readonly appId: AppId
  readonly state: Outcome
  /** Epoch ms. */
  readonly endedAt: number
}

export interface ReloadStore {
  accept(batch: readonly Acceptance[]): Promise<Accepted[]>
  transition<Refused>(batch: readonly Transition<Refused>[]): Promise<Transitioned<Refused>[]>
  reload(tenantId: TenantId, id: ReloadId): Promise<Reload | undefined>
  activeReloadOf(tenantId: TenantId, appId: AppId): Promise<ReloadId | undefined>
  /**
   * How each of these apps ended last: of its reloads that have an outcome the one accepted last, and so also
   * the one that ended last, as only one of an app is active at a time. Apps without one are left out.
   */
  lastEnds(tenantId: TenantId, appIds: readonly AppId[]): Promise<readonly LastEnd[]>
  reloads(query: ReloadQuery): Promise<Listed<Reload>>
  attempts(reloadId: ReloadId): Promise<Attempt[]>
  /** Keeps the full script log of an attempt; replaces an earlier one of the same attempt. */
  saveScriptLog(reloadId: ReloadId, attempt: number, log: ScriptLog): Promise<void>
  /** The full script log of the reload's latest attempt that has one. */
  scriptLog(reloadId: ReloadId): Promise<string | undefined>
  /** The statements of the same attempt; without reading its log. */
  ranStatements(reloadId: ReloadId): Promise<readonly RanStatement[]>
}
