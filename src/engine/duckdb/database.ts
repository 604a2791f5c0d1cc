/**
 * The DuckDB database of one script run: without network and extensions, with no files but
 * its own and those of one private folder, and with locked settings. One connection runs one statement at a
 * time.
 *
 * SQL comes from our own code only; real names and data of a script are always quoted.
 */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { type DuckDBAppender, type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { sqlText } from '../sql/pair-sql.ts'

/**
 * How much a run may spill to disk, as a multiple of its memory: DuckDB's own limit is 90 % of the free
 * disk.
 */
const SPILL_FACTOR = 10

export interface DatabaseOptions {
  /** Path of the file, or ':memory:'. */
  readonly file: string
  /**
   * A folder for this run only, for spill files and files in transit. Created if missing.
   */
  readonly privateFolder: string
  readonly memoryLimitBytes?: number
  readonly threads?: number
  readonly readOnly?: boolean
}

/** The run was asked to stop while a statement ran, or between two. */
export class RunInterruptedError extends Error {
  override readonly name = 'RunInterruptedError'
}

export type SqlRow = readonly unknown[]

/**
 * Whether DuckDB reached its memory or spill limit, or V8 the largest size of a value; both report it in
 * their messages only. A full disk does not count, since a larger engine would not help.
 */
export function isOutOfMemory(error: unknown): boolean {
  if (error instanceof RangeError) return VALUE_TOO_LARGE.test(error.message)
  return error instanceof Error && /Out of Memory Error|failed to (allocate|pin)/i.test(error.message)
}

const VALUE_TOO_LARGE =
  /^(Invalid (string|array|typed array) length|Array buffer allocation failed|(Map|Set) maximum size exceeded)/

export class Database {
  readonly privateFolder: string
  readonly #instance: DuckDBInstance
  readonly #connection: DuckDBConnection
  readonly #signal: AbortSignal | undefined
  #workTables = 0

  private constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    privateFolder: string,
    signal: AbortSignal | undefined,
  ) {
    this.#instance = instance
    this.#connection = connection
    this.privateFolder = privateFolder
    this.#signal = signal
    signal?.addEventListener('abort', this.#interrupt)
  }

  /** Aborting the signal interrupts the running statement and refuses every later one. */
  static async open(options: DatabaseOptions, signal?: AbortSignal): Promise<Database> {
    await mkdir(options.privateFolder, { recursive: true })
    const instance = await DuckDBInstance.create(options.file, {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      // Later formats compress texts in one way; earlier ones try two and keep the better.
      storage_compatibility_version: 'v1.3.0',
      ...(options.readOnly ? { access_mode: 'READ_ONLY' } : {}),
      ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
      ...(options.memoryLimitBytes === undefined ? {} : { memory_limit: `${options.memoryLimitBytes}B` }),
    })
    const connection = await instance.connect()
    const folder = path.join(options.privateFolder, path.sep)
    for (const setting of [
      `SET temp_directory = ${sqlText(folder)}`,
      ...(options.memoryLimitBytes === undefined
        ? []
        : [`SET max_temp_directory_size = '${options.memoryLimitBytes * SPILL_FACTOR}B'`]),
      'SET preserve_insertion_order = true',
      // Tables made in the same transaction count as empty, and for those the engine would compare every pair
      // of rows.
      'SET nested_loop_join_threshold = 0',
      'SET merge_join_threshold = 0',
      `SET allowed_directories = [${sqlText(folder)}]`,
      'SET enable_external_access = false',
      'SET lock_configuration = true',
    ]) {
      await connection.run(setting)
    }
    return new Database(instance, connection, options.privateFolder, signal)
  }

  async run(sql: string): Promise<void> {
    this.checkInterrupted()
    await this.#connection.run(sql)
  }

  /** All rows of a query with a small result. Wide integers are bigints. */
  async rows(sql: string, values?: (string | number)[]): Promise<SqlRow[]> {
    this.checkInterrupted()
    const reader = await this.#connection.runAndReadAll(sql, values)
    return reader.getRows()
  }

  /** The columns of a query, chunk by chunk. */
  async chunks(sql: string, chunk: (columns: unknown[][], rows: number) => void): Promise<void> {
    this.checkInterrupted()
    const result = await this.#connection.run(sql)
    for (;;) {
      const next = await result.fetchChunk()
      if (next === null || next.rowCount === 0) return
      chunk(next.getColumns(), next.rowCount)
    }
  }

  /** Runs a query that returns one number. */
  async count(table: string): Promise<number> {
    const [row] = await this.rows(`SELECT count(*) FROM ${table}`)
    return Number(row![0])
  }

  appender(table: string, temporary: boolean): Promise<DuckDBAppender> {
    this.checkInterrupted()
    return temporary
      ? this.#connection.createAppender(table, 'main', 'temp')
      : this.#connection.createAppender(table)
  }

  /** Rolls back every change if `work` throws. */
  async transaction<Result>(steps: () => Promise<Result>): Promise<Result> {
    await this.run('BEGIN')
    try {
      const result = await steps()
      await this.run('COMMIT')
      return result
    } catch (error) {
      // The engine may have ended the transaction itself, for example when it ran out of memory.
      await this.#connection.run('ROLLBACK').catch(() => undefined)
      throw error
    }
  }

  /** A name for a table that exists during one statement. */
  workTable(): string {
    this.#workTables++
    return `w${this.#workTables}`
  }

  checkInterrupted(): void {
    if (this.#signal?.aborted) throw new RunInterruptedError('the run was interrupted')
  }

  /** Writes everything to the file and closes it. Idempotent. */
  close(): void {
    this.#signal?.removeEventListener('abort', this.#interrupt)
    this.#connection.closeSync()
    this.#instance.closeSync()
  }

  readonly #interrupt = (): void => this.#connection.interrupt()
}
