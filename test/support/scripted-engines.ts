/** Engine sessions that do what a test wrote down, and remember what was asked of them. */
import type {
  EngineSession,
  EngineSessions,
  EngineSize,
  SessionEnd,
  SessionWork,
} from '../../src/engine/engine-session.ts'
import { START_MS } from './records.ts'
import type { VirtualMachine } from './virtual-machine.ts'

export interface Plan {
  /** Ends so long after its start, ms; absent: never by itself. */
  readonly afterMs?: number
  readonly end?: SessionEnd
  /** Rejects the wish for a session with this text. */
  readonly noSession?: string
  /** Never gives the session. */
  readonly neverGiven?: true
  /** An interrupt ends it; else only a kill does. */
  readonly obeys?: true
}

export interface SeenSession {
  readonly size: EngineSize
  work?: SessionWork
  interruptedAt?: number
  /** Virtual ms at which it was killed while it ran. */
  killedAt?: number
  over: boolean
}

const NOTHING_TOLD = {
  progressLog: 'T << INLINE 3 Lines fetched\r\n',
  scriptLog: 'line\r\n',
  storedFiles: [],
}

export function completed(change: Partial<SessionEnd & { kind: 'completed' }> = {}): SessionEnd {
  return {
    ...NOTHING_TOLD,
    kind: 'completed',
    startedAt: START_MS + 100,
    engineTime: START_MS + 1000,
    fileBytes: 4096,
    tables: [{ name: 'T', rows: 3, fields: ['x'] }],
    reads: [],
    ...change,
  }
}

export const outOfMemory: SessionEnd = { ...NOTHING_TOLD, kind: 'out-of-memory', peakMemoryBytes: 9 }
export const crashed: SessionEnd = { ...NOTHING_TOLD, kind: 'crashed', message: 'unexpected EOF' }

export class ScriptedEngines implements EngineSessions {
  readonly sessions: SeenSession[] = []
  asked = 0
  readonly #machine: VirtualMachine
  readonly #plans: readonly Plan[]

  /** @param plans one for each session asked for; the last one repeats */
  constructor(machine: VirtualMachine, ...plans: readonly Plan[]) {
    this.#machine = machine
    this.#plans = plans
  }

  async acquire(size: EngineSize): Promise<EngineSession> {
    const plan = this.#plans[Math.min(this.asked, this.#plans.length - 1)] ?? {}
    this.asked += 1
    if (plan.noSession !== undefined) throw new Error(plan.noSession)
    if (plan.neverGiven) return new Promise(() => {})
    const seen: SeenSession = { size, over: false }
    this.sessions.push(seen)
    return this.#session(size, plan, seen)
  }

  #session(size: EngineSize, plan: Plan, seen: SeenSession): EngineSession {
    const { node, elapsed } = this.#machine
    let finish: (end: SessionEnd) => void = () => {}
    const stop = (message: string) => finish({ ...crashed, kind: 'crashed', message })
    return {
      size,
      run: (work, report) => {
        seen.work = work
        report({
          startedAt: node.clock.now(),
          progressLog: '',
          statement: 1,
          line: 1,
          text: 'SLEEP 1',
          rowsRead: 0,
        })
        return new Promise((resolve) => {
          finish = (end) => {
            seen.over = true
            resolve(end)
          }
          if (plan.afterMs !== undefined) node.later(plan.afterMs, () => finish(plan.end ?? completed()))
        })
      },
      interrupt() {
        seen.interruptedAt = elapsed()
        if (plan.obeys) stop('interrupted')
      },
      kill() {
        if (!seen.over) seen.killedAt = elapsed()
        stop('killed')
      },
    }
  }
}
