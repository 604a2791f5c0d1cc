/** The operator's calls, and the quotas that callers of a tenant are told. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { limitsForAll } from '../../src/core/limits.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { addApp } from '../support/reload-steps.ts'

const OPERATOR_KEY = 'an-operator-key-of-enough-characters'
let api: ApiUnderTest
let acme: Members
let other: Members
let anna: Person

beforeAll(async () => {
  api = await apiUnderTest({ deps: { operatorKey: OPERATOR_KEY } })
})
beforeEach(async () => {
  acme = await api.tenant('acme')
  other = await api.tenant('other')
  anna = await acme.person('anna')
})
afterAll(() => api.close())

/** As the operator, through a member's client with another key. */
const operator = (method: string, path: string, body?: unknown, key = OPERATOR_KEY) =>
  anna.call(method, `/api/operator${path}`, body, { headers: { authorization: `Bearer ${key}` } })
const limitsOf = (members: Members) => `/tenants/${members.tenant.id}/limits`

describe('the operator', () => {
  it('changes limits of one tenant, and no other is touched', async () => {
    const forAll = limitsForAll(api.deps.limits)
    const answer = await operator('PATCH', limitsOf(acme), { concurrentReloads: 2, share: 0.5 })
    expect([answer.status, answer.body.limits]).toEqual([
      200,
      {
        own: { concurrentReloads: 2, share: 0.5 },
        effective: { ...forAll, concurrentReloads: 2, share: 0.5 },
      },
    ])
    const again = await operator('PATCH', limitsOf(acme), { share: null })
    expect(again.body.limits.own).toEqual({ concurrentReloads: 2 })
    expect((await operator('GET', `/tenants/${acme.tenant.id}`)).body).toEqual(again.body)
    expect((await operator('GET', `/tenants/${other.tenant.id}`)).body.limits).toEqual({
      own: {},
      effective: forAll,
    })
    const { data } = (await operator('GET', '/tenants')).body
    expect(data).toContainEqual(again.body)
  })

  it('pauses the tasks of one tenant, and lets them run again', async () => {
    const path = `/tenants/${acme.tenant.id}/tasks`
    const paused = await operator('PATCH', path, { paused: true })
    expect(paused.body).toEqual({ id: acme.tenant.id, paused: true, pausedAt: expect.any(String) })
    const settings = async ({ admin }: Members) => (await admin.call('GET', '/api/scheduling/settings')).body
    expect(await settings(acme)).toMatchObject({ paused: true, pausedAt: paused.body.pausedAt })
    expect((await settings(other)).paused).toBe(false)
    expect((await operator('PATCH', path, { paused: false })).body).toEqual({
      id: acme.tenant.id,
      paused: false,
    })
    expect((await operator('PATCH', path, {})).status).toBe(400)
    expect((await operator('PATCH', '/tenants/nobody/tasks', { paused: true })).status).toBe(404)
  })

  it('a limit holds for the very next request', async () => {
    const app = await addApp(api, acme.admin.user)
    await operator('PATCH', limitsOf(acme), { reloadsPerAppAndDay: 1 })
    const start = () => acme.admin.call('POST', '/api/v1/reloads', { appId: app.id })
    expect((await start()).status).toBe(201)
    expect((await start()).body.errors[0].code).toBe('RELOADS-013')
    await operator('PATCH', limitsOf(acme), { reloadsPerAppAndDay: 2 })
    expect((await start()).body.errors[0].code).toBe('RELOADS-007')
  })

  it('bounds the users of a tenant, whoever makes them', async () => {
    const users = await api.store.count('users', { tenantId: acme.tenant.id })
    await operator('PATCH', limitsOf(acme), { users: users + 1 })
    const make = (subject: string) => acme.admin.call('POST', '/api/v1/users', { subject })
    expect((await make('one')).status).toBe(201)
    expect((await make('two')).status).toBe(409)
    const invitees = [{ email: 'three@example.com' }]
    const invited = await acme.admin.call('POST', '/api/v1/users/actions/invite', { invitees })
    expect(invited.body.data).toMatchObject([{ status: 'error', code: 'HTTP-409' }])
    await operator('PATCH', limitsOf(acme), { users: null })
    expect((await make('two')).status).toBe(201)
  })

  it('names every wrong limit with its bounds, and changes nothing then', async () => {
    const answer = await operator('PATCH', limitsOf(acme), { share: 0, runTimeMs: 1.5, queueTimeMs: 5000 })
    expect(answer.status).toBe(400)
    const told = answer.body.errors.map((error: { source: { pointer: string } }) => error.source.pointer)
    expect(told).toEqual(['/share', '/runTimeMs'])
    expect(answer.body.errors[0].detail).toBe('share must be a number from 0.01 to 100, not 0')
    const unknown = await operator('PATCH', limitsOf(acme), { slots: 5 })
    expect(unknown.status).toBe(400)
    expect((await operator('GET', `/tenants/${acme.tenant.id}`)).body.limits.own).toEqual({})
    expect((await operator('PATCH', '/tenants/nobody/limits', {})).body.errors[0].code).toBe('TENANTS-8')
  })

  it('nobody else may: no key, no tenant’s key, not even its own admin’s', async () => {
    for (const token of ['', 'wrong', anna.token, acme.admin.token, `${OPERATOR_KEY}x`]) {
      for (const [method, path] of [
        ['GET', '/tenants'],
        ['GET', `/tenants/${acme.tenant.id}`],
        ['PATCH', limitsOf(acme)],
      ] as const) {
        const answer = await operator(method, path, method === 'PATCH' ? { share: 9 } : undefined, token)
        expect([method, path, answer.status]).toEqual([method, path, 401])
        expect(answer.text).not.toContain(OPERATOR_KEY)
      }
    }
    expect((await api.store.tenant(acme.tenant.id))?.limits).toBeUndefined()
  })

  it('may do nothing in a tenant', async () => {
    const headers = { authorization: `Bearer ${OPERATOR_KEY}` }
    for (const path of ['/api/v1/items', '/api/v1/reloads', '/api/v1/users/me']) {
      expect((await anna.call('GET', path, undefined, { headers })).status).toBe(401)
    }
  })

  it('does not exist where no key is set', async () => {
    const without = await apiUnderTest()
    const { admin } = await without.tenant('acme')
    for (const authorization of ['Bearer ', 'Bearer undefined', 'Bearer x', `Bearer ${admin.token}`]) {
      const answer = await admin.call('GET', '/api/operator/tenants', undefined, {
        headers: { authorization },
      })
      expect([answer.status, answer.body.errors[0].detail]).toEqual([
        401,
        'this installation has no operator key: set REPRISE_OPERATOR_KEY',
      ])
    }
    await without.close()
  })
})

