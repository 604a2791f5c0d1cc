/** The operator makes tenants, names their hosts, removes and restores them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY } from '../../src/core/units.ts'
import { claimStep } from '../contract/store-records.ts'
import { type Answer, type ApiUnderTest, apiUnderTest, type Members } from '../support/api-under-test.ts'
import { addApp } from '../support/reload-steps.ts'

const OPERATOR_KEY = 'an-operator-key-of-enough-characters'
const TENANTS = '/api/operator/tenants'
let api: ApiUnderTest
let acme: Members
let most = 99

beforeEach(async () => {
  most = 99
  api = await apiUnderTest({
    deps: {
      operatorKey: OPERATOR_KEY,
      refuseTenants: (count) => (count > most ? 'no wall: start with --trust-tenants' : undefined),
    },
  })
  acme = await api.tenant('acme')
})
afterEach(() => api.close())

const operator = (method: string, url: string, body?: unknown): Promise<Answer> =>
  acme.admin.call(method, url, body, { headers: { authorization: `Bearer ${OPERATOR_KEY}` } })
const as = (key: string, method: string, url: string, body?: unknown): Promise<Answer> =>
  acme.admin.call(method, url, body, { headers: { authorization: `Bearer ${key}` } })
const removed = () => operator('DELETE', `${TENANTS}/${acme.tenant.id}`)
const restored = () => operator('POST', `${TENANTS}/${acme.tenant.id}/actions/restore`)

describe('the operator', () => {
  it('makes a tenant whose administrator comes in with the key that is shown once', async () => {
    const wish = { name: 'Beta', hostnames: ['Beta.example.com', 'b.example.com'], adminSubject: 'idp|bea' }
    const made = await operator('POST', TENANTS, { ...wish, adminName: 'Bea' })
    expect([made.status, made.headers['cache-control']]).toEqual([201, 'no-store'])
    expect(made.body).toMatchObject({
      name: 'Beta',
      hostnames: ['beta.example.com', 'b.example.com'],
      status: 'active',
      admin: { name: 'Bea', subject: 'idp|bea' },
    })
    const { key } = made.body.admin
    expect((await as(key, 'GET', '/api/v1/users/me')).body).toMatchObject({
      id: made.body.admin.id,
      tenantId: made.body.id,
      subject: 'idp|bea',
    })
    expect((await as(key, 'GET', '/api/v1/tenants/me')).body.hostnames).toEqual(made.body.hostnames)
    const shown = await operator('GET', `${TENANTS}/${made.body.id}`)
    expect(shown.text).not.toContain(key)
    expect(shown.body).toMatchObject({ status: 'active', limits: { own: {} } })
  })

  it('gives a host name to one tenant at a time', async () => {
    const [taken] = acme.tenant.hostnames
    const refused = await operator('POST', TENANTS, { name: 'Beta', hostnames: ['ok.example.com', taken] })
    expect([refused.status, refused.body.errors[0].source]).toEqual([409, { pointer: '/hostnames/1' }])
    const { id } = (await operator('POST', TENANTS, { name: 'Beta' })).body
    expect((await operator('PATCH', `${TENANTS}/${id}`, { hostnames: [taken] })).status).toBe(409)
    await removed()
    expect((await operator('PATCH', `${TENANTS}/${id}`, { hostnames: [taken] })).status).toBe(409)
    await restored()
    const own = `${TENANTS}/${acme.tenant.id}`
    expect((await operator('PATCH', own, { hostnames: ['x.example.com', taken] })).status).toBe(200)
    expect((await operator('PATCH', own, { hostnames: [] })).body.hostnames).toEqual([])
    const after = await operator('PATCH', `${TENANTS}/${id}`, { hostnames: [taken], name: 'Gamma' })
    expect(after.body).toMatchObject({ name: 'Gamma', hostnames: [taken] })
  })

  it.each([
    [{ hostnames: ['a b'] }, '/hostnames/0'],
    [{ hostnames: ['a.example.com:4600'] }, '/hostnames/0'],
    [{ hostnames: ['a.example.com', 'A.example.com'] }, '/hostnames/1'],
  ])('is told what is wrong with %j', async (change, pointer) => {
    const refused = await operator('PATCH', `${TENANTS}/${acme.tenant.id}`, change)
    expect([refused.status, refused.body.errors[0].source]).toEqual([400, { pointer }])
  })

  it('makes no second tenant where tenants would not stand apart, and restores none', async () => {
    most = 1
    const refused = await operator('POST', TENANTS, { name: 'Beta' })
    expect([refused.status, refused.body.errors[0].detail]).toEqual([
      409,
      'no wall: start with --trust-tenants',
    ])
    await removed()
    expect((await operator('POST', TENANTS, { name: 'Beta' })).status).toBe(201)
    expect((await restored()).status).toBe(409)
    most = 2
    expect((await restored()).status).toBe(200)
  })

  it('is nobody without the key, and a tenant’s admin is not', async () => {
    for (const key of ['wrong', acme.admin.token]) {
      expect((await as(key, 'POST', TENANTS, { name: 'Beta' })).status).toBe(401)
      expect((await as(key, 'DELETE', `${TENANTS}/${acme.tenant.id}`)).status).toBe(401)
    }
    for (const [method, path] of [
      ['DELETE', ''],
      ['PATCH', ''],
      ['POST', '/actions/restore'],
    ] as const) {
      const answer = await operator(method, `${TENANTS}/nobody${path}`, method === 'PATCH' ? {} : undefined)
      expect([answer.status, answer.body.errors[0].code]).toEqual([404, 'TENANTS-8'])
    }
  })
})

describe('a removed tenant', () => {
  it('is shut at once, its reloads are canceled, and all is as before when it is restored', async () => {
    const { id: appId } = await addApp(api, acme.admin.user)
    const { body: reload } = await acme.admin.call('POST', '/api/v1/reloads', { appId })
    const answer = await removed()
    const at = api.world.clock.now()
    expect(answer.body).toMatchObject({
      status: 'deleted',
      removed: new Date(at).toISOString(),
      restorableUntil: new Date(at + 30 * DAY).toISOString(),
    })
    expect((await acme.admin.call('GET', '/api/v1/users/me')).status).toBe(401)
    expect((await api.store.reload(acme.tenant.id, reload.id))?.state).toBe('CANCELED')
    expect(await api.store.eventsOf(reload.id)).toHaveLength(1)
    api.advance(DAY)
    expect((await removed()).body).toEqual(answer.body)
    expect((await restored()).body).toMatchObject({ status: 'active' })
    expect((await acme.admin.call('GET', `/api/v1/reloads/${reload.id}`)).body.status).toBe('CANCELED')
    expect((await acme.admin.call('POST', '/api/v1/reloads', { appId })).status).toBe(201)
    expect((await restored()).status).toBe(200)
  })

  it('has running reloads that are told to stop', async () => {
    const { id: appId } = await addApp(api, acme.admin.user)
    const { body: reload } = await acme.admin.call('POST', '/api/v1/reloads', { appId })
    const found = await api.store.reload(acme.tenant.id, reload.id)
    const now = api.world.clock.now()
    await api.store.claim({ now, max: 1, concurrentReloadsPerTenant: 9, step: claimStep(now) })
    expect(found?.state).toBe('QUEUED')
    await removed()
    expect((await api.store.reload(acme.tenant.id, reload.id))?.state).toBe('CANCELING')
  })
})

describe('a tenant', () => {
  it('is named by its admins alone', async () => {
    const path = `/api/v1/tenants/${acme.tenant.id}`
    const patch = (value: unknown) => [{ op: 'replace', path: '/name', value }]
    expect((await acme.admin.call('PATCH', path, patch('New name'))).status).toBe(204)
    expect((await acme.admin.call('GET', path)).body.name).toBe('New name')
    expect((await acme.admin.call('PATCH', path, patch(''))).status).toBe(400)
    const hosts = [{ op: 'replace', path: '/hostnames/1', value: 'x.example.com' }]
    expect((await acme.admin.call('PATCH', path, hosts)).status).toBe(400)
    const anna = await acme.person('anna')
    expect((await anna.call('PATCH', path, patch('Mine'))).status).toBe(403)
    const other = await api.tenant('other')
    expect((await other.admin.call('PATCH', path, patch('Mine'))).status).toBe(404)
  })
})
