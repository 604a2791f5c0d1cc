/**
 * The Kafka channel: records as the binding says, and at least once into a double that is really spoken to.
 */
import { Kafka } from 'cloudevents'
import { afterEach, describe, expect, test } from 'vitest'
import { type KafkaDouble, NO_KAFKA, startKafkaDouble } from '../../../test/support/kafka-double.ts'
import { aCloudEvent, aSubscription } from '../../../test/support/records.ts'
import type { CloudEvent } from '../../event/stored-event.ts'
import type { ClosableChannel, Sent } from '../channel.ts'
import { type KafkaOptions, kafkaChannel, recordOfEvent } from './kafka.ts'

const EVENT = aCloudEvent({
  toplevelresourceid: '3f8a1b6c-0d2e-4a55-8c11-22d3a9b7e001',
  authclaims: '{"name":"Zoë 100%"}',
})
const TOPIC = 'reloads'

const eventOf = (n: number): CloudEvent => ({
  ...EVENT,
  id: `event-${n}`,
  toplevelresourceid: `app-${n % 7}`,
})

function textOf(record: ReturnType<typeof recordOfEvent>) {
  const headers = [...record.headers].map(([name, value]) => [name.toString(), value.toString()])
  return {
    key: record.key.toString(),
    value: record.value.toString(),
    headers: Object.fromEntries(headers) as Record<string, string>,
  }
}

describe('an event as a record', () => {
  test('binary: attributes are UTF-8 headers, not percent-encoded, and the value is the data', () => {
    const { key, value, headers } = textOf(recordOfEvent(EVENT, 'binary'))
    const { data, datacontenttype, ...attributes } = EVENT
    const named = Object.entries(attributes).map(([name, text]) => [`ce_${name}`, text])
    expect(headers).toEqual({ 'content-type': datacontenttype, ...Object.fromEntries(named) })
    expect(headers.ce_authclaims).toBe('{"name":"Zoë 100%"}')
    expect(JSON.parse(value)).toEqual(data)
    expect(key).toBe(EVENT.toplevelresourceid)
  })

  test('structured: the value is the whole event', () => {
    const { value, headers } = textOf(recordOfEvent(EVENT, 'structured'))
    expect(headers).toEqual({ 'content-type': 'application/cloudevents+json' })
    expect(JSON.parse(value)).toEqual(EVENT)
  })

  test('an event of no app is its own key', () => {
    const { toplevelresourceid: _none, ...event } = EVENT
    expect(textOf(recordOfEvent(event as CloudEvent, 'binary')).key).toBe(EVENT.id)
  })

  test.each(['binary', 'structured'] as const)('the package cloudevents reads %s records', (mode) => {
    const { key, value, headers } = textOf(recordOfEvent(EVENT, mode))
    const message = { key, value, headers, body: value, timestamp: '0' }
    const read = Kafka.toEvent(message)
    expect(read).toMatchObject({ id: EVENT.id, type: EVENT.type, authclaims: EVENT.authclaims })
    expect((read as { data: unknown }).data).toEqual(EVENT.data)
  })
})

test('without the client library it says what to install', async () => {
  const missing = () => Promise.reject(Object.assign(new Error('no'), { code: 'ERR_MODULE_NOT_FOUND' }))
  const opening = kafkaChannel(optionsFor('kafka://127.0.0.1:1'), missing)
  await expect(opening).rejects.toThrow('npm install @platformatic/kafka@2')
})

test('a broker that is not there fails the send, and its password is not told', async () => {
  const to = await kafkaChannel(optionsFor('kafka://me:secret@127.0.0.1:1'))
  const sent = await to.send([EVENT], aSubscription(), 0)
  expect(sent.ok).toBe(false)
  expect(sent.message).toContain('Kafka: connect ECONNREFUSED 127.0.0.1:1')
  await to.close()
})

function optionsFor(url: string, options: Partial<KafkaOptions> = {}): KafkaOptions {
  const log = { info() {}, warn() {}, error() {} }
  return { url, topic: TOPIC, contentMode: 'binary', sasl: 'PLAIN', log, ...options }
}

describe.skipIf(NO_KAFKA !== undefined)(
  `the Kafka channel${NO_KAFKA === undefined ? '' : `: ${NO_KAFKA}`}`,
  () => {
    const ends: (() => Promise<void>)[] = []
    afterEach(async () => {
      for (const end of ends.splice(0).reverse()) await end()
    })

    async function double(): Promise<KafkaDouble> {
      const started = await startKafkaDouble(TOPIC)
      ends.push(started.kill)
      return started
    }
    async function channel(to: KafkaDouble, options: Partial<KafkaOptions> = {}): Promise<ClosableChannel> {
      const opened = await kafkaChannel(optionsFor(to.url, options))
      ends.push(() => opened.close())
      return opened
    }
    const send = (to: ClosableChannel, event: CloudEvent): Promise<Sent> =>
      to.send([event], aSubscription(), 0)

    test('stores events with their headers and the key of their app', async () => {
      const kafka = await double()
      const sent = await send(await channel(kafka), EVENT)
      expect(sent).toMatchObject({ ok: true, message: expect.stringMatching(/^offset 0 of partition \d/) })
      const [record] = await kafka.records()
      expect(record).toEqual({
        key: EVENT.toplevelresourceid,
        payload: JSON.stringify(EVENT.data),
        headers: textOf(recordOfEvent(EVENT, 'binary')).headers,
      })
    })

    test('each of many sent side by side is there, once', async () => {
      const kafka = await double()
      const to = await channel(kafka, { contentMode: 'structured' })
      const events = Array.from({ length: 500 }, (_, n) => eventOf(n))
      const sent = await Promise.all(events.map((event) => send(to, event)))
      expect(sent.filter(({ ok }) => !ok)).toEqual([])
      const ids = (await kafka.records()).map(({ payload }) => JSON.parse(payload).id as string)
      expect(ids.sort()).toEqual(events.map(({ id }) => id).sort())
    })

    test('what is sent again has the same ce_id: at least once', async () => {
      const kafka = await double()
      const to = await channel(kafka)
      await send(to, EVENT)
      await send(await channel(kafka), EVENT)
      const ids = (await kafka.records()).map(({ headers }) => headers.ce_id)
      expect(ids).toEqual([EVENT.id, EVENT.id])
    })

    test('a broker that hangs fails the sends in bounded time; when it answers again none is lost', async () => {
      const kafka = await double()
      const to = await channel(kafka)
      await send(to, eventOf(0))
      await kafka.freeze()
      const events = Array.from({ length: 20 }, (_, n) => eventOf(n))
      const hanging = await Promise.all(events.map((event) => send(to, event)))
      expect(hanging.filter(({ ok }) => ok)).toEqual([])
      kafka.thaw()
      for (const event of events) while (!(await send(to, event)).ok) await new Promise(setImmediate)
      const ids = new Set((await kafka.records()).map(({ headers }) => headers.ce_id))
      expect([...ids].sort()).toEqual(events.map(({ id }) => id).sort())
    })

    test('a broker that dies fails the sends', async () => {
      const kafka = await double()
      const to = await channel(kafka)
      await send(to, EVENT)
      await kafka.kill()
      expect(await send(to, EVENT)).toMatchObject({ ok: false, message: expect.stringMatching(/^Kafka: /) })
    })
  },
)
