import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { aCloudEvent } from '../../../test/support/records.ts'
import type { SubscriptionId, TenantId, UserId } from '../../core/ids.ts'
import type { Subscription } from '../../event/subscription.ts'
import { decodeEvents } from '../../receiver/decode-events.ts'
import { verifySignature } from '../../receiver/verify-signature.ts'
import { OMITTED } from './guarded-target.ts'
import { sealWith } from './seal.ts'
import { verifyQlikSignature } from './signature.ts'
import { NOTHING_ALLOWED, parseAllowance } from './target-address.ts'
import { type WebhookChannel, type WebhookOptions, webhookChannel } from './webhook.ts'

const seal = sealWith(randomBytes(32))
const SECRET = '0123456789abcdef0123456789ABCDEF'
const EVENT = aCloudEvent()

const running: (Server | WebhookChannel)[] = []
afterEach(async () => {
  for (const part of running.splice(0)) {
    if ('send' in part) await part.close()
    else part.closeAllConnections()
    if (!('send' in part)) part.close()
  }
})

async function receiver(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  running.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

function channel(options: Partial<WebhookOptions> = {}): WebhookChannel {
  const made = webhookChannel({
    seal,
    allowance: parseAllowance('127.0.0.1'),
    userAgent: 'Reprise/test (webhook)',
    origin: 'reload.example.com',
    ...options,
  })
  running.push(made)
  return made
}

function subscription(url: string, more: Partial<Subscription> = {}): Subscription {
  return {
    id: 's' as SubscriptionId,
    tenantId: 't' as TenantId,
    name: 'hook',
    description: '',
    url,
    eventTypes: [],
    enabled: true,
    level: 'tenant',
    ownerId: 'u' as UserId,
    headers: {},
    sealedHeaders: {},
    checkCertificateRevocation: false,
    origin: 'api',
    createdAt: 0,
    updatedAt: 0,
    createdBy: 'u' as UserId,
    updatedBy: 'u' as UserId,
    failedSends: 0,
    ...more,
  }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

describe('webhookChannel', () => {
  it('posts the event as one JSON object, signed over the bytes sent, with the configured headers', async () => {
    let seen: { request: IncomingMessage; body: Buffer } | undefined
    const port = await receiver(async (request, response) => {
      seen = { request, body: await bytesOf(request) }
      response.writeHead(202).end('thanks')
    })
    const sent = await channel().send(
      [EVENT],
      subscription(`http://127.0.0.1:${port}/hook`, {
        headers: { 'X-Plain': 'one', Authorization: 'Bearer plain' },
        sealedHeaders: { 'X-Sealed': seal.seal('two') },
        sealedSecret: seal.seal(SECRET),
      }),
      1_000_500,
    )
    expect(sent).toMatchObject({ ok: true, response: { statusCode: 202, body: 'thanks' } })
    const { request, body } = seen!
    expect(request.method).toBe('POST')
    expect(JSON.parse(body.toString())).toEqual(EVENT)
    expect(request.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Reprise/test (webhook)',
      'x-plain': 'one',
      'x-sealed': 'two',
      authorization: 'Bearer plain',
      'webhook-id': EVENT.id,
      'webhook-timestamp': '1000',
    })
    expect(verifyQlikSignature(SECRET, body, request.headers['qlik-signature'] as string)).toBe(true)
    expect(sent.request?.headers).toMatchObject({
      'X-Plain': 'one',
      'X-Sealed': OMITTED,
      Authorization: OMITTED,
    })
  })

  it('sends no signature without a secret', async () => {
    let headers: IncomingMessage['headers'] = {}
    const port = await receiver((request, response) => {
      headers = request.headers
      response.end()
    })
    await channel().send([EVENT], subscription(`http://127.0.0.1:${port}/`), 0)
    expect(headers['qlik-signature']).toBeUndefined()
    expect(headers['webhook-signature']).toBeUndefined()
  })

  it.each([
    [500, {}, { ok: false, message: 'the target answered 500' }],
    [404, {}, { ok: false, message: 'the target answered 404' }],
    [410, {}, { ok: false, gone: true }],
    [429, { 'retry-after': '7' }, { ok: false, retryAfterMs: 7000 }],
    [503, { 'retry-after': 'Thu, 01 Jan 1970 00:00:09 GMT' }, { ok: false, retryAfterMs: 8000 }],
  ])('tells what a %i answer means', async (status, headers, expected) => {
    const port = await receiver((_request, response) => response.writeHead(status, headers).end())
    expect(await channel().send([EVENT], subscription(`http://127.0.0.1:${port}/`), 1000)).toMatchObject(
      expected,
    )
  })

  it('does not follow a redirect', async () => {
    let reached = 0
    const port = await receiver((request, response) => {
      reached++
      if (request.url === '/') response.writeHead(308, { location: '/elsewhere' }).end()
      else response.end()
    })
    const sent = await channel().send([EVENT], subscription(`http://127.0.0.1:${port}/`), 0)
    expect(sent).toMatchObject({ ok: false, message: 'redirect not followed (308)' })
    expect(reached).toBe(1)
  })

  it('reads a bounded part of an endless answer', async () => {
    const port = await receiver((_request, response) => {
      response.writeHead(200)
      const pour = () => {
        while (response.writable && response.write('x'.repeat(4096))) {}
        if (response.writable) response.once('drain', pour)
      }
      pour()
    })
    const sent = await channel().send([EVENT], subscription(`http://127.0.0.1:${port}/`), 0)
    expect(sent.ok).toBe(true)
    expect(sent.response?.body.length).toBe(16 * 1024)
  })

  it('gives up on a target that never answers', async () => {
    const port = await receiver(() => {})
    const sent = await channel({ exchangeTimeoutMs: 200 }).send(
      [EVENT],
      subscription(`http://127.0.0.1:${port}/`),
      0,
    )
    expect(sent).toMatchObject({ ok: false, message: 'timeout after 0.2 s' })
  })

  it('refuses a name that resolves to a private address at send time, and connects to nothing', async () => {
    let reached = 0
    const port = await receiver((_request, response) => {
      reached++
      response.end()
    })
    for (const addresses of [['127.0.0.1'], ['8.8.8.8', '127.0.0.1'], []]) {
      const sent = await channel({
        allowance: NOTHING_ALLOWED,
        resolve: async () => addresses.map((address) => ({ address, family: 4 })),
      }).send([EVENT], subscription(`https://hook.example.com:${port}/`), 0)
      expect(sent).toMatchObject({ ok: false, message: expect.stringContaining('address not allowed') })
    }
    expect(reached).toBe(0)
  })

  it('refuses a literal private address without asking the resolver', async () => {
    const sent = await channel({ allowance: NOTHING_ALLOWED }).send(
      [EVENT],
      subscription('https://127.0.0.1/'),
      0,
    )
    expect(sent.message).toContain('address not allowed')
  })

  it('names a host that does not resolve and a port that nobody serves', async () => {
    const gone = await channel({
      allowance: NOTHING_ALLOWED,
      resolve: async () => {
        throw Object.assign(new Error('no'), { code: 'ENOTFOUND' })
      },
    }).send([EVENT], subscription('https://nowhere.example.com/'), 0)
    expect(gone.message).toBe('the host name does not resolve')
    const port = await receiver(() => {})
    const server = running.find((part): part is Server => !('send' in part))!
    await new Promise((resolve) => server.close(resolve))
    const refused = await channel().send([EVENT], subscription(`http://127.0.0.1:${port}/`), 0)
    expect(refused.message).toBe('connection refused')
  })

  it.each(['structured', 'binary', 'batched'] as const)(
    'sends %s mode as the webhook asks for it',
    async (mode) => {
      const seen: { headers: IncomingMessage['headers']; body: Buffer }[] = []
      const port = await receiver(async (request, response) => {
        seen.push({ headers: request.headers, body: await bytesOf(request) })
        response.end()
      })
      const other = { ...EVENT, id: 'other' }
      const hook = subscription(`http://127.0.0.1:${port}/`, {
        contentMode: mode,
        sealedSecret: seal.seal(SECRET),
      })
      await channel().send(mode === 'batched' ? [EVENT, other] : [EVENT], hook, Date.now())
      const [{ headers, body }] = seen as [(typeof seen)[number]]
      const header = (name: string) => headers[name] as string | undefined
      expect(decodeEvents(header, Object.keys(headers), body)).toEqual(
        mode === 'batched' ? [EVENT, other] : [EVENT],
      )
      const rules = { secrets: [SECRET], accept: 'standard', toleranceMs: 60_000, now: Date.now() } as const
      expect(await verifySignature(header, body, rules)).toEqual({ ok: true })
      expect(verifyQlikSignature(SECRET, body, header('qlik-signature'))).toBe(true)
    },
  )

  it('signs with both secrets while they are rotated, Qlik-Signature with the new one', async () => {
    const seen: { headers: IncomingMessage['headers']; body: Buffer }[] = []
    const port = await receiver(async (request, response) => {
      seen.push({ headers: request.headers, body: await bytesOf(request) })
      response.end()
    })
    const now = Date.now()
    const previous = 'the-secret-before-of-32-characters'
    const hook = subscription(`http://127.0.0.1:${port}/`, {
      sealedSecret: seal.seal(SECRET),
      previousSecret: { sealed: seal.seal(previous), until: now + 1000 },
    })
    await channel().send([EVENT], hook, now)
    await channel().send([EVENT], hook, now + 1000)
    const holds = async ({ headers, body }: (typeof seen)[number], secret: string) => {
      const rules = { secrets: [secret], accept: 'standard', toleranceMs: 60_000, now } as const
      return (await verifySignature((name) => headers[name] as string | undefined, body, rules)).ok
    }
    expect(await Promise.all([holds(seen[0]!, SECRET), holds(seen[0]!, previous)])).toEqual([true, true])
    expect(await Promise.all([holds(seen[1]!, SECRET), holds(seen[1]!, previous)])).toEqual([true, false])
    for (const { headers, body } of seen) {
      expect(verifyQlikSignature(SECRET, body, headers['qlik-signature'] as string)).toBe(true)
    }
  })
})

describe('the handshake', () => {
  /**
   * A target that answers OPTIONS with these headers; tells the methods that came and the origin they told.
   */
  async function target(answers: Record<string, string>, status = 200) {
    const seen: [string | undefined, unknown][] = []
    const port = await receiver((request, response) => {
      seen.push([request.method, request.headers['webhook-request-origin']])
      if (request.method === 'OPTIONS') response.writeHead(status, answers).end()
      else response.writeHead(204).end()
    })
    return { seen, url: `http://127.0.0.1:${port}/` }
  }
  const ORIGIN = 'reload.example.com'

  it('asks once, sends with consent, and tells the rate that the target allows', async () => {
    const { seen, url } = await target(
      { 'webhook-allowed-origin': ORIGIN, 'webhook-allowed-rate': '120' },
      405,
    )
    const hooks = channel()
    const hook = subscription(url, { abuseProtection: 'required', sendsPerMinute: 600 })
    expect(await hooks.send([EVENT], hook, 0)).toMatchObject({ ok: true, allowedPerMinute: 120 })
    await hooks.send([EVENT], hook, 1000)
    expect(seen).toEqual([
      ['OPTIONS', ORIGIN],
      ['POST', ORIGIN],
      ['POST', ORIGIN],
    ])
    await hooks.send([EVENT], hook, 25 * 3_600_000)
    expect(seen.slice(3).map(([method]) => method)).toEqual(['OPTIONS', 'POST'])
  })

  it.each([
    ['says nothing', {}],
    ['allows another', { 'webhook-allowed-origin': 'other.example.com' }],
  ])('sends nothing where it is required and the target %s', async (_, headers) => {
    const { seen, url } = await target(headers)
    const sent = await channel().send([EVENT], subscription(url, { abuseProtection: 'required' }), 0)
    expect(sent).toMatchObject({ ok: false, message: 'the target has not consented' })
    expect(seen.map(([method]) => method)).toEqual(['OPTIONS'])
  })

  it('sends all the same where it is preferred, without the origin', async () => {
    const { seen, url } = await target({})
    const sent = await channel().send([EVENT], subscription(url, { abuseProtection: 'preferred' }), 0)
    expect(sent.ok).toBe(true)
    expect(seen).toEqual([
      ['OPTIONS', ORIGIN],
      ['POST', undefined],
    ])
  })

  it('is not made by default', async () => {
    const { seen, url } = await target({})
    await channel().send([EVENT], subscription(url), 0)
    expect(seen).toEqual([['POST', undefined]])
  })
})
