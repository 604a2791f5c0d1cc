/** Terraform and the vendor's examples: they deploy; and the rows of the page that wait. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { signingKey, TestIssuer } from '../../support/issuer.ts'
import {
  appInSpace,
  exportedApp,
  OCTETS,
  oauthClient,
  type Raw,
  type Sequence,
  sequence,
  WAITING,
} from './sequence.ts'

const issuer = new TestIssuer('https://id.example.com', [await signingKey('one', 'RS256')])
let to: Sequence
beforeEach(async () => {
  to = await sequence({ fetch: issuer.fetch })
})
afterEach(() => to?.api.close())

const V1 = '/api/v1'
const get = (target: string) => to.ask('GET', V1 + target)
const ids = ({ body }: Raw) => body.data.map(({ id }: { id: string }) => id)
const quoted = (text: string) => encodeURIComponent(text)
const automation = { name: 'Nightly', workspace: { version: 1, steps: [] } }

it('G: Terraform takes a token, then makes, changes and deletes a space', async () => {
  const client = await oauthClient(to)
  const token = await to.bare('POST', '/oauth/token', {
    headers: { 'content-type': 'application/json' },
    body: { ...client, grant_type: 'client_credentials' },
  })
  expect([typeof token.body.expires_at, Number.isInteger(token.body.expires_in)]).toEqual(['string', true])
  const headers = { authorization: `Bearer ${token.body.access_token}` }
  const made = await to.send('POST', `${V1}/spaces`, { name: 'T', type: 'shared', description: '' }, headers)
  expect(made.status, made.text).toBe(201)
  const listed = await to.ask('GET', `${V1}/spaces?limit=10&name=`, { headers })
  expect(ids(listed)).toEqual([made.body.id])
  const body = { name: 'U', ownerId: made.body.ownerId, description: '' }
  expect((await to.send('PUT', `${V1}/spaces/${made.body.id}`, body, headers)).body.name).toBe('U')
  const deleted = await to.ask('DELETE', `${V1}/spaces/${made.body.id}`, {
    headers: { ...headers, 'content-type': 'application/json' },
  })
  expect([deleted.status, deleted.text]).toEqual([204, ''])
})

it('E: the vendor’s examples deploy an app', async () => {
  const { space, app } = await appInSpace(to)
  const client = { ...(await oauthClient(to)), grant_type: 'client_credentials' }
  const token = await to.bare('POST', '/oauth/token', {
    headers: { 'content-type': 'application/json' },
    body: client,
  })
  const headers = { authorization: `Bearer ${token.body.access_token}` }
  const program = (await to.ask('GET', `${V1}/users/me`, { headers })).body
  expect([program.tenantId, program.id]).toEqual([to.acme.tenant.id, expect.any(String)])
  const me = (await get('/users/me')).body
  expect(me).toMatchObject({ tenantId: to.acme.tenant.id, id: to.acme.admin.user.id })
  const personal = (await to.send('POST', `${V1}/apps`, { attributes: { name: 'P' } })).body.attributes.id
  expect((await get(`/apps/${personal}`)).body.attributes).not.toHaveProperty('spaceId')
  const bob = (await to.acme.person('bob')).user.id
  expect((await get(`/spaces/${space}`)).body.id).toBe(space)
  const member = { type: 'user', assigneeId: bob, roles: ['consumer'] }
  expect((await to.send('POST', `${V1}/spaces/${space}/assignments`, member)).status).toBe(201)
  const again = await to.send('POST', `${V1}/spaces/${space}/assignments`, member)
  expect([again.status, again.body.code]).toEqual([409, 'AssignmentConflict'])
  const managed = await to.ask('POST', `${V1}/spaces`, {
    headers: { 'content-type': 'application/ecmascript' },
    body: JSON.stringify({ name: 'M', type: 'managed' }),
  })
  expect(managed.status, managed.text).toBe(201)
  const m = managed.body.id
  const archive = await exportedApp(to, app, '', { headers: OCTETS })
  const seen: string[] = []
  for (const _ of [1, 2]) {
    const imported = await to.ask('POST', `${V1}/apps/import?mode=autoreplace&spaceId=${space}`, {
      headers: OCTETS,
      body: archive,
    })
    expect(imported.body.attributes.name).toBe('Sales Dashboard')
    seen.push(imported.body.attributes.id)
  }
  expect(seen).toEqual([app, app])
  expect((await get(`/items?resourceType=app&spaceId=${m}`)).body.data).toEqual([])
  const published = await to.send('POST', `${V1}/apps/${app}/publish`, { spaceId: m })
  const target = published.body.attributes.id
  const [item] = (await get(`/items?resourceType=app&spaceId=${m}`)).body.data
  expect(item.resourceAttributes).toMatchObject({ originAppId: app, id: target })
  const republished = await to.send('PUT', `${V1}/apps/${app}/publish`, { spaceId: m, targetId: target })
  expect(republished.status).toBe(200)
  const user = { name: 'X', email: 'x@acme.example', subject: 'x', assignedRoles: [{ name: 'Developer' }] }
  expect((await to.send('POST', `${V1}/users`, user)).status).toBe(201)
  const found = await get(`/users?filter=${quoted('email eq "x@acme.example"')}`)
  expect(found.body.data[0].subject).toBe('x')
  const { id: a } = (await to.send('POST', `${V1}/automations`, automation)).body
  expect(ids(await get(`/automations?filter=${quoted('name eq "Nightly"')}`))).toEqual([a])
  const document = (await get(`/automations/${a}`)).body
  expect((await to.send('POST', `${V1}/automations`, document)).status).toBe(201)
  const given = await to.send('POST', `${V1}/automations/${a}/actions/move`, { userId: bob })
  expect([given.status, given.text]).toEqual([204, ''])
})

it('E 7: a member signs in with a JWT and reads the app with the cookies', async () => {
  const { app, space } = await appInSpace(to)
  const provider = { name: 'Portal', protocol: 'jwt', issuer: issuer.url, jwksUrl: issuer.jwksUrl }
  const made = await to.send('POST', `${V1}/identity-providers`, provider)
  expect(made.status, made.text).toBe(201)
  const wish = { name: 'Ada', email: 'ada@acme.example', subject: 'ada' }
  const ada = (await to.send('POST', `${V1}/users`, wish)).body.id
  const member = { type: 'user', assigneeId: ada, roles: ['consumer'] }
  await to.send('POST', `${V1}/spaces/${space}/assignments`, member)
  const now = Math.floor(to.api.world.clock.now() / 1000)
  const claims = { sub: 'ada', subType: 'user', name: 'Ada', iat: now, nbf: now, exp: now + 60 }
  const jwt = await issuer.token({ ...claims, aud: 'qlik.api/login/jwt-session', jti: 'one' })
  const session = await to.bare('POST', '/login/jwt-session', { headers: { authorization: `Bearer ${jwt}` } })
  expect(session.status, session.text).toBe(200)
  const cookies = session.headers['set-cookie']!.map((cookie) => cookie.split(';')[0]!)
  expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['eas.sid', 'eas.sid.sig', '_csrfToken'])
  // It would go on asking while it is told 403.
  const read = await to.bare('GET', `${V1}/apps/${app}`, { headers: { cookie: cookies.join('; ') } })
  expect([read.status, read.body.attributes.id]).toEqual([200, app])
})

it.each(Object.entries(WAITING))('%s waits: it is not there yet', async (_row, [method, target]) => {
  const { status, body } = await to.ask(method, target)
  expect([status, body.errors[0].detail]).toEqual([404, 'there is no such resource'])
})
