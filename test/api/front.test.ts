/**
 * How the service stands in front of its clients: the addresses in its answers by host, path and proxy, and
 * who may call it from a page in a browser. Requests go over a socket, as clients and proxies send them.
 */
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { ApiDeps } from '../../src/api/http/deps.ts'
import { basePathOf, ownOrigin } from '../../src/api/http/own-origin.ts'
import { type ApiUnderTest, apiUnderTest, type Members } from '../support/api-under-test.ts'

let api: ApiUnderTest | undefined

afterEach(() => api?.close())

interface Settings {
  readonly publicUrl?: string
  readonly trustedProxies?: readonly string[]
  readonly deps?: Partial<ApiDeps>
}

async function listening({ publicUrl, trustedProxies = [], deps = {} }: Settings) {
  api = await apiUnderTest({
    deps: {
      hostUrl: ownOrigin({ publicUrl, trustedProxies }),
      basePath: basePathOf(publicUrl),
      trustedProxies,
      ...deps,
    },
  })
  await api.server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = api.server.server.address() as AddressInfo
  return { api, port, acme: await api.tenant('acme'), other: await api.tenant('other') }
}

interface Seen {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly body: any
}

function ask(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part: string) => {
        text += part
      })
      answer.on('end', () => {
        const isJson = answer.headers['content-type']?.startsWith('application/json')
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: isJson ? JSON.parse(text) : text,
        })
      })
    })
    asked.on('error', reject).end()
  })
}

const keyOf = ({ admin }: Members) => ({ authorization: `Bearer ${admin.token}` })
const selfOf = async (port: number, member: Members, headers: Readonly<Record<string, string>>, path = '') =>
  (await ask(port, `${path}/api/v1/reloads?limit=1`, { ...keyOf(member), ...headers })).body.links.self.href

describe('links', () => {
  it("name the host that the client used where it is one of the tenant's own, and no other", async () => {
    const { port, acme, other } = await listening({})
    const arrived = `http://127.0.0.1:${port}/api/v1/reloads?limit=1`
    const from = (host: string, member = acme) => selfOf(port, member, { host })
    expect(await from('acme.example.com')).toBe('http://acme.example.com/api/v1/reloads?limit=1')
    expect(await from(`ACME.example.com:${port}`)).toBe(
      `http://acme.example.com:${port}/api/v1/reloads?limit=1`,
    )
    expect(await from('evil.example.com')).toBe(arrived)
    expect(await from('acme.example.com.evil.example')).toBe(arrived)
    expect(await from('acme.example.com', other)).toBe(arrived)
    expect(await from('other.example.com', other)).toBe('http://other.example.com/api/v1/reloads?limit=1')
  })

  it('name the configured address, and hosts of the tenant by its scheme', async () => {
    const { port, acme } = await listening({ publicUrl: 'https://reload.example.com' })
    expect(await selfOf(port, acme, { host: 'evil.example.com' })).toBe(
      'https://reload.example.com/api/v1/reloads?limit=1',
    )
    expect(await selfOf(port, acme, { host: 'acme.example.com' })).toBe(
      'https://acme.example.com/api/v1/reloads?limit=1',
    )
  })

  it('stand below the path of the configured address, whether a proxy passes it on or not', async () => {
    const { port, acme } = await listening({ publicUrl: 'https://example.com/tools/reload' })
    const self = 'https://example.com/tools/reload/api/v1/reloads?limit=1'
    expect(await selfOf(port, acme, {})).toBe(self)
    expect(await selfOf(port, acme, {}, '/tools/reload')).toBe(self)
    const document = await ask(port, '/tools/reload/openapi.json')
    expect(document.body.servers).toEqual([{ url: 'https://example.com/tools/reload' }])
    expect((await ask(port, '/tools/reload/healthz')).status).toBe(200)
    expect((await ask(port, '/tools/reloads/healthz')).status).toBe(404)
    expect((await ask(port, '/tools/reload/tools/reload/healthz')).status).toBe(404)
    const created = await ask(port, '/tools/reload/api/v1/apps', keyOf(acme), 'POST')
    const started = await api!.server.inject({
      method: 'POST',
      url: '/tools/reload/api/v1/reloads',
      headers: keyOf(acme),
      payload: { appId: created.body.attributes.id },
    })
    expect(started.statusCode).toBe(201)
    expect(started.headers.location).toBe(
      `https://example.com/tools/reload/api/v1/reloads/${started.json().id}`,
    )
  })

  it('follow Forwarded of a trusted proxy only, and only where no older header is', async () => {
    const forwarded = 'for=192.0.2.7;host=reload.example.com;proto=https'
    const trusting = await listening({ trustedProxies: ['127.0.0.1'] })
    const href = 'https://reload.example.com/api/v1/reloads?limit=1'
    expect(await selfOf(trusting.port, trusting.acme, { forwarded })).toBe(href)
    expect(
      await selfOf(trusting.port, trusting.acme, {
        forwarded: 'host=evil.example.com',
        'x-forwarded-host': 'reload.example.com',
        'x-forwarded-proto': 'https',
      }),
    ).toBe(href)
    await api!.close()
    const { port, acme } = await listening({ trustedProxies: ['10.0.0.0/8'] })
    expect(await selfOf(port, acme, { forwarded })).toBe(`http://127.0.0.1:${port}/api/v1/reloads?limit=1`)
  })
})

