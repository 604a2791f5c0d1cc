/** A JWT becomes a session with the cookies of Qlik Cloud: what pages do that embed it (contract 09, E 7). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/core/limits.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import { type ApiUnderTest, apiUnderTest, type Members } from '../support/api-under-test.ts'
import { Browser, injecting } from '../support/browser.ts'
import { signingKey, TestIssuer } from '../support/issuer.ts'
import { addApp } from '../support/reload-steps.ts'

const key = await signingKey('one')

let api: ApiUnderTest
let acme: Members
let issuer: TestIssuer
let browser: Browser
let providerId: string

beforeEach(async () => {
  issuer = new TestIssuer('https://id.example.com', [key])
  api = await apiUnderTest({ durable: true, fetch: (url, options) => issuer.fetch(url, options) })
  acme = await api.tenant('acme')
  browser = new Browser(injecting(api.server))
  const wish = { name: 'Company', protocol: 'jwt', issuer: issuer.url, jwksUrl: issuer.jwksUrl }
  const { body } = await acme.admin.call('POST', '/api/v1/identity-providers', wish)
  providerId = body.id
})
afterEach(() => api.close())

const token = (more: object = {}) =>
  issuer.token({ sub: 'ada', exp: Math.floor(api.world.clock.now() / 1000) + 300, ...more })

const open = async (bearer: string) =>
  browser.go('POST', '/login/jwt-session?qlik-web-integration-id=x', {
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
  })

const me = async () => browser.go('GET', '/api/v1/users/me')

describe('a session of a JWT', () => {
  it('is opened with the cookies that its clients look for, and goes on with them', async () => {
    const seen = await open(await token())
    expect(seen.status).toBe(200)
    // As the client does: by their names, out of the header.
    const header = String(seen.headers['set-cookie'])
    const sent = ['eas.sid', 'eas.sid.sig', '_csrfToken'].map((name) => {
      const value = new RegExp(`${name.replaceAll('.', '\\.')}=([^;,]+)`).exec(header)?.[1]
      expect(value, name).toMatch(/^[\w-]{43,44}$/)
      return `${name}=${value}`
    })
    const bare = new Browser(injecting(api.server))
    const asked = (path: string, more: object = {}) =>
      bare.go('GET', path, { headers: { cookie: sent.join('; ') }, ...more })
    const user = JSON.parse((await asked('/api/v1/users/me')).text)
    expect(user).toMatchObject({ subject: 'ada' })
    const app = await addApp(api, (await api.store.user(acme.tenant.id, user.id))!)
    expect((await asked(`/api/v1/apps/${app.id}`)).status).toBe(200)
    const headers = { cookie: sent.join('; '), 'content-type': 'application/json' }
    const body = JSON.stringify({ appId: app.id })
    expect((await bare.go('POST', '/api/v1/reloads', { headers, body })).status).toBe(403)
    const csrf = { 'qlik-csrf-token': sent[2]!.split('=')[1]! }
    const reload = await bare.go('POST', '/api/v1/reloads', { headers: { ...headers, ...csrf }, body })
    expect(reload.status).toBe(201)
    expect(JSON.parse(reload.text)).toMatchObject({ type: 'hub' })
  })

  it('shows scripts the CSRF token and nothing else', async () => {
    const cookies = [(await open(await token())).headers['set-cookie']].flat().map(String)
    expect(cookies.map((cookie) => cookie.replace(/=[\w-]+;/, '=…;'))).toEqual([
      'eas.sid=…; Path=/; HttpOnly; Secure; SameSite=Lax',
      'eas.sid.sig=…; Path=/; HttpOnly; Secure; SameSite=Lax',
      '_csrfToken=…; Path=/; Secure; SameSite=Lax',
    ])
    expect(browser.cookies.get('_csrfToken')).toBe(await browser.csrfToken())
  })

  it('lasts longer than the token, as long as a session does', async () => {
    await open(await token())
    api.advance(DEFAULT_LIMITS.sessionIdleMs)
    expect((await me()).status).toBe(200)
    const [session] = await everyRow(api.store, 'loginSessions', { tenantId: acme.tenant.id })
    expect(session).toMatchObject({ opened: { by: 'jwt', providerId }, claims: { iss: issuer.url } })
  })

  it('ends with its provider, and by signing out', async () => {
    await open(await token())
    const csrf = { 'qlik-csrf-token': await browser.csrfToken() }
    expect((await browser.go('POST', '/logout', { headers: csrf })).status).toBe(200)
    expect([...browser.cookies.keys()]).toEqual([])
    await open(await token())
    expect((await me()).status).toBe(200)
    const patch = [{ op: 'replace', path: '/enabled', value: false }]
    const changed = await acme.admin.call('PATCH', `/api/v1/identity-providers/${providerId}`, patch)
    expect(changed.status).toBeLessThan(300)
    expect((await me()).status).toBe(401)
  })

  it('stays ended when its provider, or its user, is enabled again', async () => {
    await open(await token())
    const user = JSON.parse((await me()).text)
    const other = new Browser(injecting(api.server))
    await other.signInWithKey(acme.admin.token)
    const set = async (path: string, member: string, value: unknown) => {
      const patch = [{ op: 'replace', path: member, value }]
      expect((await acme.admin.call('PATCH', path, patch)).status).toBeLessThan(300)
    }
    const provider = `/api/v1/identity-providers/${providerId}`
    await set(provider, '/enabled', false)
    await set(provider, '/enabled', true)
    expect((await me()).status).toBe(401)
    expect((await other.go('GET', '/api/v1/users/me')).status).toBe(200)
    await open(await token())
    expect((await me()).status).toBe(200)
    await set(`/api/v1/users/${user.id}`, '/status', 'disabled')
    await set(`/api/v1/users/${user.id}`, '/status', 'active')
    expect((await me()).status).toBe(401)
  })
})

describe('no session', () => {
  it('for an API key: only tokens of issuers become one', async () => {
    expect((await open(acme.admin.token)).status).toBe(403)
    expect(browser.cookies.size).toBe(0)
  })

  it('for a cookie alone', async () => {
    await open(await token())
    expect((await browser.go('POST', '/login/jwt-session')).status).toBe(403)
  })

  it('without a token; and a page that makes browsers ask shuts nobody out', async () => {
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    for (let n = 0; n < 30; n++) {
      expect((await browser.go('POST', '/login/jwt-session', { headers })).status).toBe(401)
      expect((await browser.go('GET', `/login/callback?code=x&state=${n}`, { headers })).status).toBe(400)
    }
    expect((await open(await token())).status).toBe(200)
  })

  it('for a token that is not right; who goes on trying has to wait', async () => {
    const late = await token({ exp: Math.floor(api.world.clock.now() / 1000) - 3600 })
    const statuses: number[] = []
    for (let n = 0; n < 12; n++) statuses.push((await open(late)).status)
    expect([...new Set(statuses)]).toEqual([401, 429])
    const refused = await open(await token())
    expect(refused.status).toBe(429)
    api.advance(Number(refused.headers['retry-after']) * 1000)
    expect((await open(await token())).status).toBe(200)
  })
})
