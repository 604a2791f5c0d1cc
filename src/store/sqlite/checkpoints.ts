/**
 * Keeps the write-ahead log short without holding up commits: a thread with a connection of its own copies
 * the log into the database file while this one goes on writing. What was written meanwhile is little; this
 * thread copies it when the other one is done, because only a log that is copied to its end is begun anew.
 * Without that it would grow as long as somebody writes.
 *
 * The thread starts when the log is long for the first time, keeps no process alive, and may die: the next
 * long log starts another one, and SQLite's own checkpoint (connection.ts) stands behind it.
 *
 * Modes: idle - copying (one copy at a time) - stopped.
 */
import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { MIB } from '../../core/units.ts'

/**
 * Rows that are written between two checkpoints; each is about half a page of the log (bench/store-lives.ts).
 */
const ROWS_PER_CHECKPOINT = 8000
/**
 * The file of the log is cut to so much when it is begun anew, which is about what those rows need. Rows with
 * long texts, such as scripts, make it longer: then its length calls for a checkpoint, not their number.
 */
export const LOG_KEPT_BYTES = 32 * MIB
const LOG_LONG_BYTES = LOG_KEPT_BYTES + 8 * MIB

export class Checkpoints {
  readonly #db: DatabaseSync
  readonly #file: string
  readonly #rowsPerCheckpoint: number
  readonly #rowsWritten: () => number
  #checkpointAt: number
  #copying = false
  #stopped = false
  #thread: Worker | undefined

  constructor(db: DatabaseSync, file: string, rowsPerCheckpoint = ROWS_PER_CHECKPOINT) {
    this.#db = db
    this.#file = file
    this.#rowsPerCheckpoint = rowsPerCheckpoint
    const rows = db.prepare('SELECT total_changes() AS rows')
    this.#rowsWritten = () => rows.get()!.rows as number
    this.#checkpointAt = this.#rowsWritten() + rowsPerCheckpoint
  }

  /** To be called after every commit. */
  committed(): void {
    if (this.#copying || this.#stopped) return
    const rows = this.#rowsWritten()
    if (rows < this.#checkpointAt && !this.#isLogLong()) return
    this.#checkpointAt = rows + this.#rowsPerCheckpoint
    this.#copying = true
    this.#thread ??= this.#start()
    this.#thread.postMessage('copy')
  }

  /** Resolves when the thread and its connection are gone. */
  async stop(): Promise<void> {
    this.#stopped = true
    const thread = this.#thread
    if (thread === undefined) return
    thread.ref()
    await new Promise((gone) => {
      thread.once('exit', gone)
      thread.postMessage('stop')
    })
  }

  #isLogLong(): boolean {
    return (statSync(`${this.#file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > LOG_LONG_BYTES
  }

  #start(): Worker {
    // The same file kind as this one: sources run unbuilt as .ts, a build as .js.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const thread = new Worker(new URL(`./checkpoint-thread.${extension}`, import.meta.url), {
      workerData: this.#file,
    })
    thread.unref()
    thread.on('message', () => this.#copyRest())
    // Its end follows and tells as much.
    thread.on('error', () => {})
    thread.on('exit', () => {
      this.#thread = undefined
      this.#copying = false
    })
    return thread
  }

  #copyRest(): void {
    this.#copying = false
    if (this.#stopped) return
    try {
      this.#db.exec('PRAGMA wal_checkpoint(PASSIVE)')
    } catch {
      // Everything is in the log still, and the next checkpoint tries again.
    }
  }
}
