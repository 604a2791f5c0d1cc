/** What the finished event tells of who asked, for each way in, from the request to the event. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EventClaim } from '../../src/core/caller.ts'
import { defined } from '../../src/core/defined.ts'
import { csrfTokenOf } from '../../src/sign-in/csrf.ts'
import { sessionCookieName } from '../../src/sign-in/session-token.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { type SigningKey, signingKey, TestIssuer } from '../support/issuer.ts'
import { addApp } from '../support/reload-steps.ts'
import { appInSharedSpace, madeTask } from '../support/task-api.ts'
import { scheduledTask } from '../support/task-documents.ts'

let key: SigningKey
let api: ApiUnderTest
let acme: Members
let issuer: TestIssuer

async function open(eventClaims?: readonly EventClaim[]) {
  api = await apiUnderTest({
    durable: true,
    fetch: (url, options) => issuer.fetch(url, options),
    deps: defined({ eventClaims }),
  })
  acme = await api.tenant('acme')
}

beforeAll(async () => {
  key = await signingKey('one')
})
beforeEach(async () => {
  issuer = new TestIssuer('https://id.example.com', [key])
  await open()
})
afterEach(() => api.close())

/** Asks for a reload of an app of the user, cancels it, and looks into its event and its record. */
async function told(headers: Record<string, string>, more: object = {}) {
  const send = (method: 'GET' | 'POST', url: string, payload?: object) =>
    api.server.inject({ method, url, remoteAddress: '198.51.100.23', headers, ...defined({ payload }) })
  const me = (await send('GET', '/api/v1/users/me')).json()
  const user = (await api.store.user(acme.tenant.id, me.id))!
  const app = await addApp(api, user)
  const asked = await send('POST', '/api/v1/reloads', { appId: app.id, ...more })
  expect(asked.statusCode, asked.body).toBe(201)
  const { id } = asked.json()
  expect((await send('POST', `/api/v1/reloads/${id}/actions/cancel`)).statusCode).toBe(204)
  const [event] = await api.store.eventsOf(id)
  return { ...event!.body, userId: user.id } as Record<string, unknown>
}

