/** OAuth clients, the token endpoint, and what one comes in with there. */
import type { AddressInfo } from 'node:net'
import * as users from '@qlik/api/users'
import { decodeJwt, SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defined } from '../../src/core/defined.ts'
import { HOUR, MINUTE } from '../../src/core/units.ts'
import { type ApiUnderTest, apiUnderTest, type Members } from '../support/api-under-test.ts'
import { put } from '../support/catalog.ts'

let api: ApiUnderTest
let acme: Members

beforeEach(async () => {
  api = await apiUnderTest({ durable: true })
  acme = await api.tenant('acme')
})
afterEach(() => api.close())

const CLIENTS = '/api/v1/oauth-clients'

async function newClient(more: object = {}) {
  const { status, body } = await acme.admin.call('POST', CLIENTS, {
    clientName: 'Nightly',
    appType: 'web',
    ...more,
  })
  expect(status).toBe(201)
  return body as { clientId: string; clientSecret: string; userId: string; clientSecrets: { hint: string }[] }
}

type Shown = Pick<Awaited<ReturnType<typeof newClient>>, 'clientId' | 'clientSecret'>

async function ask(payload: string | object | undefined, headers: Record<string, string> = {}) {
  const answer = await api.server.inject({
    method: 'POST',
    url: '/oauth/token',
    headers,
    ...defined({ payload }),
  })
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() }
}

const inJson = ({ clientId, clientSecret }: Shown) =>
  ask({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret })

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})

async function call(token: string, url = '/api/v1/users/me') {
  const answer = await api.server.inject({
    method: 'GET',
    url,
    headers: { authorization: `Bearer ${token}` },
  })
  return { status: answer.statusCode, body: answer.json() }
}

describe('the token endpoint', () => {
  it('takes JSON, a form and HTTP Basic', async () => {
    const { clientId, clientSecret, userId } = await newClient()
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const ways = [
      await inJson({ clientId, clientSecret }),
      await ask(
        `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}&scope=user_default`,
        form,
      ),
      await ask('grant_type=client_credentials', { ...form, ...basic(clientId, clientSecret) }),
      await ask({ grant_type: 'client_credentials' }, basic(clientId, clientSecret)),
    ]
    for (const { status, headers, body } of ways) {
      expect(status).toBe(200)
      expect(headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' })
      expect(body).toEqual({
        access_token: expect.any(String),
        token_type: 'bearer',
        expires_in: 21_600,
        expires_at: new Date(api.world.clock.now() + 6 * HOUR).toISOString(),
      })
      expect((await call(body.access_token)).body).toMatchObject({ id: userId, name: 'Nightly' })
    }
  })

  it('refuses in the shape of OAuth', async () => {
    const { clientId, clientSecret } = await newClient()
    const good = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
    const cases: [Awaited<ReturnType<typeof ask>>, number, string][] = [
      [await ask({ ...good, client_secret: 'x' }), 401, 'invalid_client'],
      [await ask({ ...good, client_id: 'nobody' }), 401, 'invalid_client'],
      [await ask({ ...good, client_id: 'n'.repeat(1000) }), 401, 'invalid_client'],
      [await ask({ ...good, grant_type: 'password' }), 400, 'unsupported_grant_type'],
      [await ask({ client_id: clientId }), 400, 'invalid_request'],
      [await ask({ ...good, client_secret: undefined }), 400, 'invalid_request'],
      [await ask(good, basic(clientId, clientSecret)), 400, 'invalid_request'],
      [
        await ask({ grant_type: 'client_credentials', client_id: 'other' }, basic(clientId, 'x')),
        400,
        'invalid_request',
      ],
      [
        await ask({ grant_type: 'client_credentials' }, { authorization: 'Bearer x' }),
        400,
        'invalid_request',
      ],
      [await ask({ grant_type: 'client_credentials' }, basic('%', '%')), 400, 'invalid_request'],
      [await ask('{"grant_type":', { 'content-type': 'application/json' }), 400, 'invalid_request'],
      [await ask({ ...good, client_secret: { $ne: '' } }), 400, 'invalid_request'],
      [
        await ask('x'.repeat(20_000), { 'content-type': 'application/x-www-form-urlencoded' }),
        413,
        'invalid_request',
      ],
      [
        await ask('__proto__=1&constructor=2', { 'content-type': 'application/x-www-form-urlencoded' }),
        400,
        'invalid_request',
      ],
    ]
    for (const [answer, status, error] of cases) {
      expect(answer, JSON.stringify(answer.body)).toMatchObject({ status, body: { error } })
      expect(answer.body.error_description).toBeTypeOf('string')
      expect(JSON.stringify(answer.body)).not.toContain(clientSecret)
    }
    expect(cases[0]![0].headers['www-authenticate']).toMatch(/^Basic/)
  })

  it('tells nobody which clients there are', async () => {
    const { clientId } = await newClient()
    const known = await ask({ grant_type: 'client_credentials', client_id: clientId, client_secret: 'x' })
    const unknown = await ask({ grant_type: 'client_credentials', client_id: 'x', client_secret: 'x' })
    expect(known.body).toEqual(unknown.body)
  })

  it('slows down who guesses, at its address alone', async () => {
    const client = await newClient()
    const from = (remoteAddress: string, secret: string) =>
      api.server.inject({
        method: 'POST',
        url: '/oauth/token',
        remoteAddress,
        payload: { grant_type: 'client_credentials', client_id: client.clientId, client_secret: secret },
      })
    for (let n = 0; n < 6; n++) expect((await from('192.0.2.1', 'wrong')).statusCode).toBe(401)
    const refused = await from('192.0.2.1', client.clientSecret)
    expect(refused.statusCode).toBe(429)
    expect(refused.headers['retry-after']).toBe('1')
    expect((await from('192.0.2.2', client.clientSecret)).statusCode).toBe(200)
    api.advance(MINUTE)
    expect((await from('192.0.2.1', client.clientSecret)).statusCode).toBe(200)
  })
})

describe('a page of another site', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const wrong = 'grant_type=client_credentials&client_id=x&client_secret=x'

  it.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'https://other.example.com' },
  ])('shuts nobody out by failing in the browser of somebody beside (%j)', async (headers) => {
    const client = await newClient()
    for (let n = 0; n < 30; n++) {
      const { status, body } = await ask(wrong, { ...form, ...headers } as Record<string, string>)
      expect([status, body.error]).toEqual([400, 'invalid_request'])
    }
    expect((await inJson(client)).status).toBe(200)
  })

  it('is let ask when the operator allows its origin', async () => {
    const allowed = await apiUnderTest({ durable: true, deps: { corsOrigins: ['https://app.example'] } })
    const payload = { grant_type: 'client_credentials', client_id: 'x', client_secret: 'x' }
    const headers = { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' }
    const answer = await allowed.server.inject({ method: 'POST', url: '/oauth/token', payload, headers })
    expect(answer.statusCode).toBe(401)
    await allowed.close()
  })
})

