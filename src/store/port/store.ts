/**
 * Room `store/port`: what the loops ask of a store, by kind of record, with named shapes. Interfaces and
 * shapes enter; rules stand in `store/rule`.
 *
 * The port of the store, in domain verbs, batch first: the sum of what stands beside it by kind of record. A
 * store locks, shows, calls, saves; it never decides: what every store does alike is in rule/. Every promise
 * resolves only after the commit is durable. A rejected promise means: nothing is known to be saved, ask
 * again.
 *
 * Implementations: memory/ (the executable model), sqlite/. One contract suite holds them equal
 * (test/contract/store-contract.ts).
 */
import type { AppStore } from './apps.ts'
import type { AutomationStore } from './automations.ts'
import type { ChangeStore } from './change.ts'
import type { DeliveryStore } from './deliveries.ts'
import type { EventStore } from './events.ts'
import type { DataFileStore } from './files.ts'
import type { HistoryStore } from './history.ts'
import type { InstallationStore } from './installation.ts'
import type { ListStore } from './lists.ts'
import type { PeopleStore } from './people.ts'
import type { PublicationStore } from './publications.ts'
import type { QueueStore } from './queue.ts'
import type { ReloadStore } from './reloads.ts'
import type { SpaceStore } from './spaces.ts'
import type { SubscriptionStore } from './subscriptions.ts'
import type { TaskStore } from './tasks.ts'

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

export interface CatalogStore
  extends ChangeStore,
    PeopleStore,
    AppStore,
    SpaceStore,
    DataFileStore,
    SubscriptionStore,
    ListStore,
    TaskStore,
    AutomationStore {}

export interface Store
  extends ReloadStore,
    QueueStore,
    EventStore,
    DeliveryStore,
    CatalogStore,
    PublicationStore,
    HistoryStore {
  counts(): Promise<Counts>
  /**
   * Called after a commit that may give other parts work, or shortly before one that lets them do it in the
   * same commit; coalesced, never inside a transaction.
   */
  onCommit(listener: (changed: CommitNotice) => void): () => void
  close(): Promise<void>
}

/** A store that one process at a time has open; a lock sees to it. */
export interface ExclusiveStore extends Store, InstallationStore {
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
  /** Tasks were saved, or runs of tasks that wait. */
  readonly tasks: boolean
  /** Reloads reached their outcomes: a run that waits may be held by one. */
  readonly ended: boolean
  /** Automations changed, or runs of theirs may go on. */
  readonly automations: boolean
}
