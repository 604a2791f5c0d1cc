/**
 * What runs in the browser of somebody who signed in: the vendor's own client with cookies, unchanged, and
 * `EventSource`. Both are other people's code.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import * as reloads from '@qlik/api/reloads'
import * as users from '@qlik/api/users'
import type { FastifyRequest } from 'fastify'
import { EventSource } from 'undici'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import { jsonLog, realWorld } from '../../src/main/world.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import { type ApiUnderTest, apiUnderTest, type Members } from '../support/api-under-test.ts'
import { Browser } from '../support/browser.ts'
import { fetching } from '../support/network.ts'
import { addApp, succeedNext } from '../support/reload-steps.ts'

let api: ApiUnderTest
let acme: Members
let browser: Browser
let origin: string

beforeEach(async () => {
  const hostUrl = (request: FastifyRequest) => `${request.protocol}://${request.host}`
  api = await apiUnderTest({ durable: true, deps: { hostUrl, world: realWorld(jsonLog('error')) } })
  acme = await api.tenant('acme')
  await api.server.listen({ host: '127.0.0.1', port: 0 })
  origin = `http://127.0.0.1:${(api.server.server.address() as AddressInfo).port}`
  browser = new Browser(fetching(origin))
  await browser.signInWithKey(acme.admin.token)
})
afterEach(async () => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  await api.close()
})

const cookies = () => [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
const session = async () => (await everyRow(api.store, 'loginSessions', { tenantId: acme.tenant.id }))[0]!

describe('@qlik/api with the cookie of a session', () => {
  const sent: { readonly method: string; readonly path: string; readonly csrf: string | null }[] = []

  beforeEach(() => {
    sent.length = 0
    reloads.clearCache()
    users.clearCache()
    // Node sends no cookies by itself; a browser does.
    const bare = globalThis.fetch
    vi.stubGlobal('fetch', (input: string | URL, init: RequestInit = {}) => {
      const headers = new Headers(init.headers)
      sent.push({
        method: (init.method ?? 'GET').toUpperCase(),
        path: new URL(input).pathname,
        csrf: headers.get('qlik-csrf-token'),
      })
      headers.set('cookie', cookies())
      return bare(input, { ...init, headers })
    })
    for (const level of ['debug', 'error'] as const) vi.spyOn(console, level).mockImplementation(() => {})
  })

  it('reloads now: of type hub, with the session, told in the finished event', async () => {
    const app = await addApp(api, acme.admin.user)
    const options = { hostConfig: { host: origin, authType: 'cookie' as const } }
    expect((await users.getMyUser(options)).data.id).toBe(acme.admin.user.id)
    const queued = await reloads.queueReload({ appId: app.id }, options)
    expect(queued.status).toBe(201)
    expect(queued.data).toMatchObject({ type: 'hub', appId: app.id })
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/v1/users/me',
      'GET /api/v1/csrf-token',
      'POST /api/v1/reloads',
    ])
    expect(sent.at(-1)?.csrf).toBe(await browser.csrfToken())

    await succeedNext({ store: api.store, world: api.deps.world, settleRules: api.deps.settleRules }, 'done')
    const { body } = await acme.admin.call('GET', `/api/v1/audits?eventType=${FINISHED_EVENT_TYPE}`)
    expect(body.data).toHaveLength(1)
    const events = await api.store.eventsAfter(acme.tenant.id, 0, 10)
    const event = events.find(({ type }) => type === FINISHED_EVENT_TYPE)
    const { id, userId } = await session()
    expect(event?.body).toMatchObject({
      sessionid: id,
      authtype: 'user',
      reason: 'User initiated reload',
      userid: userId,
      data: { type: 'hub', userId },
    })
    expect(JSON.stringify(event)).not.toContain(browser.cookies.get('reprise-session'))
  })

  it('fetches a new token when the session is another one by now', async () => {
    const app = await addApp(api, acme.admin.user)
    const options = { hostConfig: { host: origin, authType: 'cookie' as const } }
    await reloads.queueReload({ appId: app.id }, options)
    browser.cookies.delete('reprise-session')
    await browser.signInWithKey(acme.admin.token)
    const other = await addApp(api, acme.admin.user)
    expect((await reloads.queueReload({ appId: other.id }, options)).status).toBe(201)
  })
})

describe('the stream of events', () => {
  const STREAM = '/api/v1/events/stream'
  const opened: AbortController[] = []
  afterEach(() => {
    for (const one of opened.splice(0)) one.abort()
  })

  async function open(path: string, headers: Record<string, string> = {}): Promise<number> {
    const abort = new AbortController()
    opened.push(abort)
    return (await fetch(origin + path, { headers, signal: abort.signal })).status
  }

  const ticket = async () => (await acme.admin.call('POST', `${STREAM}/ticket`)).body.ticket as string

  it('takes the cookie of a session', async () => {
    expect(await open(STREAM, { cookie: cookies() })).toBe(200)
    expect(await open(STREAM)).toBe(401)
  })

  it('opens once with a ticket, for an EventSource that sends no headers', async () => {
    const address = `${origin}${STREAM}?after=0&ticket=${await ticket()}`
    const source = new EventSource(address)
    await once(source, 'open')
    const app = await addApp(api, acme.admin.user)
    await acme.admin.call('POST', '/api/v1/reloads', { appId: app.id })
    const heard = once(source, FINISHED_EVENT_TYPE)
    await succeedNext({ store: api.store, world: api.deps.world, settleRules: api.deps.settleRules }, 'done')
    const [message] = (await heard) as [{ readonly data: string }]
    expect(JSON.parse(message.data)).toMatchObject({ data: { appId: app.id } })
    source.close()
    expect(await open(new URL(address).pathname + new URL(address).search)).toBe(401)
  })

  it('a ticket opens nothing else, and has the rights of who asked for it', async () => {
    expect(await open(`/api/v1/users/me?ticket=${await ticket()}`)).toBe(401)
    expect(await open(`${STREAM}?ticket=no`)).toBe(401)
    const bob = await acme.person('bob', [])
    const { body } = await bob.call('POST', `${STREAM}/ticket`)
    const { body: keys } = await bob.call('GET', '/api/v1/api-keys')
    await acme.admin.call('DELETE', `/api/v1/api-keys/${keys.data[0].id}`)
    // Whoever may not come in any more does not come in with a ticket.
    expect(await open(`${STREAM}?ticket=${body.ticket}`)).toBe(401)
  })

  it('a ticket of a page needs the token of its session', async () => {
    expect((await browser.go('POST', `${STREAM}/ticket`)).status).toBe(403)
    const headers = { 'qlik-csrf-token': await browser.csrfToken() }
    const { status, text } = await browser.go('POST', `${STREAM}/ticket`, { headers })
    expect(status).toBe(201)
    expect(await open(`${STREAM}?ticket=${JSON.parse(text).ticket}`)).toBe(200)
  })
})
