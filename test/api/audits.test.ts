/** Acts of people as audits: who did what, from where, without secrets; and who may read them. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DAY } from '../../src/core/units.ts'
import { AUDIT_TYPES } from '../../src/event/audit-event.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { Browser, hidden, injecting } from '../support/browser.ts'
import { signingKey, TestIssuer } from '../support/issuer.ts'
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
  api.advance(1000)
  const [published] = (await anna.call('GET', `/api/v1/items?spaceId=${space.id}`)).body.data
  await anna.call('PUT', `${url}/publish`, { targetId: published.resourceId })
  const [newest] = await listed(anna)
  expect([newest.eventType, newest.data.id]).toEqual(['com.qlik.v1.app.updated', published.resourceId])
  expect(newest.data.changed).toContain('currentScriptId')
})

it('name the program that acted as its user', async () => {
  const made = await acme.admin.call('POST', '/api/v1/oauth-clients', {
    clientName: 'nightly',
    appType: 'web',
    assignedRoles: [],
  })
  expect(made.status).toBe(201)
  const { clientId, clientSecret, userId } = made.body
  const [client] = await listed(acme.admin)
  expect([client.eventType, client.data.name]).toEqual(['com.qlik.v1.oauth-client.created', 'nightly'])
  expect(client.extensions.actor).toBeUndefined()
  expect(JSON.stringify(client)).not.toContain(clientSecret)
  const payload = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
  const answer = await api.server.inject({ method: 'POST', url: '/oauth/token', payload })
  const authorization = `Bearer ${answer.json().access_token}`
  const asProgram = async (url: string, body: object) => {
    const sent = { method: 'POST', url, headers: { authorization }, payload: body } as const
    const { statusCode, body: text } = await api.server.inject(sent)
    expect(statusCode, text).toBeLessThan(300)
    return text === '' ? undefined : JSON.parse(text)
  }
  const appId = (await asProgram('/api/v1/apps', { attributes: { name: 'A' } })).attributes.id
  const { id } = await asProgram('/api/v1/reloads', { appId })
  await asProgram(`/api/v1/reloads/${id}/actions/cancel`, {})
  const acts = await listed(acme.admin, `userId=${userId}&source=com.reprise/audits`)
  expect(typesOf(acts)).toEqual([
    'com.qlik.v1.reload.cancel.requested',
    'com.qlik.v1.reload.accepted',
    'com.qlik.v1.app.created',
  ])
  for (const act of acts) {
    expect(act.userId).toBe(userId)
    expect(act.extensions).toMatchObject({
      actor: { sub: clientId, subType: 'externalClient' },
      originIp: '127.0.0.1',
      ownerId: userId,
      topLevelResourceId: appId,
    })
  }
})

it('of accepted reloads are found by every filter, by their id, page by page, and stay when the app is gone', async () => {
  const { id: appId } = await addApp(api, anna.user)
  const ids: string[] = []
  for (let n = 0; n < 3; n++) {
    const { id } = (await anna.call('POST', '/api/v1/reloads', { appId })).body
    ids.push(id)
    await anna.call('POST', `/api/v1/reloads/${id}/actions/cancel`)
    api.advance(1000)
  }
  const accepted = 'eventType=com.qlik.v1.reload.accepted'
  const all = await listed(acme.admin, accepted)
  expect(all.map((one: { data: object }) => one.data)).toEqual(
    ids.toReversed().map((id) => ({ id, appId, partial: false, weight: 1 })),
  )
  const [newest] = all
  const time = (one: { eventTime: string }, more = 0) =>
    new Date(Date.parse(one.eventTime) + more).toISOString()
  for (const [query, count] of [
    [`${accepted}&userId=${anna.user.id}`, 3],
    [`${accepted}&userId=${acme.admin.user.id}`, 0],
    [`${accepted}&source=com.reprise/audits`, 3],
    [`${accepted}&source=com.qlik/reloads`, 0],
    [`${accepted}&eventTime=${time(newest)}/${time(newest, 1)}`, 1],
    [`id=${all[0].id},${all[2].id}`, 2],
  ] as const) {
    expect(await listed(acme.admin, query), query).toHaveLength(count)
  }
  expect((await acme.admin.call('DELETE', `/api/v1/apps/${appId}`)).status).toBeLessThan(500)
  expect((await acme.admin.call('GET', `${AUDITS}/${newest.id}`)).body).toEqual(newest)
  const other = await api.tenant('other')
  expect((await other.admin.call('GET', `${AUDITS}/${newest.id}`)).status).toBe(404)
  const everything = (await listed(acme.admin)).map((one: { id: string }) => one.id)
  const walked: string[] = []
  for (let url = `${AUDITS}?limit=2`; url !== ''; ) {
    const { body } = await acme.admin.call('GET', url)
    walked.push(...body.data.map((one: { id: string }) => one.id))
    const next = body.links.next?.href
    url = next === undefined ? '' : new URL(next).pathname + new URL(next).search
  }
  expect(walked).toEqual(everything)
  expect(new Set(walked).size).toBe(walked.length)
})

it('tell that somebody came by a token for the first time, once, and of its session', async () => {
  const key = await signingKey('one')
  const issuer = new TestIssuer('https://id.example.com', [key])
  await api.close()
  api = await apiUnderTest({ fetch: (url, options) => issuer.fetch(url, options) })
  acme = await api.tenant('acme')
  const wish = { name: 'Company', protocol: 'jwt', issuer: issuer.url, jwksUrl: issuer.jwksUrl }
  const { id: providerId } = (await acme.admin.call('POST', '/api/v1/identity-providers', wish)).body
  const exp = Math.floor(api.world.clock.now() / 1000) + 300
  const authorization = `Bearer ${await issuer.token({ sub: 'ada', exp })}`
  const me = () => api.server.inject({ url: '/api/v1/users/me', headers: { authorization } })
  const { id } = (await me()).json()
  await me()
  const ofAda = async () => typesOf(await listed(acme.admin, `userId=${id}`))
  expect(await ofAda()).toEqual(['com.qlik.v1.user.created'])
  const headers = { authorization, 'content-type': 'application/json' }
  const opened = await new Browser(injecting(api.server)).go(
    'POST',
    '/login/jwt-session?qlik-web-integration-id=x',
    { headers },
  )
  expect(opened.status).toBe(200)
  expect(await ofAda()).toEqual(['com.qlik.v1.user-session.created', 'com.qlik.v1.user.created'])
  // The session ends with its provider, by the act of whoever disables that.
  const off = [{ op: 'replace', path: '/enabled', value: false }]
  await acme.admin.call('PATCH', `/api/v1/identity-providers/${providerId}`, off)
  const ends = (await listed(acme.admin)).slice(0, 2)
  expect(typesOf(ends).toSorted()).toEqual([
    'com.qlik.v1.identity-provider.updated',
    'com.qlik.v1.user-session.deleted',
  ])
  for (const end of ends) expect(end.userId).toBe(acme.admin.user.id)
})

it('tell of each sign-in and each end of a session once, and by whom', async () => {
  const signIn = async () => {
    const browser = new Browser(injecting(api.server))
    await browser.signInWithKey(anna.token)
    return browser
  }
  const sessions = `/api/v1/users/${anna.user.id}/sessions`
  const acts = async () => (await listed(acme.admin)).length
  const expectOne = async (did: () => Promise<unknown>, type: string, by: Person) => {
    const before = await acts()
    await did()
    const audits = await listed(acme.admin)
    const own = { eventType: `com.qlik.v1.${type}`, userId: by.user.id }
    expect(audits.slice(0, audits.length - before)).toMatchObject([own])
  }
  let browser = await signIn()
  await expectOne(signIn, 'user-session.created', anna)
  await expectOne(
    async () => {
      const csrf = hidden((await browser.go('GET', '/login')).text, 'csrf')
      await browser.submit('/logout', { csrf })
    },
    'user-session.deleted',
    anna,
  )
  const [{ id }] = (await acme.admin.call('GET', sessions)).body.data
  await expectOne(() => acme.admin.call('DELETE', `${sessions}/${id}`), 'user-session.deleted', acme.admin)
  browser = await signIn()
  await signIn()
  const open = (await anna.call('GET', sessions)).body.data.map((one: { id: string }) => one.id)
  expect(open.length).toBeGreaterThan(1)
  await anna.call('DELETE', sessions)
  const ends = (await listed(acme.admin)).slice(0, open.length)
  expect(ends.map(({ data }: { data: { id: string } }) => data.id).sort()).toEqual(open.sort())
  for (const end of ends) expect(end).toMatchObject({ eventType: 'com.qlik.v1.user-session.deleted' })
  expect((await browser.go('GET', '/api/v1/users/me')).status).toBe(401)
  // Nothing is left to end.
  const before = await acts()
  await anna.call('DELETE', sessions)
  await browser.go('GET', '/api/v1/users/me')
  expect(await acts()).toBe(before)
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
