/**
 * Answers of a hostile receiver, written chunk by chunk: the status decides once its header is whole, and
 * whatever comes after it changes nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { type Act, type RawServer, startRawServer } from '../../../test/support/raw-server.ts'
import { aCloudEvent, aSubscription } from '../../../test/support/records.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { Sent } from '../channel.ts'
import { sealWith } from './seal.ts'
import { parseAllowance } from './target-address.ts'
import { type WebhookChannel, type WebhookOptions, webhookChannel } from './webhook.ts'

const EVENT = aCloudEvent()
const TIMEOUT_MS = 400

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

async function receiver(actsFor: (connection: number, request: number) => readonly Act[], greeting = '') {
  const server = await startRawServer(actsFor, greeting)
  ends.push(() => server.close())
  return server
}

function channel(options: Partial<WebhookOptions> = {}): WebhookChannel {
  const made = webhookChannel({
    seal: sealWith(new Uint8Array(32)),
    allowance: parseAllowance('127.0.0.1'),
    userAgent: 'Reprise/test (webhook)',
    origin: 'reload.example.com',
    exchangeTimeoutMs: TIMEOUT_MS,
    ...options,
  })
  ends.push(() => made.close())
  return made
}

/** The answer before has ended, and its connection is kept. */
const kept = () => sleep(20)

const hookAt = ({ port }: RawServer, more: Partial<Subscription> = {}) =>
  aSubscription({ url: `http://127.0.0.1:${port}/`, ...more })

async function sentTo(acts: readonly Act[]): Promise<Sent> {
  return channel().send([EVENT], hookAt(await receiver(() => acts)), 0)
}

const HEAD: Readonly<Record<number, string>> = {
  200: 'HTTP/1.1 200 OK\r\n',
  204: 'HTTP/1.1 204 No Content\r\n',
  410: 'HTTP/1.1 410 Gone\r\n',
  429: 'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 120\r\n',
  500: 'HTTP/1.1 500 Internal Server Error\r\n',
  503: 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 120\r\n',
}
const MEANT: Readonly<Record<number, Partial<Sent>>> = {
  200: { ok: true },
  204: { ok: true },
  410: { ok: false, gone: true },
  429: { ok: false, retryAfterMs: 120_000 },
  500: { ok: false, message: 'the target answered 500' },
  503: { ok: false, retryAfterMs: 120_000 },
}

