import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { everyRow } from '../../src/store/port/lists.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'

let api: ApiUnderTest
let acme: Members
let anna: Person
let bert: Person

beforeAll(async () => {
  api = await apiUnderTest()
})

beforeEach(async () => {
  acme = await api.tenant('acme')
  anna = await acme.person('anna')
  bert = await acme.person('bert')
})

afterAll(() => api.close())

const codeOf = (answer: { status: number; body: { errors: { code: string }[] } }) => [
  answer.status,
  answer.body.errors[0]!.code,
]
const DAY_MS = 24 * 3_600_000

describe('spaces', () => {
  const make = (person: Person, name: string, type = 'shared') =>
    person.call('POST', '/api/v1/spaces', { name, type })
  const list = async (person: Person, query = '') =>
    (await person.call('GET', `/api/v1/spaces?${query}`)).body.data.map((row: { name: string }) => row.name)

  it('creates a space and reads it back', async () => {
    const answer = await make(anna, 'Sales')
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({
      name: 'Sales',
      type: 'shared',
      description: '',
      ownerId: anna.user.id,
      tenantId: acme.tenant.id,
      meta: { actions: ['read', 'update', 'delete', 'create'], roles: [] },
    })
    expect((await anna.call('GET', `/api/v1/spaces/${answer.body.id}`)).body).toEqual(answer.body)
    expect(codeOf(await make(anna, 'Sales'))).toEqual([409, 'HTTP-409'])
  })

  it.each(['', 'a:b', 'a/b', 'a"b', 'a|b', 'x'.repeat(257)])('refuses the name %j', async (name) => {
    const answer = await make(anna, name)
    expect([answer.status, answer.body.errors[0].source]).toEqual([400, { pointer: '/name' }])
  })

  it('refuses an unknown type, and people without a role to create', async () => {
    expect((await make(anna, 'x', 'private')).body.errors[0].source).toEqual({ pointer: '/type' })
    const viewer = await acme.person('viewer', [])
    expect(codeOf(await make(viewer, 'x'))).toEqual([403, 'HTTP-403'])
  })

  it('lists what the caller sees, filtered and paged', async () => {
    for (const name of ['b', 'a', 'c']) await make(anna, name)
    await make(bert, 'bert', 'data')
    expect(await list(anna)).toEqual(['a', 'b', 'c'])
    expect(await list(anna, 'sort=-name')).toEqual(['c', 'b', 'a'])
    expect(await list(bert)).toEqual(['bert'])
    expect(await list(acme.admin)).toEqual(['a', 'b', 'bert', 'c'])
    expect(await list(acme.admin, 'type=data')).toEqual(['bert'])
    expect(await list(acme.admin, 'name=BE')).toEqual(['bert'])
    expect(await list(acme.admin, `ownerId=${bert.user.id}`)).toEqual(['bert'])
    const first = (await anna.call('GET', '/api/v1/spaces?limit=1')).body
    expect([first.data[0].name, first.meta.count]).toEqual(['a', 3])
    expect((await anna.call('GET', first.links.next.href)).body.data[0].name).toBe('b')
  })

  it('changes by PUT and by PATCH, and deletes when empty', async () => {
    const { id } = (await make(anna, 'Sales')).body
    const path = `/api/v1/spaces/${id}`
    expect((await anna.call('PUT', path, { description: 'd' })).body).toMatchObject({
      name: 'Sales',
      description: 'd',
    })
    const patch = [{ op: 'replace', path: '/name', value: 'Orders' }]
    expect((await anna.call('PATCH', path, patch)).body.name).toBe('Orders')
    const app = (await anna.call('POST', '/api/v1/apps', { attributes: { spaceId: id } })).body.attributes.id
    expect(codeOf(await anna.call('DELETE', path))).toEqual([412, 'HTTP-412'])
    await anna.call('DELETE', `/api/v1/apps/${app}/space`)
    expect((await anna.call('DELETE', path)).status).toBe(204)
    expect((await anna.call('GET', path)).status).toBe(404)
  })

  it.each([
    [[{ op: 'add', path: '/name', value: 'x' }], '/0/op'],
    [[{ op: 'replace', path: '/color', value: 'x' }], '/0/path'],
    [[{ op: 'replace', path: '/name', value: 7 }], '/0/value'],
    [[], ''],
  ])('refuses the patch %j', async (patch, pointer) => {
    const { id } = (await make(anna, 'Sales')).body
    const answer = await anna.call('PATCH', `/api/v1/spaces/${id}`, patch)
    expect([answer.status, answer.body.errors[0].source.pointer]).toEqual([400, pointer])
  })

  it('lets members see and only managers change', async () => {
    const { id } = (await make(anna, 'Sales')).body
    const path = `/api/v1/spaces/${id}`
    expect((await bert.call('GET', path)).status).toBe(404)
    const roles = { type: 'user', assigneeId: bert.user.id, roles: ['producer'] }
    const made = (await anna.call('POST', `${path}/assignments`, roles)).body
    expect((await bert.call('GET', path)).body.meta).toMatchObject({
      actions: ['read', 'create'],
      roles: ['producer'],
    })
    expect(codeOf(await bert.call('PUT', path, { name: 'x' }))).toEqual([403, 'HTTP-403'])
    expect(codeOf(await bert.call('POST', `${path}/assignments`, roles))).toEqual([403, 'HTTP-403'])
    await anna.call('PUT', `${path}/assignments/${made.id}`, { roles: ['facilitator'] })
    expect((await bert.call('PUT', path, { name: 'x' })).status).toBe(200)
  })

  it('keeps assignments: one for each assignee, roles of the type of space', async () => {
    const { id } = (await make(anna, 'Sales')).body
    const path = `/api/v1/spaces/${id}/assignments`
    const wish = { type: 'user', assigneeId: bert.user.id, roles: ['consumer'] }
    const made = await anna.call('POST', path, wish)
    expect([made.status, made.body]).toEqual([201, expect.objectContaining({ ...wish, spaceId: id })])
    expect(codeOf(await anna.call('POST', path, wish))).toEqual([409, 'HTTP-409'])
    const refused = await anna.call('POST', path, { ...wish, roles: ['consumer', 'publisher'] })
    expect([refused.status, refused.body.errors[0].source]).toEqual([400, { pointer: '/roles/1' }])
    const nobody = await anna.call('POST', path, { ...wish, assigneeId: 'x' })
    expect([nobody.status, nobody.body.errors[0].source]).toEqual([400, { pointer: '/assigneeId' }])
    expect((await anna.call('GET', path)).body).toMatchObject({ data: [made.body], meta: { count: 1 } })
    expect((await anna.call('GET', `${path}/${made.body.id}`)).body).toEqual(made.body)
    await make(bert, 'Own')
    expect(await list(bert, 'roles=facilitator,consumer')).toEqual(['Sales'])
    expect(await list(bert, 'roles=facilitator')).toEqual([])
    expect((await anna.call('DELETE', `${path}/${made.body.id}`)).status).toBe(204)
    expect((await anna.call('GET', `${path}/${made.body.id}`)).status).toBe(404)
  })

  it('lists the types', async () => {
    expect((await anna.call('GET', '/api/v1/spaces/types')).body).toEqual({
      data: ['data', 'shared', 'managed'],
    })
  })
})

