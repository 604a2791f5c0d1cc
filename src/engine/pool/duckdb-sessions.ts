/**
 * Room `engine/pool`: the service's side of the wall: child processes, their sandbox, memory watch, and the
 * data files of apps. It takes whatever a child says for hostile and imports nothing that runs in one.
 *
 * Engine sessions as real child processes: a pool keeps a few of them ready, so that an attempt need not wait
 * for a process to start. A process serves one attempt and dies with it; a new one starts a moment later, off
 * the critical path.
 *
 * Ready processes have no size yet: size is what the attempt's DuckDB is configured with and what the watch
 * enforces, so one small pool serves the whole ladder.
 *
 * Modes: not started (acquire rejects) -> started -> stopped (acquire rejects, every process is gone).
 */
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../core/ports.ts'
import type { EngineSession, EngineSessions, EngineSize } from '../engine-session.ts'
import type { DataFolder } from './data-files.ts'
import { DuckDbSession } from './duckdb-session.ts'
import { type ReadMemory, readPeakMemory } from './resident-memory.ts'
import { SessionChild } from './session-child.ts'

export interface DuckDbSessionsOptions {
  readonly data: DataFolder
  /** Absolute folder for the private folders of sessions; created if missing. */
  readonly tempRoot: string
  /** Absolute folders that contain the connections of all attempts. Engine processes reach nothing else. */
  readonly fileRoots: readonly string[]
  readonly sizes: readonly EngineSize[]
  /** How many processes to keep ready. */
  readonly warm: number
  readonly log: Log
  readonly readMemory?: ReadMemory
}

/** A process that is not ready by then counts as dead. */
const START_TIMEOUT_MS = 15_000
/** Lets the attempt that just took a process begin before its successor starts. */
const REFILL_DELAY_MS = 50
/**
 * Wait before the successor of a process that died unused, doubled with each in a row: a broken engine must
 * not spin.
 */
const REFILL_RETRY_FIRST_MS = 100
const REFILL_RETRY_LAST_MS = 30_000

interface ReadyProcess {
  readonly child: SessionChild
  readonly tempFolder: string
  readonly reportMemory: boolean
}

interface Waiter {
  readonly take: (ready: ReadyProcess) => void
  readonly fail: (error: unknown) => void
}

export class DuckDbSessions implements EngineSessions {
  readonly #options: DuckDbSessionsOptions
  readonly #readMemory: ReadMemory
  #started: Promise<void> | undefined
  #stopped: Promise<void> | undefined
  #idle: ReadyProcess[] = []
  #waiters: Waiter[] = []
  #starting = 0
  #refill: NodeJS.Timeout | undefined
  /** Processes that died unused since one was last acquired. */
  #diedUnused = 0
  /** Every living process, with the promise of its end and clean-up. */
  readonly #live = new Map<SessionChild, Promise<void>>()

  constructor(options: DuckDbSessionsOptions) {
    this.#options = options
    this.#readMemory = options.readMemory ?? readPeakMemory
  }

  /** Process ids of the ready processes. */
  get ready(): readonly number[] {
    return this.#idle.map(({ child }) => child.pid!)
  }

  /**
   * Creates the folders, removes what a killed service left, and starts processes without waiting for them.
   */
  start(): Promise<void> {
    this.#started ??= this.#prepare()
    return this.#started
  }

  /** Kills every process, including those of running sessions, and resolves when all are gone. */
  stop(): Promise<void> {
    this.#stopped ??= this.#end()
    return this.#stopped
  }

  async acquire(size: EngineSize): Promise<EngineSession> {
    this.#requireRunning()
    await this.#started
    const ready = this.#idle.shift() ?? (await this.#next())
    this.#diedUnused = 0
    this.#refillAfter(REFILL_DELAY_MS)
    return new DuckDbSession(ready.child, size, {
      data: this.#options.data,
      tempFolder: ready.tempFolder,
      readMemory: this.#readMemory,
      reportMemory: ready.reportMemory,
      log: this.#options.log,
    })
  }