describe('an access token', () => {
  it('ends with its time', async () => {
    const { body } = await inJson(await newClient())
    api.advance(6 * HOUR - 1000)
    expect((await call(body.access_token)).status).toBe(200)
    api.advance(1000)
    const late = await call(body.access_token)
    expect(late.status).toBe(401)
    expect(late.body.errors[0].detail).toBe('the access token has expired')
  })

  it('ends with its client, and with the secret that it was got with', async () => {
    const client = await newClient({ roles: ['Developer'] })
    const first = (await inJson(client)).body.access_token
    const added = await acme.admin.call('POST', `${CLIENTS}/${client.clientId}/client-secrets`)
    expect(added.status).toBe(201)
    const second = (await inJson({ ...client, clientSecret: added.body.clientSecret })).body.access_token
    const hint = client.clientSecrets[0]!.hint
    expect(
      (await acme.admin.call('DELETE', `${CLIENTS}/${client.clientId}/client-secrets/${hint}`)).status,
    ).toBe(204)
    expect((await call(first)).status).toBe(401)
    expect((await inJson(client)).status).toBe(401)
    expect((await call(second)).status).toBe(200)
    expect((await acme.admin.call('DELETE', `${CLIENTS}/${client.clientId}`)).status).toBe(204)
    expect((await call(second)).status).toBe(401)
    expect((await api.store.user(acme.tenant.id, client.userId as never))?.status).toBe('deleted')
  })

  it('ends with its tenant, and with its user', async () => {
    const client = await newClient()
    const token = (await inJson(client)).body.access_token
    const user = (await api.store.user(acme.tenant.id, client.userId as never))!
    await put(api.store, { users: [{ ...user, status: 'disabled' }] })
    expect((await call(token)).status).toBe(401)
    expect((await inJson(client)).status).toBe(401)
    await put(api.store, { users: [user], tenants: [{ ...acme.tenant, removedAt: 1 }] })
    expect((await call(token)).status).toBe(401)
    expect((await inJson(client)).status).toBe(401)
  })

  it('is believed only with our signature', async () => {
    const token = (await inJson(await newClient())).body.access_token as string
    const payload = decodeJwt(token)
    const [, body] = token.split('.')
    const none = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${body}.`
    const forged = await new SignJWT(payload)
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      .sign(Buffer.from('a key that somebody made up, 32 bytes'))
    const changed = `${token.slice(0, -4)}AAAA`
    for (const one of [none, forged, changed, `${token}.`, token.split('.').slice(0, 2).join('.')]) {
      expect((await call(one)).status, one).toBe(401)
    }
  })

  it('has the rights of the roles that the client was made with, in its own tenant', async () => {
    const plain = (await inJson(await newClient())).body.access_token
    expect((await call(plain, CLIENTS)).status).toBe(403)
    const admin = (await inJson(await newClient({ roles: ['TenantAdmin'] }))).body.access_token
    const listed = await call(admin, CLIENTS)
    expect(listed.body.data).toHaveLength(2)
    const other = await api.tenant('other')
    const { clientId } = listed.body.data[0]
    for (const method of ['GET', 'DELETE']) {
      expect((await other.admin.call(method, `${CLIENTS}/${clientId}`)).status).toBe(404)
    }
    expect((await other.admin.call('POST', `${CLIENTS}/${clientId}/client-secrets`)).status).toBe(404)
    expect((await other.admin.call('GET', CLIENTS)).body.data).toEqual([])
  })
})

describe('OAuth clients', () => {
  it('are seen without their secrets, renamed with their user, and paged', async () => {
    const { clientId, clientSecret, userId } = await newClient({ description: 'at night' })
    const read = await acme.admin.call('GET', `${CLIENTS}/${clientId}`)
    expect(read.body).toMatchObject({
      clientId,
      clientName: 'Nightly',
      description: 'at night',
      appType: 'web',
    })
    expect(read.text).not.toContain(clientSecret)
    const patch = [{ op: 'replace', path: '/clientName', value: 'Daily' }]
    expect((await acme.admin.call('PATCH', `${CLIENTS}/${clientId}`, patch)).status).toBe(204)
    expect((await acme.admin.call('GET', `/api/v1/users/${userId}`)).body.name).toBe('Daily')
    await newClient({ clientName: 'Another' })
    const page = await acme.admin.call('GET', `${CLIENTS}?limit=1&sort=clientName`)
    expect(page.body.data.map(({ clientName }: { clientName: string }) => clientName)).toEqual(['Another'])
    const next = await acme.admin.call('GET', new URL(page.body.links.next.href).search.replace(/^/, CLIENTS))
    expect(next.body.data.map(({ clientName }: { clientName: string }) => clientName)).toEqual(['Daily'])
  })

  it('have five secrets at most, and are managed by tenant admins only', async () => {
    const { clientId } = await newClient()
    const path = `${CLIENTS}/${clientId}/client-secrets`
    for (let n = 0; n < 4; n++) expect((await acme.admin.call('POST', path)).status).toBe(201)
    expect((await acme.admin.call('POST', path)).status).toBe(409)
    const dev = await acme.person('dev')
    expect((await dev.call('GET', `${CLIENTS}/${clientId}`)).status).toBe(403)
    expect((await dev.call('POST', CLIENTS, { clientName: 'x', appType: 'web' })).status).toBe(403)
    expect((await dev.call('DELETE', `${CLIENTS}/${clientId}`)).status).toBe(403)
    expect((await acme.admin.call('DELETE', `${path}/nohint`)).status).toBe(404)
  })

  it('the official client comes in as one', async () => {
    const { clientId, clientSecret, userId } = await newClient()
    await api.server.listen({ host: '127.0.0.1', port: 0 })
    const { port } = api.server.server.address() as AddressInfo
    const hostConfig = {
      host: `http://127.0.0.1:${port}`,
      authType: 'oauth2' as const,
      clientId,
      clientSecret,
    }
    vi.spyOn(console, 'debug').mockImplementation(() => {})
    const me = await users.getMyUser({ hostConfig, noCache: true })
    expect(me.data.id).toBe(userId)
    vi.restoreAllMocks()
  })
})