const BODIES: Readonly<Record<string, readonly Act[]>> = {
  'none, though its length is told': ['Content-Length: 10\r\n\r\n'],
  'one that stops half way': ['Content-Length: 10\r\n\r\nhalf'],
  'one that is cut by FIN': ['Content-Length: 10\r\n\r\nhalf', 20, 'FIN'],
  'one that is cut by RESET': ['Content-Length: 10\r\n\r\nhalf', 20, 'RESET'],
  'a chunk that is cut': ['Transfer-Encoding: chunked\r\n\r\n5\r\nha', 20, 'FIN'],
  'chunks without an end': ['Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
  'a chunk of no size, at once': ['Transfer-Encoding: chunked\r\n\r\nzz\r\n'],
  'a chunk of no size, later': ['Transfer-Encoding: chunked\r\n\r\n', 20, 'zz\r\n'],
  'a byte now and then': ['\r\n', ...Array.from({ length: 40 }, () => ['x', 50]).flat()],
  'one until the connection ends, which it does not': ['\r\nhalf'],
  'more than its length': ['Content-Length: 4\r\n\r\nhalfand more that nobody asked for'],
}

describe.each([200, 410, 429, 500, 503])('a %i counts', (status) => {
  test.each(Object.entries(BODIES))('with a body: %s', async (_, acts) => {
    const sent = await sentTo([HEAD[status]!, ...acts])
    expect(sent).toMatchObject(MEANT[status]!)
    expect(sent.response).toMatchObject({ statusCode: status })
  })
})

test('what came of a body is in the record', async () => {
  const sent = await sentTo([HEAD[500]!, ...BODIES['one that is cut by FIN']!])
  expect(sent.response?.body).toBe('half')
})

test('a slow body holds its send for a short time only', async () => {
  const server = await receiver(() => [HEAD[200]!, '\r\nhalf'])
  const begun = Date.now()
  const sent = await channel({ exchangeTimeoutMs: 15_000 }).send([EVENT], hookAt(server), 0)
  expect(sent).toMatchObject({ ok: true, response: { statusCode: 200, body: 'half' } })
  expect(Date.now() - begun).toBeLessThan(5_000)
})

describe('an answer before the answer is passed over', () => {
  test.each([
    ['100', ['HTTP/1.1 100 Continue\r\n\r\n']],
    ['102', ['HTTP/1.1 102 Processing\r\n\r\n']],
    ['103', ['HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n']],
    ['199', ['HTTP/1.1 199 Of A Later Time\r\n\r\n']],
    [
      '100 twice and 103',
      ['HTTP/1.1 100 Continue\r\n\r\n', 10, 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 X\r\n\r\n'],
    ],
  ])('%s', async (_, before) => {
    expect(await sentTo([...before, HEAD[204]!, '\r\n'])).toMatchObject({
      ok: true,
      response: { statusCode: 204 },
    })
    expect(await sentTo([...before, 20, HEAD[410]!, 'Content-Length: 0\r\n\r\n'])).toMatchObject({
      gone: true,
    })
  })

  test('and is no answer by itself', async () => {
    const sent = await sentTo(['HTTP/1.1 100 Continue\r\n\r\n'])
    expect(sent).toMatchObject({ ok: false, message: 'timeout after 0.4 s' })
    expect(sent.response).toBeUndefined()
  })

  test('but 101 is one: nobody asked for another protocol', async () => {
    const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'
    expect(await sentTo([upgrade])).toMatchObject({ ok: false, response: { statusCode: 101 } })
    expect(await sentTo(['HTTP/1.1 101 Switching Protocols\r\n\r\n'])).toMatchObject({
      ok: false,
      response: { statusCode: 101 },
    })
  })
})

describe('an answer whose header is not whole is none', () => {
  test.each<[string, readonly Act[], string]>([
    ['silence', [], 'timeout after 0.4 s'],
    ['half a header', ['HTTP/1.1 200 OK\r\nContent-'], 'timeout after 0.4 s'],
    ['a byte now and then', ['H', 100, 'T', 100, 'T', 100, 'P', 100, '/', 100], 'timeout after 0.4 s'],
    ['half a header and FIN', ['HTTP/1.1 200 OK\r\nContent-', 20, 'FIN'], 'the connection broke'],
    ['half a header and RESET', ['HTTP/1.1 200 OK\r\nContent-', 20, 'RESET'], 'the connection broke'],
    ['FIN', ['FIN'], 'the connection broke'],
    ['RESET', ['RESET'], 'the connection broke'],
    ['another protocol', ['SSH-2.0-OpenSSH_9.2\r\n'], 'the answer is not valid HTTP'],
    [
      'a header without end',
      [`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`],
      'the answer has too many headers',
    ],
  ])('%s', async (_, acts, message) => {
    const sent = await sentTo(acts)
    expect(sent).toMatchObject({ ok: false, message })
    expect(sent.response).toBeUndefined()
  })
})

const WHOLE = `${HEAD[204]}\r\n`
const BUSY = `${HEAD[503]}Content-Length: 0\r\n\r\n`

describe('a connection used before that was closed meanwhile', () => {
  test.each<[string, readonly Act[]]>([
    ['by FIN', ['FIN']],
    ['by RESET', ['RESET']],
    ['by FIN after a while', [50, 'FIN']],
  ])('%s: the event is sent again at once on a new one', async (_, acts) => {
    const server = await receiver((connection, request) =>
      connection === 0 && request === 1 ? acts : [WHOLE],
    )
    const to = channel()
    expect(await to.send([EVENT], hookAt(server), 0)).toMatchObject({ ok: true })
    await kept()
    expect(await to.send([EVENT], hookAt(server), 0)).toMatchObject({ ok: true })
    expect(server.received).toHaveLength(2)
    expect(server.received[1]).toContain(EVENT.id)
  })

  test('also if all connections of the pool are stale', async () => {
    const server = await receiver((connection, request) =>
      connection < 5 && request > 0 ? ['RESET'] : [20, WHOLE],
    )
    const to = channel()
    for (let round = 0; round < 2; round++) {
      const sends = Array.from({ length: 5 }, () => to.send([EVENT], hookAt(server), 0))
      expect((await Promise.all(sends)).filter(({ ok }) => !ok)).toEqual([])
      await kept()
    }
  })

  test('not if any byte of an answer came', async () => {
    const server = await receiver((_, request) => (request === 0 ? [WHOLE] : ['HTTP', 20, 'RESET']))
    const to = channel()
    await to.send([EVENT], hookAt(server), 0)
    await kept()
    expect(await to.send([EVENT], hookAt(server), 0)).toMatchObject({
      ok: false,
      message: 'the connection broke',
    })
    expect(server.received).toHaveLength(1)
  })

  test('not if it was silent until the time was over', async () => {
    const server = await receiver((_, request) => (request === 0 ? [WHOLE] : []))
    const to = channel()
    await to.send([EVENT], hookAt(server), 0)
    await kept()
    expect(await to.send([EVENT], hookAt(server), 0)).toMatchObject({ message: 'timeout after 0.4 s' })
    expect(server.received).toHaveLength(1)
  })

  test('a new connection that is closed is not tried again', async () => {
    const server = await receiver(() => ['FIN'])
    expect(await channel().send([EVENT], hookAt(server), 0)).toMatchObject({ ok: false })
    expect(server.received).toHaveLength(1)
  })

  test('the second try ends with the time of the send', async () => {
    const server = await receiver((connection, request) =>
      connection > 0 ? [] : request === 0 ? [WHOLE] : [200, 'FIN'],
    )
    const to = channel()
    await to.send([EVENT], hookAt(server), 0)
    await kept()
    const begun = Date.now()
    expect(await to.send([EVENT], hookAt(server), 0)).toMatchObject({ message: 'timeout after 0.4 s' })
    expect(Date.now() - begun).toBeLessThan(TIMEOUT_MS + 150)
  })
})

test('a second answer that nobody asked for is not taken for that of the next event', async () => {
  const server = await receiver((connection, request) =>
    connection > 0 || request > 0 ? [BUSY] : [WHOLE, 20, WHOLE],
  )
  const to = channel()
  expect(await to.send([EVENT], hookAt(server), 0)).toMatchObject({ ok: true })
  await sleep(60)
  expect(await to.send([EVENT], hookAt(server), 0)).toMatchObject({ ok: false, retryAfterMs: 120_000 })
})

describe('a target that should speak TLS', () => {
  const https = (server: RawServer) => ({ ...hookAt(server), url: `https://127.0.0.1:${server.port}/` })

  test('and speaks HTTP', async () => {
    const server = await receiver(() => [], 'HTTP/1.1 400 Bad Request\r\n\r\n')
    const sent = await channel().send([EVENT], https(server), 0)
    expect(sent).toMatchObject({ ok: false, message: 'no TLS connection to the target' })
  })

  test('and says nothing, holds the send for the time to connect only', { timeout: 15_000 }, async () => {
    const server = await receiver(() => [])
    const sent = await channel({ exchangeTimeoutMs: 15_000 }).send([EVENT], https(server), 0)
    expect(sent).toMatchObject({ ok: false, message: 'no connection within 5 s' })
  })
})

test('consent counts however slow the body of its answer is', async () => {
  const server = await receiver((_, request) =>
    request === 0 ? [`${HEAD[200]}WebHook-Allowed-Origin: *\r\n\r\n`, 'half'] : [WHOLE],
  )
  const sent = await channel().send([EVENT], hookAt(server, { abuseProtection: 'required' }), 0)
  expect(sent).toMatchObject({ ok: true })
})

test('closing ends a send that hangs', async () => {
  const server = await receiver(() => [])
  const to = channel({ exchangeTimeoutMs: 15_000 })
  const sending = to.send([EVENT], hookAt(server), 0)
  while (server.received.length === 0) await sleep(5)
  await to.close()
  expect(await sending).toMatchObject({ ok: false })
})
