/**
 * Simulated engine sessions, each in a process (engine-process.ts) of the product's own pool: each attempt
 * draws how it goes: completes, fails in the script, crashes, runs out of memory on small sizes or on all, or
 * hangs until it is killed; some obey an interrupt, some do not. Data files are names with contents; a
 * session writes its new file while it runs, and only at its end is it whole.
 */
import type { AppId, DataVersion, ReloadId } from '../../src/core/ids.ts'
import { DEFAULT_LIMITS } from '../../src/core/limits.ts'
import type {
  AppData,
  EngineSession,
  EngineSessions,
  EngineSize,
  SessionEnd,
  SessionProgress,
  SessionWork,
} from '../../src/engine/engine-session.ts'
import { ProcessPool, type ProcessPoolDeps } from '../../src/engine/process-pool.ts'
import { SimProcess } from './engine-process.ts'
import type { SimNode } from './node.ts'
import type { World } from './world.ts'

export const SIZES: readonly EngineSize[] = [
  { poolName: 'engine-1g', memoryBytes: 1024 ** 3, threads: 1 },
  { poolName: 'engine-2g', memoryBytes: 2 * 1024 ** 3, threads: 2 },
  { poolName: 'engine-4g', memoryBytes: 4 * 1024 ** 3, threads: 4 },
]

const TORN = 'half written'

/** A file that a script stores: its own, or one that other apps of the place store too. */
export interface StoredInto {
  readonly path: string
  /** See `FileTruth`. */
  readonly key: string
  readonly content: string
  readonly isOwn: boolean
}

/** What the auditor sees of a session: the truth, whatever the worker makes of it. */
export interface SessionTruth {
  readonly node: SimNode
  readonly process: SimProcess
  readonly size: EngineSize
  readonly reloadId: ReloadId
  readonly attempt: number
  readonly work: SessionWork
  /** Content of the file named `dataBefore` when the session started. */
  readonly contentBefore: string | undefined
  /** What a whole file of this session holds. */
  readonly contentAfter: string
  /** What its script stores, with success; made from the files as they are when it starts. */
  readonly stores: readonly StoredInto[]
  end?: SessionEnd['kind']
}

/** All data files and sessions of the simulated installation. */
export class EngineTruth {
  readonly files = new Map<DataVersion, { readonly appId: AppId; readonly content: string }>()
  /** Files written or deleted, and sessions started, since the auditor looked last. */
  readonly touched = new Set<DataVersion>()
  readonly started: SessionTruth[] = []
  readonly running = new Set<SessionTruth>()
  /** Files that went away behind the back of the service, while an app points at them. */
  readonly lost = new Set<DataVersion>()
  /** Those that live, of all machines. */
  readonly processes = new Set<SimProcess>()
  /** Since the auditor looked last. */
  readonly startedProcesses: SimProcess[] = []
  /** Index of the smallest size on which an app's script fits; beyond the ladder: none. */
  readonly needs = new Map<string, number>()
  /** Apps whose script reads files and stores them again. */
  readonly storing = new Set<string>()
  readonly #sessions = new Map<string, SessionTruth>()

  session(reloadId: ReloadId, attempt: number): SessionTruth | undefined {
    return this.#sessions.get(`${reloadId}/${attempt}`)
  }

  start(truth: SessionTruth): void {
    this.#sessions.set(`${truth.reloadId}/${truth.attempt}`, truth)
    this.running.add(truth)
    this.started.push(truth)
    this.#write(truth, TORN)
  }

  end(truth: SessionTruth, kind: SessionEnd['kind']): void {
    this.running.delete(truth)
    truth.end = kind
    if (kind === 'completed') this.#write(truth, truth.contentAfter)
  }

  delete(version: DataVersion): void {
    this.files.delete(version)
    this.touched.add(version)
  }

  lose(version: DataVersion): void {
    this.files.delete(version)
    this.lost.add(version)
  }

  died(node: SimNode): void {
    for (const one of this.running) if (one.node === node) this.running.delete(one)
    for (const one of this.processes) if (one.node === node) this.processes.delete(one)
  }

  #write({ work }: SessionTruth, content: string): void {
    this.files.set(work.dataAfter, { appId: work.appId as AppId, content })
    this.touched.add(work.dataAfter)
  }
}

/** What a whole file holds: that of a partial reload depends on all of the file it started from. */
export function wholeContent(work: SessionWork, before: string | undefined): string {
  const own = `${work.reloadId}/${work.attempt}`
  return work.partial && before !== undefined ? `${own} after ${digest(before)}` : own
}

function digest(text: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619)
  return (hash >>> 0).toString(16)
}

export interface SimEngines extends EngineSessions {
  stop(): Promise<void>
}

/** What a machine has for engines. */
export interface EngineRoom {
  readonly slots: number
  /** Processes that are kept ready. */
  readonly warm: number
  readonly memoryBytes: number
}

/** @param planted the pool's ports, perhaps with a planted bug */
export function simEngines(
  world: World,
  node: SimNode,
  room: EngineRoom,
  planted: (deps: ProcessPoolDeps<SimProcess>) => ProcessPoolDeps<SimProcess> = (deps) => deps,
): SimEngines {
  const warn = (message: string) => world.tell(node, message)
  const pool = new ProcessPool<SimProcess>(
    planted({
      ...room,
      timers: node.timers,
      log: { info: warn, warn, error: warn },
      silenceMs: DEFAULT_LIMITS.engineSilenceMs,
      start: (heard) => new SimProcess(world, node, heard),
    }),
  )
  return {
    async acquire(size, withdrawn) {
      return new SimSession(world, await pool.take(size.memoryBytes, withdrawn), size)
    },
    stop: () => pool.stop(),
  }
}

