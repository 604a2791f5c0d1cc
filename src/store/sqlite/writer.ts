/**
 * Group commit: the write operations that arrive in one turn of the event loop run in one transaction, and
 * their promises resolve after its durable commit. When one of them throws, the group is rolled back and runs
 * once more with a savepoint around each operation, so that the one that throws is taken back alone: the
 * common case pays for no savepoints.
 *
 * What may be lost with the power, because it is done again then, needs no fsync: a group of nothing else is
 * written without. It cannot be torn out of order: the log is read up to the first page that is not whole,
 * and the next fsync covers it.
 *
 * One commit costs one fsync, whatever it holds: with 64 concurrent callers this is ten times the rate of one
 * commit each (TARGETS.md, section 1).
 *
 * Modes: idle (nothing queued) - gathering (a flush is scheduled) - writing (synchronous, so nothing can
 * arrive) - closed.
 */
import type { DatabaseSync } from 'node:sqlite'

const OPERATIONS_PER_COMMIT_MAX = 256

/** A group that is taken back may run again, operation by operation. */
export type TakenBack = 'group' | 'operation'

export type Safety = 'synced' | 'lost with the power'

interface Operation {
  readonly safety: Safety
  /** May run twice; what it did first is rolled back then. */
  readonly run: () => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

type Result = { readonly value: unknown } | { readonly error: unknown }

export class Writer {
  readonly #db: DatabaseSync
  readonly #afterCommit: () => void
  readonly #afterRollback: (what: TakenBack) => void
  #queue: Operation[] = []
  #scheduled = false
  #closed = false
  #synced = true

  /**
   * @param afterCommit called after each commit, before the promises resolve
   * @param afterRollback called after an operation or its whole group was taken back: what is kept in memory
   * may be wrong
   */
  constructor(db: DatabaseSync, afterCommit: () => void, afterRollback: (what: TakenBack) => void) {
    this.#db = db
    this.#afterCommit = afterCommit
    this.#afterRollback = afterRollback
  }

  /**
   * @param safety of what it saves; with `lost with the power` a process that is killed loses nothing either
   */
  write<T>(run: () => T, safety: Safety = 'synced'): Promise<T> {
    if (this.#closed) return Promise.reject(new Error('the store is closed'))
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ run, safety, resolve: resolve as (value: unknown) => void, reject })
      this.#schedule()
    })
  }

  /** Writes what is queued, then takes no more. */
  close(): void {
    this.#closed = true
    while (this.#queue.length > 0) this.#flush()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      if (this.#queue.length > 0) this.#flush()
      if (this.#queue.length > 0) this.#schedule()
    })
  }

  #flush(): void {
    const group = this.#queue.splice(0, OPERATIONS_PER_COMMIT_MAX)
    let results: readonly Result[]
    try {
      this.#sync(group.some(({ safety }) => safety === 'synced'))
      results = this.#runTogether(group) ?? this.#inTransaction(() => group.map((one) => this.#runAlone(one)))
    } catch (error) {
      for (const operation of group) operation.reject(error)
      return
    }
    this.#afterCommit()
    group.forEach((operation, index) => {
      const result = results[index]!
      if ('error' in result) operation.reject(result.error)
      else operation.resolve(result.value)
    })
  }

  /** Of the next commits; opened with it on. */
  #sync(on: boolean): void {
    if (on === this.#synced) return
    this.#db.exec(`PRAGMA synchronous = ${on ? 'FULL' : 'NORMAL'}`)
    this.#synced = on
  }

  /** Undefined when one of several operations threw; then nothing is saved. */
  #runTogether(group: readonly Operation[]): Result[] | undefined {
    let thrown = false
    try {
      return this.#inTransaction(() =>
        group.map((operation) => {
          try {
            return { value: operation.run() }
          } catch (error) {
            thrown = true
            throw error
          }
        }),
      )
    } catch (error) {
      if (!thrown || group.length === 1) throw error
      return undefined
    }
  }

  #inTransaction(run: () => Result[]): Result[] {
    try {
      this.#db.exec('BEGIN IMMEDIATE')
      const results = run()
      this.#db.exec('COMMIT')
      return results
    } catch (error) {
      this.#rollBack()
      throw error
    }
  }

  /**
   * A rollback that fails as well leaves a transaction open: the next group's BEGIN fails, until the file is
   * well again.
   */
  #rollBack(): void {
    try {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
    } catch {
      // The group is told the first error, which says more.
    }
    this.#afterRollback('group')
  }

  #runAlone(operation: Operation): Result {
    this.#db.exec('SAVEPOINT operation')
    try {
      const value = operation.run()
      this.#db.exec('RELEASE operation')
      return { value }
    } catch (error) {
      // A full disk or a broken file may have ended the transaction already: then the whole group fails.
      if (!this.#db.isTransaction) throw error
      this.#db.exec('ROLLBACK TO operation; RELEASE operation')
      this.#afterRollback('operation')
      return { error }
    }
  }
}
