/**
 * At least once into Kafka, with a real service: its broker is killed while reloads end, the service is
 * killed with SIGKILL, and comes back with the address of another broker. Every event of the store is in one
 * of the two, with its id as `ce_id`.
 */
import { afterAll, describe, expect, it } from 'vitest'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import { everything } from '../support/everything.ts'
import { type KafkaDouble, NO_KAFKA, startKafkaDouble } from '../support/kafka-double.ts'
import { endAll, newDataFolder, startServiceProcess } from '../support/service-process.ts'

const APPS = 8
const TOPIC = 'reprise.events'
const TIMEOUT_MS = 300_000

interface Audit {
  readonly eventId: string
}

describe.skipIf(NO_KAFKA !== undefined)(`Kafka${NO_KAFKA === undefined ? '' : `: ${NO_KAFKA}`}`, () => {
  const brokers: KafkaDouble[] = []
  afterAll(async () => {
    await endAll()
    for (const broker of brokers) await broker.kill()
  })

  async function broker(): Promise<KafkaDouble> {
    const started = await startKafkaDouble(TOPIC)
    brokers.push(started)
    return started
  }

  it('has every event after broker and service were killed', { timeout: TIMEOUT_MS }, async () => {
    const folder = newDataFolder()
    const first = await broker()
    let service = await startServiceProcess(folder, { REPRISE_KAFKA_URL: first.url })
    const apps: string[] = []
    // Without a script a reload ends at once, FAILED, and needs no engine: what is tried here is the way out.
    for (let n = 0; n < APPS; n++) apps.push(await service.client.createApp(`app ${n}`))
    const reloadAll = async () => {
      for (const appId of apps) {
        const { id } = await service.client.startReload(appId)
        await service.client.waitForEnd(id)
      }
    }
    const idsIn = async (kafka: KafkaDouble) => (await kafka.records()).map(({ headers }) => headers.ce_id!)

    await reloadAll()
    const poll = { timeout: TIMEOUT_MS, interval: 200 }
    await expect.poll(async () => new Set(await idsIn(first)).size, poll).toBe(APPS)
    const before = await idsIn(first)
    await first.kill()
    await reloadAll()
    await service.killHard()

    const second = await broker()
    service = await startServiceProcess(folder, { REPRISE_KAFKA_URL: second.url })
    await reloadAll()
    const path = `/api/v1/audits?eventType=${FINISHED_EVENT_TYPE}`
    const saved = (await everything<Audit>(service.client, path)).map(({ eventId }) => eventId)
    expect(saved).toHaveLength(3 * APPS)
    const arrived = async () => [...new Set([...before, ...(await idsIn(second))])].sort()
    await expect.poll(arrived, poll).toEqual(saved.sort())
    expect(await service.stop()).toBe(0)
  })
})