/** As `told`, of the reload of a task of the admin that somebody starts by hand. */
async function toldOfTask(headers: Record<string, string>, by: Person = acme.admin) {
  const { admin } = acme
  const { app } = await appInSharedSpace(api, admin, [[by, 'producer']])
  const task = await madeTask(admin, scheduledTask(app.id, { enabled: true }))
  const url = `/api/scheduling/tasks/${task.id}/actions/start`
  const started = await api.server.inject({ method: 'POST', url, headers, remoteAddress: '198.51.100.23' })
  expect(started.statusCode, started.body).toBe(200)
  const id = started.json().reloadId
  await admin.call('POST', `/api/v1/reloads/${id}/actions/cancel`)
  const [event] = await api.store.eventsOf(id)
  return event!.body as object as Record<string, unknown>
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const claimsOf = (event: Record<string, unknown>) => JSON.parse(String(event.authclaims))
const HOST = 'acme.example.com'

async function clientToken() {
  const wish = { clientName: 'Nightly', appType: 'web', roles: ['Developer'] }
  const { body } = await acme.admin.call('POST', '/api/v1/oauth-clients', wish)
  const payload = {
    grant_type: 'client_credentials',
    client_id: body.clientId,
    client_secret: body.clientSecret,
  }
  const answer = await api.server.inject({ method: 'POST', url: '/oauth/token', payload })
  return { token: answer.json().access_token as string, clientId: body.clientId as string }
}

async function issuerToken(claims: object) {
  const wish = { name: 'Company', protocol: 'jwt', issuer: issuer.url, jwksUrl: issuer.jwksUrl }
  await acme.admin.call('POST', '/api/v1/identity-providers', wish)
  return issuer.token({ sub: 'ada', exp: Math.floor(api.world.clock.now() / 1000) + 300, ...claims })
}

describe('the event tells of', () => {
  it('an API key', async () => {
    const event = await told(bearer(acme.admin.token))
    expect(event).toMatchObject({
      authtype: 'api_key',
      originip: '198.51.100.23',
      userid: acme.admin.user.id,
      host: HOST,
      data: { type: 'external', userId: acme.admin.user.id },
    })
    expect(claimsOf(event)).toEqual({ iss: HOST, sub: acme.admin.user.id, subType: 'user' })
    for (const name of ['clientid', 'sessionid']) expect(event).not.toHaveProperty(name)
  })

  it('a person in a browser', async () => {
    const { user } = acme.admin
    const [opener] = (
      await api.store.list('keys', {
        tenantId: acme.tenant.id,
        sort: { field: 'createdAt', descending: false },
        page: { limit: 1 },
      })
    ).rows
    const claims = { sub: 'ada', name: 'Ada', email: 'ada@example.com' }
    const opened = await api.deps.browser.sessions.open(
      user,
      { by: 'key', keyId: opener!.id },
      claims,
      'host',
    )
    if (!('token' in opened)) throw new Error('no session was opened')
    const { token, session } = opened
    const event = await told({
      cookie: `${sessionCookieName('host')}=${token}`,
      'qlik-csrf-token': csrfTokenOf(token),
    })
    expect(event).toMatchObject({
      authtype: 'user',
      sessionid: session.id,
      userid: user.id,
      originip: '198.51.100.23',
      data: { type: 'hub' },
    })
    expect(claimsOf(event)).toEqual({ iss: HOST, sub: 'ada' })
    expect(JSON.stringify(event)).not.toContain(token)
    expect(event).not.toHaveProperty('clientid')
  })

  it('an OAuth client', async () => {
    const { token, clientId } = await clientToken()
    const event = await told(bearer(token))
    expect(event).toMatchObject({
      authtype: 'service_account',
      clientid: clientId,
      userid: event.userId,
      originip: '198.51.100.23',
      data: { type: 'external', userId: event.userId },
    })
    expect(claimsOf(event)).toEqual({ iss: HOST, sub: event.userId, subType: 'client' })
    expect(event).not.toHaveProperty('sessionid')
  })

  it('the token of a person', async () => {
    const token = await issuerToken({ subType: 'user', name: 'Ada', email: 'ada@example.com' })
    const event = await told(bearer(token))
    expect(event).toMatchObject({ authtype: 'user', userid: event.userId, data: { type: 'external' } })
    expect(claimsOf(event)).toEqual({ iss: issuer.url, sub: 'ada', subType: 'user' })
    for (const name of ['clientid', 'sessionid']) expect(event).not.toHaveProperty(name)
  })

  it('a token that tells nothing of its kind', async () => {
    const event = await told(bearer(await issuerToken({})))
    expect(event).toMatchObject({ authtype: 'token', data: { type: 'external' } })
    expect(claimsOf(event)).toEqual({ iss: issuer.url, sub: 'ada' })
  })

  it('names, addresses and groups where the installation allows it', async () => {
    await api.close()
    await open(['sub', 'email', 'groups'])
    const event = await told(
      bearer(await issuerToken({ name: 'Ada', email: 'a@b.c', groups: ['g'], secret: 's' })),
    )
    expect(claimsOf(event)).toEqual({ sub: 'ada', email: 'a@b.c', groups: ['g'] })
  })

  it('nothing where the installation allows nothing', async () => {
    await api.close()
    await open([])
    expect(await told(bearer(acme.admin.token))).not.toHaveProperty('authclaims')
  })

  it('an automation, whoever asks for it', async () => {
    const { token } = await clientToken()
    const event = await told(bearer(token), { resourceType: 'automate', resourceId: 'flow' })
    expect(event).toMatchObject({ authtype: 'service_account', data: { type: 'automations' } })
  })
})

describe('the event of a task that is started by hand tells of', () => {
  it('the way of the owner who starts it, with what it may tell of a person', async () => {
    const event = await toldOfTask(bearer(acme.admin.token))
    expect(event).toMatchObject({
      authtype: 'api_key',
      originip: '198.51.100.23',
      userid: acme.admin.user.id,
      data: { type: 'choreographer' },
    })
    expect(claimsOf(event)).toMatchObject({ sub: acme.admin.user.id })
  })

  it('the way of another who starts it, and nothing of that person', async () => {
    const second = await acme.person('second')
    const event = await toldOfTask(bearer(second.token), second)
    expect(event).toMatchObject({ authtype: 'api_key', userid: acme.admin.user.id })
    expect(event).not.toHaveProperty('authclaims')
    expect(event).not.toHaveProperty('originip')
  })
})
