/**
 * Chaos: clients of two tenants keep asking for reloads that read what they store, receivers are down for a
 * while, a broker is killed or full, and server and engine processes are killed with SIGKILL again and
 * again. Then it is quiet, everything is read, and the history that all of them wrote down is judged by a
 * checker that shares no code with the service. The worker lives in the server's process: killing the
 * server kills it.
 */
import { seededRandom } from '../../support/records.ts'
import { Clients, type Habits } from './app-client.ts'
import { pause } from './asking.ts'
import { Broker } from './broker.ts'
import type { Finding } from './checker/finding.ts'
import type { Entry } from './checker/history.ts'
import { judge } from './checker/judge.ts'
import { type Least, shortfalls, type Tally, tallyOf } from './checker/tally.ts'
import { Diary } from './diary.ts'
import { writeFinalLists } from './final-lists.ts'
import { Inspection, processesOf } from './inspection.ts'
import { type AppCounts, Installation, type StoresMode, TENANTS } from './installation.ts'
import { killAgainAndAgain, type Pace } from './killer.ts'
import { ChaosReceiver, type Moods } from './receiver.ts'
import { changeWeather, type Weather } from './weather.ts'

/**
 * Longest wait for deliveries after the last kill: one that failed twice is sent again after 5 to 6 minutes.
 */
const DELIVERED_MS = 400_000
/** A moody one, and one that is down at times. */
const WEBHOOKS_OF_A_TENANT = 2
/** A killed server's engine processes notice and go, ms. */
const GONE_MS = 10_000

export interface Plan {
  /** Of the moments; what falls on them depends on the machine. */
  readonly seed: number
  /**
   * How long kills and outages go on, and how many kills of engine and server there must be before it is
   * quiet.
   */
  readonly forMs: number
  readonly kills: { readonly engine: number; readonly server: number }
  readonly slots: number
  readonly apps: AppCounts
  readonly stores: StoresMode
  readonly habits: Habits
  readonly pace: Pace
  readonly weather: Weather
  readonly moods: Omit<Moods, 'uniform'>
  readonly least: Least
}

export interface ChaosReport {
  readonly seed: number
  readonly seconds: number
  readonly tally: Tally
  readonly broker: boolean
  readonly inspections: number
  /** What the checker found in the history. */
  readonly findings: readonly Finding[]
  /** What lay wrong on the disk or in processes, and signatures that did not hold. */
  readonly faults: readonly string[]
  /** Counts that are too low to show anything. */
  readonly shortfalls: readonly string[]
  readonly history: readonly Entry[]
}

export async function runChaos(plan: Plan): Promise<ChaosReport> {
  const startedAt = performance.now()
  const { uniform } = seededRandom(plan.seed)
  const diary = new Diary()
  const broker = await Broker.start(diary)
  const installation = new Installation(diary, { REPRISE_SLOTS: String(plan.slots), ...broker?.settings })
  const inspection = new Inspection(installation)
  const moody = TENANTS.map(
    (tenant) => new ChaosReceiver(`moody-${tenant}`, diary, { uniform, ...plan.moods }),
  )
  const shaky = TENANTS.map((tenant) => new ChaosReceiver(`shaky-${tenant}`, diary))
  const receivers = [...moody, ...shaky]
  try {
    await Promise.all(receivers.map((receiver) => receiver.up()))
    await installation.furnish(plan.apps, plan.stores)
    for (const [n, tenant] of TENANTS.entries()) {
      for (const { name, url } of [moody[n]!, shaky[n]!]) await installation.addWebhook(tenant, name, url)
    }
    await disturb()
    await allDelivered(diary, broker)
    const code = await settleDown()
    const faults = [...inspection.faults, ...receivers.flatMap((receiver) => receiver.faults)]
    if (code !== 0) faults.push(`the service ended with ${code} when it was told to stop`)
    const history = diary.entries
    const tally = tallyOf(history)
    return {
      seed: plan.seed,
      seconds: Math.round((performance.now() - startedAt) / 1000),
      tally,
      broker: broker !== undefined,
      inspections: inspection.inspections,
      findings: judge(history),
      faults,
      shortfalls: shortfalls(tally, plan.least),
      history,
    }
  } finally {
    await Promise.all(receivers.map((receiver) => receiver.down()))
    await broker?.close()
  }

  async function disturb(): Promise<void> {
    const over = new AbortController()
    const quiet = over.signal
    const clients = new Clients(installation, diary, uniform, plan.habits)
    const asking = clients.keepReloading(quiet)
    const disturbing = Promise.all([
      killAgainAndAgain(installation, diary, uniform, plan.pace, () => inspection.inspect(), quiet),
      changeWeather(shaky, broker, diary, uniform, plan.weather, quiet),
    ])
    await Promise.race([enough(), asking, disturbing])
    over.abort()
    await disturbing
    for (const receiver of moody) receiver.calm()
    await asking
    await clients.readEverything()
  }

  async function enough(): Promise<void> {
    await pause(plan.forMs)
    const kills = (of: string) =>
      diary.entries.filter((entry) => entry.kind === 'killed' && entry.what.startsWith(of)).length
    while (kills('engine') < plan.kills.engine || kills('server') < plan.kills.server) await pause(50)
  }

  async function settleDown(): Promise<number | null> {
    await writeFinalLists(installation, diary)
    await broker?.tellStored()
    const code = await installation.service.stop()
    const by = performance.now() + GONE_MS
    while (processesOf(installation.folder).length > 0 && performance.now() < by) await pause(50)
    await inspection.inspect()
    inspection.finish()
    return code
  }
}

/** Waits until nothing more is to come; what is missing then is for the checker to find. */
async function allDelivered(diary: Diary, broker: Broker | undefined): Promise<void> {
  const by = performance.now() + DELIVERED_MS
  const ended = new Set(diary.entries.flatMap((entry) => (entry.kind === 'accepted' ? [entry.reload] : [])))
    .size
  const arrived = () =>
    new Set(diary.entries.flatMap((one) => (one.kind === 'arrived' ? [`${one.receiver} ${one.event}`] : [])))
  const all = async () =>
    arrived().size >= WEBHOOKS_OF_A_TENANT * ended &&
    (broker === undefined || (await broker.count()) >= ended)
  while (performance.now() < by && !(await all())) await pause(200)
}
