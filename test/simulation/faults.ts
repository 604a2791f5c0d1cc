/**
 * What goes wrong while faults are on: machines die, sleep, stall, lose the store, drain, have their clocks
 * set, all die at once; receivers are down for a while or gone for good; a data file is lost; the disk is
 * full, the broker away or its stream full for a while. What a store call, an engine session or a send
 * suffers is drawn where it happens.
 */
import { DEFAULT_LIMITS } from '../../src/core/limits.ts'
import type { Machine } from './machine.ts'
import type { SimNode } from './node.ts'
import type { World } from './world.ts'

/** Clocks of several machines differ by at most this much: what leases allow for, ms. */
const SKEW_MS = 2000
/** A machine that is alone may have its clock set by so much, or far ahead, ms. */
const LEAP_MS = 600_000
const FAR_AHEAD_MS = 400 * 86_400_000
/** Between two looks whether an installation's lock is free, ms. */
const LOCK_LOOK_MS = 500
/**
 * What was drawn while faults were on is felt so long after: slow store calls, late sessions, full send time,
 * ms.
 */
const AFTERMATH_MS = 110_000

/** @param skewMs of the machine's wall clock; undefined: a new machine draws its own */
type StartNew = (name: string, skewMs: number | undefined) => Machine

export class Machines {
  /** With those that were replaced: one that drains may still run. */
  readonly #started: Machine[] = []
  readonly #places: (Machine | undefined)[]
  readonly #world: World
  readonly #startNew: StartNew
  readonly #allDead: () => void

  /**
   * @param allDead called before a machine starts where none lives: it may know that all lease holders are
   * dead
   */
  constructor(world: World, places: number, startNew: StartNew, allDead: () => void) {
    this.#world = world
    this.#places = Array.from({ length: places })
    this.#startNew = startNew
    this.#allDead = allDead
    for (let place = 0; place < places; place++) this.start(place)
  }