describe('users and tenant', () => {
  it('tells who one is', async () => {
    const { status, body } = await anna.call('GET', '/api/v1/users/me')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id: anna.user.id,
      tenantId: acme.tenant.id,
      name: 'anna',
      email: 'anna@acme.example.com',
      status: 'active',
      assignedRoles: [{ name: 'Developer', level: 'user' }],
    })
    expect((await bert.call('GET', `/api/v1/users/${anna.user.id}`)).body).toEqual(body)
    expect(codeOf(await bert.call('GET', '/api/v1/users/x'))).toEqual([404, 'USERS-7'])
  })

  it('lists users, filtered in any case, with chosen fields, paged', async () => {
    const get = async (query: string) => (await anna.call('GET', `/api/v1/users?${query}`)).body
    const everybody = await get('totalResults=true&fields=name')
    expect(everybody.data).toEqual([{ name: 'acme-admin' }, { name: 'anna' }, { name: 'bert' }])
    expect(everybody.totalResults).toBe(3)
    const filter = encodeURIComponent('email eq "ANNA@acme.example.com" or name eq "Bert"')
    expect((await get(`filter=${filter}&fields=name`)).data).toEqual([{ name: 'anna' }, { name: 'bert' }])
    const part = encodeURIComponent('name co "NN" or subject co "er"')
    expect((await get(`filter=${part}&fields=name`)).data).toEqual([{ name: 'anna' }, { name: 'bert' }])
    expect((await get('filter=status+eq+%22invited%22')).data).toEqual([])
    expect((await get('filter=id+co+%22a%22')).errors[0].detail).toContain('the operator must be eq')
    const first = await get('limit=1')
    expect((await anna.call('GET', first.links.next.href)).body.data[0].name).toBe('anna')
    expect((await anna.call('GET', '/api/v1/users/actions/count')).body).toEqual({ total: 3 })
    const wrong = await anna.call('GET', '/api/v1/users?filter=color+eq+%22red%22')
    expect([wrong.status, wrong.body.errors[0].source]).toEqual([400, { parameter: 'filter' }])
  })

  it('tells the tenant', async () => {
    const { body } = await anna.call('GET', '/api/v1/tenants/me')
    expect(body).toMatchObject({
      id: acme.tenant.id,
      name: 'acme',
      hostnames: ['acme.example.com'],
      status: 'active',
    })
    expect((await anna.call('GET', `/api/v1/tenants/${acme.tenant.id}`)).body).toEqual(body)
    expect(codeOf(await anna.call('GET', '/api/v1/tenants/x'))).toEqual([404, 'TENANTS-8'])
  })
})

