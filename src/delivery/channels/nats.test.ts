/** The JetStream channel against a real nats-server: stored once, whatever happens around it. */
import { jetstreamManager } from '@nats-io/jetstream'
import { CloudEvent as Independent } from 'cloudevents'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type NatsServer, NO_NATS, startNatsServer } from '../../../test/support/nats-server.ts'
import { aCloudEvent, aSubscription } from '../../../test/support/records.ts'
import type { CloudEvent } from '../../event/stored-event.ts'
import { decodeEvents } from '../../receiver/decode-events.ts'
import type { ClosableChannel, Sent } from '../channel.ts'
import { type NatsOptions, natsChannel, subjectOf } from './nats.ts'

const EVENT = aCloudEvent({ authclaims: '{"name":"Zoë"}' })

/** A send without a connection answers at once: the connection must get its turn. */
const letOthersRun = () => new Promise(setImmediate)

const eventOf = (n: number): CloudEvent => ({
  ...EVENT,
  id: `event-${n}`,
  data: { id: `reload-${n}` },
})

test.each([
  [EVENT, `reprise.${EVENT.tenantid}.reload.finished.6906d0a1b2c3d4e5f6071829`],
  [
    { ...EVENT, type: 'com.qlik.v1.app.reload.finished' },
    `reprise.${EVENT.tenantid}.app.reload.finished.${EVENT.id}`,
  ],
  [{ ...EVENT, type: 'com.qlik.app.data.updated' }, `reprise.${EVENT.tenantid}.app.data.updated.${EVENT.id}`],
  [
    { ...EVENT, type: 'com.reprise.v1.webhook.disabled' },
    `reprise.${EVENT.tenantid}.webhook.disabled.${EVENT.id}`,
  ],
])('an event has a subject of its own', (event, subject) => {
  expect(subjectOf(event)).toBe(subject)
})

describe.skipIf(NO_NATS !== undefined)(
  `the JetStream channel${NO_NATS === undefined ? '' : `: ${NO_NATS}`}`,
  () => {
    let server: NatsServer
    const channels: ClosableChannel[] = []
    let streams = 0

    beforeAll(async () => {
      server = await startNatsServer()
    })
    afterAll(async () => {
      for (const channel of channels) await channel.close()
      await server.close()
    })

    async function channel(options: Partial<NatsOptions> = {}) {
      const made = await natsChannel({
        url: server.url,
        stream: `TEST-${streams}`,
        contentMode: 'structured',
        retentionMs: 3_600_000,
        log: { info() {}, warn() {}, error() {} },
        ...options,
      })
      channels.push(made)
      return made
    }

    /** Each test has a stream of its own; two streams cannot take the same subjects. */
    async function freshStream(): Promise<string> {
      const jsm = await jetstreamManager(server.connection)
      for await (const { config } of jsm.streams.list()) await jsm.streams.delete(config.name)
      streams += 1
      return `TEST-${streams}`
    }

    /** Sends until it is answered with success: the connection comes up in the background. */
    async function sentAtLast(to: ClosableChannel, event: CloudEvent): Promise<Sent> {
      for (;;) {
        const sent = await to.send([event], aSubscription(), 0)
        if (sent.ok || sent.message?.startsWith('another event')) return sent
        await letOthersRun()
      }
    }

    async function stored(stream: string) {
      const jsm = await jetstreamManager(server.connection)
      const { state, config } = await jsm.streams.info(stream)
      const messages = []
      for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
        messages.push((await jsm.streams.getMessage(stream, { seq }))!)
      }
      return { messages, config }
    }

    test('makes its stream and stores a structured event under its subject', async () => {
      const stream = await freshStream()
      const sent = await sentAtLast(await channel({ stream }), EVENT)
      expect(sent).toEqual({ ok: true, message: `message 1 of stream ${stream}` })
      const { messages, config } = await stored(stream)
      expect(config).toMatchObject({ subjects: ['reprise.>'], storage: 'file', max_age: 3_600_000 * 1e6 })
      const [message] = messages
      expect(message?.subject).toBe(subjectOf(EVENT))
      expect(message?.header.get('Nats-Msg-Id')).toBe(EVENT.id)
      expect(message?.header.get('Content-Type')).toBe('application/cloudevents+json')
      expect(message?.json()).toEqual(EVENT)
      expect(new Independent(message!.json<object>()).validate()).toBe(true)
    })

    test('stores binary events with percent-encoded headers', async () => {
      const stream = await freshStream()
      await sentAtLast(await channel({ stream, contentMode: 'binary' }), EVENT)
      const { header, data } = (await stored(stream)).messages[0]!
      expect(header.get('ce-datacontenttype')).toBe('application/json')
      expect(header.get('ce-authclaims')).toBe('{%22name%22:%22Zo%C3%AB%22}')
      const names = header.keys()
      expect(
        decodeEvents(
          (name) => header.get(names.find((one) => one.toLowerCase() === name) ?? name),
          names,
          data,
        ),
      ).toEqual([EVENT])
    })

    test('an event sent again is there once: within the window, after it, and by another process', async () => {
      const stream = await freshStream()
      const first = await channel({ stream })
      await sentAtLast(first, EVENT)
      expect(await sentAtLast(first, EVENT)).toMatchObject({ ok: true })
      // The server forgets message ids with its window; the condition on the subject does not.
      const jsm = await jetstreamManager(server.connection)
      const { config } = await jsm.streams.info(stream)
      await jsm.streams.update(stream, { ...config, duplicate_window: 100_000_000 })
      const ids = async () => (await stored(stream)).messages.map(({ header }) => header.get('Nats-Msg-Id'))
      const other = await channel({ stream })
      for (let n = 0; n < 5; n++) {
        await sentAtLast(other, eventOf(n))
        expect(await sentAtLast(other, EVENT)).toMatchObject({ ok: true })
      }
      expect(await ids()).toEqual([EVENT.id, ...[0, 1, 2, 3, 4].map((n) => `event-${n}`)])
    })

    test('does not take another event under its subject for its own', async () => {
      const stream = await freshStream()
      const to = await channel({ stream })
      await sentAtLast(to, EVENT)
      expect(await sentAtLast(to, { ...EVENT, id: 'another' })).toEqual({
        ok: false,
        message: `another event is stored under ${subjectOf(EVENT)}`,
      })
    })

    test('refuses a stream that does not take its subjects, and says what to do', async () => {
      const stream = await freshStream()
      const jsm = await jetstreamManager(server.connection)
      await jsm.streams.add({ name: stream, subjects: ['other.>'] })
      const to = await channel({ stream })
      let sent: Sent
      do {
        await letOthersRun()
        sent = await to.send([EVENT], aSubscription(), 0)
      } while (sent.message?.startsWith('no connection to NATS'))
      expect(sent.message).toContain(`the stream ${stream} does not take reprise.>`)
    })

    test('comes back after the server was killed, and loses and doubles nothing', async () => {
      const stream = await freshStream()
      const to = await channel({ stream })
      const sends = []
      for (let n = 0; n < 200; n++) {
        if (n === 100) {
          await server.kill()
          expect(await to.send([eventOf(n)], aSubscription(), 0)).toMatchObject({ ok: false })
          await server.restart()
        }
        sends.push(sentAtLast(to, eventOf(n)))
      }
      expect((await Promise.all(sends)).every(({ ok }) => ok)).toBe(true)
      const ids = (await stored(stream)).messages.map(({ header }) => header.get('Nats-Msg-Id'))
      expect(ids.sort()).toEqual(Array.from({ length: 200 }, (_, n) => `event-${n}`).sort())
    })
  },
)