  /** An installation of one place is locked: its next process starts when the one before is gone. */
  start(place: number): void {
    const locked = this.#places.length === 1 && this.#started.some(({ node }) => node.alive)
    if (locked) {
      this.#world.after(LOCK_LOOK_MS, () => {
        this.start(place)
        return true
      })
      return
    }
    if (this.#started.every(({ node }) => !node.alive)) this.#allDead()
    // The wall clock is the machine's, whatever process runs on it.
    const machine = this.#startNew(`machine-${place}`, this.#places[place]?.node.skewMs)
    this.#started.push(machine)
    this.#places[place] = machine
  }

  /** Faults happen from now on, at times drawn from the seed. */
  startFaults(): void {
    const world = this.#world
    const leaps = this.#places.length === 1 && !world.busy && world.chance(0.5)
    // Beside a clock that leaps a process has to live for minutes, or nothing comes of it.
    const everyMs = world.busy ? 120_000 : world.pick(leaps ? [20_000, 60_000] : [2000, 6000, 20_000])
    const strike = (): boolean => {
      if (!world.faults) return false
      const dice = world.uniform()
      if (dice < 0.1) this.#hitReceiver()
      else if (dice < 0.13) this.#hitAll()
      else if (dice < 0.16) world.disk.fill(world.between(500, 40_000))
      else if (dice < 0.18) world.broker.goAway(world.between(500, 60_000))
      else if (dice < 0.2) world.broker.fill(world.between(500, 60_000))
      else if (dice < 0.22) this.#loseData()
      else this.#hit(world.between(0, this.#places.length - 1))
      world.after(world.between(1, 2 * everyMs), strike)
      return true
    }
    world.after(world.between(1, 2 * everyMs), strike)
    if (leaps) this.#leapNowAndThen()
  }

  /**
   * Clocks are right from here on.
   * @returns from when on nothing of the faults is felt any more, and how many machines work then
   */
  heal(): { readonly calmAt: number; readonly places: number } {
    const world = this.#world
    world.tell(undefined, 'faults are over')
    world.faults = false
    let calmAt = world.scheduler.now + AFTERMATH_MS
    this.#places.forEach((machine, place) => {
      if (machine?.node.alive && !machine.stopping) return
      this.start(place)
    })
    for (const { node } of this.#started) {
      node.cutOffUntil = 0
      if (Math.abs(node.skewMs) > SKEW_MS) node.skewMs = 0
      calmAt = Math.max(calmAt, node.stalledUntil, node.unawareUntil)
    }
    return { calmAt, places: this.#places.length }
  }

  /** Resolves when every machine that works has stopped. */
  async stop(): Promise<void> {
    await Promise.all(this.#places.map((machine) => machine?.stop()))
  }

  #startLater(place: number): void {
    const world = this.#world
    world.after(world.between(100, 20_000), () => {
      if (!world.faults) return false
      this.start(place)
      return true
    })
  }

  #hit(place: number): void {
    const world = this.#world
    const machine = this.#places[place]
    if (machine === undefined || !machine.node.alive || machine.stopping) return
    const { node } = machine
    const ms = world.between(500, 40_000)
    const untilMs = world.scheduler.now + ms
    const dice = world.uniform()
    if (dice < 0.3) {
      machine.crash()
      this.#startLater(place)
    } else if (dice < 0.45) {
      node.suspend(untilMs, DEFAULT_LIMITS.leaseTrustMs)
      world.tell(node, `is suspended for ${ms} ms`)
    } else if (dice < 0.6) {
      node.stall(untilMs)
      world.tell(node, `stalls for ${ms} ms`)
    } else if (dice < 0.82) {
      node.cutOffUntil = Math.max(node.cutOffUntil, untilMs)
      world.tell(node, `loses the store for ${ms} ms`)
    } else if (dice < 0.92) {
      const leaps = this.#places.length === 1 && world.chance(0.5)
      this.#setClock(node, leaps ? world.between(-LEAP_MS, LEAP_MS) : world.between(-SKEW_MS, SKEW_MS))
    } else {
      void machine.stop()
      this.#startLater(place)
    }
  }

  /** A machine that is alone, with a clock that leaps far ahead now and then and is set right again. */
  #leapNowAndThen(): void {
    const world = this.#world
    const leap = (): boolean => {
      if (!world.faults) return false
      const machine = this.#places[0]!
      this.#setClock(machine.node, FAR_AHEAD_MS)
      // As a machine that starts with a broken clock.
      if (machine.node.alive && world.chance(0.5)) {
        machine.crash()
        this.#startLater(0)
      }
      world.after(world.between(1000, 200_000), setRight)
      return true
    }
    const setRight = (): boolean => {
      if (!world.faults) return false
      this.#setClock(this.#places[0]!.node, world.between(-SKEW_MS, SKEW_MS))
      world.after(world.between(1000, 60_000), leap)
      return true
    }
    world.after(world.between(1000, 60_000), leap)
  }

  /** Also that of a process that still drains beside the one that replaces it. */
  #setClock({ name }: SimNode, skewMs: number): void {
    this.#world.tell(undefined, `the clock of ${name} is set to ${skewMs} ms off`)
    for (const { node } of this.#started) if (node.name === name) node.skewMs = skewMs
  }

  /** As at a power cut. */
  #hitAll(): void {
    for (const { node, crash } of this.#started) if (node.alive) crash()
    this.#places.forEach((_, place) => {
      this.#startLater(place)
    })
  }

  /** Somebody deletes the data file of an app. */
  #loseData(): void {
    const world = this.#world
    const version = world.pick(world.dataOfApps())
    if (version === undefined) return
    world.engines.lose(version)
    world.tell(undefined, `the data file ${version} is lost`)
  }

  #hitReceiver(): void {
    const { chance, between, receivers, scheduler } = this.#world
    const id = this.#world.pick(this.#world.subscriptions())
    if (id === undefined) return
    const ms = between(1000, 60_000)
    if (chance(0.1)) receivers.gone.add(id)
    else receivers.downUntil.set(id, scheduler.now + ms)
    this.#world.tell(
      undefined,
      `receiver of ${id} is ${receivers.gone.has(id) ? 'gone' : `down for ${ms} ms`}`,
    )
  }
}