describe('API keys', () => {
  const make = (person: Person, more: object = {}) =>
    person.call('POST', '/api/v1/api-keys', { description: 'ci', ...more })
  const speak = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

  it('shows the token once, keeps a hash, and the key works until it is deleted', async () => {
    const made = await make(anna)
    expect([made.status, made.headers['cache-control']]).toEqual([201, 'no-store'])
    const { token, ...record } = made.body
    expect(token).toMatch(/^rpk_[A-Za-z0-9_-]{43}$/)
    expect(record).toMatchObject({ status: 'active', sub: anna.user.id, createdByUser: anna.user.id })
    expect(record).not.toHaveProperty('expiry')
    const stored = (await everyRow(api.store, 'keys', { tenantId: acme.tenant.id })).find(
      ({ id }) => id === record.id,
    )!
    expect(JSON.stringify(stored)).not.toContain(token)
    const read = await anna.call('GET', `/api/v1/api-keys/${record.id}`)
    expect(read.body).toEqual(record)
    expect((await bert.call('GET', '/api/v1/users/me', undefined, speak(token))).body.id).toBe(anna.user.id)
    expect((await anna.call('DELETE', `/api/v1/api-keys/${record.id}`)).status).toBe(204)
    expect(codeOf(await bert.call('GET', '/api/v1/users/me', undefined, speak(token)))).toEqual([
      401,
      'HTTP-401',
    ])
    expect((await anna.call('GET', `/api/v1/api-keys/${record.id}`)).status).toBe(404)
  })

  it('expires', async () => {
    const { token, id, expiry, created } = (await make(anna, { expiry: 'P1D' })).body
    expect(Date.parse(expiry) - Date.parse(created)).toBe(DAY_MS)
    api.advance(DAY_MS)
    expect((await bert.call('GET', '/api/v1/users/me', undefined, speak(token))).status).toBe(401)
    expect((await anna.call('GET', `/api/v1/api-keys/${id}`)).body.status).toBe('expired')
    expect((await anna.call('GET', '/api/v1/api-keys?status=expired')).body.data).toHaveLength(1)
  })

  it('is revoked, not removed, by a tenant admin', async () => {
    const { token, id } = (await make(anna)).body
    expect((await bert.call('DELETE', `/api/v1/api-keys/${id}`)).status).toBe(404)
    expect((await acme.admin.call('DELETE', `/api/v1/api-keys/${id}`)).status).toBe(204)
    expect((await bert.call('GET', '/api/v1/users/me', undefined, speak(token))).status).toBe(401)
    expect((await anna.call('GET', `/api/v1/api-keys/${id}`)).body.status).toBe('revoked')
  })

  it('is made for others by a tenant admin only, and at all by developers only', async () => {
    const made = await make(acme.admin, { sub: anna.user.id })
    expect([made.status, made.body.sub, made.body.createdByUser]).toEqual([
      201,
      anna.user.id,
      acme.admin.user.id,
    ])
    expect(codeOf(await make(bert, { sub: anna.user.id }))).toEqual([403, 'HTTP-403'])
    expect(codeOf(await make(acme.admin, { sub: 'x' }))).toEqual([404, 'USERS-7'])
    expect(codeOf(await make(await acme.person('viewer', [])))).toEqual([403, 'HTTP-403'])
  })

  it('is described anew', async () => {
    const { id } = (await make(anna)).body
    const patch = (value: unknown) => [{ op: 'replace', path: '/description', value }]
    const headers = { 'content-type': 'application/json-patch+json' }
    const body = JSON.stringify(patch('nightly'))
    expect((await anna.call('PATCH', `/api/v1/api-keys/${id}`, body, { headers })).status).toBe(204)
    expect((await anna.call('GET', `/api/v1/api-keys/${id}`)).body.description).toBe('nightly')
    expect((await anna.call('PATCH', `/api/v1/api-keys/${id}`, patch(''))).status).toBe(400)
  })

  it('lists one’s own, all for a tenant admin, paged by startingAfter and endingBefore', async () => {
    api.advance(1)
    await make(anna, { description: 'second' })
    const list = async (person: Person, query = '') =>
      (await person.call('GET', `/api/v1/api-keys?${query}`)).body
    expect((await list(bert)).data).toHaveLength(1)
    expect((await list(acme.admin)).data).toHaveLength(4)
    expect((await list(acme.admin, `sub=${anna.user.id}`)).data).toHaveLength(2)
    const first = await list(anna, 'limit=1')
    expect(first.data[0].description).toBe('second')
    expect(new URL(first.links.next.href).searchParams.has('startingAfter')).toBe(true)
    const next = (await anna.call('GET', first.links.next.href)).body
    expect(next.data[0].description).toBe('Bootstrap key')
    expect(new URL(next.links.prev.href).searchParams.has('endingBefore')).toBe(true)
    expect((await anna.call('GET', next.links.prev.href)).body.data).toEqual(first.data)
  })

  it.each([
    [{ description: '' }, '/description'],
    [{ expiry: 'tomorrow' }, '/expiry'],
    [{ expiry: 'PT0S' }, '/expiry'],
    [{ subType: 'externalClient' }, '/subType'],
  ])('refuses %j', async (more, pointer) => {
    const answer = await make(anna, more)
    expect([answer.status, answer.body.errors[0].source]).toEqual([400, { pointer }])
  })

  it('refuses a made-up cursor and names it', async () => {
    const answer = await anna.call('GET', '/api/v1/api-keys?startingAfter=x')
    expect([answer.status, answer.body.errors[0].source]).toEqual([400, { parameter: 'startingAfter' }])
    const both = await anna.call('GET', '/api/v1/api-keys?startingAfter=x&endingBefore=y')
    expect(both.body.errors[0]).toMatchObject({
      detail: 'startingAfter and endingBefore cannot be given together',
      source: { parameter: 'endingBefore' },
    })
  })
})

