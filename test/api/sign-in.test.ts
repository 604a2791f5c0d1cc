/** People who sign in with an API key: sessions, their cookies, and how they end. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ownOrigin } from '../../src/api/http/own-origin.ts'
import { SIGN_INS_MAX } from '../../src/api/sign-in/sign-in-rate.ts'
import { SEEN_EVERY_MS } from '../../src/core/people/login-session.ts'
import { HOUR, MINUTE } from '../../src/core/units.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import { type ApiUnderTest, apiUnderTest, HOST_URL, type Members } from '../support/api-under-test.ts'
import { Browser, hidden, injecting } from '../support/browser.ts'
import { put } from '../support/catalog.ts'

let api: ApiUnderTest
let acme: Members
let browser: Browser

const COOKIE = '__Host-reprise-session'

beforeEach(async () => {
  api = await apiUnderTest({ durable: true })
  acme = await api.tenant('acme')
  browser = new Browser(injecting(api.server))
})
afterEach(() => api.close())

const me = async (with_: Browser = browser) => (await with_.go('GET', '/api/v1/users/me')).status
const sessions = async () => everyRow(api.store, 'loginSessions', { tenantId: acme.tenant.id })

describe('the page', () => {
  it('works without a provider and without scripts, and names the tenant', async () => {
    const page = await browser.go('GET', '/login')
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })
    expect(page.text).toContain('<strong>acme</strong>')
    expect(page.text).toContain('<label for="key">API key</label>')
    expect(page.text).not.toMatch(/<script|\son\w+=|javascript:/i)
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
    expect(page.headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
  })

  it('shows what a tenant is called as text, whatever it is', async () => {
    await put(api.store, { tenants: [{ ...acme.tenant, name: '"><script>alert(1)</script>' }] })
    const { text } = await browser.go('GET', '/login')
    expect(text).not.toContain('<script>')
    expect(text).toContain('&lt;script&gt;')
  })

  it('is nobody’s where several tenants are and none has the host', async () => {
    await api.tenant('other')
    expect((await browser.go('GET', '/login')).status).toBe(404)
  })
})

describe('where several tenants are', () => {
  it('each has the page at its own host, whatever the public address of the service is', async () => {
    const hostUrl = ownOrigin({ publicUrl: HOST_URL, trustedProxies: [] })
    const shared = await apiUnderTest({ durable: true, deps: { hostUrl } })
    const first = await shared.tenant('acme')
    const other = await shared.tenant('other')
    const at = (host: string) => new Browser(injecting(shared.server, host))
    const names = await Promise.all(
      ['acme.example.com', 'Other.example.com:443'].map(async (host) => {
        const { text } = await at(host).go('GET', '/login')
        return /to <strong>(\w+)</.exec(text)?.[1]
      }),
    )
    expect(names).toEqual(['acme', 'other'])
    const atOther = at('other.example.com')
    expect((await atOther.signInWithKey(first.admin.token)).status).toBe(401)
    expect((await atOther.signInWithKey(other.admin.token)).status).toBe(303)
    for (const host of [
      'evil.example',
      'other.example.com.evil.example',
      'x@other.example.com/',
      'a b',
      '[',
    ]) {
      expect([host, (await at(host).go('GET', '/login')).status]).toEqual([host, 404])
    }
    await shared.close()
  })
})

it('works below a path of a public address, at a host that has others, too', async () => {
  const publicUrl = 'https://example.com/reload'
  const below = await apiUnderTest({
    durable: true,
    deps: { hostUrl: ownOrigin({ publicUrl, trustedProxies: [] }), basePath: '/reload' },
  })
  const { admin } = await below.tenant('acme')
  const one = new Browser(injecting(below.server, 'example.com'))
  const at = (address: string | undefined, page: string) => new URL(address ?? '', publicUrl + page).href
  const page = await one.go('GET', '/reload/login')
  const action = /action="([^"]+)"/.exec(page.text)?.[1]
  expect(at(action, '/login')).toBe(`${publicUrl}/login`)
  const signedIn = await one.submit('/reload/login', { key: admin.token, form: hidden(page.text, 'form') })
  expect(at(signedIn.location, '/login')).toBe(`${publicUrl}/login`)
  expect((await one.go('GET', '/reload/api/v1/users/me')).status).toBe(200)
  const csrf = hidden((await one.go('GET', '/reload/login')).text, 'csrf')
  expect((await one.submit('/reload/logout', { csrf })).text).toContain('href="login"')
  await below.close()
})

describe('signing in with an API key', () => {
  it('opens a session whose cookie speaks for the user, and leads back', async () => {
    const seen = await browser.signInWithKey(acme.admin.token, '/api/v1/users/me?x=1')
    expect(seen).toMatchObject({ status: 303, location: '/api/v1/users/me?x=1' })
    const { status, text } = await browser.go('GET', '/api/v1/users/me')
    expect(status).toBe(200)
    expect(JSON.parse(text).id).toBe(acme.admin.user.id)
    expect(await sessions()).toMatchObject([{ userId: acme.admin.user.id, opened: { by: 'key' } }])
    expect((await browser.go('GET', '/login')).text).toContain('Signed in')
    expect(await browser.go('GET', '/login?returnto=/x')).toMatchObject({ status: 303, location: '/x' })
  })

  it('keeps of the cookie only its hash', async () => {
    await browser.signInWithKey(acme.admin.token)
    const [session] = await sessions()
    expect(session?.tokenHash).toMatch(/^[0-9a-f]{64}$/)
    expect(JSON.stringify(session)).not.toContain(browser.cookies.get(COOKIE)!.slice(1))
  })

  it('gives the cookie to no script, no other site and no unencrypted connection', async () => {
    const seen = await browser.signInWithKey(acme.admin.token)
    expect(String(seen.headers['set-cookie'])).toMatch(
      /^__Host-reprise-session=h[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
  })

  it.each(['', 'rpk_wrong', 'a.b.c'])('refuses %j', async (key) => {
    expect(await browser.signInWithKey(key)).toMatchObject({ status: 401 })
    expect(browser.cookies.has(COOKIE)).toBe(false)
    expect(await sessions()).toEqual([])
  })

  it('refuses the key of another tenant as one that does not exist', async () => {
    const urls = { hostUrl: (request: { host: string }) => `https://${request.host}` }
    const shared = await apiUnderTest({ durable: true, deps: urls })
    await shared.tenant('one')
    const two = await shared.tenant('two')
    const atOne = new Browser(injecting(shared.server, 'one.example.com'))
    const [known, unknown] = [await atOne.signInWithKey(two.admin.token), await atOne.signInWithKey('rpk_no')]
    expect([known.status, known.text]).toEqual([401, unknown.text])
    const atTwo = new Browser(injecting(shared.server, 'two.example.com'))
    expect((await atTwo.signInWithKey(two.admin.token)).status).toBe(303)
    // The cookie of another host, carried over by hand.
    for (const [name, value] of atTwo.cookies) atOne.cookies.set(name, value)
    expect([await me(atTwo), await me(atOne)]).toEqual([200, 401])
    await shared.close()
  })

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/\t/evil.example'])(
    'does not lead on to %j',
    async (returnTo) => {
      expect((await browser.signInWithKey(acme.admin.token, returnTo)).location).toBe('login')
      const again = await browser.go('GET', `/login?returnTo=${encodeURIComponent(returnTo)}`)
      expect(again.location).toBeUndefined()
    },
  )

  it('never takes over a session that somebody planted, and ends it', async () => {
    const attacker = new Browser(injecting(api.server))
    await attacker.signInWithKey((await acme.person('mallory')).token)
    const planted = attacker.cookies.get(COOKIE)!
    browser.cookies.set(COOKIE, planted)
    const page = await new Browser(injecting(api.server)).go('GET', '/login')
    const form = { key: acme.admin.token, form: hidden(page.text, 'form') }
    browser.cookies.set('__Host-reprise-form', String(page.headers['set-cookie']).split(/[=;]/)[1]!)
    expect((await browser.submit('/login', form)).status).toBe(303)
    expect(browser.cookies.get(COOKIE)).not.toBe(planted)
    expect(await me(attacker)).toBe(401)
    // A cookie that nobody was given opens nothing.
    attacker.cookies.set(COOKIE, `h${'A'.repeat(43)}`)
    expect(await me(attacker)).toBe(401)
  })

  it('is not taken from another page: whoever signs others in sees what they do', async () => {
    const page = await browser.go('GET', '/login')
    const form = { key: acme.admin.token, form: hidden(page.text, 'form') }
    const status = async (headers: Record<string, string>, with_ = browser) =>
      (await with_.submit('/login', form, headers)).status
    expect(await status({ origin: 'https://evil.example' })).toBe(403)
    expect(await status({ origin: 'null' })).toBe(403)
    expect(await status({ 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await status({ 'sec-fetch-site': 'same-site' })).toBe(403)
    // The form of another browser.
    expect(await status({}, new Browser(injecting(api.server)))).toBe(403)
    expect(await status({ origin: HOST_URL })).toBe(303)
  })

  it('slows down who guesses: 429 with Retry-After, and not for ever', async () => {
    const statuses = new Set<number>()
    let refused: Awaited<ReturnType<Browser['go']>> | undefined
    for (let n = 0; n < 40; n++) {
      const seen = await browser.signInWithKey(`rpk_${n}`)
      statuses.add(seen.status)
      if (seen.status === 429) refused = seen
    }
    expect([...statuses]).toEqual([401, 429])
    // Also with the right key, as long as it lasts.
    expect((await browser.signInWithKey(acme.admin.token)).status).toBe(429)
    api.advance(Number(refused!.headers['retry-after']) * 1000)
    expect((await browser.signInWithKey(acme.admin.token)).status).toBe(303)
  })
})

it('nobody signs in all the time: a program that does has to wait', async () => {
  const limited = await apiUnderTest({ durable: true, deps: { rateLimits: true } })
  const { admin } = await limited.tenant('acme')
  const statuses: number[] = []
  for (let n = 0; n < SIGN_INS_MAX + 1; n++) {
    statuses.push((await new Browser(injecting(limited.server)).signInWithKey(admin.token)).status)
  }
  expect(statuses.slice(0, -1).every((status) => status === 303)).toBe(true)
  expect(statuses.at(-1)).toBe(429)
  limited.advance(5 * MINUTE)
  expect((await new Browser(injecting(limited.server)).signInWithKey(admin.token)).status).toBe(303)
  await limited.close()
})

describe('a session', () => {
  beforeEach(async () => {
    await browser.signInWithKey(acme.admin.token)
  })

  it('ends when it is not used, and at its end whatever its use', async () => {
    api.advance(HOUR - 1)
    expect(await me()).toBe(200)
    await api.deps.browser.sessions.settled()
    api.advance(HOUR)
    expect(await me()).toBe(200)
    await api.deps.browser.sessions.settled()
    api.advance(HOUR + SEEN_EVERY_MS)
    expect(await me()).toBe(401)
    await api.deps.browser.sessions.settled()
    expect(await sessions()).toEqual([])

    await browser.signInWithKey(acme.admin.token)
    for (let n = 0; n < 24; n++) {
      api.advance(HOUR / 2)
      expect(await me()).toBe(n === 23 ? 401 : 200)
      await api.deps.browser.sessions.settled()
    }
  })

  it('is written at most every few minutes', async () => {
    const seenAt = async () => {
      await api.deps.browser.sessions.settled()
      return (await sessions())[0]!.seenAt
    }
    const first = await seenAt()
    api.advance(SEEN_EVERY_MS - 1)
    await me()
    expect(await seenAt()).toBe(first)
    api.advance(1)
    await Promise.all([me(), me(), me()])
    expect(await seenAt()).toBe(first + SEEN_EVERY_MS)
  })

  it.each(['disabled', 'deleted'] as const)('ends with its user: %s', async (status) => {
    await put(api.store, { users: [{ ...acme.admin.user, status }] })
    expect(await me()).toBe(401)
  })

  it('ends with its tenant', async () => {
    await put(api.store, { tenants: [{ ...acme.tenant, removedAt: 1 }] })
    expect(await me()).toBe(401)
  })

  it('ends with the API key that opened it', async () => {
    const bob = await acme.person('bob')
    const other = new Browser(injecting(api.server))
    await other.signInWithKey(bob.token)
    expect(await me(other)).toBe(200)
    const { body } = await bob.call('GET', '/api/v1/api-keys')
    await acme.admin.call('DELETE', `/api/v1/api-keys/${body.data[0].id}`)
    expect(await me(other)).toBe(401)
    expect(await me()).toBe(200)
  })

  it('gives way to an Authorization header, also to a wrong one', async () => {
    const bob = await acme.person('bob')
    const asked = (authorization: string) =>
      browser.go('GET', '/api/v1/users/me', { headers: { authorization } })
    expect(JSON.parse((await asked(`Bearer ${bob.token}`)).text).id).toBe(bob.user.id)
    expect((await asked('Bearer rpk_wrong')).status).toBe(401)
    expect((await asked('Basic eDp5')).status).toBe(401)
  })

  it('is swept once it is over, and only then', async () => {
    await api.deps.browser.sessions.sweep()
    expect(await sessions()).toHaveLength(1)
    api.advance(HOUR + SEEN_EVERY_MS)
    expect(await api.deps.browser.sessions.sweep()).toBe(1)
    expect(await sessions()).toEqual([])
  })

  it('the oldest of very many ends', async () => {
    for (let n = 0; n < 50; n++) {
      api.advance(MINUTE / 60)
      await new Browser(injecting(api.server)).signInWithKey(acme.admin.token)
    }
    expect(await sessions()).toHaveLength(50)
    expect(await me()).toBe(401)
  })
})

describe('signing out', () => {
  beforeEach(async () => {
    await browser.signInWithKey(acme.admin.token)
  })

  it('ends the session by the button of the page', async () => {
    const before = new Map(browser.cookies)
    const csrf = hidden((await browser.go('GET', '/login')).text, 'csrf')
    const seen = await browser.submit('/logout', { csrf })
    expect(seen.status).toBe(200)
    expect(seen.text).toContain('Signed out')
    expect(browser.cookies.has(COOKIE)).toBe(false)
    for (const [name, value] of before) browser.cookies.set(name, value)
    expect(await me()).toBe(401)
  })

  it('needs the token of the session, as everything does', async () => {
    expect((await browser.submit('/logout', {})).status).toBe(403)
    const other = new Browser(injecting(api.server))
    await other.signInWithKey(acme.admin.token)
    const csrf = await other.csrfToken()
    expect((await browser.submit('/logout', { csrf })).status).toBe(403)
    expect((await browser.go('POST', '/logout', { headers: { 'qlik-csrf-token': csrf } })).status).toBe(403)
    expect(await me()).toBe(200)
    const own = { 'qlik-csrf-token': await browser.csrfToken() }
    const seen = await browser.go('POST', '/logout', { headers: own })
    expect([seen.status, seen.text]).toEqual([200, '{}'])
    expect(await me(other)).toBe(200)
  })

  it('everywhere: a person its own, an administrator those of all', async () => {
    const bob = await acme.person('bob')
    const bobs = [new Browser(injecting(api.server)), new Browser(injecting(api.server))]
    for (const one of bobs) {
      await one.signInWithKey(bob.token)
      api.advance(1)
    }
    const { body } = await bob.call('GET', '/api/v1/users/me/sessions')
    expect(body.data).toHaveLength(2)
    expect(body.data[0]).toMatchObject({ userId: bob.user.id, openedBy: 'api-key', current: false })
    const path = `/api/v1/users/${acme.admin.user.id}/sessions`
    expect((await bob.call('GET', path)).status).toBe(403)
    expect((await bob.call('DELETE', path)).status).toBe(403)
    const one = `/api/v1/users/me/sessions/${body.data[0].id}`
    expect((await acme.admin.call('DELETE', one)).status).toBe(404)
    expect((await bob.call('DELETE', one)).status).toBe(204)
    expect([await me(bobs[0]), await me(bobs[1]), await me()]).toEqual([401, 200, 200])
    expect((await acme.admin.call('DELETE', `/api/v1/users/${bob.user.id}/sessions`)).status).toBe(204)
    expect([await me(bobs[1]), await me()]).toEqual([401, 200])
    const stranger = await api.tenant('stranger')
    expect((await stranger.admin.call('GET', path)).status).toBe(404)
    expect((await stranger.admin.call('DELETE', path)).status).toBe(404)
  })

  it('shows which session is the one of the request', async () => {
    const { text } = await browser.go('GET', '/api/v1/users/me/sessions')
    expect(JSON.parse(text).data).toMatchObject([{ current: true }])
  })
})
