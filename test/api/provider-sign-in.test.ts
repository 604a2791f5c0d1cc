/** Signing in at OpenID providers that others wrote, over real http, with everything that may go wrong. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ownOrigin } from '../../src/api/http/own-origin.ts'
import type { ProviderId } from '../../src/core/ids.ts'
import { DEFAULT_CLAIM_NAMES, type IdentityProvider } from '../../src/core/people/identity-provider.ts'
import { MINUTE } from '../../src/core/units.ts'
import { type GuardedFetch, guardedFetch } from '../../src/delivery/channels/guarded-fetch.ts'
import { parseAllowance } from '../../src/delivery/channels/target-address.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import { type ApiUnderTest, apiUnderTest, type Members } from '../support/api-under-test.ts'
import { Browser, hidden, injecting } from '../support/browser.ts'
import { put } from '../support/catalog.ts'
import { type ProviderUnderTest, signInAt, startProvider } from '../support/identity-provider.ts'
import { fetching } from '../support/network.ts'

let guarded: GuardedFetch
let api: ApiUnderTest
let acme: Members
let origin: string
let company: ProviderUnderTest
let partner: ProviderUnderTest
let browser: Browser

const SECRET = 'a secret of the client'

beforeAll(async () => {
  guarded = guardedFetch({ allowance: parseAllowance('localhost') }, 'REPRISE_SIGN_IN_ALLOW')
  api = await apiUnderTest({
    durable: true,
    fetch: guarded.fetch,
    deps: { hostUrl: ownOrigin({ publicUrl: undefined, trustedProxies: [] }) },
  })
  acme = await api.tenant('acme')
  await api.server.listen({ host: '127.0.0.1', port: 0 })
  origin = `http://127.0.0.1:${(api.server.server.address() as AddressInfo).port}`
  const ours = { id: 'reprise', redirectUri: `${origin}/login/callback`, afterSignOut: `${origin}/login` }
  company = await startProvider({ ...ours, secret: SECRET })
  partner = await startProvider(ours)
})
afterAll(async () => {
  await api.close()
  await company.close()
  await partner.close()
  guarded.close()
})

function provider(name: string, { issuer }: { readonly issuer: string }, secret?: string): IdentityProvider {
  return {
    id: `p-${name}` as ProviderId,
    tenantId: acme.tenant.id,
    name,
    protocol: 'oidc',
    issuer,
    clientId: 'reprise',
    ...(secret === undefined ? null : { sealedClientSecret: api.deps.seal.seal(secret) }),
    claims: DEFAULT_CLAIM_NAMES,
    createsUsers: true,
    createsGroups: true,
    enabled: true,
    createdAt: 0,
    updatedAt: 0,
  }
}

beforeEach(async () => {
  // What one test fails at an address does not slow down the next.
  api.advance(60 * MINUTE)
  browser = new Browser(fetching(origin))
  await put(api.store, {
    identityProviders: [provider('Company', company, SECRET), provider('Partner', partner)],
  })
})

const me = async (with_: Browser) => {
  const { status, text } = await with_.go('GET', '/api/v1/users/me')
  return status === 200 ? JSON.parse(text) : status
}

async function begin(name = 'Company', returnTo = '/login?done'): Promise<string> {
  const path = `/login?provider=p-${name}&returnTo=${encodeURIComponent(returnTo)}`
  const { status, location } = await browser.go('GET', path)
  expect(status).toBe(303)
  return location!
}

describe('signing in at a provider', () => {
  it('leads there and back, and makes the user with its groups', async () => {
    const page = await browser.go('GET', '/login')
    expect(page.text).toContain('Continue with Company')
    const at = await begin()
    expect(at).toContain(`${company.issuer}/auth?`)
    expect(Object.fromEntries(new URL(at).searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      scope: 'openid profile email groups',
      redirect_uri: `${origin}/login/callback`,
    })
    const back = await signInAt(company.issuer, at, 'ada')
    expect(await browser.go('GET', back)).toMatchObject({ status: 303, location: '/login?done' })
    const user = await me(browser)
    expect(user).toMatchObject({ subject: 'ada', name: 'ada of Example', email: 'ada@example.com' })
    const { body } = await acme.admin.call('GET', `/api/v1/users/${user.id}/sessions`)
    expect(body.data).toMatchObject([{ openedBy: 'oidc', providerId: 'p-Company' }])
    const [session] = await everyRow(api.store, 'loginSessions', { tenantId: acme.tenant.id })
    expect(session?.claims).toMatchObject({ iss: company.issuer, sub: 'ada', groups: ['Sales'] })
    expect((await api.store.user(acme.tenant.id, user.id))?.groups?.map(({ name }) => name)).toEqual([
      'Sales',
    ])
  })

  it('of a public client, with PKCE alone', async () => {
    const back = await signInAt(partner.issuer, await begin('Partner'), 'bob')
    await browser.go('GET', back)
    expect(await me(browser)).toMatchObject({ subject: 'bob' })
  })

  it('is the same user the next time, in another session', async () => {
    const ids = new Set<string>()
    for (let n = 0; n < 2; n++) {
      browser = new Browser(fetching(origin))
      await browser.go('GET', await signInAt(company.issuer, await begin(), 'cy'))
      ids.add((await me(browser)).id)
    }
    expect(ids.size).toBe(1)
  })

  it('leads to the only provider at once when there is somewhere to return to', async () => {
    await put(api.store, { identityProviders: [{ ...provider('Partner', partner), enabled: false }] })
    const { location } = await browser.go('GET', '/login?returnto=/x')
    expect(location).toContain(`${company.issuer}/auth?`)
    expect((await browser.go('GET', '/login')).status).toBe(200)
  })

  it('is not for whom nobody invited where the provider makes no users, and slows down', async () => {
    await put(api.store, { identityProviders: [{ ...provider('Partner', partner), createsUsers: false }] })
    const back = await signInAt(partner.issuer, await begin('Partner'), 'nobody')
    const seen = await browser.go('GET', back)
    expect(seen.status).toBe(403)
    expect(seen.text).toContain('not invited')
    expect(await me(browser)).toBe(401)
  })

  it('ends when the provider is disabled, and signing out ends it there, too', async () => {
    await browser.go('GET', await signInAt(company.issuer, await begin(), 'dan'))
    expect(await me(browser)).toMatchObject({ subject: 'dan' })
    const csrf = hidden((await browser.go('GET', '/login')).text, 'csrf')
    const out = await browser.submit('/logout', { csrf })
    expect(out.text).toContain(`${company.issuer}/session/end?`)
    expect(out.text).toContain(encodeURIComponent(`${origin}/login`))
    expect(await me(browser)).toBe(401)

    await browser.go('GET', await signInAt(company.issuer, await begin(), 'dan'))
    await put(api.store, {
      identityProviders: [{ ...provider('Company', company, SECRET), enabled: false }],
    })
    expect(await me(browser)).toBe(401)
  })
})

describe('who was invited by mail', () => {
  const asked = { createsUsers: false }
  const invite = async (email: string): Promise<string> => {
    const { body } = await acme.admin.call('POST', '/api/v1/users/actions/invite', { invitees: [{ email }] })
    return body.data[0].userId
  }
  const at = async (name: string, there: ProviderUnderTest, login: string) => {
    browser = new Browser(fetching(origin))
    const { status } = await browser.go('GET', await signInAt(there.issuer, await begin(name), login))
    return status
  }

  it('comes in under the subject of the provider, and has it from then on; the audits tell each act', async () => {
    const id = await invite('Gina@example.com')
    await put(api.store, { identityProviders: [{ ...provider('Company', company, SECRET), ...asked }] })
    expect(await at('Company', company, 'gina')).toBe(303)
    expect(await me(browser)).toMatchObject({ id, subject: 'gina', status: 'active' })
    const { body } = await acme.admin.call('GET', `/api/v1/audits?userId=${id}`)
    const acts = body.data.map(({ eventType, data }: { eventType: string; data: { changed?: string[] } }) => [
      eventType,
      data.changed?.includes('subject'),
    ])
    expect(acts).toEqual([
      ['com.qlik.v1.user-session.created', undefined],
      ['com.qlik.v1.user.updated', true],
    ])
    // Nobody else takes the user over after that, not even with the same address.
    expect(await at('Company', company, 'gina-other')).toBe(403)
    expect((await acme.admin.call('GET', `/api/v1/users/${id}`)).body.subject).toBe('gina')
  })

  it('does not with an address that was not verified, or by a provider that must not say so', async () => {
    const id = await invite('hal@example.com')
    await put(api.store, {
      identityProviders: [
        { ...provider('Company', company, SECRET), ...asked },
        { ...provider('Partner', partner), ...asked, invitedByMail: 'never' },
      ],
    })
    expect(await at('Company', company, 'hal-unverified')).toBe(403)
    expect(await at('Partner', partner, 'hal')).toBe(403)
    expect((await acme.admin.call('GET', `/api/v1/users/${id}`)).body).toMatchObject({
      subject: 'hal@example.com',
      status: 'invited',
    })
  })

  it('does not while disabled, not as a new user either', async () => {
    const id = await invite('ian@example.com')
    const patch = [{ op: 'replace', path: '/status', value: 'disabled' }]
    expect((await acme.admin.call('PATCH', `/api/v1/users/${id}`, patch)).status).toBe(204)
    expect(await at('Company', company, 'ian')).toBe(403)
  })
})

describe('what does not lead in', () => {
  it('a code or a state for the second time', async () => {
    const back = await signInAt(company.issuer, await begin(), 'eve')
    const before = new Map(browser.cookies)
    expect((await browser.go('GET', back)).status).toBe(303)
    // With the very cookies of the first time.
    const thief = new Browser(fetching(origin))
    for (const [name, value] of before) thief.cookies.set(name, value)
    expect((await thief.go('GET', back)).status).toBe(400)
    expect(await me(thief)).toBe(401)
  })

  it('what was begun in another browser', async () => {
    const back = await signInAt(company.issuer, await begin(), 'eve')
    const other = new Browser(fetching(origin))
    expect((await other.go('GET', back)).status).toBe(400)
    browser = other
    await begin()
    expect((await other.go('GET', back)).status).toBe(400)
    expect(await me(other)).toBe(401)
  })

  it('a code of one provider for a sign-in at another', async () => {
    const atCompany = await signInAt(company.issuer, await begin('Company'), 'eve')
    const atPartner = await begin('Partner')
    const mixed = new URL(atCompany)
    mixed.searchParams.set('state', new URL(atPartner).searchParams.get('state')!)
    const asked = company.asked.length
    expect((await browser.go('GET', mixed.href)).status).toBe(502)
    // Nothing of it was told to the other one.
    expect(company.asked).toHaveLength(asked)
    expect(await me(browser)).toBe(401)
  })

  it('another state, none, or nothing at all', async () => {
    const back = await signInAt(company.issuer, await begin(), 'eve')
    for (const state of ['x', '']) {
      const wrong = new URL(back)
      wrong.searchParams.set('state', state)
      const one = new Browser(fetching(origin))
      for (const [name, value] of browser.cookies) one.cookies.set(name, value)
      expect((await one.go('GET', wrong.href)).status).toBe(400)
    }
    expect((await new Browser(fetching(origin)).go('GET', '/login/callback')).status).toBe(400)
  })

  it('what took too long', async () => {
    const back = await signInAt(company.issuer, await begin(), 'eve')
    api.advance(10 * MINUTE)
    expect((await browser.go('GET', back)).status).toBe(400)
  })

  it('a refusal of the provider, told without what it sent', async () => {
    const state = new URL(await begin()).searchParams.get('state')!
    const query = new URLSearchParams({ state, error: 'access_denied', error_description: 'SECRET WORDS' })
    const seen = await browser.go('GET', `/login/callback?${query}&iss=${company.issuer}`)
    expect(seen.status).toBe(403)
    expect(seen.text).not.toContain('SECRET WORDS')
  })

  it('a sealed text that is not ours', async () => {
    await begin()
    browser.cookies.set('reprise-sign-in', api.deps.seal.seal(JSON.stringify({ purpose: 'other' })))
    expect((await browser.go('GET', '/login/callback?code=x&state=x')).status).toBe(400)
    browser.cookies.set('reprise-sign-in', 'v1.AAAA')
    expect((await browser.go('GET', '/login/callback?code=x&state=x')).status).toBe(400)
  })

  it('a provider of another tenant, or what was begun at its host', async () => {
    const hostUrl = (request: { host: string }) => `http://${request.host}`
    const shared = await apiUnderTest({ durable: true, fetch: guarded.fetch, deps: { hostUrl } })
    await shared.tenant('one')
    const { tenant } = await shared.tenant('two')
    const ofTwo = { ...provider('Two', partner), tenantId: tenant.id }
    await put(shared.store, { identityProviders: [ofTwo] })
    const [atOne, atTwo] = ['one', 'two'].map(
      (name) => new Browser(injecting(shared.server, `${name}.example.com`)),
    )
    const foreign = await atOne!.go('GET', '/login?provider=p-Two')
    expect(foreign.status).toBe(200)
    expect(foreign.text).not.toContain('Two')
    const begun = await atTwo!.go('GET', '/login?provider=p-Two')
    expect(begun.location).toContain(`${partner.issuer}/auth?`)
    for (const [name, value] of atTwo!.cookies) atOne!.cookies.set(name, value)
    const state = new URL(begun.location!).searchParams.get('state')
    expect((await atOne!.go('GET', `/login/callback?code=x&state=${state}`)).status).toBe(400)
    expect((await atTwo!.go('GET', `/login/callback?code=x&state=${state}`)).status).toBe(502)
    await shared.close()
  })
})

describe('asking a provider', () => {
  it('is not let into the own network unless the operator allows it', async () => {
    let asked = 0
    const internal = createServer((_, response) => {
      asked += 1
      response.end('{}')
    })
    await new Promise<void>((resolve) => internal.listen(0, '127.0.0.1', resolve))
    const issuer = `http://127.0.0.1:${(internal.address() as AddressInfo).port}`
    await put(api.store, { identityProviders: [provider('Inside', { issuer })] })
    const seen = await browser.go('GET', '/login?provider=p-Inside')
    expect(seen.status).toBe(503)
    expect(seen.text).not.toContain('127.0.0.1')
    expect(asked).toBe(0)
    internal.close()
  })

  it('that says it is another one leads nowhere', async () => {
    const liar = createServer((_, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({ issuer: company.issuer, authorization_endpoint: `${company.issuer}/auth` }),
      )
    })
    await new Promise<void>((resolve) => liar.listen(0, 'localhost', resolve))
    const issuer = `http://localhost:${(liar.address() as AddressInfo).port}`
    await put(api.store, { identityProviders: [provider('Liar', { issuer })] })
    expect((await browser.go('GET', '/login?provider=p-Liar')).status).toBe(503)
    liar.close()
  })
})
