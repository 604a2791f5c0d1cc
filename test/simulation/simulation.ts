/**
 * One simulation from one seed. Safety phase: machines crash, stall, lose the store and stop in the middle of clients'
 * work, and nothing that is promised may break. Liveness phase: the faults are over, and everything has to come to its end
 * within bounded virtual time; then every machine has to stop.
 */
import { DEFAULT_LIMITS } from '../../src/core/limits.ts'
import { START_MS } from '../support/records.ts'
import { Auditor } from './auditor.ts'
import type { Canary } from './canaries.ts'
import { type Machine, startMachine } from './machine.ts'
import { ObservedStore } from './observed-store.ts'
import { drawLimits, furnish, startClients } from './workload.ts'
import { Violation, World } from './world.ts'

/** Longest liveness phase: the longest waits of a reload and a delivery of these histories, with room, virtual ms. */
const LIVENESS_MS = 3_600_000
const STOP_MS = 120_000

export type Verdict = 'clean' | 'safety' | 'liveness' | 'crash'

export interface Report {
  readonly seed: number
  readonly verdict: Verdict
  /** What was broken. */
  readonly rule?: string
  readonly steps: number
  readonly virtualMs: number
  /** Last lines of the history. */
  readonly trace: readonly string[]
  /** How the reloads ended, by outcome: shows that a seed did something. */
  readonly outcomes: Readonly<Record<string, number>>
}

export interface SimulationOptions {
  readonly canary?: Canary
  readonly print?: (line: string) => void
}

class NotLive extends Error {}

export async function simulate(seed: number, options: SimulationOptions = {}): Promise<Report> {
  const world = new World(seed, options.print)
  const store = new ObservedStore()
  const report = (verdict: Verdict, rule?: string): Report => ({
    seed,
    verdict,
    ...(rule === undefined ? {} : { rule }),
    steps: world.scheduler.steps,
    virtualMs: world.scheduler.now - START_MS,
    trace: world.trace,
    outcomes: outcomesOf(store),
  })
  try {
    await live(world, store, options.canary)
    return report('clean')
  } catch (error) {
    if (error instanceof Violation) return report('safety', error.message)
    if (error instanceof NotLive) return report('liveness', error.message)
    return report('crash', error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
}

async function live(world: World, truth: ObservedStore, canary: Canary | undefined): Promise<void> {
  const limits = { ...drawLimits(world), ...canary?.limits }
  const store = canary?.store?.(truth, world) ?? truth
  await furnish(world, truth)
  const auditor = new Auditor(world, truth, limits.concurrentReloadsPerTenant)
  auditor.look()
  const machines: Machine[] = []
  /** With those that were replaced: one that drains may still run. */
  const started: Machine[] = []
  const start = (place: number) => {
    // As a process does that finds the installation's lock free: all that held leases are dead.
    if (started.every(({ node }) => !node.alive)) void truth.endLeases(world.scheduler.now)
    const machine = startMachine(world, `machine-${place}`, store, limits)
    started.push(machine)
    machines[place] = machine
  }
  const places = world.pick([1, 2, 2, 3, 4])
  for (let place = 0; place < places; place++) start(place)
  startClients(world, truth, store, limits, auditor)
  startFaults(world, machines, start)

  const faultsEndAt = START_MS + world.between(30, 180) * 1000
  await steps(world, auditor, () => world.scheduler.now >= faultsEndAt)
  heal(world, machines, start)
  const settleBy = world.scheduler.now + LIVENESS_MS
  await steps(world, auditor, () => {
    if (world.scheduler.now > settleBy) throw new NotLive('some reload or delivery did not come to its end')
    return auditor.settled()
  })
  auditor.finish()
  await stopAll(world, auditor, machines)
  if (world.violation !== undefined) throw world.violation
}

async function steps(world: World, auditor: Auditor, done: () => boolean): Promise<void> {
  while (!done()) {
    if (!(await world.scheduler.step())) throw new NotLive('nothing happens any more')
    auditor.look()
    if (world.violation !== undefined) throw world.violation
  }
}

async function stopAll(world: World, auditor: Auditor, machines: readonly Machine[]): Promise<void> {
  let stopped = false
  const stopBy = world.scheduler.now + STOP_MS
  void Promise.all(machines.map((machine) => machine.stop())).then(() => {
    stopped = true
  })
  await steps(world, auditor, () => {
    if (world.scheduler.now > stopBy) throw new NotLive('a machine does not stop')
    return stopped
  })
}

function startFaults(world: World, machines: readonly Machine[], start: (place: number) => void): void {
  const everyMs = world.pick([2000, 6000, 20_000])
  const strike = (): boolean => {
    if (!world.faults) return false
    const place = world.between(0, machines.length - 1)
    fault(world, machines[place]!, () => start(place))
    world.after(world.between(1, 2 * everyMs), strike)
    return true
  }
  world.after(world.between(1, 2 * everyMs), strike)
}

function fault(world: World, machine: Machine, startAnew: () => void): void {
  const { node } = machine
  const { now } = world.scheduler
  const untilMs = now + world.between(500, 40_000)
  const laterStart = () => {
    world.after(world.between(100, 20_000), () => {
      if (world.faults) startAnew()
      return true
    })
  }
  if (!node.alive) return
  const dice = world.uniform()
  if (dice < 0.3) {
    machine.crash()
    laterStart()
  } else if (dice < 0.45) {
    node.suspend(untilMs, DEFAULT_LIMITS.leaseTrustMs)
    world.tell(node, `is suspended for ${untilMs - now} ms`)
  } else if (dice < 0.6) {
    node.stall(untilMs)
    world.tell(node, `stalls for ${untilMs - now} ms`)
  } else if (dice < 0.85) {
    node.cutOffUntil = Math.max(node.cutOffUntil, untilMs)
    world.tell(node, `loses the store for ${untilMs - now} ms`)
  } else if (dice < 0.95) {
    node.skewMs = world.between(-2000, 2000)
  } else {
    void machine.stop()
    laterStart()
  }
}

/** Faults are over: the store answers, stalls run out, and every place has a machine that was started after. */
function heal(world: World, machines: readonly Machine[], start: (place: number) => void): void {
  world.tell(undefined, 'faults are over')
  world.faults = false
  machines.forEach(({ node }, place) => {
    node.cutOffUntil = 0
    start(place)
  })
}

function outcomesOf(store: ObservedStore): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { state } of store.contents.reloads.rows()) counts[state] = (counts[state] ?? 0) + 1
  return counts
}
