/**
 * Chaos: clients of two tenants keep asking for reloads, a receiver counts, and server and engine processes
 * are killed with SIGKILL again and again. Then it is quiet, and everything accepted must have come to its
 * one end. The worker lives in the server's process: killing the server kills the worker.
 */
import { seededRandom } from '../../support/records.ts'
import { keepReloading, pause, type Seen } from './app-client.ts'
import { Inspection, processesOf } from './inspection.ts'
import { Installation } from './installation.ts'
import { type Kills, killAgainAndAgain } from './killer.ts'
import { startFlakyReceiver } from './receiver.ts'

/**
 * Longest wait for deliveries after the last kill: the second send comes after 5 s, one that timed out after
 * 20.
 */
const DELIVERED_MS = 120_000
/** A killed server's engine processes notice and go, ms. */
const GONE_MS = 10_000

export interface ChaosReport {
  readonly seed: number
  readonly kills: Kills
  readonly accepted: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly events: number
  /** Arrivals beyond the first of an event: sent again, with the same id. */
  readonly repeatedArrivals: number
  readonly inspections: number
  readonly dataFilesRead: number
  readonly seconds: number
  /** What did not hold; empty when all is well. */
  readonly faults: readonly string[]
}

/** @param seed of the moments; what falls on them depends on the machine */
export async function runChaos(seed: number, kills: number, appsPerTenant: number): Promise<ChaosReport> {
  const startedAt = performance.now()
  const { uniform } = seededRandom(seed)
  const receiver = await startFlakyReceiver(uniform)
  const installation = new Installation()
  await installation.furnish(receiver, appsPerTenant)
  const inspection = new Inspection(installation)
  const seen: Seen = { accepted: new Set(), generations: new Map(), ended: 0, faults: [] }
  const quiet = new AbortController()
  const clients = Promise.all(
    installation.apps.map((app) => keepReloading(installation, app, seen, uniform, quiet.signal)),
  )
  const inspect = () => inspection.inspect(seen.accepted)
  const killing = killAgainAndAgain(installation, kills, uniform, seen, inspect)
  const killed = await Promise.race([killing, clients.then(() => killing)])
  quiet.abort()
  receiver.calm()
  await clients
  await allDelivered(inspection)
  const code = await installation.service.stop()
  await allGone(installation.folder)
  await inspect()
  const { eventIds, outcomes } = inspection.finish()
  const faults = [...seen.faults, ...inspection.faults, ...receiver.faults]
  if (code !== 0) faults.push(`the service ended with ${code} when it was told to stop`)
  for (const id of eventIds) if (!receiver.arrivals.has(id)) faults.push(`event ${id} never arrived`)
  const known = new Set(eventIds)
  for (const id of receiver.arrivals.keys()) if (!known.has(id)) faults.push(`event ${id} came from nowhere`)
  const arrivals = [...receiver.arrivals.values()].reduce((sum, n) => sum + n, 0)
  await receiver.close()
  return {
    seed,
    kills: killed,
    accepted: seen.accepted.size,
    outcomes,
    events: eventIds.length,
    repeatedArrivals: arrivals - receiver.arrivals.size,
    inspections: inspection.inspections,
    dataFilesRead: inspection.dataFilesRead,
    seconds: Math.round((performance.now() - startedAt) / 1000),
    faults,
  }
}

async function allDelivered(inspection: Inspection): Promise<void> {
  const by = performance.now() + DELIVERED_MS
  while (inspection.pendingDeliveries() > 0 && performance.now() < by) await pause(200)
}

async function allGone(folder: string): Promise<void> {
  const by = performance.now() + GONE_MS
  while (processesOf(folder).length > 0 && performance.now() < by) await pause(50)
}
