/**
 * Room `engine/pool`: the service's side of the wall: child processes, their sandbox, memory watch, and the
 * data files of apps. It takes whatever a child says for hostile and imports nothing that runs in one.
 *
 * Engine sessions as real child processes, each with a private folder. A process serves one attempt and dies
 * with it; which one serves, and how many there are, decides engine/process-pool.ts.
 *
 * Ready processes have no size yet: size is what the attempt's DuckDB is configured with and what the watch
 * enforces, so one small pool serves the whole ladder.
 *
 * Modes: not started (acquire rejects) -> started -> stopped (acquire rejects, every process is gone).
 */
import { mkdir, readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log, Timers } from '../../core/ports.ts'
import type { Signal } from '../../core/signal.ts'
import type { EngineSession, EngineSessions, EngineSize, StoresSpool } from '../engine-session.ts'
import { type EngineProcess, engineStopping, ProcessPool } from '../process-pool.ts'
import { nodeAlone } from '../wall/node-alone.ts'
import type { SessionFolder, Wall } from '../wall/wall.ts'
import type { DataFolder } from './data-files.ts'
import { DuckDbSession } from './duckdb-session.ts'
import { type ReadMemory, readPeakMemory } from './resident-memory.ts'
import { SessionChild } from './session-child.ts'
import { makeSessionFolder, removeSessionFolder } from './session-folder.ts'

export interface DuckDbSessionsOptions {
  readonly data: DataFolder
  readonly spool: StoresSpool
  /** Absolute folder for the private folders of sessions; created if missing. */
  readonly tempRoot: string
  /** Absolute folders that contain the connections of all attempts. Engine processes reach nothing else. */
  readonly fileRoots: readonly string[]
  readonly sizes: readonly EngineSize[]
  /** How many sessions there may be at the same time; further ones wait. */
  readonly slots: number
  /** How many processes to keep ready. */
  readonly warm: number
  /** What sessions and ready processes together may hold. */
  readonly memoryBytes: number
  /** A process that gives no sign of life for so long counts as crashed. */
  readonly silenceMs: number
  readonly timers: Timers
  readonly log: Log
  /** The second wall around engine processes; without it there is none. */
  readonly wall?: Wall
  readonly readMemory?: ReadMemory
}

interface PooledProcess extends EngineProcess {
  readonly child: SessionChild
  readonly folder: SessionFolder
  /** Set when it is handed out: its folder stays until the session has taken what it wants of it. */
  session?: DuckDbSession
}

export class DuckDbSessions implements EngineSessions {
  readonly #options: DuckDbSessionsOptions
  readonly #readMemory: ReadMemory
  readonly #wall: Wall
  /** Without links. */
  #fileRoots: readonly string[] = []
  #pool: ProcessPool<PooledProcess> | undefined
  #started: Promise<void> | undefined
  #stopped: Promise<void> | undefined

  constructor(options: DuckDbSessionsOptions) {
    this.#options = options
    this.#readMemory = options.readMemory ?? readPeakMemory
    this.#wall = options.wall ?? nodeAlone('no second wall was asked for')
  }

  /** Process ids of the ready processes. */
  get ready(): readonly number[] {
    return this.#pool?.ready.map(({ child }) => child.pid!) ?? []
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

  async acquire(size: EngineSize, withdrawn?: Signal): Promise<EngineSession> {
    if (this.#stopped !== undefined) throw engineStopping()
    if (this.#started === undefined) throw new Error('the engine sessions are not started')
    await this.#started
    const process = await this.#pool!.take(size.memoryBytes, withdrawn)
    const { child, folder } = process
    process.session = new DuckDbSession(child, size, {
      data: this.#options.data,
      spool: this.#options.spool,
      folder,
      wall: this.#wall,
      fileRoots: this.#fileRoots,
      readMemory: this.#readMemory,
      reportMemory: this.#readMemory(child.pid!) === undefined,
      log: this.#options.log,
    })
    return process.session
  }

  async #prepare(): Promise<void> {
    const { data, tempRoot, fileRoots } = this.#options
    await data.prepare()
    for (const folder of [tempRoot, ...fileRoots]) await mkdir(folder, { recursive: true })
    this.#fileRoots = await Promise.all(fileRoots.map((root) => realpath(root)))
    await removeLeftovers(tempRoot)
    this.#pool = new ProcessPool({ ...this.#options, start: (heard) => this.#startProcess(heard) })
  }

  async #end(): Promise<void> {
    await this.#started?.catch(() => {})
    await this.#pool?.stop()
  }

  #startProcess(heard: () => void): PooledProcess {
    const { data, tempRoot, fileRoots, sizes, log } = this.#options
    const folder = makeSessionFolder(join(tempRoot, `session-${process.pid}-`))
    const heapBytes = Math.max(...sizes.map((size) => size.memoryBytes))
    const folders = this.#wall.report.kind === 'none' ? [data.folder, ...fileRoots] : []
    const sandbox = { folders, roots: this.#fileRoots, folder, heapBytes }
    const child = new SessionChild(sandbox, this.#wall, heard)
    let dismissed = false
    child.ready.catch(async (error: unknown) => {
      const { stderr } = await child.exited
      if (!dismissed) log.warn('engine process did not become ready', { error: String(error), stderr })
    })
    const started: PooledProcess = {
      child,
      folder,
      ready: child.ready,
      gone: child.exited.then(() => started.session?.collected()).then(() => this.#removeFolder(folder.path)),
      ping: () => child.ping(),
      kill(fault) {
        dismissed ||= fault === undefined
        child.kill(fault)
      },
    }
    return started
  }

  async #removeFolder(path: string): Promise<void> {
    try {
      await removeSessionFolder(path)
    } catch (error) {
      this.#options.log.warn('the folder of an ended session stays', { path, error: String(error) })
    }
  }
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
    if (gone) await removeSessionFolder(folder)
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