describe('quotas', () => {
  it('tells everybody of the tenant what holds for it, and the usage when asked', async () => {
    const app = await addApp(api, acme.admin.user)
    await operator('PATCH', limitsOf(acme), { concurrentReloads: 3, appDataBytes: 1000 })
    await acme.admin.call('POST', '/api/v1/reloads', { appId: app.id })
    const { status, body } = await anna.call('GET', '/api/v1/quotas')
    expect(status).toBe(200)
    const quota = (id: string, amount: number, unit: string) => ({
      id,
      type: 'quotas',
      attributes: { quota: amount, unit },
    })
    expect(body.data).toEqual([
      quota('app_mem_size', 1000, 'bytes'),
      quota('concurrent_reloads', 3, 'reloads'),
      quota('app_upload_disk_size', 536_870_912, 'bytes'),
      quota('shared_spaces', -1, 'spaces'),
      quota('tasks_per_app', 10, 'tasks'),
      quota('tasks_per_user', -1, 'tasks'),
      quota('reloads_per_app_per_day', -1, 'reloads'),
      quota('webhooks_per_user', 150, 'webhooks'),
    ])
    await acme.admin.call('POST', '/api/v1/spaces', { name: 'Shared', type: 'shared' })
    await acme.admin.call('POST', '/api/v1/spaces', { name: 'Managed', type: 'managed' })
    const hook = { name: 'x', url: 'https://x.example.com', eventTypes: ['com.qlik.v1.reload.finished'] }
    expect((await acme.admin.call('POST', '/api/v1/webhooks', hook)).status).toBe(201)
    const usageOf = async (person: Person) =>
      (await person.call('GET', '/api/v1/quotas?reportUsage=true')).body.data.map(
        (row: { attributes: { usage?: number } }) => row.attributes.usage,
      )
    expect(await usageOf(acme.admin)).toEqual([0, 0, undefined, 1, undefined, 0, undefined, 1])
    expect(await usageOf(anna)).toEqual([0, 0, undefined, 1, undefined, 0, undefined, 0])
    const ofOther = await other.admin.call('GET', '/api/v1/quotas')
    expect(ofOther.body.data[1].attributes.quota).toBe(30)
  })

  it('reads one as a list of one, and names those there are', async () => {
    const one = await anna.call('GET', '/api/v1/quotas/concurrent_reloads?reportUsage=true')
    expect(one.body).toEqual({
      data: [
        { id: 'concurrent_reloads', type: 'quotas', attributes: { quota: 30, unit: 'reloads', usage: 0 } },
      ],
    })
    const none = await anna.call('GET', '/api/v1/quotas/cloned_apps')
    expect(none.status).toBe(404)
    expect(none.body.errors[0].detail).toContain('concurrent_reloads')
    expect((await anna.call('GET', '/api/v1/quotas?reportUsage=perhaps')).status).toBe(400)
  })
})
