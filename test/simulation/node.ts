/**
 * A machine of the simulation: its own wall clock (skewed against the others), its own timers, and the things
 * that happen to machines. Dead: nothing arrives any more, every promise it waits for stays open for ever.
 * Stalled: everything that arrives waits until the stall is over, while the clocks go on. Suspended: stalled,
 * and the monotonic clock stands still, as that of a paused virtual machine does: it wakes up sure of leases
 * that are long gone.
 */
import type { Clock, Random, Timers } from '../../src/core/ports.ts'
import { seededRandom } from '../support/records.ts'
import type { Scheduler } from './scheduler.ts'

export class SimNode {
  readonly name: string
  readonly random: Random
  readonly clock: Clock
  readonly timers: Timers
  readonly #scheduler: Scheduler
  #suspendedMs = 0
  /** Wall clock minus true time, ms. */
  skewMs: number
  alive = true
  stalledUntil = 0
  /** Until then it may not know that a lease was taken away while it was suspended. */
  unawareUntil = 0
  /** The store cannot be reached before. */
  cutOffUntil = 0

  constructor(scheduler: Scheduler, name: string, seed: number, skewMs: number) {
    this.#scheduler = scheduler
    this.name = name
    this.skewMs = skewMs
    this.random = seededRandom(seed)
    const bornAt = scheduler.now
    this.clock = {
      now: () => scheduler.now + this.skewMs,
      monotonic: () => scheduler.now - bornAt - this.#suspendedMs,
    }
    this.timers = { wait: (ms) => this.#wait(ms) }
  }

  get cutOff(): boolean {
    return this.#scheduler.now < this.cutOffUntil
  }

  stall(untilMs: number): void {
    this.stalledUntil = Math.max(this.stalledUntil, untilMs)
  }

  /** @param trustMs how long a lease is trusted after its renewal was asked for */
  suspend(untilMs: number, trustMs: number): void {
    this.#suspendedMs += Math.max(0, untilMs - Math.max(this.stalledUntil, this.#scheduler.now))
    this.stall(untilMs)
    this.unawareUntil = Math.max(this.unawareUntil, untilMs + trustMs)
  }

  /** Lets `act` happen on this machine after so many ms; later when it is stalled, never when it is dead. */
  later(ms: number, act: () => void): void {
    this.#scheduler.at(this.#scheduler.now + ms, () => this.#arrive(act))
  }

  #arrive(act: () => void): boolean {
    if (!this.alive) return false
    if (this.#scheduler.now < this.stalledUntil) {
      this.#scheduler.at(this.stalledUntil, () => this.#arrive(act))
      return false
    }
    act()
    return true
  }

  #wait(ms: number): ReturnType<Timers['wait']> {
    let over = false
    let resolve: () => void = () => {}
    const done = new Promise<void>((settle) => {
      resolve = settle
    })
    const end = () => {
      over = true
      resolve()
    }
    this.#scheduler.at(this.#scheduler.now + ms, () => (over ? false : this.#arrive(end)))
    return { done, end }
  }
}