describe('a text with a lone surrogate', () => {
  const GIVEN = ['\ud800', '\udfff', 'b\ud800c', '\ufb00', 'a']
  const STORED = ['\ufffd', '\ufffd', 'b\ufffdc', '\ufb00', 'a']

  it('is kept with the replacement character, and pages sorted by it come to an end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'reprise-people-'))
    const onDisk = await apiUnderTest({ deps: { store: SqliteStore.open(join(folder, 'reprise.db')) } })
    try {
      const { admin } = await onDisk.tenant('acme')
      for (const [index, description] of GIVEN.entries()) {
        const made = await admin.call('POST', '/api/v1/api-keys', { description })
        expect(made.body.description).toBe(STORED[index])
      }
      for (const sort of ['%2Bdescription', '-description']) {
        const seen: string[] = []
        let url: string | undefined = `/api/v1/api-keys?limit=1&sort=${sort}`
        while (url !== undefined && seen.length <= GIVEN.length + 1) {
          const { body } = await admin.call('GET', url)
          seen.push(...body.data.map((row: { description: string }) => row.description))
          url = body.links.next?.href
        }
        const all = ['Bootstrap key', ...STORED].sort()
        expect(seen).toEqual(sort.startsWith('-') ? all.reverse() : all)
      }
    } finally {
      await onDisk.close()
      await rm(folder, { recursive: true, force: true })
    }
  })
})
