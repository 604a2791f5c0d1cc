/** Health, metrics, the OpenAPI document, and the frame that every route shares. */

import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { UserId } from '../../src/core/ids.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import { type ApiUnderTest, apiUnderTest } from '../support/api-under-test.ts'
import { put } from '../support/catalog.ts'
import { addApp, claimNext, succeedNext } from '../support/reload-steps.ts'

let api: ApiUnderTest
let isReady = true

beforeEach(async () => {
  isReady = true
  api = await apiUnderTest({ deps: { ready: () => isReady } })
})

afterEach(() => api.close())

const parts = () => ({ store: api.store, world: api.world, settleRules: api.deps.settleRules })
const get = async (url: string) => {
  const answer = await api.server.inject({ method: 'GET', url })
  return {
    status: answer.statusCode,
    text: answer.body,
    headers: answer.headers,
    body: safeJson(answer.body),
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
function safeJson(text: string): any {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

describe('health', () => {
  it('is alive also while it is not ready', async () => {
    isReady = false
    expect(await get('/healthz')).toMatchObject({
      status: 200,
      body: { status: 'ok', version: '0.0.0-test' },
    })
    expect(await get('/readyz')).toMatchObject({ status: 503, body: { errors: [{ code: 'HTTP-503' }] } })
    isReady = true
    expect(await get('/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } })
  })

  it('stays ready while a broker is down, and tells it', async () => {
    await api.close()
    api = await apiUnderTest({ deps: { brokers: () => ({ nats: 'down', kafka: 'up' }) } })
    const body = { status: 'ready', brokers: { nats: 'down', kafka: 'up' } }
    expect(await get('/readyz')).toMatchObject({ status: 200, body })
  })

  it('is not ready while the store does not answer', async () => {
    const lastSequence = api.store.lastSequence
    api.store.lastSequence = () => Promise.reject(new Error('disk gone, password=x'))
    const answer = await get('/readyz')
    api.store.lastSequence = lastSequence
    expect(answer.status).toBe(503)
    expect(answer.text).not.toContain('password')
  })
})

describe('metrics', () => {
  it('counts what waits, what runs, how reloads ended, and requests by route', async () => {
    const { admin } = await api.tenant('acme')
    const start = async () => {
      const app = await addApp(api, admin.user)
      return (await admin.call('POST', '/api/v1/reloads', { appId: app.id })).body.id
    }
    await start()
    await succeedNext(parts())
    await start()
    await claimNext(parts())
    await admin.call('POST', `/api/v1/reloads/${await start()}/actions/cancel`)
    await start()
    const scrapes = await Promise.all([get('/metrics'), get('/metrics')])
    expect(scrapes[0]?.headers['content-type']).toContain('text/plain')
    const { text } = await get('/metrics')
    expect(text).toContain('reprise_reloads_queued 1\n')
    expect(text).toContain('reprise_reloads_running 1\n')
    expect(text).toMatch(/reprise_reloads_longest_wait_seconds \d/)
    expect(text).toContain('reprise_deliveries_pending 0\n')
    expect(text).toContain('reprise_reloads_ended_total{outcome="SUCCEEDED"} 1\n')
    expect(text).toContain('reprise_reloads_ended_total{outcome="CANCELED"} 1\n')
    expect(text).toContain('reprise_reloads_ended_total{outcome="FAILED"} 0\n')
    expect(text).toContain(
      'reprise_http_request_duration_seconds_count{method="POST",route="/api/v1/reloads",status="201"} 4\n',
    )
  })
})

describe('OpenAPI', () => {
  it('documents every route: summary, tag, and the shape of each answer', async () => {
    const { body } = await get('/openapi.json')
    expect(body.openapi).toBe('3.1.0')
    expect(body.info).toMatchObject({ title: 'Reprise', version: '0.0.0-test' })
    const operations = Object.entries<Record<string, object>>(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
    )
    expect(operations.length).toBeGreaterThan(25)
    for (const { name, operation } of operations) {
      expect(operation, name).toMatchObject({
        summary: expect.stringMatching(/\S/),
        tags: [expect.stringMatching(/\S/)],
        responses: expect.any(Object),
      })
      // biome-ignore lint/suspicious/noExplicitAny: a document of any shape
      for (const [status, told] of Object.entries<any>((operation as any).responses)) {
        const response = '$ref' in told ? body.components.responses[told.$ref.split('/').at(-1)] : told
        // Some writes answer 200 or 204 without a body, as the contract has them; 204 and 303 never have one.
        if (Number(status) >= 400 || (name.startsWith('get ') && status === '200'))
          expect(response.content, `${name} ${status}`).toBeDefined()
      }
    }
    const uploads = [body.paths['/api/v1/data-files'].post, body.paths['/api/v1/data-files/{id}'].put]
    for (const { requestBody } of uploads) {
      expect(Object.keys(requestBody.content)).toEqual(['multipart/form-data'])
      const { properties } = requestBody.content['multipart/form-data'].schema
      expect(Object.keys(properties)).toEqual(['File', 'Json'])
      const wish = body.components.schemas[properties.Json.$ref.split('/').at(-1)]
      expect(wish.properties).toHaveProperty('connectionId')
    }
    for (const { name, operation } of operations) {
      if (!('requestBody' in operation)) continue
      expect(operation, name).toMatchObject({ responses: { 413: expect.anything(), 415: expect.anything() } })
    }
    const names = operations.map(({ name }) => name)
    for (const name of [
      'get /api/v1/reloads',
      'post /api/v1/reloads',
      'get /api/v1/reloads/{reloadId}',
      'post /api/v1/reloads/{reloadId}/actions/cancel',
      'patch /api/core/webhooks/{id}',
      'patch /api/v1/webhooks/{id}',
      'get /api/v1/events/stream',
      'get /metrics',
    ]) {
      expect(names).toContain(name)
    }
  })

  it('has for each path every method that the server answers there', async () => {
    const { body } = await get('/openapi.json')
    const patternOf = (path: string) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
    for (const path of Object.keys(body.paths)) {
      const url = path.replaceAll(/\{\w+\}/g, 'x')
      const wrong = await api.server.inject({ method: 'TRACE' as 'GET', url })
      expect([path, wrong.statusCode]).toEqual([path, 405])
      const allowed = String(wrong.headers.allow).toLowerCase().split(', ')
      const documented = Object.keys(body.paths)
        .filter((other) => patternOf(other).test(url))
        .flatMap((other) => Object.keys(body.paths[other]))
      expect([path, ...allowed.filter((method) => method !== 'head').sort()]).toEqual([
        path,
        ...[...new Set(documented)].sort(),
      ])
    }
  })

  it('asks for a credential everywhere but on the open paths', async () => {
    const { body } = await get('/openapi.json')
    for (const [path, methods] of Object.entries<Record<string, unknown>>(body.paths)) {
      const isOpen = !path.startsWith('/api/') && path !== '/login/jwt-session'
      for (const method of Object.keys(methods)) {
        const url = path.replaceAll(/\{\w+\}/g, 'x')
        const { statusCode } = await api.server.inject({ method: method.toUpperCase() as 'GET', url })
        expect([method, path, statusCode === 401]).toEqual([method, path, !isOpen])
      }
    }
  })
})

describe('authentication', () => {
  it.each([
    ['no header', undefined],
    ['another scheme', 'Basic YTpi'],
    ['no token', 'Bearer '],
    ['two tokens', 'Bearer a b'],
    ['an unknown token', 'Bearer rpk_unknown'],
  ])('refuses %s with 401', async (_name, authorization) => {
    const answer = await api.server.inject({
      method: 'GET',
      url: '/api/v1/reloads',
      headers: authorization === undefined ? {} : { authorization },
    })
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['www-authenticate']).toBe('Bearer')
    expect(answer.json()).toEqual({
      errors: [{ code: 'HTTP-401', title: 'Unauthorized', detail: expect.any(String) }],
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    })
    expect(answer.body).not.toContain('rpk_unknown')
  })

  it('refuses a key that expired or was revoked, and the key of a disabled user', async () => {
    const { admin, tenant } = await api.tenant('acme')
    const [key] = await everyRow(api.store, 'keys', { tenantId: tenant.id })
    const ask = () => admin.call('GET', '/api/v1/reloads')
    expect((await ask()).status).toBe(200)
    await put(api.store, { keys: [{ ...key!, expiresAt: api.world.clock.now() + 1000 }] })
    expect((await ask()).status).toBe(200)
    api.advance(1000)
    expect((await ask()).body.errors[0]).toMatchObject({
      code: 'HTTP-401',
      detail: 'the API key has expired',
    })
    await put(api.store, { keys: [{ ...key!, revokedAt: 1 }] })
    expect((await ask()).body.errors[0].detail).toBe('the API key was revoked')
    await put(api.store, { keys: [key!] })
    const user = (await api.store.user(tenant.id, admin.user.id as UserId))!
    await put(api.store, { users: [{ ...user, status: 'disabled' }] })
    expect((await ask()).body.errors[0].detail).toBe('the user of the API key is not active')
  })
})

describe('the frame', () => {
  it('answers an unknown path with 404 and a wrong method with 405, as JSON', async () => {
    expect(await get('/resources/autogenerated/product-info.json')).toMatchObject({
      status: 404,
      body: { errors: [{ code: 'HTTP-404' }] },
    })
    const { admin } = await api.tenant('acme')
    const wrong = await admin.call('DELETE', '/api/v1/reloads')
    expect(wrong).toMatchObject({ status: 405, body: { errors: [{ code: 'HTTP-405' }] } })
    expect(wrong.headers.allow).toContain('POST')
    expect((await get('/%zz')).body.errors[0].code).toBe('HTTP-400')
    const endless = await admin.call('GET', `/api/v1/reloads/${'a'.repeat(300)}`)
    expect(endless.body.errors[0]).toMatchObject({
      code: 'HTTP-400',
      detail: 'a part of the path is longer than any id',
    })
  })

  it('answers bytes that are no HTTP request as JSON too', async () => {
    await api.server.listen({ host: '127.0.0.1', port: 0 })
    const { port } = api.server.server.address() as AddressInfo
    const text = await new Promise<string>((resolve, reject) => {
      let received = ''
      const socket = connect(port, '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'))
      socket.setEncoding('utf8')
      socket.on('data', (chunk) => {
        received += chunk
      })
      socket.on('end', () => resolve(received))
      socket.on('error', reject)
    })
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad request\r\ncontent-type: application\/json/)
    const { errors } = JSON.parse(text.split('\r\n\r\n')[1]!)
    expect(errors[0].code).toBe('HTTP-400')
    expect(text).toContain(`content-length: ${Buffer.byteLength(text.split('\r\n\r\n')[1]!)}\r\n`)
  })

  it('hides the cause of a failure and logs it with the trace id of the answer', async () => {
    const logged: unknown[] = []
    const failing = await apiUnderTest({
      deps: { world: { ...api.world, log: { ...api.world.log, error: (...told) => logged.push(told) } } },
    })
    try {
      const { admin } = await failing.tenant('acme')
      failing.store.reloads = () => Promise.reject(new Error('SELECT secret FROM table'))
      const answer = await admin.call('GET', '/api/v1/reloads')
      expect(answer.status).toBe(500)
      expect(answer.body).toEqual({
        errors: [{ code: 'HTTP-500', title: 'Internal server error' }],
        traceId: expect.any(String),
      })
      expect(logged).toEqual([
        [
          'request failed',
          expect.objectContaining({ traceId: answer.body.traceId, route: '/api/v1/reloads' }),
        ],
      ])
      expect(JSON.stringify(logged)).not.toContain(admin.token)
    } finally {
      await failing.close()
    }
  })

  it('continues a trace that came in well formed, and begins one otherwise', async () => {
    const ask = async (traceparent: string) => {
      const answer = await api.server.inject({ method: 'GET', url: '/nowhere', headers: { traceparent } })
      return [answer.json().traceId, answer.headers.traceparent]
    }
    const id = '4bf92f3577b34da6a3ce929d0e0e4736'
    const sent = `00-${id}-00f067aa0ba902b7-01`
    expect(await ask(sent)).toEqual([id, sent])
    for (const later of [`01${sent.slice(2)}`, `cc${sent.slice(2)}-what-the-future-brings`]) {
      expect(await ask(later), 'is continued as version 00').toEqual([id, sent])
    }
    for (const bad of [
      `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
      `ff-${id}-00f067aa0ba902b7-01`,
      `${sent}-more`,
      `01-${id}-00f067aa0ba902b7-01x`,
      'x',
    ]) {
      const [traceId, traceparent] = await ask(bad)
      expect(traceId).toMatch(/^[0-9a-f]{32}$/)
      expect(traceId).not.toBe(id)
      expect(traceparent).toContain(traceId)
    }
  })

  it('refuses a Host that is no host before it does anything', async () => {
    const followed = await apiUnderTest({ deps: { hostUrl: (request) => `http://${request.host}` } })
    try {
      const { admin } = await followed.tenant('acme')
      const app = await addApp(followed, admin.user)
      const send = (host: string) =>
        admin.call('POST', '/api/v1/reloads', { appId: app.id }, { headers: { host } })
      for (const host of ['a b', 'user:word@a', 'a/b', 'a/../b', 'a?b', 'a#b', 'a\\b']) {
        expect(await send(host), host).toMatchObject({
          status: 400,
          body: { errors: [{ source: { parameter: 'Host' } }] },
        })
      }
      expect((await admin.call('GET', `/api/v1/reloads?appId=${app.id}`)).body.data).toEqual([])
      expect((await send('reload.example.com:4600')).headers.location).toContain(
        'http://reload.example.com:4600/',
      )
    } finally {
      await followed.close()
    }
  })
})

describe('rate limits', () => {
  it('lets a burst of 250 reload requests through, then asks to wait, other tiers and users untouched', async () => {
    const limited = await apiUnderTest({ deps: { rateLimits: true } })
    try {
      const { admin, person } = await limited.tenant('acme')
      const ann = await person('ann')
      await person('bob')
      await person('cid')
      const start = (who = ann) => who.call('POST', '/api/v1/reloads', { appId: 'x' })
      for (let i = 0; i < 250; i++) expect((await start()).status).toBe(403)
      limited.advance(1500)
      const refused = await start()
      expect(refused.status).toBe(429)
      expect(refused.body.errors[0]).toMatchObject({ code: 'HTTP-429', title: 'API rate limit reached.' })
      expect(refused.headers['retry-after']).toBe('299')
      expect((await ann.call('GET', '/api/v1/webhooks/event-types')).status).toBe(200)
      expect((await start(admin)).status).toBe(404)
      limited.advance(299_000)
      expect((await start()).status).toBe(403)
    } finally {
      await limited.close()
    }
  })
})
