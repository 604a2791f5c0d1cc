/**
 * One simulation from one seed. Safety phase: machines crash, stall, lose the store and stop in the middle of
 * clients' work, and nothing that is promised may break. Liveness phase: the faults are over, and everything
 * has to come to its end within bounded virtual time; then every machine has to stop.
 */
import { defined } from '../../src/core/defined.ts'
import { START_MS } from '../support/records.ts'
import { Auditor } from './audit/auditor.ts'
import type { AuditName, Failure } from './audit/audits.ts'
import type { Canary } from './canary/canary.ts'
import { Clients } from './clients.ts'
import { Machines } from './faults.ts'
import { drawEngineRoom, drawLimits, furnish } from './furnish.ts'
import { inGroups } from './group-commit.ts'
import { type Installation, newNode, startMachine } from './machine.ts'
import { ObservedStore } from './observed-store.ts'
import { Violation, World } from './world.ts'

/**
 * Longest liveness phase: the longest waits of a reload and a delivery of these histories, with room, virtual
 * ms.
 */
const LIVENESS_MS = 3_600_000
/**
 * A clock that leapt ahead makes the waits of a delivery short, and its last one is as long as ever: what is
 * not due yet may go on so much longer.
 */
const LAST_WAIT_MS = 104_000_000
const STOP_MS = 120_000
/** Longest safety phase: now and then long enough for the last waits of the back-off. */
const LONGEST_FAULTS_S = [60, 180, 180, 180, 600]

export type Verdict = 'clean' | Failure

export interface Report {
  readonly seed: number
  readonly verdict: Verdict
  /** What was broken: the audit that tells, if one does, and what it says. */
  readonly audit?: AuditName
  readonly rule?: string
  readonly steps: number
  /** Steps in which the store changed. */
  readonly commits: number
  readonly virtualMs: number
  /** Of the whole history: equal for equal histories. */
  readonly fingerprint: number
  /** Last lines of the history. */
  readonly trace: readonly string[]
  /** How many reloads ended how: shows that a seed did something. */
  readonly outcomes: Readonly<Record<string, number>>
}

export interface SimulationOptions {
  readonly canary?: Canary
  readonly print?: (line: string) => void
}

export async function simulate(seed: number, options: SimulationOptions = {}): Promise<Report> {
  const world = new World(seed, options.print)
  const store = new ObservedStore()
  const { canary } = options
  const limits = { ...drawLimits(world), ...canary?.limits }
  const engines = drawEngineRoom(world)
  const auditor = new Auditor(world, store, limits, engines)
  const uncaught = (reason: unknown) => world.crashed(`nobody caught: ${textOf(reason)}`)
  process.on('unhandledRejection', uncaught)
  try {
    const planted = canary?.store?.(store, world) ?? store
    const reached = world.commitsInGroups ? inGroups(world, store, planted, canary?.commit) : planted
    await live(world, store, { store: reached, limits, engines, ...defined({ canary }) }, auditor)
  } catch (error) {
    if (!(error instanceof Violation)) world.crashed(textOf(error))
  } finally {
    process.off('unhandledRejection', uncaught)
  }
  const { violation, scheduler, trace } = world
  return {
    seed,
    verdict: violation?.failure ?? 'clean',
    ...defined({ rule: violation?.message }),
    ...(violation?.audit === undefined ? {} : { audit: violation.audit }),
    steps: scheduler.steps,
    commits: auditor.commits,
    virtualMs: scheduler.now - START_MS,
    fingerprint: scheduler.fingerprint,
    trace,
    outcomes: outcomesOf(store),
  }
}

async function live(
  world: World,
  truth: ObservedStore,
  installation: Installation,
  auditor: Auditor,
): Promise<void> {
  await furnish(world, truth)
  world.subscriptions = () =>
    truth.contents.subscriptions.where(({ channel }) => channel === undefined).map(({ id }) => id)
  world.dataOfApps = () => truth.contents.apps.rows().flatMap(({ data }) => (data ? [data.version] : []))
  auditor.look()
  const machines = new Machines(
    world,
    world.busy ? 1 : world.pick([1, 2, 2, 3, 4]),
    (name, skewMs) => startMachine(world, newNode(world, name, skewMs), installation),
    // As a process does that finds the installation's lock free.
    () => void truth.endLeases(world.scheduler.now),
  )
  const { store, limits } = installation
  const clients = new Clients({ world, truth, store, limits, auditor })
  clients.start()
  machines.startFaults()

  const faultsS = world.busy ? LONGEST_FAULTS_S.at(-1)! : world.between(30, world.pick(LONGEST_FAULTS_S))
  const faultsEndAt = START_MS + faultsS * 1000
  await steps(world, auditor, () => world.scheduler.now >= faultsEndAt)
  const { calmAt, places } = machines.heal()
  auditor.calmFrom(calmAt, places)
  clients.actInCalm(calmAt)
  const settleBy = world.scheduler.now + LIVENESS_MS
  await steps(world, auditor, () => {
    const lateMs = world.scheduler.now - settleBy
    const ends = lateMs <= 0 || (lateMs <= LAST_WAIT_MS && auditor.waits())
    if (!ends) world.violate('all-ends', auditor.unsettled())
    return clients.idle && auditor.settled()
  })
  auditor.finish()
  await stopAll(world, auditor, machines)
}

async function steps(world: World, auditor: Auditor, done: () => boolean): Promise<void> {
  while (!done()) {
    if (!(await world.scheduler.step())) world.violate('all-ends', 'nothing happens any more')
    auditor.look()
    if (world.violation !== undefined) throw world.violation
  }
}

async function stopAll(world: World, auditor: Auditor, machines: Machines): Promise<void> {
  let stopped = false
  const stopBy = world.scheduler.now + STOP_MS
  void machines.stop().then(() => {
    stopped = true
  })
  await steps(world, auditor, () => {
    if (world.scheduler.now > stopBy) world.violate('machine-stops', 'a machine does not stop')
    return stopped
  })
}

function outcomesOf(store: ObservedStore): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { state } of store.contents.reloads.rows()) counts[state] = (counts[state] ?? 0) + 1
  return counts
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
