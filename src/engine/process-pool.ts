/**
 * The pool of engine processes, over ports: who gets a process, how many there are, and which count as dead.
 * It keeps a few ready, so that an attempt need not wait for one to start.
 *
 * Promises:
 * - Whatever callers do, at most `slots + warm` processes exist, with those that start or are being killed.
 * - Ready processes take only memory that no attempt holds or waits for.
 * - Whoever withdraws takes no process: the one that starts for it serves the next, or stays ready.
 * - A process without a sign of life for `silenceMs` is killed; a ready one is proved before it is given.
 */
import { type Loop, startLoop } from '../core/loop.ts'
import type { Log, Timers, Wait } from '../core/ports.ts'
import type { Signal } from '../core/signal.ts'
import { PROCESS_BYTES } from './sizes.ts'

export interface EngineProcess {
  /** Resolves when it is ready for work; rejects with a text for the user if it never will be. */
  readonly ready: Promise<void>
  /** Resolves when the process and all that it left are gone, also if it never started. */
  readonly gone: Promise<void>
  /** Resolves when the process answers; never if it does not. */
  ping(): Promise<void>
  /**
   * Kills it at once; idempotent.
   * @param fault what it is killed for; absent if it did nothing wrong
   */
  kill(fault?: string): void
}

export interface ProcessPoolDeps<Process extends EngineProcess> {
  readonly timers: Timers
  readonly log: Log
  /** How many processes may be taken at the same time. */
  readonly slots: number
  /** How many processes to keep ready. */
  readonly warm: number
  /** What all processes together may hold. */
  readonly memoryBytes: number
  readonly silenceMs: number
  /** @param heard called on every sign of life */
  start(heard: () => void): Process
}

/** A process that is not ready by then counts as dead. */
const START_TIMEOUT_MS = 15_000
/** An answer takes a millisecond; another process is soon there. */
const PING_WAIT_MS = 2000
/** Lets the attempt that just took a process begin before its successor starts. */
const REFILL_DELAY_MS = 50
/**
 * Wait before the successor of a process that died unused, doubled with each in a row: a broken engine must
 * not spin.
 */
const REFILL_RETRY_FIRST_MS = 100
const REFILL_RETRY_LAST_MS = 30_000
/**
 * Silence is counted in looks of our own instead of by a clock: after a pause of this service it first hears
 * what was said meanwhile.
 */
const SILENT_LOOKS = 5

interface Waiter<Process> {
  readonly bytes: number
  readonly give: (process: Process) => void
  readonly fail: (error: unknown) => void
}

export class ProcessPool<Process extends EngineProcess> {
  readonly #deps: ProcessPoolDeps<Process>
  /** Every process that is not gone, with the number of looks since its last sign of life. */
  readonly #looks = new Map<Process, number>()
  readonly #starting = new Set<Process>()
  readonly #idle: Process[] = []
  /** Ready, and asked for an answer because somebody waits. */
  readonly #proving = new Set<Process>()
  /** With the memory that each may hold. */
  readonly #taken = new Map<Process, number>()
  readonly #waiters: Waiter<Process>[] = []
  readonly #watch: Loop
  #refill: Wait | undefined
  /** Processes that died unused since one was last taken. */
  #diedUnused = 0
  #stopped = false

  constructor(deps: ProcessPoolDeps<Process>) {
    this.#deps = deps
    this.#watch = startLoop(deps, 'watching engine processes', async () => this.#look())
    this.#refillAfter(0)
  }

  get ready(): readonly Process[] {
    return this.#idle
  }

