/** Whatever NATS answers, an event waits, the reason is told, and it goes once the operator has mended it. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type JetStreamManager, jetstreamManager, type StreamConfig } from '@nats-io/jetstream'
import type { ConnectionOptions } from '@nats-io/transport-node'
import { afterEach, describe, expect, test } from 'vitest'
import { type NatsServer, NO_NATS, startNatsServer } from '../../../test/support/nats-server.ts'
import { startRawServer } from '../../../test/support/raw-server.ts'
import { aCloudEvent, aSubscription } from '../../../test/support/records.ts'
import type { CloudEvent } from '../../event/stored-event.ts'
import type { ClosableChannel, Sent } from '../channel.ts'
import { type NatsOptions, natsChannel, subjectOf } from './nats.ts'
import { JETSTREAM_ANSWERS, natsFault } from './nats-answers.ts'

const STREAM = 'TEST'
const ADMIN = { user: 'admin', pass: 'of-all' }
const eventOf = (n: number): CloudEvent => aCloudEvent({ id: `event-${n}`, data: { id: `reload-${n}` } })

const EVENT_BYTES = JSON.stringify(eventOf(0)).length

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function natsServer(config?: string, admin?: ConnectionOptions): Promise<NatsServer> {
  const server = await startNatsServer(config, admin)
  ends.push(() => server.close())
  return server
}

/** A channel with the reasons that it told in its log. */
async function channel(url: string, options: Partial<NatsOptions> = {}) {
  const told: string[] = []
  const tell = (message: string, about: object = {}) => {
    told.push('reason' in about ? `${message}: ${about.reason}` : message)
  }
  const made = await natsChannel({
    url,
    stream: STREAM,
    contentMode: 'structured',
    retentionMs: 3_600_000,
    log: { info: tell, warn: tell, error: tell },
    ...options,
  })
  ends.push(() => made.close())
  return Object.assign(made, { told })
}

const send = (to: ClosableChannel, event: CloudEvent): Promise<Sent> => to.send([event], aSubscription(), 0)

/** Sends again and again until the answer is as expected: brokers are mended in the background. */
async function sentAtLast(to: ClosableChannel, event: CloudEvent, message: RegExp): Promise<Sent> {
  const seen = new Set<string | undefined>()
  for (const end = Date.now() + 15_000; Date.now() < end; ) {
    const sent = await send(to, event)
    if (message.test(sent.message ?? '')) return sent
    seen.add(sent.message)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`never ${message}, but ${[...seen].join('; ')}`)
}
const STORED = /^message \d+ of stream/

async function idsIn(server: NatsServer): Promise<string[]> {
  const jsm = await jetstreamManager(server.connection)
  const { state } = await jsm.streams.info(STREAM)
  const ids: string[] = []
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const message = await jsm.streams.getMessage(STREAM, { seq })
    if (message !== null) ids.push(message.header.get('Nats-Msg-Id'))
  }
  return ids
}

describe('each answer of JetStream by its code', () => {
  const answered = (code: number, description: string) =>
    natsFault(Object.assign(new Error(description), { name: 'JetStreamApiError', code }))

  test.each(Object.entries(JETSTREAM_ANSWERS))('%s: %s', (code, text) => {
    expect(answered(Number(code), 'as the server says')).toBe(`${text} (${code}: as the server says)`)
  })

  test('full is told as full', () => {
    expect(answered(10077, 'maximum messages exceeded')).toBe(
      'the stream is full (maximum messages exceeded)',
    )
    expect(answered(10077, 'maximum bytes exceeded')).toBe('the stream is full (maximum bytes exceeded)')
  })

  test('one that is not known is told with its code', () => {
    expect(answered(19_999, 'of a later server')).toBe(
      'JetStream refuses the event (19999: of a later server)',
    )
  })

  test('no error at all is a broken connection', () => {
    expect(natsFault(undefined)).toBe('the connection broke')
  })
})

const user = (name: string, pass: string, permissions = '') =>
  `{ user: "${name}", password: "${pass}" ${permissions === '' ? '' : `, permissions: ${permissions}`} }`
const users = (...all: string[]) =>
  `authorization { users: [ ${[user(ADMIN.user, ADMIN.pass), ...all].join(', ')} ] }`
const as = (pass: string, { url }: NatsServer) => url.replace('nats://', `nats://reprise:${pass}@`)

