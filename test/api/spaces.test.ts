/** What clients ask of spaces beside the basics (people.test.ts): filters, actions, owners, conflicts. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
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

const make = async (person: Person, name: string, type = 'shared'): Promise<string> =>
  (await person.call('POST', '/api/v1/spaces', { name, type })).body.id
const names = (answer: { body: { data: { name: string }[] } }) => answer.body.data.map(({ name }) => name)
const list = async (person: Person, query: string) =>
  names(await person.call('GET', `/api/v1/spaces?${query}`))

describe('filters of the list of spaces', () => {
  beforeEach(async () => {
    await make(anna, 'Sales')
    await make(anna, 'Sales archive', 'managed')
    await make(anna, 'Orders', 'data')
  })

  it.each([
    ['name eq "sales"', ['Sales']],
    ['name co "sales"', ['Sales', 'Sales archive']],
    ['(name eq "Sales" or type eq "data")', ['Orders', 'Sales']],
    ['name ne "Sales" and type eq "managed"', ['Sales archive']],
  ])('honours %s in the query and in the body', async (filter, expected) => {
    expect(await list(anna, `filter=${encodeURIComponent(filter)}`)).toEqual(expected)
    expect(names(await anna.call('POST', '/api/v1/spaces/filter', { filter }))).toEqual(expected)
  })

  it('shows by a filter nothing that the caller may not see', async () => {
    const filter = 'name co "s"'
    expect(names(await bert.call('POST', '/api/v1/spaces/filter', { filter }))).toEqual([])
    const globex = await api.tenant('globex')
    expect(names(await globex.admin.call('POST', '/api/v1/spaces/filter', { filter }))).toEqual([])
  })

  it('lists all without a filter, and pages', async () => {
    const first = await anna.call('POST', '/api/v1/spaces/filter?limit=2')
    expect([names(first), first.body.meta.count]).toEqual([['Orders', 'Sales'], 3])
    const next = first.body.links.next.href
    expect(names(await anna.call('POST', next))).toEqual(['Sales archive'])
  })

  it.each([
    ['filter=color eq "red"', 'filter'],
    ['filter=name eq', 'filter'],
    ['environmentId=x', 'environmentId'],
    ['environment.name=x', 'environment.name'],
    ['action=fly', 'action'],
  ])('refuses ?%s by name, rather than to show everything', async (query, parameter) => {
    const answer = await anna.call('GET', `/api/v1/spaces?${query.replaceAll(' ', '%20')}`)
    expect([answer.status, answer.body.errors[0].source]).toEqual([400, { parameter }])
  })

  it('tells the spaces in which the caller may do something', async () => {
    const member = { type: 'user', assigneeId: bert.user.id }
    const [sales] = (await anna.call('GET', '/api/v1/spaces?name=Sales&type=shared')).body.data
    const [archive] = (await anna.call('GET', '/api/v1/spaces?type=managed')).body.data
    await anna.call('POST', `/api/v1/spaces/${sales.id}/assignments`, { ...member, roles: ['producer'] })
    await anna.call('POST', `/api/v1/spaces/${archive.id}/assignments`, { ...member, roles: ['publisher'] })
    expect(await list(bert, 'action=read')).toEqual(['Sales', 'Sales archive'])
    expect(await list(bert, 'action=create')).toEqual(['Sales', 'Sales archive'])
    expect(await list(bert, 'action=publish')).toEqual(['Sales archive'])
    expect(await list(bert, 'action=update')).toEqual([])
    expect(await list(anna, 'action=publish')).toEqual(['Sales archive'])
    expect(await list(acme.admin, 'action=publish')).toEqual([])
    expect(await list(acme.admin, 'action=delete')).toEqual(['Orders', 'Sales', 'Sales archive'])
  })
})

describe('owners of spaces', () => {
  it('are named by tenant admins only', async () => {
    const wish = { name: 'Theirs', type: 'shared', ownerId: bert.user.id }
    const made = await acme.admin.call('POST', '/api/v1/spaces', wish)
    expect([made.status, made.body.ownerId, made.body.createdBy]).toEqual([
      201,
      bert.user.id,
      acme.admin.user.id,
    ])
    expect((await anna.call('POST', '/api/v1/spaces', { ...wish, name: 'x' })).status).toBe(403)
    const own = await anna.call('POST', '/api/v1/spaces', { ...wish, name: 'Own', ownerId: anna.user.id })
    expect(own.status).toBe(201)
    const globex = await api.tenant('globex')
    const foreign = { ...wish, name: 'x', ownerId: globex.admin.user.id }
    const answer = await acme.admin.call('POST', '/api/v1/spaces', foreign)
    expect([answer.status, answer.body.errors[0].source]).toEqual([404, { pointer: '/ownerId' }])
  })
})

describe('assignments', () => {
  it('tell a second membership by a code of its own, which scripts take for success', async () => {
    const path = `/api/v1/spaces/${await make(anna, 'Sales')}/assignments`
    const wish = { type: 'user', assigneeId: bert.user.id, roles: ['consumer'] }
    await anna.call('POST', path, wish)
    const again = await anna.call('POST', path, wish)
    expect([again.status, again.body]).toEqual([
      409,
      expect.objectContaining({
        code: 'AssignmentConflict',
        errors: [expect.objectContaining({ code: 'HTTP-409' })],
      }),
    ])
    const refused = await anna.call('POST', path, { ...wish, assigneeId: 'x' })
    expect([refused.status, refused.body.code]).toEqual([400, undefined])
  })

  it('are listed by assignee and type', async () => {
    const path = `/api/v1/spaces/${await make(anna, 'Sales')}/assignments`
    await anna.call('POST', path, { type: 'user', assigneeId: bert.user.id, roles: ['consumer'] })
    await anna.call('POST', path, { type: 'user', assigneeId: acme.admin.user.id, roles: ['consumer'] })
    const of = async (query: string) =>
      (await anna.call('GET', `${path}?${query}`)).body.data.map(
        ({ assigneeId }: { assigneeId: string }) => assigneeId,
      )
    expect(await of(`assigneeId=${bert.user.id}`)).toEqual([bert.user.id])
    expect(await of('type=group')).toEqual([])
    expect(await of('type=user')).toHaveLength(2)
  })
})
