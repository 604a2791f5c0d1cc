/**
 * Room `store/sqlite`: the store of one server: SQLite with group commit. SQL, rows and transactions enter;
 * rules come from `store/rule`.
 *
 * The SQLite store: one file, one server, every promise resolved after its durable commit. Writes go through
 * the group commit of writer.ts; reads answer at once, on the same connection, and so see every acknowledged
 * write. Which verb is which stands in verbs.ts, what each does in statements.ts.
 *
 * Modes: open (from `open` on, holding the data lock) - closed (every verb refuses).
 */
import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { ExclusiveStore } from '../port/store.ts'
import { noticeOf } from '../rule/notice-of.ts'
import { Notices } from '../rule/notices.ts'
import { Turns } from '../rule/turns.ts'
import { Checkpoints } from './checkpoints.ts'
import { connect } from './connection.ts'
import { lockData } from './data-lock.ts'
import { noteClosed, noteOpened } from './installation.ts'
import { prepareLists } from './lists.ts'
import { prepareCount } from './queue.ts'
import { prepareStatements } from './statements.ts'
import { StoreCache } from './store-cache.ts'
import { type Answers, RUNNING, type Verb } from './verbs.ts'
import { TenantCache } from './view.ts'
import { Writer } from './writer.ts'

export type SqliteStore = ExclusiveStore

export const SqliteStore = {
  /**
   * Opens the file, creating it when it is not there, and brings it to the current schema.
   * @throws when another server has it open, when its schema is newer, or when it cannot be read; the error
   * names the file
   */
  open(file: string): SqliteStore {
    // Whoever opens the database after a kill copies the log in and removes it.
    const hasLog = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
    const lock = lockData(file)
    try {
      const db = connect(file)
      return storeOver(db, file, lock, noteOpened(db, hasLog))
    } catch (error) {
      lock.release()
      throw error
    }
  },
}

function storeOver(db: DatabaseSync, file: string, lock: { release(): void }, logLost: boolean): SqliteStore {
  const notices = new Notices()
  const tenantCache = new TenantCache(db)
  const turns = new Turns(prepareCount(db), (id) => tenantCache.tenant(id)?.limits ?? {})
  const cache = new StoreCache()
  const checkpoints = new Checkpoints(db, file)
  const writer = new Writer(
    db,
    () => {
      notices.publish()
      checkpoints.committed()
    },
    (what) => {
      if (what === 'group') notices.discard()
      turns.forget()
      tenantCache.forget()
      cache.forget()
    },
  )
  const verbs = promised(
    prepareStatements(db, turns, tenantCache, cache, (changed) => notices.note(changed), logLost),
    writer,
  )
  let closed: Promise<void> | undefined
  const close = async () => {
    writer.close()
    await checkpoints.stop()
    noteClosed(db)
    db.close()
    lock.release()
  }
  return {
    ...verbs,
    ...prepareLists(db),
    /**
     * Told before the commit, so that a worker with a free slot claims in the same one: one fsync less before
     * it starts.
     */
    accept: (batch) => {
      const accepted = verbs.accept(batch)
      notices.notifySoon(noticeOf.accepting())
      return accepted
    },
    onCommit: (listener) => notices.listen(listener),
    /** Writes what was asked for before, then lets go of the file. Harmless when repeated. */
    close: () => {
      closed ??= close()
      return closed
    },
  }
}

/** The verbs as the port has them: each read answers at once, each write after its commit. */
function promised(answers: Answers<ExclusiveStore, Verb>, writer: Writer): Pick<ExclusiveStore, Verb> {
  const run = (name: Verb) => {
    const answer: (...args: never[]) => unknown = answers[name]
    const running = RUNNING[name]
    if (running === 'read') return async (...args: never[]) => answer(...args)
    const safetyOf = typeof running === 'function' ? running : () => running
    return (...args: never[]) => writer.write(() => answer(...args), safetyOf(...args))
  }
  const names = Object.keys(RUNNING) as Verb[]
  return Object.fromEntries(names.map((name) => [name, run(name)])) as Pick<ExclusiveStore, Verb>
}
