/** Acts of people as audits: who did what, from where, without secrets; and who may read them. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DAY } from '../../src/core/units.ts'
import { AUDIT_TYPES } from '../../src/event/audit-event.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { addApp } from '../support/reload-steps.ts'

const AUDITS = '/api/v1/audits'
let api: ApiUnderTest
let acme: Members
let anna: Person

beforeEach(async () => {
  api = await apiUnderTest()
  acme = await api.tenant('acme')
  anna = await acme.person('anna')
})
afterEach(() => api.close())

const listed = async (by: Person, query = '') =>
  (await by.call('GET', `${AUDITS}?limit=100&${query}`)).body.data
const typesOf = (audits: readonly { readonly eventType: string }[]) => audits.map((one) => one.eventType)

it('tell who did what from where, the names of what changed, and no value of it', async () => {
  const { id } = (await anna.call('POST', '/api/v1/api-keys', { description: 'a-secret-word' })).body
  const patch = [{ op: 'replace', path: '/description', value: 'another-secret' }]
  await acme.admin.call('PATCH', `/api/v1/api-keys/${id}`, patch)
  const [updated, created] = await listed(acme.admin)
  expect(created).toMatchObject({
    eventType: 'com.qlik.v1.api-key.created',
    source: 'com.reprise/audits',
    userId: anna.user.id,
    extensions: { ownerId: anna.user.id, originIp: '127.0.0.1', topLevelResourceId: id },
    data: { id },
  })
  expect(updated).toMatchObject({
    eventType: 'com.qlik.v1.api-key.updated',
    userId: acme.admin.user.id,
    extensions: { ownerId: anna.user.id },
    data: { id, changed: ['description'] },
  })
  expect(JSON.stringify([updated, created])).not.toMatch(/secret|tokenHash":/)
})

it('are read by admins of the tenant or of audits, by others as far as they are their own', async () => {
  const auditor = await acme.person('otto', ['AuditAdmin'])
  const { id: appId } = await addApp(api, anna.user)
  const { id } = (await anna.call('POST', '/api/v1/reloads', { appId })).body
  await acme.admin.call('POST', `/api/v1/reloads/${id}/actions/cancel`)
  const all = [
    'com.qlik.v1.reload.cancel.requested',
    'com.qlik.v1.reload.finished',
    'com.qlik.v1.reload.accepted',
  ]
  for (const by of [acme.admin, auditor]) expect(typesOf(await listed(by)).toSorted()).toEqual(all.toSorted())
  expect(typesOf(await listed(anna)).toSorted()).toEqual(all.slice(1).toSorted())
  const other = await api.tenant('other')
  expect(await listed(other.admin)).toEqual([])
  const [cancel] = await listed(acme.admin, 'eventType=com.qlik.v1.reload.cancel.requested')
  expect(cancel).toMatchObject({ userId: acme.admin.user.id, data: { id, appId } })
  expect((await anna.call('GET', `${AUDITS}/${cancel.id}`)).status).toBe(404)
  const byType = await listed(acme.admin, 'sort=%2BeventType')
  expect(typesOf(byType)).toEqual(all.toSorted())
})

it('tell of nothing where nothing was done', async () => {
  const refused = await anna.call('POST', '/api/v1/users', { subject: 'x' })
  expect(refused.status).toBe(403)
  await anna.call('DELETE', '/api/v1/api-keys/none')
  await anna.call('GET', '/api/v1/users/me')
  expect(await listed(acme.admin)).toEqual([])
})

it('tell of an app that comes with a script as of any new app, and of a script that is set alone', async () => {
  const { id } = (await anna.call('POST', '/api/v1/apps', { attributes: { name: 'A' } })).body.attributes
  const url = `/api/v1/apps/${id}`
  await anna.call('POST', `${url}/scripts`, { script: 'TRACE 1' })
  expect(typesOf(await listed(anna))).toEqual(['com.qlik.v1.app.script.created', 'com.qlik.v1.app.created'])
  const { body: space } = await acme.admin.call('POST', '/api/v1/spaces', { name: 'm', type: 'managed' })
  const member = { type: 'user', assigneeId: anna.user.id, roles: ['publisher'] }
  await acme.admin.call('POST', `/api/v1/spaces/${space.id}/assignments`, member)
  const archive = String((await anna.call('POST', `${url}/export`)).headers.location)
    .split('/')
    .at(-1)
  for (const [path, body] of [
    [`${url}/copy`, {}],
    [`${url}/publish`, { spaceId: space.id }],
    [`/api/v1/apps/import?fileId=${archive}`, undefined],
  ] as const) {
    api.advance(1000)
    const made = await anna.call('POST', path, body)
    const [newest] = await listed(anna)
    expect([path, newest.eventType, newest.data.id]).toEqual([
      path,
      'com.qlik.v1.app.created',
      made.body.attributes.id,
    ])
  }
})

it('name the program that acted as its user', async () => {
  const clients = '/api/v1/oauth-clients'
  const made = await acme.admin.call('POST', clients, {
    clientName: 'nightly',
    appType: 'web',
    assignedRoles: [],
  })
  expect(made.status).toBe(201)
  const [client] = await listed(acme.admin)
  expect([client.eventType, client.data.name]).toEqual(['com.qlik.v1.oauth-client.created', 'nightly'])
  expect(JSON.stringify(client)).not.toContain(made.body.clientSecret)
})

it('are no part of webhooks and of the stream', async () => {
  const hook = { name: 'w', url: 'https://example.com/', eventTypes: [AUDIT_TYPES[0]] }
  expect((await acme.admin.call('POST', '/api/v1/webhooks', hook)).status).toBe(400)
  expect((await acme.admin.call('GET', `/api/v1/events/stream?types=${AUDIT_TYPES[0]}`)).status).toBe(400)
})

it('are described: types, sources, how long they are kept', async () => {
  const types = (await anna.call('GET', `${AUDITS}/types`)).body
  expect(types.data).toContain('com.qlik.v1.user.created')
  expect(types.data).toContain('com.qlik.v1.reload.finished')
  expect(types.links.self.href).toContain(`${AUDITS}/types`)
  expect((await anna.call('GET', `${AUDITS}/sources`)).body.data).toContain('com.reprise/audits')
  const { data } = (await anna.call('GET', `${AUDITS}/settings`)).body
  expect(data).toEqual({ ArchiveEnabled: true, EventTTL: 90 * 86_400 })
})

it('of a day that is over are read at once', async () => {
  const key = (by: Person) => by.call('POST', '/api/v1/api-keys', { description: 'k' })
  const day = () => new Date(api.world.clock.now()).toISOString().slice(0, 10)
  const days: string[] = []
  for (let n = 0; n < 3; n++) {
    days.push(day())
    await key(acme.admin)
    await key(anna)
    api.advance(DAY)
  }
  const archive = async (by: Person, date: string) => await by.call('GET', `${AUDITS}/archive?date=${date}`)
  const { body } = await archive(acme.admin, days[1]!)
  expect(typesOf(body.data)).toEqual(['com.qlik.v1.api-key.created', 'com.qlik.v1.api-key.created'])
  expect(body.data.every((one: { eventTime: string }) => one.eventTime.startsWith(days[1]!))).toBe(true)
  expect((await archive(anna, days[2]!)).body.data).toHaveLength(1)
  expect((await archive(acme.admin, '2026-10-30')).body.data).toEqual([])
  expect((await archive(acme.admin, day())).status).toBe(404)
  expect((await archive(acme.admin, '2020-01-01')).status).toBe(404)
  expect((await archive(acme.admin, '2026-13-01')).status).toBe(400)
})