  /**
   * Resolves with a process that nobody else gets. It counts until it is gone.
   * @param bytes the memory that it may hold
   * @throws Error if none can be started, with a text for the user; if withdrawn; if the pool is stopped
   */
  take(bytes: number, withdrawn?: Signal): Promise<Process> {
    return new Promise((give, fail) => {
      if (this.#stopped) return fail(engineStopping())
      if (withdrawn?.fired) return fail(new Error('the wish for an engine was withdrawn'))
      const waiter = { bytes, give, fail }
      this.#waiters.push(waiter)
      void withdrawn?.done.then(() => this.#withdraw(waiter))
      this.#serve()
      this.#yieldMemory()
    })
  }

  /** Kills every process and resolves when all are gone. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#refill?.end()
    for (const waiter of this.#waiters.splice(0)) waiter.fail(engineStopping())
    const processes = [...this.#looks.keys()]
    for (const process of processes) process.kill()
    await Promise.all([this.#watch.stop(), ...processes.map(({ gone }) => gone)])
  }

  #withdraw(waiter: Waiter<Process>): void {
    const at = this.#waiters.indexOf(waiter)
    if (at === -1) return
    this.#waiters.splice(at, 1)
    waiter.fail(new Error('the wish for an engine was withdrawn'))
    this.#refillAfter(REFILL_DELAY_MS)
  }

  /** Proves or starts a process for each who waits, as far as the ceiling allows. */
  #serve(): void {
    while (this.#idle.length > 0 && this.#proving.size < this.#waiters.length) {
      void this.#prove(this.#idle.shift()!)
    }
    this.#startUpTo(this.#waiters.length - this.#proving.size)
  }

  #startUpTo(wanted: number): void {
    const { slots, warm } = this.#deps
    const count = Math.min(wanted - this.#starting.size, slots + warm - this.#looks.size)
    for (let i = 0; i < count && !this.#stopped; i++) this.#startOne()
  }

  #startOne(): void {
    let process: Process
    try {
      process = this.#deps.start(() => {
        if (this.#looks.has(process)) this.#looks.set(process, 0)
      })
    } catch (error) {
      this.#startFailed(error)
      return
    }
    this.#looks.set(process, 0)
    this.#starting.add(process)
    const limit = this.#deps.timers.wait(START_TIMEOUT_MS)
    void limit.done.then(() => {
      if (this.#starting.has(process))
        process.kill(`the engine process was not ready in ${inSeconds(START_TIMEOUT_MS)}`)
    })
    const over = () => {
      const awaited = this.#starting.delete(process)
      limit.end()
      return awaited
    }
    void process.ready.then(
      () => over() && this.#offer(process),
      (error: unknown) => over() && this.#startFailed(error),
    )
    void process.gone.then(() => this.#gone(process))
  }

  #startFailed(error: unknown): void {
    if (this.#stopped) return
    const waiter = this.#waiters.shift()
    if (waiter !== undefined) waiter.fail(error)
    else {
      this.#deps.log.error('no engine process could be started', { error: String(error) })
      this.#refillAfter(this.#afterDeath())
    }
  }

  /** A ready process goes to the one who waits longest; else it stays ready if there is room for it. */
  #offer(process: Process): void {
    const waiter = this.#waiters.shift()
    if (waiter !== undefined) {
      this.#taken.set(process, waiter.bytes)
      this.#diedUnused = 0
      waiter.give(process)
      this.#refillAfter(REFILL_DELAY_MS)
    } else if (this.#idle.length < this.#idleMax()) this.#idle.push(process)
    else process.kill()
  }

  async #prove(process: Process): Promise<void> {
    this.#proving.add(process)
    const limit = this.#deps.timers.wait(PING_WAIT_MS)
    const answered = await Promise.race([
      process.ping().then(() => true),
      Promise.race([limit.done, process.gone]).then(() => false),
    ])
    limit.end()
    this.#proving.delete(process)
    if (answered) this.#offer(process)
    else process.kill(`the engine process did not answer in ${inSeconds(PING_WAIT_MS)}`)
    this.#serve()
  }

  #gone(process: Process): void {
    this.#looks.delete(process)
    this.#taken.delete(process)
    const at = this.#idle.indexOf(process)
    if (at !== -1) this.#idle.splice(at, 1)
    this.#serve()
    this.#refillAfter(at === -1 ? REFILL_DELAY_MS : this.#afterDeath())
  }

  #refillAfter(ms: number): void {
    if (this.#stopped || this.#refill !== undefined) return
    this.#refill = this.#deps.timers.wait(ms)
    void this.#refill.done.then(() => {
      this.#refill = undefined
      this.#startUpTo(this.#waiters.length - this.#proving.size + this.#idleMax() - this.#idle.length)
    })
  }

  #afterDeath(): number {
    this.#diedUnused += 1
    return Math.min(REFILL_RETRY_FIRST_MS * 2 ** (this.#diedUnused - 1), REFILL_RETRY_LAST_MS)
  }

  #idleMax(): number {
    return Math.min(this.#deps.warm, this.#idleThatFit())
  }

  #idleThatFit(): number {
    let bytes = this.#deps.memoryBytes
    for (const held of this.#taken.values()) bytes -= held
    for (const waiter of this.#waiters) bytes -= waiter.bytes
    return Math.max(0, Math.floor(bytes / PROCESS_BYTES))
  }

  /** Ends ready processes in favour of the attempts that need their memory now. */
  #yieldMemory(): void {
    const unused = this.#idle.length + this.#proving.size + this.#starting.size - this.#waiters.length
    for (let over = unused - this.#idleThatFit(); over > 0; over--) {
      const process = this.#idle.pop() ?? [...this.#starting].at(-1)
      if (process === undefined) return
      this.#starting.delete(process)
      process.kill()
    }
  }

  /** @returns ms until the next look */
  #look(): number {
    for (const [process, looks] of this.#looks) {
      if (this.#starting.has(process)) continue
      this.#looks.set(process, looks + 1)
      if (looks === SILENT_LOOKS) {
        process.kill(`the engine process gave no sign of life for ${inSeconds(this.#deps.silenceMs)}`)
      }
    }
    return Math.max(1, this.#deps.silenceMs / SILENT_LOOKS)
  }
}

/** Why nobody gets an engine any more. */
export function engineStopping(): Error {
  return new Error('the engine is stopping')
}

function inSeconds(ms: number): string {
  return `${ms / 1000} s`
}
