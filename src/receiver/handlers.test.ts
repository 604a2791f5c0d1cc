/**
 * Every handler in its real server, over real connections: the same table of requests has the same answers.
 */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import fastify from 'fastify'
import { afterEach, describe, expect, test } from 'vitest'
import { signatureHeaders } from '../delivery/channels/signature.ts'
import {
  fastifyReceiver,
  fetchHandler,
  nodeHandler,
  type ReceiverOptions,
  type ReloadEvent,
} from './receiver-kit.ts'

const SECRET = '0123456789abcdef0123456789ABCDEF'
const EVENT = {
  specversion: '1.0',
  id: 'event-1',
  type: 'com.qlik.v1.reload.finished',
  source: 'com.qlik/reloads',
  tenantid: 't',
  data: { id: 'r', appId: 'a', userId: 'Zoë', succeeded: true },
}

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`
}

type Call = (request: RequestInit) => Promise<Response>

const SERVERS: Record<string, (options: ReceiverOptions) => Promise<Call>> = {
  async 'node:http'(options) {
    const url = await listening(nodeHandler(options))
    return (request) => fetch(url, request)
  },
  async express(options) {
    const app = express()
    app.all('/events', nodeHandler(options))
    const url = await listening(app)
    return (request) => fetch(url, request)
  },
  async 'express with a raw body parser'(options) {
    const app = express()
    app.all('/events', express.raw({ type: '*/*' }), nodeHandler(options))
    const url = await listening(app)
    return (request) => fetch(url, request)
  },
  async fastify(options) {
    const server = fastify()
    await server.register(fastifyReceiver as never, { ...options, url: '/events' } as never)
    await server.listen({ port: 0, host: '127.0.0.1' })
    closing.push(() => server.close())
    const url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}/events`
    return (request) => fetch(url, request)
  },
  async fetch(options) {
    const handle = fetchHandler(options)
    return (request) => handle(new Request('https://receiver.example/events', request))
  },
}

function signedRequest(body: string, headers: Record<string, string> = {}, id = 'event-1'): RequestInit {
  const bytes = new TextEncoder().encode(body)
  return {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      ...signatureHeaders([SECRET], id, Date.now(), bytes),
      ...headers,
    },
  }
}

const structured = () => signedRequest(JSON.stringify(EVENT))

describe.each(Object.entries(SERVERS))('a receiver on %s', (_, serve) => {
  async function started(options: Partial<ReceiverOptions> = {}) {
    const events: ReloadEvent[] = []
    const call = await serve({ secret: SECRET, onEvent: (event) => void events.push(event), ...options })
    return { call, events }
  }

  test('calls back once for an event that arrives again and again', async () => {
    const { call, events } = await started()
    for (let n = 0; n < 3; n++) expect((await call(structured())).status).toBe(204)
    expect(events).toEqual([EVENT])
  })

  test('calls back once for two deliveries at the same time: the second is to come again', async () => {
    let letGo = () => {}
    let entered = () => {}
    const inside = new Promise<void>((resolve) => {
      entered = resolve
    })
    const events: ReloadEvent[] = []
    const { call } = await started({
      onEvent: (event) => {
        events.push(event)
        entered()
        return new Promise((resolve) => {
          letGo = resolve
        })
      },
    })
    const first = call(structured())
    await inside
    const second = await call(structured())
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '5'])
    letGo()
    expect((await first).status).toBe(204)
    expect((await call(structured())).status).toBe(204)
    expect(events).toHaveLength(1)
  })

  test('calls back again after the callback failed', async () => {
    const problems: unknown[] = []
    let calls = 0
    const { call } = await started({
      onEvent: () => {
        calls += 1
        if (calls === 1) throw new Error('the database is away')
      },
      onProblem: ({ status, error }) => problems.push([status, String(error)]),
    })
    expect((await call(structured())).status).toBe(500)
    expect((await call(structured())).status).toBe(204)
    expect(calls).toBe(2)
    expect(problems).toEqual([[500, 'Error: the database is away']])
  })

  test('reads structured mode, batches and binary mode', async () => {
    const { call, events } = await started()
    const other = { ...EVENT, id: 'event-2' }
    const batch = JSON.stringify([EVENT, other])
    const type = { 'content-type': 'application/cloudevents-batch+json' }
    expect((await call(signedRequest(batch, type))).status).toBe(204)
    const binary = signedRequest(JSON.stringify(EVENT.data), {
      'ce-specversion': '1.0',
      'ce-id': 'event-3',
      'ce-type': EVENT.type,
      'ce-source': EVENT.source,
      'ce-tenantid': 't',
      'ce-authclaims': '{%22name%22:%22Zo%C3%AB%20100%25%22}',
    })
    expect((await call(binary)).status).toBe(204)
    expect(events).toEqual([
      EVENT,
      other,
      {
        ...EVENT,
        id: 'event-3',
        datacontenttype: 'application/json',
        authclaims: '{"name":"Zoë 100%"}',
      },
    ])
  })

  test('refuses what is not signed, not an event, or too large', async () => {
    const { call, events } = await started({ maxBodyBytes: 1000 })
    expect((await call({ ...structured(), headers: {} })).status).toBe(401)
    expect((await call({ ...structured(), body: JSON.stringify({ ...EVENT, id: 'x' }) })).status).toBe(401)
    for (const body of ['', 'no JSON', '7', '[]', '{"specversion":"0.1"}', '{"specversion":"1.0","id":""}']) {
      expect((await call(signedRequest(body))).status, body).toBe(400)
    }
    const large = await call(signedRequest(JSON.stringify({ ...EVENT, more: 'x'.repeat(2000) })))
    expect(large.status).toBe(413)
    expect(events).toEqual([])
  })

  test('consents to an origin that it allows', async () => {
    const { call } = await started({ allowOrigin: ['reload.example.com'] })
    const asked = (origin: string) =>
      call({ method: 'OPTIONS', headers: { 'webhook-request-origin': origin } })
    expect((await asked('reload.example.com')).headers.get('webhook-allowed-origin')).toBe(
      'reload.example.com',
    )
    expect((await asked('evil.example')).headers.get('webhook-allowed-origin')).toBeNull()
  })
})

test('a body that was parsed before is answered with the remedy', async () => {
  const app = express()
  app.use(express.json())
  app.post('/events', nodeHandler({ secret: SECRET, onEvent() {} }))
  const answer = await fetch(await listening(app), structured())
  expect(answer.status).toBe(500)
  expect(await answer.text()).toContain('before the JSON parser')
})
