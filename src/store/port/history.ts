/** Forgetting what is long over, tenants that were removed, and people who ask for it. */

import type { ReloadId, TenantId, UserId } from '../../core/ids.ts'

/**
 * What is over before these moments is forgotten, epoch ms; of each kind at most the `max` oldest are looked
 * at.
 */
export interface Forget {
  /** The time that this installation has seen, kept for `seenAt`. */
  readonly seenAt: number
  /** Reloads that ended before, with their attempts and logs; and runs of tasks and automations that did. */
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
  readonly taskRuns: number
  readonly automationRuns: number
}

/** What is told of a person, and where a call before has stopped. */
export interface Erase {
  readonly tenantId: TenantId
  readonly userId: UserId
  /** Events up to this sequence are done, and reloads up to this id. */
  readonly eventsUpTo: number
  readonly reloadsUpTo: ReloadId | ''
  /** Of each kind at most so many are looked at. */
  readonly max: number
}

export interface Erased extends Pick<Erase, 'eventsUpTo' | 'reloadsUpTo'> {
  /** How many were changed. */
  readonly events: number
  readonly reloads: number
  /** Nothing is left. */
  readonly isDone: boolean
}

export interface HistoryStore {
  forget(request: Forget): Promise<Forgotten>
  /** What `forget` was told last; before that the time of the newest record. Undefined when there is none. */
  seenAt(): Promise<number | undefined>
  /**
   * Deletes records of a tenant that is being purged (`Tenant.purgedFrom`), some of each kind: its own record
   * goes last. Rejects for any other tenant.
   * @returns how many were deleted; 0: the tenant is gone
   */
  purge(tenantId: TenantId, max: number): Promise<number>
  /** Takes out of events and reloads of a user what tells the person (rule/erasing.ts), in windows. */
  erase(request: Erase): Promise<Erased>
}
