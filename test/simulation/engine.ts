/**
 * Simulated engine sessions: each attempt draws how it goes: completes, fails in the script, crashes, runs out of memory on
 * small sizes, or hangs until it is killed. The engine process lives beside its machine: it goes on while the worker is
 * stalled, and dies with it. Data files are a set of names.
 */
import type { AppId, DataVersion, ReloadId } from '../../src/core/ids.ts'
import type {
  AppData,
  EngineSession,
  EngineSessions,
  EngineSize,
  SessionEnd,
  SessionProgress,
  SessionWork,
} from '../../src/engine/engine-session.ts'
import type { SimNode } from './node.ts'
import type { World } from './world.ts'

export const SIZES: readonly EngineSize[] = [
  { poolName: 'engine-1g', memoryBytes: 1024 ** 3, threads: 1 },
  { poolName: 'engine-2g', memoryBytes: 2 * 1024 ** 3, threads: 2 },
  { poolName: 'engine-4g', memoryBytes: 4 * 1024 ** 3, threads: 4 },
]

/** What the auditor sees of a session: the truth, whatever the worker makes of it. */
export interface SessionTruth {
  readonly node: SimNode
  readonly reloadId: ReloadId
  readonly attempt: number
  readonly appId: AppId
  readonly version: DataVersion
  end?: SessionEnd['kind']
}

/** All data files and sessions of the simulated installation. */
export class EngineTruth {
  readonly files = new Set<DataVersion>()
  /** By `<reload>/<attempt>`. */
  readonly sessions = new Map<string, SessionTruth>()
  readonly running = new Set<SessionTruth>()
  /** Index of the smallest size on which an app's script fits; beyond the ladder: none. */
  readonly needs = new Map<string, number>()

  session(reloadId: ReloadId, attempt: number): SessionTruth | undefined {
    return this.sessions.get(`${reloadId}/${attempt}`)
  }

  died(node: SimNode): void {
    for (const one of this.running) if (one.node === node) this.running.delete(one)
  }
}

export function simEngines(world: World, node: SimNode): EngineSessions {
  return {
    acquire(size) {
      const { chance, between } = world
      const slow = chance(world.faulty(0.02)) ? 90_000 : between(5, 300)
      return new Promise((resolve, reject) => {
        const fails = chance(world.faulty(0.03))
        node.later(slow, () => {
          if (fails) reject(new Error('no engine process could be started'))
          else resolve(new SimSession(world, node, size))
        })
      })
    },
  }
}

export function simAppData(world: World, node: SimNode): AppData {
  return {
    discard(version) {
      return new Promise((resolve, reject) => {
        const fails = world.chance(world.faulty(0.05))
        node.later(world.between(1, 20), () => {
          if (fails) return reject(new Error('disk trouble'))
          world.engines.files.delete(version)
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
  #over: ((end: SessionEnd) => void) | undefined

  constructor(world: World, node: SimNode, size: EngineSize) {
    this.#world = world
    this.#node = node
    this.size = size
  }

  run(work: SessionWork, report: (progress: SessionProgress) => void): Promise<SessionEnd> {
    const world = this.#world
    const node = this.#node
    const truth: SessionTruth = {
      node,
      reloadId: work.reloadId,
      attempt: work.attempt,
      appId: work.appId as AppId,
      version: work.dataAfter,
    }
    const { running, sessions } = world.engines
    sessions.set(`${work.reloadId}/${work.attempt}`, truth)
    running.add(truth)
    world.tell(node, `engine runs ${work.reloadId} attempt ${work.attempt}`)
    const startedAt = node.clock.now()
    const progress = { startedAt, progressLog: '', statement: 1, line: 1, rowsRead: 0 }
    node.later(world.between(1, 50), () => running.has(truth) && report(progress))
    return new Promise((resolve) => {
      this.#over = (end) => {
        this.#over = undefined
        running.delete(truth)
        truth.end = end.kind
        if (end.kind === 'completed') world.engines.files.add(work.dataAfter)
        world.tell(node, `engine ends ${work.reloadId} attempt ${work.attempt}: ${end.kind}`)
        node.later(1, () => resolve(end))
      }
      const plan = this.#plan(work, startedAt)
      if (plan === undefined) return
      world.after(plan.ms, () => {
        if (!running.has(truth) || this.#over === undefined) return false
        this.#over(plan.end())
        return true
      })
    })
  }

  interrupt(): void {
    const world = this.#world
    if (world.chance(0.3)) return
    world.after(world.between(1, 400), () => this.#stop('interrupted'))
  }

  kill(): void {
    this.#stop('killed')
  }

  #stop(message: string): boolean {
    if (this.#over === undefined) return false
    this.#over({ kind: 'crashed', message, progressLog: '', scriptLog: '', storedFiles: [] })
    return true
  }

  /** Undefined: it hangs until it is stopped. */
  #plan(work: SessionWork, startedAt: number): { ms: number; end: () => SessionEnd } | undefined {
    const world = this.#world
    const { between } = world
    const told = {
      startedAt,
      progressLog: 'T << x 1 Lines fetched\r\n',
      scriptLog: 'log\r\n',
      storedFiles: [],
    }
    const dice = world.uniform()
    if (dice < world.faulty(0.04)) return undefined
    if (dice < world.faulty(0.14)) {
      return { ms: between(10, 20_000), end: () => ({ ...told, kind: 'crashed', message: 'unexpected EOF' }) }
    }
    if (SIZES.indexOf(this.size) < (world.engines.needs.get(work.appId) ?? 0)) {
      return { ms: between(10, 5000), end: () => ({ ...told, kind: 'out-of-memory', peakMemoryBytes: 1 }) }
    }
    if (work.script === 'broken') {
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
      storedFiles: [{ connection: 'DataFiles', path: 'out.csv', bytes: 1 }],
    })
    // A run longer than a lease: time enough for a lost attempt and its successor to be under way at once.
    return { ms: world.chance(0.4) ? between(15_000, 90_000) : between(10, 15_000), end }
  }
}
