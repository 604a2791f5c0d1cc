/** Roles, and groups that give them to their members; on the durable store. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ROLES, roleIdOf } from '../../src/core/role.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { appInSharedSpace, madeTask } from '../support/task-api.ts'
import { scheduledTask } from '../support/task-documents.ts'

let api: ApiUnderTest
let acme: Members
let anna: Person

beforeAll(async () => {
  api = await apiUnderTest({ durable: true })
})

beforeEach(async () => {
  acme = await api.tenant('acme')
  anna = await acme.person('anna')
})

afterAll(() => api?.close())

const USERS = '/api/v1/users'
const codeOf = (answer: { status: number; body: { errors: { code: string }[] } }) => [
  answer.status,
  answer.body.errors[0]!.code,
]
const wrongAt = (answer: { status: number; body: { errors: { source: object }[] } }) => [
  answer.status,
  answer.body.errors[0]!.source,
]
const read = async (id: string) => (await acme.admin.call('GET', `${USERS}/${id}`)).body
const patch = (id: string, ...operations: object[]) => acme.admin.call('PATCH', `${USERS}/${id}`, operations)
const replace = (path: string, value: unknown) => ({ op: 'replace', path, value })
describe('roles', () => {
  it('are Qlik’s, with ids that stay, listed, filtered and paged', async () => {
    const { body } = await anna.call('GET', '/api/v1/roles?limit=50&totalResults=true')
    expect(body.data.map(({ name }: { name: string }) => name).sort()).toEqual([...ROLES].sort())
    expect(body.totalResults).toBe(ROLES.length)
    const [first] = body.data
    expect(first.id).toMatch(/^[0-9a-f]{24}$/)
    expect((await anna.call('GET', `/api/v1/roles/${first.id}`)).body).toEqual(first)
    const filter = encodeURIComponent('name eq "tenantadmin"')
    const found = (await anna.call('GET', `/api/v1/roles?filter=${filter}`)).body.data
    expect(found).toMatchObject([{ name: 'TenantAdmin', level: 'admin', type: 'default' }])
    const one = (await anna.call('GET', '/api/v1/roles?limit=1')).body
    expect((await anna.call('GET', one.links.next.href)).body.data[0].id).not.toBe(one.data[0].id)
    expect((await anna.call('GET', '/api/v1/roles/x')).status).toBe(404)
    const other = await api.tenant('other')
    expect((await other.admin.call('GET', `/api/v1/roles/${first.id}`)).status).toBe(404)
  })

  it('are not made, changed or deleted, and clients hear why', async () => {
    const made = await acme.admin.call('POST', '/api/v1/roles', { name: 'Mine', assignedScopes: [] })
    expect([made.status, made.body.errors[0].detail]).toEqual([403, expect.stringContaining('fixed')])
    const path = `/api/v1/roles/${roleIdOf(acme.tenant.id, 'Developer')}`
    expect((await acme.admin.call('DELETE', path)).status).toBe(403)
    expect((await acme.admin.call('PATCH', path, [replace('/name', 'x')])).status).toBe(403)
  })
})

describe('groups', () => {
  const GROUPS = '/api/v1/groups'
  const group = async (body: object) => (await acme.admin.call('POST', GROUPS, body)).body
  const join2 = (person: Person, id: string) =>
    patch(person.user.id, { op: 'add', path: '/assignedGroups', value: [{ id }] })

  it('are made, read, listed, filtered and told to others', async () => {
    const made = await acme.admin.call('POST', GROUPS, {
      name: 'Crew',
      description: 'd',
      providerType: 'custom',
      assignedRoles: [{ name: 'AuditAdmin' }],
    })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      name: 'Crew',
      description: 'd',
      status: 'active',
      providerType: 'custom',
      assignedRoles: [{ name: 'AuditAdmin' }],
    })
    expect((await anna.call('GET', `${GROUPS}/${made.body.id}`)).body).toEqual(made.body)
    await group({ name: 'Other' })
    const names = async (filter: string) =>
      (await anna.call('POST', `${GROUPS}/actions/filter`, { filter })).body.data.map(
        ({ name }: { name: string }) => name,
      )
    expect(await names('name co "re"')).toEqual(['Crew'])
    expect(await names('assignedRoles.name eq "AuditAdmin" and providerType eq "custom"')).toEqual(['Crew'])
    expect(await names('status eq "disabled"')).toEqual([])
    expect((await anna.call('GET', `${GROUPS}?totalResults=true&limit=1`)).body).toMatchObject({
      data: [{ name: 'Crew' }],
      totalResults: 2,
    })
    expect(codeOf(await acme.admin.call('POST', GROUPS, { name: 'Crew' }))).toEqual([409, 'HTTP-409'])
    expect(codeOf(await anna.call('POST', GROUPS, { name: 'x' }))).toEqual([403, 'HTTP-403'])
    expect((await anna.call('GET', `${GROUPS}/settings`)).body).toMatchObject({ autoCreateGroups: false })
    expect((await anna.call('GET', `${GROUPS}/none`)).status).toBe(404)
  })

  it('give their roles to their members in the commit that changes them', async () => {
    const viewer = await acme.person('viewer', [])
    const { id } = await group({ name: 'Keys', providerType: 'custom' })
    await join2(viewer, id)
    const key = () => viewer.call('POST', '/api/v1/api-keys', { description: 'k' })
    expect((await key()).status).toBe(403)
    const change = [{ op: 'replace', path: 'assignedRoles', value: [{ name: 'Developer' }] }]
    expect((await acme.admin.call('PATCH', `${GROUPS}/${id}`, change)).status).toBe(204)
    expect((await key()).status).toBe(201)
    expect((await read(viewer.user.id)).assignedGroups).toMatchObject([
      { id, name: 'Keys', assignedRoles: [{ name: 'Developer' }] },
    ])
    await acme.admin.call('PATCH', `${GROUPS}/${id}`, [replace('/name', 'Locks')])
    expect((await read(viewer.user.id)).assignedGroups[0].name).toBe('Locks')
    expect((await acme.admin.call('DELETE', `${GROUPS}/${id}`)).status).toBe(204)
    expect((await key()).status).toBe(403)
    expect((await read(viewer.user.id)).assignedGroups).toEqual([])
    expect((await acme.admin.call('DELETE', `${GROUPS}/${id}`)).status).toBe(404)
  })

  it('of a provider keep their names', async () => {
    const { id } = await group({ name: 'Theirs', providerType: 'idp' })
    expect((await acme.admin.call('PATCH', `${GROUPS}/${id}`, [replace('/name', 'Mine')])).status).toBe(400)
  })

  it('that are changed or deleted switch off the tasks of those who lose the right', async () => {
    const bert = await acme.person('bert')
    const { id } = await group({ name: 'Crew' })
    await join2(bert, id)
    const { app, space } = await appInSharedSpace(api, anna, [])
    const member = { type: 'group', assigneeId: id, roles: ['producer'] }
    await anna.call('POST', `/api/v1/spaces/${space.id}/assignments`, member)
    const task = await madeTask(bert, scheduledTask(app.id, { enabled: true }))
    await acme.admin.call('DELETE', `${GROUPS}/${id}`)
    const [stored] = await everyRow(api.store, 'tasks', { tenantId: acme.tenant.id })
    expect(stored).toMatchObject({ id: task.id, enabled: false, disabledCode: 'OWNER-MOVED' })
  })

  it('cannot take the last TenantAdmin away', async () => {
    const { id } = await group({ name: 'Admins', assignedRoles: ['TenantAdmin'] })
    const second = await acme.person('second', [])
    await join2(second, id)
    await second.call('PATCH', `${USERS}/${acme.admin.user.id}`, [replace('/status', 'disabled')])
    const change = [replace('/assignedRoles', [])]
    expect(codeOf(await second.call('PATCH', `${GROUPS}/${id}`, change))).toEqual([409, 'HTTP-409'])
    expect(codeOf(await second.call('DELETE', `${GROUPS}/${id}`))).toEqual([409, 'HTTP-409'])
    expect((await second.call('GET', `${GROUPS}/${id}`)).body.assignedRoles).toMatchObject([
      { name: 'TenantAdmin' },
    ])
    expect(await api.store.user(acme.tenant.id, second.user.id)).toMatchObject({
      groups: [{ id, roles: ['TenantAdmin'] }],
    })
  })

  it('are members of spaces only when they are there', async () => {
    const { space } = await appInSharedSpace(api, anna, [])
    const member = { type: 'group', assigneeId: 'none', roles: ['producer'] }
    const answer = await anna.call('POST', `/api/v1/spaces/${space.id}/assignments`, member)
    expect(wrongAt(answer)).toEqual([400, { pointer: '/assigneeId' }])
  })
})
