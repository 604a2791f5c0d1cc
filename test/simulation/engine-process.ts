/**
 * Simulated engine processes, for the product's own pool (src/engine/process-pool.ts). A process lives beside
 * its machine: it goes on while the service is stalled, and dies with the machine. It may never start, die by
 * itself, or go silent, for a while or for good, as a stopped process does: then it neither beats nor answers
 * nor ends, and only a kill reaches it.
 */
import type { EngineProcess } from '../../src/engine/process-pool.ts'
import type { SimNode } from './node.ts'
import type { World } from './world.ts'

/** Within each look of the pool, 3 s; a real process beats more often, which shows the pool nothing more. */
const BEAT_MS = 2500
const SLOW_START_MS = 90_000

export class SimProcess implements EngineProcess {
  readonly node: SimNode
  readonly ready: Promise<void>
  readonly gone: Promise<void>
  /** True time from which on it is silent; Infinity: it is not. */
  silentFrom = Number.POSITIVE_INFINITY
  /** Called in true time when it dies; whoever runs in it dies with it. */
  onDeath: () => void = () => {}
  #silentUntil = 0
  #alive = true
  #killed = false
  readonly #world: World
  #becameReady: () => void = () => {}
  #failed: (error: unknown) => void = () => {}
  #toldGone: () => void = () => {}

  constructor(world: World, node: SimNode, heard: () => void) {
    this.#world = world
    this.node = node
    this.ready = new Promise((resolve, reject) => {
      this.#becameReady = resolve
      this.#failed = reject
    })
    this.gone = new Promise((resolve) => {
      this.#toldGone = resolve
    })
    world.engines.processes.add(this)
    world.engines.startedProcesses.push(this)
    this.#start()
    this.drawTrouble(30_000)
    this.#beat(heard)
  }

  get lives(): boolean {
    return this.#alive && this.node.alive
  }

  get silent(): boolean {
    const { now } = this.#world.scheduler
    return now >= this.silentFrom && now < this.#silentUntil
  }

  /** Lets `act` happen in the process after so many ms: later when it is silent, never when it is dead. */
  after(ms: number, act: () => void): void {
    this.#world.after(ms, () => {
      if (!this.lives) return false
      if (this.silent) {
        if (Number.isFinite(this.#silentUntil)) {
          this.after(this.#silentUntil - this.#world.scheduler.now, act)
        }
        return false
      }
      act()
      return true
    })
  }

  ping(): Promise<void> {
    return new Promise((answered) => this.after(1, () => this.node.later(1, answered)))
  }

  kill(fault?: string): void {
    if (this.#killed) return
    this.#killed = true
    if (fault !== undefined) this.#world.tell(this.node, `kills an engine process: ${fault}`)
    this.#world.after(this.#world.between(1, 30), () => this.#die('it was killed'))
  }

  /** It has nothing more to do. */
  exit(): void {
    this.#die('it has ended')
  }

  goSilent(ms: number): void {
    const { now } = this.#world.scheduler
    this.silentFrom = now
    this.#silentUntil = now + ms
    this.#world.tell(this.node, `an engine process is silent for ${ms} ms`)
  }

  #start(): void {
    const { chance, between, faulty } = this.#world
    const ms = chance(faulty(0.02)) ? SLOW_START_MS : between(5, 300)
    if (chance(faulty(0.01))) return
    if (chance(faulty(0.03))) this.after(ms, () => this.#die('no engine process could be started'))
    else this.after(ms, () => this.node.later(1, this.#becameReady))
  }

  /** Whether it dies or goes silent within the next ms, once it starts and once it begins to work. */
  drawTrouble(withinMs: number): void {
    const { chance, between, faulty, pick, engineSilent } = this.#world
    if (chance(faulty(engineSilent))) {
      const ms = pick([between(500, 12_000), Number.POSITIVE_INFINITY])
      this.after(between(10, withinMs), () => this.goSilent(ms))
    } else if (chance(faulty(0.02))) this.after(between(10, withinMs), () => this.#die('it crashed'))
  }

  #beat(heard: () => void): void {
    this.node.later(BEAT_MS, () => {
      if (!this.#alive) return
      if (!this.silent) heard()
      this.#beat(heard)
    })
  }

  #die(why: string): boolean {
    if (!this.lives) return false
    this.#alive = false
    this.#world.engines.processes.delete(this)
    this.onDeath()
    this.node.later(1, () => {
      this.#failed(new Error(why))
      this.#toldGone()
    })
    return true
  }
}