describe.skipIf(NO_NATS !== undefined)(`a broker${NO_NATS === undefined ? '' : `: ${NO_NATS}`}`, () => {
  test('that refuses the credentials at the start', async () => {
    const server = await natsServer(users(user('reprise', 'right')), ADMIN)
    const to = await channel(as('wrong', server))
    await sentAtLast(to, eventOf(1), /^no connection to NATS: the server refuses the credentials/)
    server.reconfigure(users(user('reprise', 'wrong')))
    await sentAtLast(to, eventOf(1), STORED)
    expect(to.told).toEqual([
      expect.stringMatching(/^no connection to NATS; events wait: the server refuses the credentials/),
      'connected to NATS',
      expect.stringMatching(/^made the JetStream stream/),
      'events go to JetStream',
    ])
  })

  test('whose credentials change while it runs, there and back', async () => {
    const server = await natsServer(users(user('reprise', 'right')), ADMIN)
    const to = await channel(as('right', server))
    for (let n = 0; n < 3; n++) {
      await sentAtLast(to, eventOf(2 * n), STORED)
      server.reconfigure(users(user('reprise', 'changed')))
      await sentAtLast(to, eventOf(2 * n + 1), /refuses the credentials/)
      server.reconfigure(users(user('reprise', 'right')))
      await sentAtLast(to, eventOf(2 * n + 1), STORED)
    }
    expect(await idsIn(server)).toEqual([0, 1, 2, 3, 4, 5].map((n) => `event-${n}`))
  })

  test('that is not there, comes, and goes again', async () => {
    const server = await natsServer()
    await server.kill()
    const to = await channel(server.url)
    await sentAtLast(to, eventOf(1), /^no connection to NATS: connection refused/)
    await server.restart()
    await sentAtLast(to, eventOf(1), STORED)
    await server.kill()
    await sentAtLast(to, eventOf(2), /^no connection to NATS: connection refused/)
    await server.restart()
    await sentAtLast(to, eventOf(2), STORED)
  })

  test.each([
    ['says nothing', ''],
    ['speaks another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['speaks nonsense', 'INFO {"server_id":\r\n'],
  ])(
    'that %s, and closing waits for nothing',
    async (_, greeting) => {
      const server = await startRawServer(() => [], greeting)
      ends.push(() => server.close())
      const to = await channel(`nats://127.0.0.1:${server.port}`)
      await sentAtLast(to, eventOf(1), /^no connection to NATS: (?!connecting)./)
      expect(to.told).toHaveLength(1)
      const begun = Date.now()
      await to.close()
      expect(Date.now() - begun).toBeLessThan(200)
    },
    20_000,
  )

  test('that has no TLS where it is required: no password goes out', async () => {
    const server = await natsServer(users(user('reprise', 'right')), ADMIN)
    const to = await channel(as('right', server).replace('nats:', 'tls:'))
    await sentAtLast(to, eventOf(1), /^no connection to NATS: .*tls/i)
    expect(to.told).toEqual([expect.stringMatching(/^no connection to NATS; events wait: .*tls/i)])
  })

  test('whose certificate nobody knows', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'reprise-tls-'))
    ends.push(() => rmSync(folder, { recursive: true }))
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert]
    execFileSync(
      'openssl',
      [...made, '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'],
      { stdio: 'ignore' },
    )
    const server = await natsServer(`tls { cert_file: "${cert}", key_file: "${key}" }`, {
      tls: { rejectUnauthorized: false } as object,
    })
    const to = await channel(server.url.replace('nats:', 'tls:'))
    await sentAtLast(to, eventOf(1), /^no connection to NATS: the certificate of the server was not accepted/)
  })

  test('without JetStream', async () => {
    const server = await natsServer(
      `accounts {
        A: { users: [${user('reprise', 'right')}] },
        B: { jetstream: enabled, users: [${user(ADMIN.user, ADMIN.pass)}] }
      }`,
      ADMIN,
    )
    const to = await channel(as('right', server))
    await sentAtLast(to, eventOf(1), /^NATS: nobody answers for the stream: .*JetStream is off$/)
  })

  test.each([
    ['to publish events', '{ publish: ["$JS.API.>"] }', /no permission to publish: allow reprise\.>/],
    [
      'to look at the stream',
      '{ publish: ["reprise.>"] }',
      /no permission to publish: allow \$JS\.API\.STREAM/,
    ],
    ['to receive answers', '{ subscribe: ["nothing"] }', /no permission to receive answers/],
  ])(
    'that gives no permission %s',
    async (_, permissions, reason) => {
      const server = await natsServer(users(user('reprise', 'right', permissions)), ADMIN)
      const to = await channel(as('right', server))
      await sentAtLast(to, eventOf(1), reason)
      server.reconfigure(users(user('reprise', 'right')))
      await sentAtLast(to, eventOf(1), STORED)
      expect(await idsIn(server)).toEqual(['event-1'])
    },
    20_000,
  )
})