describe('calls from pages of other origins', () => {
  const PAGE = 'https://mashup.example.com'
  const preflight = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type,qlik-csrf-token',
  }
  const corsOf = ({ headers }: Seen) =>
    Object.entries(headers).filter(([name]) => name.startsWith('access-control-'))

  it('are asked about without a credential, and allowed for configured origins', async () => {
    const { port, acme } = await listening({ deps: { corsOrigins: [PAGE] } })
    const asked = await ask(port, '/api/v1/reloads', { origin: PAGE, ...preflight }, 'OPTIONS')
    expect(asked).toMatchObject({
      status: 204,
      headers: {
        vary: 'Origin',
        'access-control-allow-origin': PAGE,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': expect.stringContaining('POST'),
        'access-control-allow-headers': expect.stringContaining('qlik-csrf-token'),
      },
    })
    const read = await ask(port, '/api/v1/reloads', { origin: PAGE, ...keyOf(acme) })
    expect(read).toMatchObject({
      status: 200,
      headers: {
        vary: 'Origin',
        'access-control-allow-origin': PAGE,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': expect.stringContaining('qlik-csrf-token'),
      },
    })
    // A page has to read refusals, too.
    const refused = await ask(port, '/api/v1/reloads', { origin: PAGE })
    expect(refused).toMatchObject({ status: 401, headers: { 'access-control-allow-origin': PAGE } })
  })

  it.each([
    'https://evil.example.com',
    'http://mashup.example.com',
    'https://mashup.example.com:8443',
    'https://mashup.example.com.evil.example',
    'null',
    '*',
  ])('get nothing for %s', async (origin) => {
    const { port, acme } = await listening({ deps: { corsOrigins: [PAGE] } })
    const asked = await ask(port, '/api/v1/reloads', { origin, ...preflight }, 'OPTIONS')
    expect([asked.status, corsOf(asked)]).toEqual([405, []])
    const read = await ask(port, '/api/v1/reloads', { origin, ...keyOf(acme) })
    expect([read.status, corsOf(read), read.headers.vary]).toEqual([200, [], 'Origin'])
  })

  it('get nothing where no origin is configured', async () => {
    const { port, acme } = await listening({})
    const read = await ask(port, '/api/v1/reloads', { origin: PAGE, ...keyOf(acme) })
    expect([read.status, corsOf(read), read.headers.vary]).toEqual([200, [], undefined])
  })
})
