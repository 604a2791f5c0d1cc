/** What tenant admins allow of API keys, and that makers of keys are held to it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY, HOUR } from '../../src/core/units.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'

let api: ApiUnderTest
let acme: Members
let bob: Person
let path: string

beforeEach(async () => {
  api = await apiUnderTest({ durable: true })
  acme = await api.tenant('acme')
  bob = await acme.person('bob')
  path = `/api/v1/api-keys/configs/${acme.tenant.id}`
})
afterEach(() => api.close())

const set = (name: string, value: unknown, op = 'replace') =>
  acme.admin.call('PATCH', path, [{ op, path: `/${name}`, value }])
const rules = async () => (await acme.admin.call('GET', path)).body
const make = (more: object = {}, who = bob) =>
  who.call('POST', '/api/v1/api-keys', { description: 'k', ...more })

describe('rules of API keys', () => {
  it('allow a thousand keys for ever where nothing was set', async () => {
    expect(await rules()).toEqual({ max_keys_per_user: 1000 })
    expect((await make()).body).not.toHaveProperty('expiry')
  })

  it('are set, shown, and taken away again', async () => {
    expect((await set('max_keys_per_user', 3)).status).toBe(204)
    expect((await set('max_api_key_expiry', 'P30D')).status).toBe(204)
    expect((await set('scim_externalClient_expiry', 'P365D')).status).toBe(204)
    expect(await rules()).toEqual({
      max_keys_per_user: 3,
      max_api_key_expiry: 'P30D',
      scim_externalClient_expiry: 'P365D',
    })
    await set('max_api_key_expiry', undefined, 'remove')
    await set('max_keys_per_user', undefined, 'remove')
    expect(await rules()).toEqual({ max_keys_per_user: 1000, scim_externalClient_expiry: 'P365D' })
  })

  it.each([
    ['max_keys_per_user', -1],
    ['max_keys_per_user', 1001],
    ['max_keys_per_user', 1.5],
    ['max_keys_per_user', 'P1D'],
    ['max_api_key_expiry', 'PT0S'],
    ['max_api_key_expiry', '30 days'],
    ['max_api_key_expiry', 30],
    ['other', 1],
  ])('refuse %s = %s', async (name, value) => {
    expect((await set(name, value)).status).toBe(400)
    expect(await rules()).toEqual({ max_keys_per_user: 1000 })
  })

  it('bind the number of good keys, also of those who ask at once and for whom an admin asks', async () => {
    await set('max_keys_per_user', 4)
    // One came with the person.
    const asked = await Promise.all(Array.from({ length: 8 }, () => make()))
    expect(asked.filter(({ status }) => status === 201)).toHaveLength(3)
    expect(asked.find(({ status }) => status === 403)?.body.errors[0].detail).toMatch(/at most 4 API keys/)
    expect((await make({ sub: bob.user.id }, acme.admin)).status).toBe(403)
    await bob.call('DELETE', `/api/v1/api-keys/${asked.find(({ status }) => status === 201)!.body.id}`)
    expect((await make({ expiry: 'PT1H' })).status).toBe(201)
    expect((await make()).status).toBe(403)
    api.advance(HOUR)
    expect((await make()).status, 'one has expired').toBe(201)
    await set('max_keys_per_user', 0)
    expect((await make()).status).toBe(403)
  })

  it('bind how long a key is good', async () => {
    await set('max_api_key_expiry', 'P30D')
    const now = api.world.clock.now()
    expect((await make()).body.expiry).toBe(new Date(now + 30 * DAY).toISOString())
    expect((await make({ expiry: 'P7D' })).body.expiry).toBe(new Date(now + 7 * DAY).toISOString())
    const long = await make({ expiry: 'P31D' })
    expect(long).toMatchObject({ status: 400, body: { errors: [{ source: { pointer: '/expiry' } }] } })
    expect((await bob.call('GET', '/api/v1/users/me')).status, 'keys that are there stay').toBe(200)
  })

  it('are those of the own tenant, for its admins', async () => {
    const other = await api.tenant('other')
    expect((await other.admin.call('GET', path)).status).toBe(404)
    expect(
      (await other.admin.call('PATCH', path, [{ op: 'replace', path: '/max_keys_per_user', value: 0 }]))
        .status,
    ).toBe(404)
    expect((await bob.call('GET', path)).status).toBe(403)
    expect(
      (await bob.call('PATCH', path, [{ op: 'replace', path: '/max_keys_per_user', value: 9 }])).status,
    ).toBe(403)
    expect(await rules()).toEqual({ max_keys_per_user: 1000 })
  })
})

it('keys show their last use, and are not for OAuth clients', async () => {
  await api.deps.whoAsks.stop()
  await bob.call('GET', '/api/v1/users/me')
  await api.deps.whoAsks.stop()
  const [key] = (await bob.call('GET', '/api/v1/api-keys')).body.data
  expect(key.lastUsed).toBe(new Date(api.world.clock.now()).toISOString())
  const roles = ['Developer']
  const { body } = await acme.admin.call('POST', '/api/v1/oauth-clients', {
    clientName: 'c',
    appType: 'web',
    roles,
  })
  expect((await make({ sub: body.userId }, acme.admin)).status).toBe(404)
  const token = await api.server.inject({
    method: 'POST',
    url: '/oauth/token',
    payload: { grant_type: 'client_credentials', client_id: body.clientId, client_secret: body.clientSecret },
  })
  const headers = { authorization: `Bearer ${token.json().access_token}` }
  const own = await api.server.inject({
    method: 'POST',
    url: '/api/v1/api-keys',
    headers,
    payload: { description: 'k' },
  })
  expect(own.statusCode).toBe(403)
})