  async #prepare(): Promise<void> {
    const { data, tempRoot, fileRoots } = this.#options
    await data.prepare()
    for (const folder of [tempRoot, ...fileRoots]) await mkdir(folder, { recursive: true })
    await removeLeftovers(tempRoot)
    this.#refillAfter(0)
  }

  async #end(): Promise<void> {
    clearTimeout(this.#refill)
    await this.#started?.catch(() => {})
    for (const waiter of this.#waiters.splice(0)) waiter.fail(stopping())
    while (this.#live.size > 0) {
      for (const child of this.#live.keys()) child.kill()
      await Promise.all(this.#live.values())
    }
  }

  #requireRunning(): void {
    if (this.#stopped !== undefined) throw stopping()
    if (this.#started === undefined) throw new Error('the engine sessions are not started')
  }

  /** Resolves with the next ready process that no earlier caller waits for. */
  #next(): Promise<ReadyProcess> {
    return new Promise((take, fail) => {
      this.#waiters.push({ take, fail })
      if (this.#starting < this.#waiters.length) void this.#startOne()
    })
  }

  #refillAfter(ms: number): void {
    if (this.#stopped !== undefined || this.#refill !== undefined) return
    this.#refill = setTimeout(() => {
      this.#refill = undefined
      const missing = this.#options.warm + this.#waiters.length - this.#idle.length - this.#starting
      for (let i = 0; i < missing; i++) void this.#startOne()
    }, ms)
    this.#refill.unref()
  }

  #afterDeath(): number {
    this.#diedUnused += 1
    return Math.min(REFILL_RETRY_FIRST_MS * 2 ** (this.#diedUnused - 1), REFILL_RETRY_LAST_MS)
  }

  async #startOne(): Promise<void> {
    this.#starting++
    try {
      const ready = await this.#startChild()
      this.#starting--
      this.#offer(ready)
    } catch (error) {
      this.#starting--
      const waiter = this.#waiters.shift()
      if (waiter !== undefined) waiter.fail(error)
      else if (this.#stopped === undefined) {
        this.#options.log.error('no engine process could be started', { error: String(error) })
        this.#refillAfter(this.#afterDeath())
      }
    }
  }

  #offer(ready: ReadyProcess): void {
    const waiter = this.#waiters.shift()
    if (waiter !== undefined) waiter.take(ready)
    else this.#idle.push(ready)
  }

  async #startChild(): Promise<ReadyProcess> {
    const { data, tempRoot, fileRoots, sizes } = this.#options
    const tempFolder = await mkdtemp(join(tempRoot, `session-${process.pid}-`))
    if (this.#stopped !== undefined) {
      await rm(tempFolder, { force: true, recursive: true })
      throw stopping()
    }
    const heapBytes = Math.max(...sizes.map((size) => size.memoryBytes))
    const child = new SessionChild({ folders: [data.folder, ...fileRoots], tempFolder, heapBytes })
    this.#live.set(child, this.#untilGone(child, tempFolder))
    const timeout = setTimeout(() => child.kill(), START_TIMEOUT_MS)
    try {
      await child.ready
      return { child, tempFolder, reportMemory: this.#readMemory(child.pid!) === undefined }
    } catch (error) {
      const { stderr } = await child.exited
      if (this.#stopped === undefined) {
        this.#options.log.warn('engine process did not become ready', { error: String(error), stderr })
      }
      throw error
    } finally {
      clearTimeout(timeout)
    }
  }

  async #untilGone(child: SessionChild, tempFolder: string): Promise<void> {
    await child.exited
    const idle = this.#idle.findIndex((ready) => ready.child === child)
    if (idle !== -1) {
      this.#idle.splice(idle, 1)
      this.#refillAfter(this.#afterDeath())
    }
    try {
      await rm(tempFolder, { force: true, recursive: true })
    } catch (error) {
      this.#options.log.warn('the folder of an ended session stays', { tempFolder, error: String(error) })
    }
    this.#live.delete(child)
  }
}

function stopping(): Error {
  return new Error('the engine is stopping')
}

/** Deletes the session folders of services that are gone; their engine processes died with them. */
async function removeLeftovers(tempRoot: string): Promise<void> {
  const startedMs = Date.now() - process.uptime() * 1000
  for (const name of await readdir(tempRoot)) {
    const owner = /^session-(\d+)-/.exec(name)
    if (owner === null) continue
    const folder = join(tempRoot, name)
    // In a container every service has the same process id: a folder older than this process is not ours.
    const ours = Number(owner[1]) === process.pid
    const gone = ours ? (await stat(folder)).mtimeMs < startedMs : !isAlive(Number(owner[1]))
    if (gone) await rm(folder, { force: true, recursive: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
