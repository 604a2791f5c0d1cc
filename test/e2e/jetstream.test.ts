/**
 * Exactly once into a JetStream stream, with a real service that is killed with SIGKILL again and again while
 * reloads end and their events are on the way: as many messages as reloads, with the ids of the store's
 * events.
 *
 * JETSTREAM_RELOADS and JETSTREAM_KILLS make it longer: `JETSTREAM_RELOADS=10000 JETSTREAM_KILLS=20 npx
 * vitest run test/e2e/jetstream.test.ts`.
 */
import { jetstreamManager } from '@nats-io/jetstream'
import { afterAll, describe, expect, it } from 'vitest'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import { everything } from '../support/everything.ts'
import { type NatsServer, NO_NATS, startNatsServer } from '../support/nats-server.ts'
import {
  endAll,
  newDataFolder,
  type ServiceProcess,
  startServiceProcess,
} from '../support/service-process.ts'

const RELOADS = Number(process.env.JETSTREAM_RELOADS ?? 120)
const KILLS = Number(process.env.JETSTREAM_KILLS ?? 3)
const APPS = 32
const TIMEOUT_MS = 600_000

interface Audit {
  readonly eventId: string
  readonly data: { readonly id: string; readonly status: string }
}

describe.skipIf(NO_NATS !== undefined)(`JetStream${NO_NATS === undefined ? '' : `: ${NO_NATS}`}`, () => {
  let server: NatsServer | undefined
  afterAll(async () => {
    await endAll()
    await server?.close()
  })

  it(`has one message for each of ${RELOADS} reloads after ${KILLS} kills`, {
    timeout: TIMEOUT_MS,
  }, async () => {
    server = await startNatsServer()
    const folder = newDataFolder()
    const settings = { REPRISE_NATS_URL: server.url, REPRISE_SLOTS: String(APPS), REPRISE_LOG_LEVEL: 'error' }
    const place: { service: ServiceProcess } = { service: await startServiceProcess(folder, settings) }
    const apps: string[] = []
    // Without a script a reload ends at once, FAILED, and needs no engine: what is tried here is the way out.
    for (let n = 0; n < APPS; n++) apps.push(await place.service.client.createApp(`app ${n}`))
    let accepted = 0
    const clients = apps.map(async (appId) => {
      while (accepted < RELOADS) {
        try {
          const { client } = place.service
          const { id } = await client.startReload(appId)
          accepted += 1
          await client.waitForEnd(id)
        } catch {
          // It was killed, or the app's reload of before is still pending: asked again.
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      }
    })
    for (let kill = 1; kill <= KILLS; kill++) {
      const before = (RELOADS * kill) / (KILLS + 1)
      while (accepted < before) await new Promise(setImmediate)
      await place.service.killHard()
      place.service = await startServiceProcess(folder, settings)
    }
    await Promise.all(clients)

    const events = async () => {
      const path = `/api/v1/audits?eventType=${FINISHED_EVENT_TYPE}`
      return everything<Audit>(place.service.client, path)
    }
    const { client } = place.service
    const active = async () =>
      (await everything<{ status: string }>(client, '/api/v1/reloads')).map((one) => one.status)
    await expect.poll(active, { timeout: TIMEOUT_MS, interval: 500 }).not.toContain('QUEUED')
    const saved = await events()
    expect(saved.length).toBeGreaterThanOrEqual(RELOADS)
    expect(new Set(saved.map(({ data }) => data.id)).size).toBe(saved.length)

    const jsm = await jetstreamManager(server.connection)
    const count = async () => (await jsm.streams.info('REPRISE')).state.messages
    await expect.poll(count, { timeout: TIMEOUT_MS, interval: 200 }).toBe(saved.length)
    const ids: string[] = []
    for (let seq = 1; seq <= saved.length; seq++) {
      const message = await jsm.streams.getMessage('REPRISE', { seq })
      expect(message?.subject.endsWith(`.reload.finished.${message.json<Audit>().data.id}`)).toBe(true)
      ids.push(message!.header.get('Nats-Msg-Id'))
    }
    expect(ids.sort()).toEqual(saved.map(({ eventId }) => eventId).sort())
    console.log(`jetstream: ${saved.length} reloads, ${KILLS} kills, ${ids.length} messages`)
    expect(await place.service.stop()).toBe(0)
  })
})
