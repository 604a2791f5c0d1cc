/** What another site makes a browser send changes nothing: every route, as the server tells them. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { RouteOptions } from 'fastify'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ApiServer } from '../../src/api/http/deps.ts'
import { type ApiUnderTest, apiUnderTest, type Members } from '../support/api-under-test.ts'
import { Browser, injecting } from '../support/browser.ts'

let api: ApiUnderTest
let acme: Members
let browser: Browser

beforeEach(async () => {
  api = await apiUnderTest({ durable: true })
  acme = await api.tenant('acme')
  browser = new Browser(injecting(api.server))
})
afterEach(() => api.close())

it('the token is told with 204, and only to who comes with a cookie', async () => {
  await browser.signInWithKey(acme.admin.token)
  const seen = await browser.go('GET', '/api/v1/csrf-token')
  expect(seen).toMatchObject({ status: 204, text: '' })
  expect(seen.headers['qlik-csrf-token']).toMatch(/^[\w-]{43}$/)
  const byKey = await acme.admin.call('GET', '/api/v1/csrf-token')
  expect(byKey.status).toBe(204)
  expect(byKey.headers['qlik-csrf-token']).toBeUndefined()
})

it('every route that changes something refuses a cookie without the token of its session', async () => {
  const unsafe: { method: string; url: string }[] = []
  const watch = (message: unknown) => {
    const { fastify: server } = message as { fastify: ApiServer }
    server.addHook('onRoute', ({ method, url }: RouteOptions) => {
      for (const each of [method].flat()) {
        if (!['GET', 'HEAD', 'OPTIONS'].includes(each)) unsafe.push({ method: each, url })
      }
    })
  }
  subscribe('fastify.initialization', watch)
  const watched = await apiUnderTest({ durable: true })
  unsubscribe('fastify.initialization', watch)
  const tenant = await watched.tenant('acme')
  const [own, other] = [new Browser(injecting(watched.server)), new Browser(injecting(watched.server))]
  await own.signInWithKey(tenant.admin.token)
  await other.signInWithKey(tenant.admin.token)
  const foreign = await other.csrfToken()
  const right = await own.csrfToken()
  // Those that take no cookie: the operator's, the address that starts an automation, and signing in.
  const others = /^\/(api\/operator\/|api\/v1\/automations\/:id\/actions\/execute$|login|logout|oauth\/)/
  const guarded = unsafe.filter(({ url }) => !others.test(url))
  expect(guarded.length).toBeGreaterThan(40)
  for (const { method, url } of guarded) {
    const path = url.replace(/:\w+/g, 'x')
    const statusWith = async (headers: Record<string, string>) =>
      (await own.go(method, path, { headers })).status
    expect([url, await statusWith({})]).toEqual([url, 403])
    expect([url, await statusWith({ 'qlik-csrf-token': '' })]).toEqual([url, 403])
    expect([url, await statusWith({ 'qlik-csrf-token': foreign })]).toEqual([url, 403])
  }
  const wrongApp = { headers: { 'qlik-csrf-token': right, 'content-type': 'application/json' }, body: '{}' }
  expect((await own.go('POST', '/api/v1/reloads', wrongApp)).status).toBe(400)
  await watched.close()
})

it('is no matter of requests with a bearer token', async () => {
  await browser.signInWithKey(acme.admin.token)
  const headers = { authorization: `Bearer ${acme.admin.token}`, 'content-type': 'application/json' }
  expect((await browser.go('POST', '/api/v1/reloads', { headers, body: '{}' })).status).toBe(400)
})