export function simAppData(world: World, node: SimNode): AppData {
  return {
    isWhole: async ({ version }) => world.engines.files.has(version),
    discard(version) {
      return new Promise((resolve, reject) => {
        const fails = world.chance(world.faulty(0.05))
        node.later(world.between(1, 20), () => {
          if (fails) return reject(new Error('disk trouble'))
          world.engines.delete(version)
          world.tell(node, `discards ${version}`)
          resolve()
        })
      })
    },
  }
}

class SimSession implements EngineSession {
  readonly size: EngineSize
  readonly #world: World
  readonly #node: SimNode
  readonly #process: SimProcess
  readonly #obeys: boolean
  #over: ((end: SessionEnd) => void) | undefined

  constructor(world: World, process: SimProcess, size: EngineSize) {
    this.#world = world
    this.#node = process.node
    this.#process = process
    this.size = size
    this.#obeys = world.chance(0.7)
  }

  run(work: SessionWork, report: (progress: SessionProgress) => void): Promise<SessionEnd> {
    const world = this.#world
    const node = this.#node
    const { engines } = world
    const contentBefore =
      work.dataBefore === undefined ? undefined : engines.files.get(work.dataBefore)?.content
    const truth: SessionTruth = {
      node,
      process: this.#process,
      size: this.size,
      reloadId: work.reloadId,
      attempt: work.attempt,
      work,
      contentBefore,
      contentAfter: wholeContent(work, contentBefore),
      stores: this.#stores(work),
    }
    engines.start(truth)
    world.tell(node, `engine runs ${work.reloadId} attempt ${work.attempt}`)
    const startedAt = node.clock.now()
    const progress = { startedAt, progressLog: '', statement: 1, line: 1, text: 'SLEEP 1', rowsRead: 0 }
    this.#process.after(world.between(1, 50), () => node.later(1, () => report(progress)))
    return new Promise((resolve) => {
      this.#over = (end) => {
        this.#over = undefined
        engines.end(truth, end.kind)
        world.tell(node, `engine ends ${work.reloadId} attempt ${work.attempt}: ${end.kind}`)
        this.#process.exit()
        node.later(1, () => resolve(end))
      }
      this.#process.drawTrouble(5000)
      this.#process.onDeath = () => this.#crashed('the process is gone')
      if (!this.#process.lives) return this.#crashed('the process was gone')
      const plan = this.#plan(truth, startedAt)
      if (plan !== undefined) this.#process.after(plan.ms, () => this.#over?.(this.#sealed(plan.end())))
    })
  }

  #stores({ appId, reloadId, connections }: SessionWork): StoredInto[] {
    const { engines, files } = this.#world
    const root = connections[0]?.root
    if (!engines.storing.has(appId) || root === undefined) return []
    return [`own/${appId}.qvd`, 'shared.qvd'].map((path) => {
      const key = `${root.slice('/files/'.length)}/${path}`
      const before = files.placed.get(key)
      const content = before === undefined ? reloadId : `${before} ${reloadId}`
      return { path, key, content, isOwn: path !== 'shared.qvd' }
    })
  }

  interrupt(): void {
    if (!this.#obeys) return
    this.#process.after(this.#world.between(1, 400), () => this.#crashed('interrupted'))
  }

  kill(): void {
    this.#process.kill()
  }

  /** New data that the disk does not take is none. */
  #sealed(end: SessionEnd): SessionEnd {
    if (end.kind !== 'completed' || !this.#world.disk.refuses()) return end
    return { ...end, kind: 'crashed', message: 'the new data could not be saved' }
  }

  #crashed(message: string): void {
    this.#over?.({ kind: 'crashed', message, progressLog: '', scriptLog: '' })
  }

  /** Undefined: it hangs until it is stopped. */
  #plan(
    { work, contentBefore, stores }: SessionTruth,
    startedAt: number,
  ): { ms: number; end: () => SessionEnd } | undefined {
    const world = this.#world
    const { between } = world
    const told = {
      startedAt,
      progressLog: 'T << x 1 Lines fetched\r\n',
      scriptLog: 'log\r\n',
    }
    const dice = world.uniform()
    if (dice < world.faulty(0.04)) return undefined
    const dataMissing = work.partial && work.dataBefore !== undefined && contentBefore === undefined
    if (dataMissing || dice < world.faulty(0.14)) {
      return { ms: between(10, 20_000), end: () => ({ ...told, kind: 'crashed', message: 'unexpected EOF' }) }
    }
    if (SIZES.indexOf(this.size) < (world.engines.needs.get(work.appId) ?? 0)) {
      return { ms: between(10, 5000), end: () => ({ ...told, kind: 'out-of-memory', peakMemoryBytes: 1 }) }
    }
    if (work.script.endsWith('broken')) {
      const fault = { engineErrorCode: 11002, message: 'Unknown statement', line: 1, statement: 'broken' }
      return { ms: between(10, 2000), end: () => ({ ...told, kind: 'script-error', fault }) }
    }
    const node = this.#node
    const end = (): SessionEnd => ({
      ...told,
      kind: 'completed',
      engineTime: node.clock.now(),
      fileBytes: 4096,
      tables: [{ name: 'T', rows: 1, fields: ['x'] }],
      reads: [],
      storedFiles: stores.map(({ path, content }) => ({
        connection: 'DataFiles',
        path,
        bytes: content.length,
        content: world.files.stage(content),
      })),
    })
    // A run longer than a lease: time enough for a lost attempt and its successor to be under way at once.
    return { ms: world.chance(world.busy ? 0.9 : 0.3) ? between(15_000, 90_000) : between(10, 10_000), end }
  }
}
