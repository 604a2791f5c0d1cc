/**
 * Chaos, bounded: while clients keep asking for reloads, the server or an engine process is killed with SIGKILL again and
 * again, at moments drawn from a seed. Then it is quiet, and everything accepted must have come to its one end.
 *
 * CHAOS_SEED=n draws the same moments again; what falls on them depends on the machine.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { ApiError, type Client, type ReloadRecord } from '../../src/cli/client.ts'
import { startEventReceiver } from '../../src/cli/event-receiver.ts'
import { finishedEventFaults } from '../../src/cli/finished-event-check.ts'
import { isOutcome } from '../../src/core/outcome.ts'
import { FINISHED_EVENT_TYPE } from '../../src/event/catalogue.ts'
import { subscribe, WEBHOOK_SECRET } from '../support/finished-events.ts'
import { seededRandom } from '../support/records.ts'
import {
  endAll,
  HAS_PROC,
  newDataFolder,
  type ServiceProcess,
  startServiceProcess,
} from '../support/service-process.ts'

const KILLS = 12
const APPS = 8
/** A reload that was hit three times waits 120 s: what still waits so long after the last kill is canceled. */
const QUIET_MS = 10_000
const TIMEOUT_MS = 400_000
const SCRIPT = `
Few: LOAD RecNo() AS few AUTOGENERATE 100;
SLEEP 300;
Many: LOAD RecNo() AS many, 'row ' & RecNo() AS text AUTOGENERATE 5000;
`

afterAll(endAll)

/** The service that runs now: replaced at every restart. */
interface Place {
  service: ServiceProcess
}

it('loses and doubles nothing under kill -9 of server and engines', { timeout: TIMEOUT_MS }, async () => {
  const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000)
  console.log(`chaos: CHAOS_SEED=${seed}`)
  const folder = newDataFolder()
  const receiver = await startEventReceiver(WEBHOOK_SECRET)
  const place: Place = { service: await startServiceProcess(folder, SETTINGS) }
  await subscribe(place.service.client, receiver)
  const apps: string[] = []
  for (let n = 1; n <= APPS; n++) {
    const appId = await place.service.client.createApp(`app ${n}`)
    await place.service.client.setScript(appId, SCRIPT)
    apps.push(appId)
  }

  const seen: Seen = { accepted: new Set(), ended: 0 }
  const quiet = new AbortController()
  const clients = apps.map((appId) => keepReloading(place, appId, seen, quiet.signal))
  const kills = await killAgainAndAgain(place, folder, seed, seen)
  quiet.abort()
  const { client } = place.service
  const reloads = await ended(client)
  await Promise.all(clients)
  const told = `seed ${seed}, ${JSON.stringify(kills)}, ${reloads.length} reloads`
  console.log(`chaos: ${told}`)
  expect(kills.server, told).toBeGreaterThan(0)
  expect(reloads.map(({ id }) => id)).toEqual(expect.arrayContaining([...seen.accepted]))
  const events = (await everything<AuditRecord>(client, '/api/v1/audits')).filter(
    ({ eventType }) => eventType === FINISHED_EVENT_TYPE,
  )
  expect(events.map(({ data }) => data.id).sort(), told).toEqual(reloads.map(({ id }) => id).sort())

  for (const { id, status, errorCode } of reloads) {
    const { event, verified } = await receiver.waitFor(({ data }) => data.id === id)
    expect(verified).toBe(true)
    expect(finishedEventFaults(event)).toEqual([])
    expect(event.data.status).toBe(status)
    if (status === 'FAILED') expect(errorCode).toBe('EngineConnectionError')
    else expect(['SUCCEEDED', 'CANCELED']).toContain(status)
  }
  const eventIds = new Set(receiver.received.map(({ event }) => event.id))
  expect(eventIds.size, 'a second send has the same event id').toBe(reloads.length)

  for (const appId of apps) {
    const rows = (await client.dataModel(appId)).tables.map((table) => [table.name, table.no_of_rows])
    const hasData = reloads.some((reload) => reload.appId === appId && reload.status === 'SUCCEEDED')
    expect(rows, told).toEqual(
      hasData
        ? [
            ['Few', 100],
            ['Many', 5000],
          ]
        : [],
    )
  }
  expect(await place.service.stop()).toBe(0)
  const withData = new Set(reloads.filter(({ status }) => status === 'SUCCEEDED').map(({ appId }) => appId))
  expect(readdirSync(join(folder, 'apps')), 'nothing is left behind').toHaveLength(withData.size)
  await receiver.close()
})

const SETTINGS = { REPRISE_SLOTS: '2', REPRISE_LOG_LEVEL: 'silent' }

/** What the clients know. */
interface Seen {
  readonly accepted: Set<string>
  ended: number
}

interface AuditRecord {
  readonly eventType: string
  readonly data: { readonly id?: string }
}

/** One client of one app: a reload after the other, whatever happens to the server. */
async function keepReloading(place: Place, appId: string, seen: Seen, quiet: AbortSignal) {
  while (!quiet.aborted) {
    try {
      const { client } = place.service
      const { id } = await client.startReload(appId)
      seen.accepted.add(id)
      await client.waitForEnd(id)
      seen.ended += 1
    } catch {
      // The server was killed, or the app's reload of before is still pending: it is asked again.
      await pause(100)
    }
  }
}

/** Between two kills at least one reload comes to its end: the machine may be slow. */
async function killAgainAndAgain(place: Place, folder: string, seed: number, seen: Seen) {
  const random = seededRandom(seed)
  const kills = { server: 0, engine: 0 }
  for (let kill = 0; kill < KILLS; kill++) {
    const endedBefore = seen.ended
    await pause(100 + random.uniform() * 1500)
    while (seen.ended === endedBefore) await pause(20)
    const pids = HAS_PROC ? place.service.enginePids() : []
    const pid = pids[Math.floor(random.uniform() * pids.length)]
    if (random.uniform() < 0.5 && pid !== undefined) {
      killProcess(pid)
      kills.engine += 1
    } else {
      await place.service.killHard()
      place.service = await startServiceProcess(folder, SETTINGS)
      kills.server += 1
    }
  }
  return kills
}

/** The engine may have ended by itself since it was found. */
function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** All reloads that the service knows, once every one of them has ended. */
async function ended(client: Client): Promise<ReloadRecord[]> {
  const cancelAt = performance.now() + QUIET_MS
  for (;;) {
    const reloads = await everything<ReloadRecord>(client, '/api/v1/reloads')
    const open = reloads.filter(({ status }) => !isOutcome(status))
    if (open.length === 0) return reloads
    if (performance.now() > cancelAt) {
      for (const { id, status } of open) if (status === 'QUEUED') await cancel(client, id)
    }
    await pause(200)
  }
}

/** It may have ended meanwhile. */
async function cancel(client: Client, id: string): Promise<void> {
  try {
    await client.cancelReload(id)
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 409)) throw error
  }
}

/** All pages of a list. */
async function everything<Row>(client: Client, path: string): Promise<Row[]> {
  const rows: Row[] = []
  let next: string | undefined = `${path}?limit=100`
  while (next !== undefined) {
    const page: { data: Row[]; links: { next?: { href: string } } } = await client.call('GET', next)
    rows.push(...page.data)
    const href = page.links.next?.href
    next = href === undefined ? undefined : new URL(href).pathname + new URL(href).search
  }
  return rows
}

/** Chance decides the moments; nothing that is asserted depends on how long it takes. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
