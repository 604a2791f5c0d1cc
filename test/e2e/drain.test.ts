/**
 * A service that is asked to stop: draining, a second signal, and restarts one after the other under load.
 */
import { once } from 'node:events'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ApiError, type Client, type ReloadRecord } from '../../src/cli/client.ts'
import { type EventReceiver, startEventReceiver } from '../../src/cli/event-receiver.ts'
import { finishedEventFaults } from '../../src/cli/finished-event-check.ts'
import { isOutcome } from '../../src/core/outcome.ts'
import { countFinishedEvents, finishedOf, subscribe, WEBHOOK_SECRET } from '../support/finished-events.ts'
import { isRunning } from '../support/observe.ts'
import { runLength } from '../support/run-length.ts'
import {
  ADMIN_KEY,
  endAll,
  HAS_PROC,
  newDataFolder,
  type ServiceProcess,
  startServiceProcess,
} from '../support/service-process.ts'

const QUICK = 'Quick: LOAD 1 AS a AUTOGENERATE 1;'
const ENDLESS = 'SLEEP 600000;'
const RESTARTS = runLength(2, 8)

let receiver: EventReceiver
beforeEach(async () => {
  receiver = await startEventReceiver(WEBHOOK_SECRET)
})
afterEach(() => receiver.close())
afterAll(endAll)

async function newApp({ client }: ServiceProcess, script: string): Promise<string> {
  const appId = await client.createApp('app')
  await client.setScript(appId, script)
  return appId
}

async function running({ client }: ServiceProcess, id: string): Promise<void> {
  await client.waitFor(id, ({ log }) => log?.includes('Started loading') === true)
}

async function reloadsOf(client: Client, appId: string): Promise<readonly ReloadRecord[]> {
  const list = await client.call<{ data: ReloadRecord[] }>('GET', `/api/v1/reloads?appId=${appId}`)
  return list.data
}

const readiness = async ({ url }: ServiceProcess) => (await fetch(`${url}/readyz`)).status

describe('a service that drains', () => {
  it('is not ready, claims nothing, still accepts, shows and cancels, and ends its streams', async () => {
    const folder = newDataFolder()
    const service = await startServiceProcess(folder, { REPRISE_SLOTS: '2', REPRISE_DRAIN_TIME: '10m' })
    const { client } = service
    await subscribe(client, receiver)
    const { id } = await client.startReload(await newApp(service, ENDLESS))
    await running(service, id)
    const stream = await fetch(`${service.url}/api/v1/events/stream`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    })
    const streamed = stream.text()
    const waiting = await newApp(service, ENDLESS)
    const waited = fetch(`${service.url}/api/v1/reloads?wait=60s`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ appId: waiting }),
    })
    await expect.poll(() => reloadsOf(client, waiting)).toHaveLength(1)
    expect(await readiness(service)).toBe(200)

    const stopped = service.stop()
    await expect.poll(() => readiness(service), { timeout: 10_000 }).toBe(503)
    // Who waits for an outcome is answered before anything that runs has ended.
    expect((await waited).status).toBe(202)
    const [{ id: waitingId } = { id: '' }] = await reloadsOf(client, waiting)
    await client.cancelReload(waitingId)
    const later = await client.startReload(await newApp(service, QUICK))
    expect(later.status).toBe('QUEUED')
    expect(await client.cancelReload(id)).toEqual({ status: 'CANCELING' })
    expect(await stopped).toBe(0)
    // It read what happened to the last event, and ended without an error.
    expect(await streamed).toContain('"status":"CANCELED"')
    const { event } = await receiver.waitFor(finishedOf(id))
    expect(event.data.status).toBe('CANCELED')

    const again = await startServiceProcess(folder)
    expect((await again.client.reload(id)).status).toBe('CANCELED')
    expect((await again.client.waitForEnd(later.id)).status).toBe('SUCCEEDED')
    expect(await countFinishedEvents(again, id)).toBe(1)
    expect(await again.stop()).toBe(0)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends at once on a second signal, %s, its engines with it, and the next start takes the reload up',
    async (signal) => {
      const folder = newDataFolder()
      const service = await startServiceProcess(folder, { REPRISE_DRAIN_TIME: '10m' })
      await subscribe(service.client, receiver)
      const appId = await newApp(service, ENDLESS)
      const { id } = await service.client.startReload(appId)
      await running(service, id)
      const engines = HAS_PROC ? service.enginePids() : []
      const gone = once(service.process, 'exit')
      void service.stop()
      await expect.poll(() => readiness(service), { timeout: 10_000 }).toBe(503)
      service.process.kill(signal)
      expect((await gone)[0]).toBe(1)
      await expect.poll(() => engines.filter(isRunning), { timeout: 20_000 }).toEqual([])

      const again = await startServiceProcess(folder)
      await again.client.setScript(appId, QUICK)
      expect((await again.client.waitForEnd(id)).status).toBe('SUCCEEDED')
      const { event } = await receiver.waitFor(finishedOf(id))
      expect(event.data).toMatchObject({ requeueCounters: { requeuesTotal: 1, requeuesWithErrors: 1 } })
      expect(await countFinishedEvents(again, id)).toBe(1)
      expect(await again.stop()).toBe(0)
    },
  )
})

it('restarts under load lose no reload and announce none twice', { timeout: 240_000 }, async () => {
  const folder = newDataFolder()
  const settings = { REPRISE_SLOTS: '3', REPRISE_DRAIN_TIME: '400ms' }
  let service = await startServiceProcess(folder, settings)
  await subscribe(service.client, receiver)
  const apps: string[] = []
  for (const ms of [5, 100, 700, 1500]) {
    apps.push(await newApp(service, `SLEEP ${ms}; T: LOAD RecNo() AS a AUTOGENERATE 10;`))
  }
  const accepted = new Set<string>()
  let quiet = false
  const clients = apps.map(async (appId) => {
    while (!quiet) {
      try {
        const { client } = service
        const { id } = await client.startReload(appId)
        accepted.add(id)
        await client.waitForEnd(id)
      } catch (error) {
        // The service restarts, or the app's reload of before still waits.
        if (error instanceof ApiError && error.status !== 429) throw error
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  })
  for (let restart = 1; restart <= RESTARTS; restart++) {
    const before = accepted.size
    await expect.poll(() => accepted.size, { timeout: 30_000 }).toBeGreaterThan(before + apps.length)
    expect(await service.stop()).toBe(0)
    service = await startServiceProcess(folder, settings)
  }
  quiet = true
  await Promise.all(clients)

  const { client } = service
  const reloads: ReloadRecord[] = []
  for (const id of accepted) reloads.push(await client.waitForEnd(id))
  expect(reloads.filter(({ status }) => !isOutcome(status) || status !== 'SUCCEEDED')).toEqual([])
  const told = new Map<string, number>()
  for (const { id } of reloads) {
    const { event } = await receiver.waitFor(finishedOf(id))
    expect(finishedEventFaults(event)).toEqual([])
    const counters = event.data.requeueCounters as { requeuesTotal: number; requeuesWithErrors: number }
    expect(counters.requeuesWithErrors).toBe(0)
    told.set(id, counters.requeuesTotal)
  }
  expect(Math.max(...told.values()), 'some reload was handed back').toBeGreaterThan(0)
  const sent = receiver.received.map(({ event }) => event.data.id as string)
  expect(sent.toSorted()).toEqual([...accepted].toSorted())
  expect(await service.stop()).toBe(0)
})
