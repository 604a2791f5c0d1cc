/** Users, roles and groups as clients of Qlik Cloud make and change them; on the durable store. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newUuid } from '../../src/core/ids.ts'
import { roleIdOf } from '../../src/core/role.ts'
import { FINISHED_EVENT_TYPE, WEBHOOK_DISABLED_TYPE } from '../../src/event/event-types.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { put } from '../support/catalog.ts'
import { claimNext } from '../support/reload-steps.ts'
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
const make = async (body: object) => (await acme.admin.call('POST', USERS, body)).body
const read = async (id: string) => (await acme.admin.call('GET', `${USERS}/${id}`)).body
const patch = (id: string, ...operations: object[]) => acme.admin.call('PATCH', `${USERS}/${id}`, operations)
const replace = (path: string, value: unknown) => ({ op: 'replace', path, value })
const subjects = async (query: string) =>
  (await anna.call('GET', `${USERS}?${query}&fields=subject`)).body.data.map(
    (row: { subject: string }) => row.subject,
  )
const filtered = async (filter: string) =>
  (await anna.call('POST', `${USERS}/actions/filter`, { filter })).body.data.map(
    (row: { subject: string }) => row.subject,
  )

describe('users', () => {
  it('are made invited, with roles by id or by name, each subject once', async () => {
    const assignedRoles = [{ name: 'developer' }, { id: roleIdOf(acme.tenant.id, 'AuditAdmin') }, 'DataAdmin']
    const made = await acme.admin.call('POST', USERS, {
      subject: 'D\\ute',
      name: 'Ute',
      email: 'ute@example.com',
      picture: 'https://example.com/u.png',
      status: 'invited',
      tenantId: acme.tenant.id,
      assignedRoles,
    })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      subject: 'D\\ute',
      name: 'Ute',
      email: 'ute@example.com',
      picture: 'https://example.com/u.png',
      status: 'invited',
      assignedGroups: [],
      assignedRoles: [
        { id: roleIdOf(acme.tenant.id, 'Developer'), name: 'Developer', type: 'default', level: 'user' },
        { name: 'AuditAdmin', level: 'admin' },
        { name: 'DataAdmin' },
      ],
    })
    expect(await read(made.body.id)).toEqual(made.body)
    expect(codeOf(await acme.admin.call('POST', USERS, { subject: 'D\\ute' }))).toEqual([409, 'HTTP-409'])
    expect(codeOf(await anna.call('POST', USERS, { subject: 'x' }))).toEqual([403, 'HTTP-403'])
  })

  it.each([
    [{ subject: '' }, '/subject'],
    [{ email: 'nobody' }, '/email'],
    [{ picture: 'javascript:alert(1)' }, '/picture'],
    [{ assignedRoles: [{ name: 'Developer' }, { name: 'God' }] }, '/assignedRoles/1'],
    [{ assignedRoles: [{}] }, '/assignedRoles/0'],
    [{ tenantId: 'other' }, '/tenantId'],
    [{ status: 'deleted' }, '/status'],
  ])('are not made with %j', async (more, pointer) => {
    const answer = await acme.admin.call('POST', USERS, { subject: 'x', ...more })
    expect(wrongAt(answer)).toEqual([400, { pointer }])
  })

  it('are invited without a mail, and told so; who is there is told', async () => {
    const old = await make({ subject: 'gone', email: 'gone@example.com' })
    await patch(old.id, replace('/status', 'disabled'))
    const invitees = [
      { email: 'new@example.com', name: 'New', language: 'de' },
      { email: 'ANNA@acme.example.com' },
      { email: 'gone@example.com' },
    ]
    const answer = await acme.admin.call('POST', `${USERS}/actions/invite`, { invitees })
    expect(answer.status).toBe(207)
    const [fresh, known, disabled] = answer.body.data
    expect(fresh).toMatchObject({ status: 'ok', subject: 'new@example.com' })
    expect(fresh.detail).toContain('without a mail')
    expect(known).toEqual({
      email: 'ANNA@acme.example.com',
      status: 'exists',
      subject: 'anna',
      userId: anna.user.id,
    })
    expect(disabled).toMatchObject({ status: 'error', code: '1002' })
    expect(await read(fresh.userId)).toMatchObject({ name: 'New', status: 'invited', preferredLocale: 'de' })
    const refused = await anna.call('POST', `${USERS}/actions/invite`, { invitees })
    expect(codeOf(refused)).toEqual([403, 'HTTP-403'])
    const bad = await acme.admin.call('POST', `${USERS}/actions/invite`, { invitees: [{ email: 'x' }] })
    expect(wrongAt(bad)).toEqual([400, { pointer: '/invitees/0/email' }])
  })

  it('are found by email, subject and name, and by filters with escapes, roles and groups', async () => {
    await make({ subject: 'D\\u', name: 'Uwe', email: 'uwe@example.com', assignedRoles: ['DataAdmin'] })
    await make({ subject: 'D\\v', name: 'Vera' })
    expect(await subjects('email=UWE@example.com')).toEqual(['D\\u'])
    expect(await subjects(`subject=${encodeURIComponent('d\\V')}`)).toEqual(['D\\v'])
    expect(await subjects('name=nobody')).toEqual([])
    expect(await filtered('(status eq "active" or status eq "invited") and (subject eq "D\\\\u")')).toEqual([
      'D\\u',
    ])
    expect(await filtered('name co "er" or email co "UWE"')).toEqual(['D\\u', 'D\\v'])
    expect(await filtered('assignedRoles.name eq "dataadmin"')).toEqual(['D\\u'])
    expect(await filtered(`assignedRoles.id eq "${roleIdOf(acme.tenant.id, 'DataAdmin')}"`)).toEqual(['D\\u'])
    expect(await filtered('assignedRoles.id eq "x" or clientId eq "x" or assignedScopes eq "x"')).toEqual([])
    const group = (
      await acme.admin.call('POST', '/api/v1/groups', { name: 'G', assignedRoles: ['AuditAdmin'] })
    ).body
    await patch(anna.user.id, replace('/assignedGroups', [{ id: group.id }]))
    expect(await filtered(`assignedGroups.id eq "${group.id}"`)).toEqual(['anna'])
    expect(await filtered('assignedGroupsAssignedRoles.name eq "AuditAdmin"')).toEqual(['anna'])
    expect(wrongAt(await anna.call('POST', `${USERS}/actions/filter`, { filter: 'color eq "x"' }))).toEqual([
      400,
      { parameter: 'filter' },
    ])
    expect((await anna.call('POST', `${USERS}/actions/filter?sort=-subject&limit=1`)).body.data).toHaveLength(
      1,
    )
  })

  it('are changed by patches: replace, add, remove-value, unset and renew', async () => {
    const { id } = await make({ subject: 's', email: 's@example.com', assignedRoles: ['Developer'] })
    const answer = await patch(
      id,
      replace('/name', 'Sam'),
      replace('email', 'sam@example.com'),
      replace('/preferredLocale', 'de-CH'),
      replace('/preferredZoneinfo', 'Europe/Zurich'),
      { op: 'add', path: '/assignedRoles/-', value: { name: 'AuditAdmin' } },
      { op: 'remove-value', path: '/assignedRoles', value: [{ name: 'Developer' }] },
      { op: 'renew', path: '/inviteExpiry' },
      replace('/status', 'active'),
    )
    expect([answer.status, answer.text]).toEqual([204, ''])
    expect(await read(id)).toMatchObject({
      name: 'Sam',
      email: 'sam@example.com',
      preferredLocale: 'de-CH',
      preferredZoneinfo: 'Europe/Zurich',
      assignedRoles: [{ name: 'AuditAdmin' }],
      status: 'active',
    })
    await patch(id, { op: 'unset', path: '/email' }, { op: 'remove', path: '/assignedRoles' })
    const after = await read(id)
    expect(after.assignedRoles).toEqual([])
    expect(after).not.toHaveProperty('email')
    const partly = await patch(id, replace('/assignedScopes', ['x']), replace('/name', 'Tom'))
    expect([partly.status, partly.body.errors[0].source]).toEqual([207, { pointer: '/0/path' }])
    expect((await read(id)).name).toBe('Tom')
  })

  it.each([
    [{ op: 'move', path: '/name' }, '/1/op'],
    [replace('/color', 'x'), '/1/path'],
    [replace('/name', ''), '/1/value'],
    [{ op: 'remove', path: '/name' }, '/1/op'],
    [replace('/status', 'deleted'), '/1/value'],
    [replace('/status', 'invited'), '/1/value'],
    [replace('/assignedRoles', [{ name: 'God' }]), '/1/value/0'],
    [replace('/assignedGroups', [{ id: 'none' }]), '/1/value'],
    [replace('/assignedRoles', 'Developer'), '/1/value'],
    [replace('/preferredZoneinfo', 'Mars/Olympus'), '/1/value'],
  ])('are left as they are by the patch %j', async (operation, pointer) => {
    const answer = await patch(anna.user.id, replace('/name', 'other'), operation)
    expect(wrongAt(answer)).toEqual([400, { pointer }])
    expect((await read(anna.user.id)).name).toBe('anna')
  })

  it('change some things of themselves, and nothing of others', async () => {
    const own = `${USERS}/${anna.user.id}`
    expect((await anna.call('PATCH', own, [replace('/preferredLocale', 'fr')])).status).toBe(204)
    expect((await read(anna.user.id)).preferredLocale).toBe('fr')
    for (const operation of [replace('/name', 'x'), replace('/assignedRoles', ['TenantAdmin'])]) {
      expect(codeOf(await anna.call('PATCH', own, [operation]))).toEqual([403, 'HTTP-403'])
    }
    const other = `${USERS}/${acme.admin.user.id}`
    expect(codeOf(await anna.call('PATCH', other, [replace('/preferredLocale', 'fr')]))).toEqual([
      403,
      'HTTP-403',
    ])
    expect(codeOf(await anna.call('DELETE', other))).toEqual([403, 'HTTP-403'])
  })

  it('keep an active TenantAdmin: the last one is not disabled, deleted or stripped', async () => {
    const { id } = acme.admin.user
    await make({ subject: 'invited-admin', assignedRoles: ['TenantAdmin'] })
    const conflicts = [
      await patch(id, replace('/status', 'disabled')),
      await patch(id, replace('/assignedRoles', ['Developer'])),
      await acme.admin.call('DELETE', `${USERS}/${id}`),
    ]
    expect(conflicts.map(codeOf)).toEqual(Array(3).fill([409, 'HTTP-409']))
    expect(await read(id)).toMatchObject({
      status: 'active',
      assignedRoles: [{ name: 'TenantAdmin' }, {}, {}],
    })
    const second = await acme.person('second', ['TenantAdmin'])
    expect((await second.call('PATCH', `${USERS}/${id}`, [replace('/status', 'disabled')])).status).toBe(204)
    expect(codeOf(await second.call('DELETE', `${USERS}/${second.user.id}`))).toEqual([409, 'HTTP-409'])
  })

  it('of two administrators who disable each other at once, one stays', async () => {
    const second = await acme.person('second', ['TenantAdmin'])
    const off = [replace('/status', 'disabled')]
    const answers = await Promise.all([
      acme.admin.call('PATCH', `${USERS}/${second.user.id}`, off),
      second.call('PATCH', `${USERS}/${acme.admin.user.id}`, off),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409])
  })
})

describe('a user that goes', () => {
  const hook = (level: string, more = {}) => ({
    name: 'w',
    enabled: true,
    url: 'https://example.com/',
    level,
    eventTypes: [FINISHED_EVENT_TYPE, WEBHOOK_DISABLED_TYPE],
    ...more,
  })

  async function scene() {
    const bert = await acme.person('bert')
    const { app, space } = await appInSharedSpace(api, anna, [[bert, 'producer']])
    const task = await madeTask(bert, scheduledTask(app.id, { enabled: true }))
    const webhook = (await bert.call('POST', '/api/v1/webhooks', hook('user'))).body
    const watcher = (await acme.admin.call('POST', '/api/v1/webhooks', hook('tenant'))).body
    const now = api.world.clock.now()
    const session = {
      id: newUuid<'login-session'>(api.world.random),
      tenantId: acme.tenant.id,
      userId: bert.user.id,
      tokenHash: newUuid(api.world.random),
      opened: { by: 'key', keyId: newUuid<'key'>(api.world.random) },
      claims: {},
      createdAt: now,
      seenAt: now,
      expiresAt: now + 1e9,
    } as const
    await put(api.store, { loginSessions: [session] })
    const reload = (await bert.call('POST', '/api/v1/reloads', { appId: app.id })).body
    await claimNext(api.deps)
    return { bert, app, space, task, webhook, watcher, session, reload }
  }

  const storedTask = async (id: string) => api.store.task(acme.tenant.id, id as never)
  const disabledTold = async (webhookId: string) =>
    (await api.store.eventsAfter(acme.tenant.id, 0, 1000)).filter(
      ({ type, resourceId }) => type === WEBHOOK_DISABLED_TYPE && resourceId === webhookId,
    )

  it.each([
    ['disabled', 'OWNER-DISABLED'],
    ['deleted', 'OWNER-DELETED'],
  ])('%s: tasks, webhooks, keys and sessions go with it; its reload runs on', async (status, code) => {
    const { bert, task, webhook, watcher, session, reload } = await scene()
    const client = {
      id: newUuid<'oauth-client'>(api.world.random),
      tenantId: acme.tenant.id,
      userId: anna.user.id,
      name: 'c',
      description: '',
      secrets: [],
      createdAt: 0,
      createdBy: bert.user.id,
      updatedAt: 0,
    }
    await put(api.store, { oauthClients: [client] })
    const path = `${USERS}/${bert.user.id}`
    const answer =
      status === 'deleted'
        ? await acme.admin.call('DELETE', path)
        : await acme.admin.call('PATCH', path, [replace('/status', status)])
    expect(answer.status).toBe(204)
    expect(await storedTask(task.id)).toMatchObject({ enabled: false, disabledCode: code })
    expect((await acme.admin.call('GET', `/api/core/webhooks/${webhook.id}`)).body).toMatchObject({
      enabled: false,
      disabledReasonCode: 'OWNER-GONE',
    })
    const [told] = await disabledTold(webhook.id)
    const heard = await api.store.deliveriesOf(told!.id)
    expect(heard.map(({ subscriptionId }) => subscriptionId)).toEqual([watcher.id])
    expect(await api.store.sessionByHash(session.tokenHash)).toBeUndefined()
    expect((await bert.call('GET', `${USERS}/me`)).status).toBe(401)
    const keys = (await acme.admin.call('GET', `/api/v1/api-keys?sub=${bert.user.id}`)).body.data
    expect(keys.map((key: { status: string }) => key.status)).toEqual([
      status === 'deleted' ? 'revoked' : 'active',
    ])
    expect((await acme.admin.call('GET', `/api/v1/reloads/${reload.id}`)).body.status).toBe('RELOADING')
    expect((await api.store.oauthClient(client.id))?.client).toEqual(client)
  })

  it('with its OAuth client ends as any other', async () => {
    const wish = { clientName: 'c', appType: 'web', roles: ['Developer'] }
    const client = (await acme.admin.call('POST', '/api/v1/oauth-clients', wish)).body
    const path = `${USERS}/${client.userId}`
    expect(codeOf(await acme.admin.call('DELETE', path))).toEqual([409, 'HTTP-409'])
    const hook = { name: 'w', url: 'https://example.com/', eventTypes: [], level: 'user', enabled: true }
    const wished = { ...hook, ownerId: client.userId }
    const webhook = (await acme.admin.call('POST', '/api/core/webhooks', wished)).body
    expect(webhook.ownerId).toBe(client.userId)
    const deleted = await acme.admin.call('DELETE', `/api/v1/oauth-clients/${client.clientId}`)
    expect(deleted.status).toBe(204)
    expect((await acme.admin.call('GET', `/api/core/webhooks/${webhook.id}`)).body).toMatchObject({
      enabled: false,
      disabledReasonCode: 'OWNER-GONE',
    })
    expect((await read(client.userId)).status).toBe('deleted')
    expect(await api.store.oauthClient(client.clientId)).toBeUndefined()
  })

  it('disabled comes back with its keys; tasks and webhooks wait for a hand', async () => {
    const { bert, task } = await scene()
    await patch(bert.user.id, replace('/status', 'disabled'))
    await patch(bert.user.id, replace('/status', 'active'))
    expect((await bert.call('GET', `${USERS}/me`)).status).toBe(200)
    expect((await storedTask(task.id))?.enabled).toBe(false)
  })

  it('deleted is found by its id alone, its subject is free, and its person forgotten when asked', async () => {
    const bert = await acme.person('bert')
    const { id } = bert.user
    await acme.admin.call('DELETE', `${USERS}/${id}`)
    expect(await read(id)).toMatchObject({ status: 'deleted', name: 'bert', assignedRoles: [] })
    expect(await subjects('limit=100')).not.toContain('bert')
    expect(await filtered('status eq "deleted"')).toEqual(['bert'])
    expect((await anna.call('GET', `${USERS}/actions/count`)).body).toEqual({ total: 2 })
    expect(codeOf(await patch(id, replace('/name', 'x')))).toEqual([404, 'USERS-7'])
    expect(codeOf(await acme.admin.call('DELETE', `${USERS}/${id}`))).toEqual([404, 'USERS-7'])
    expect((await acme.admin.call('DELETE', `${USERS}/${id}?pseudonymize=true`)).status).toBe(204)
    const after = await read(id)
    expect(after).toMatchObject({ status: 'deleted', subject: `deleted-${id}`, name: 'Deleted user' })
    expect(JSON.stringify(after)).not.toContain('bert')
    expect((await make({ subject: 'bert' })).status).toBe('invited')
  })

  it('loses what a group gave, also its tasks, when it leaves the group', async () => {
    const bert = await acme.person('bert')
    const group = (await acme.admin.call('POST', '/api/v1/groups', { name: 'Crew' })).body
    await patch(bert.user.id, { op: 'add', path: '/assignedGroups', value: [{ name: 'Crew' }] })
    const { app, space } = await appInSharedSpace(api, anna, [])
    const member = { type: 'group', assigneeId: group.id, roles: ['producer'] }
    expect((await anna.call('POST', `/api/v1/spaces/${space.id}/assignments`, member)).status).toBe(201)
    const task = await madeTask(bert, scheduledTask(app.id, { enabled: true }))
    await patch(bert.user.id, { op: 'remove', path: '/assignedGroups', value: [{ id: group.id }] })
    expect((await bert.call('GET', `/api/v1/apps/${app.id}`)).status).toBe(404)
    expect(await storedTask(task.id)).toMatchObject({ enabled: false, disabledCode: 'OWNER-MOVED' })
  })
})
