/**
 * What the contract suite has to know of a kind of store: how to get an empty one, and what it can. A new
 * kind of store is one test file with one of these (memory.test.ts, sqlite.test.ts).
 */
import type { Store } from '../../src/store/port/store.ts'

export interface StoreKind {
  readonly name: string
  /** One process at a time has it open, and a lock sees to it: an `ExclusiveStore` with `endLeases`. */
  readonly exclusive: boolean
  /** Listeners in one process are told of the commits of others. */
  readonly notifiesAcrossProcesses: boolean
  /** Makes an empty database. */
  create(): Promise<Database>
}

export interface Database {
  /** Opens it as one more process would; of an exclusive kind called once. */
  open(): Promise<Store>
  /**
   * Lets transactions of one process that save events come as far as their commit and wait there. A kind that
   * is not exclusive must have it: the order of its events cannot be shown without. In PostgreSQL a deferred
   * constraint trigger on the table of events does it, without the store's knowing: it runs at COMMIT and
   * asks for an advisory lock that the test holds (for one application_name only).
   *
   * @param process what `open` gave
   */
  holdCommits?(process: Store): Promise<Hold>
  /** Closes what is open and removes the data. */
  remove(): Promise<void>
}

export interface Hold {
  /** Resolves as soon as a commit waits. */
  waiting(): Promise<void>
  release(): Promise<void>
}

/** What a test of the contract gets: a new database with one process. */
export interface StoreUnderTest {
  readonly kind: StoreKind
  readonly database: Database
  readonly store: Store
}
