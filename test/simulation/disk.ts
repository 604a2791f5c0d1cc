/**
 * The disk of an installation, with database and data files on it: any write may find it full, one alone or
 * all for a while. Nothing is read in vain, and nothing of a refused write is there.
 */
import type { World } from './world.ts'

export class DiskFull extends Error {
  override readonly name = 'DiskFull'
  constructor() {
    super('ENOSPC: no space left on device')
  }
}

export class Disk {
  readonly #world: World
  /** Share of writes that are refused. */
  readonly #refused: number
  #fullUntil = 0
  /** Writes so far. */
  writes = 0
  /** The write that finds it full, and for how long it is full from then on, ms. */
  refusedWrite: { readonly number: number; readonly forMs: number } | undefined

  constructor(world: World) {
    this.#world = world
    this.#refused = world.busy ? 0 : world.pick([0, 0, 0.003, 0.03])
  }

  fill(ms: number): void {
    const { scheduler, tell } = this.#world
    this.#fullUntil = Math.max(this.#fullUntil, scheduler.now + ms)
    tell(undefined, `the disk is full for ${ms} ms`)
  }

  /** Asked before each write: whether this one fails. */
  refuses(): boolean {
    const { faults, scheduler, chance, faulty } = this.#world
    this.writes += 1
    if (this.writes === this.refusedWrite?.number) {
      this.fill(this.refusedWrite.forMs)
      return true
    }
    return (faults && scheduler.now < this.#fullUntil) || chance(faulty(this.#refused))
  }
}