describe.skipIf(NO_NATS !== undefined)(`a stream${NO_NATS === undefined ? '' : `: ${NO_NATS}`}`, () => {
  /** A channel whose stream has its first event. */
  async function stream(settings: Partial<StreamConfig> = {}) {
    const server = await natsServer()
    const jsm = await jetstreamManager(server.connection)
    await jsm.streams.add({ name: STREAM, subjects: ['reprise.>'], ...settings })
    const to = await channel(server.url)
    await sentAtLast(to, eventOf(0), STORED)
    return { server, jsm, to }
  }
  async function change(jsm: JetStreamManager, settings: Partial<StreamConfig>) {
    const { config } = await jsm.streams.info(STREAM)
    await jsm.streams.update(STREAM, { ...config, ...settings })
  }

  test.each<[string, Partial<StreamConfig>, Partial<StreamConfig>, string]>([
    ['messages', { max_msgs: 1 }, { max_msgs: -1 }, 'maximum messages exceeded'],
    [
      'bytes',
      { max_bytes: Math.round(EVENT_BYTES * 1.5 + 300) },
      { max_bytes: -1 },
      'maximum bytes exceeded',
    ],
  ])('that is full of %s', async (_, full, roomy, reason) => {
    const { server, jsm, to } = await stream({ ...full, discard: 'new' as StreamConfig['discard'] })
    const sent = await sentAtLast(to, eventOf(1), /full/)
    expect(sent).toEqual({ ok: false, message: `NATS: the stream is full (${reason})` })
    await send(to, eventOf(2))
    expect(to.told.filter((line) => line.includes('full'))).toHaveLength(1)
    // What is in it is in it: sent again, it counts as stored.
    expect(await send(to, eventOf(0))).toMatchObject({ ok: true })
    await change(jsm, roomy)
    await sentAtLast(to, eventOf(1), STORED)
    expect(await idsIn(server)).toEqual(['event-0', 'event-1'])
    expect(to.told.at(-1)).toBe('events go to JetStream')
  })

  test('that is full for one subject has another event there', async () => {
    const limits = { max_msgs_per_subject: 1, discard_new_per_subject: true, discard: 'new' }
    const { to } = await stream(limits as Partial<StreamConfig>)
    const other = { ...eventOf(0), id: 'another' }
    expect(await send(to, other)).toEqual({
      ok: false,
      message: `another event is stored under ${subjectOf(other)}`,
    })
  })

  test('that was deleted is told, and made again', async () => {
    const { server, jsm, to } = await stream()
    await jsm.streams.delete(STREAM)
    expect(await send(to, eventOf(1))).toEqual({
      ok: false,
      message: 'NATS: nobody answers for the stream: it was deleted, lost its subjects, or JetStream is off',
    })
    await sentAtLast(to, eventOf(1), STORED)
    expect(await idsIn(server)).toEqual(['event-1'])
  })

  test('that was purged takes events as before', async () => {
    const { server, jsm, to } = await stream()
    await jsm.streams.purge(STREAM)
    expect(await send(to, eventOf(1))).toMatchObject({ ok: true })
    expect(await send(to, eventOf(1))).toMatchObject({ ok: true })
    expect(await idsIn(server)).toEqual(['event-1'])
  })

  test('whose subjects another stream took', async () => {
    const { jsm, to } = await stream()
    await change(jsm, { subjects: ['elsewhere.>'] })
    await jsm.streams.add({ name: 'OTHER', subjects: ['reprise.>'] })
    expect(await send(to, eventOf(1))).toMatchObject({
      ok: false,
      message: expect.stringContaining('stream'),
    })
    await sentAtLast(to, eventOf(1), /the stream TEST does not take reprise\.>/)
    await jsm.streams.delete('OTHER')
    await change(jsm, { subjects: ['reprise.>'] })
    await sentAtLast(to, eventOf(1), STORED)
  })

  test('that is sealed', async () => {
    const { server, jsm, to } = await stream()
    await change(jsm, { sealed: true })
    await sentAtLast(to, eventOf(1), /^NATS: the stream is sealed/)
    expect(await send(to, eventOf(0))).toMatchObject({ ok: false })
    await jsm.streams.delete(STREAM)
    await sentAtLast(to, eventOf(1), STORED)
    expect(await idsIn(server)).toEqual(['event-1'])
  })

  test('whose messages must be smaller', async () => {
    const { jsm, to } = await stream()
    await change(jsm, { max_msg_size: 10 })
    await sentAtLast(to, eventOf(1), /^NATS: the event is larger than a message of the stream may be/)
    await change(jsm, { max_msg_size: -1 })
    await sentAtLast(to, eventOf(1), STORED)
  })
})
