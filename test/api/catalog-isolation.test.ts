/**
 * Another tenant's caller, holding valid ids, sees nothing and changes nothing: for every route of the API
 * that names a resource. The list of routes is taken from the server itself, so that a new route without a
 * row here fails.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { upload } from '../support/multipart.ts'

let api: ApiUnderTest
let acme: Members
let other: Person
let ids: Readonly<Record<string, string>>

beforeAll(async () => {
  api = await apiUnderTest()
  acme = await api.tenant('acme')
  other = (await api.tenant('other')).admin
  const { admin } = acme
  const made = async (method: string, url: string, body?: unknown) => {
    const answer = await admin.call(method, url, body)
    expect(answer.status, `${method} ${url}: ${answer.text}`).toBeLessThan(300)
    return answer.body
  }
  const app = (await made('POST', '/api/v1/apps', { attributes: { name: 'Theirs' } })).attributes
  await made('POST', `/api/v1/apps/${app.id}/scripts`, { script: 'TRACE secret' })
  const version = (await made('GET', `/api/v1/apps/${app.id}/scripts`)).scripts[0]
  const reload = await made('POST', '/api/v1/reloads', { appId: app.id })
  const space = await made('POST', '/api/v1/spaces', { name: 'Theirs', type: 'shared' })
  const assignment = await made('POST', `/api/v1/spaces/${space.id}/assignments`, {
    type: 'user',
    assigneeId: admin.user.id,
    roles: ['facilitator'],
  })
  const { payload, headers } = upload({ name: 'theirs.csv' }, 'secret')
  const file = (await admin.call('POST', '/api/v1/data-files', payload, { headers })).body
  const connection = (await made('GET', '/api/v1/data-files/connections')).data[0]
  const key = await made('POST', '/api/v1/api-keys', { description: 'theirs' })
  const client = await made('POST', '/api/v1/oauth-clients', { clientName: 'Theirs', appType: 'web' })
  const provider = await made('POST', '/api/v1/identity-providers', {
    name: 'Theirs',
    protocol: 'jwt',
    issuer: 'https://theirs.example.com',
  })
  const item = (await made('GET', '/api/v1/items?resourceType=app')).data[0]
  const role = (await made('GET', '/api/v1/roles')).data[0]
  const group = await made('POST', '/api/v1/groups', { name: 'Theirs' })
  const to = ['theirs@example.com']
  const alert = await made('POST', '/api/v1/alerts', { name: 'x', channel: 'mail', on: ['failure'], to })
  const automation = await made('POST', '/api/v1/automations', { name: 'Theirs' })
  const run = await made('POST', `/api/v1/automations/${automation.id}/runs`, {})
  await made('POST', `/api/v1/reloads/${reload.id}/actions/cancel`)
  const event = (await made('GET', '/api/v1/audits')).data[0]
  const temp = String((await admin.call('POST', `/api/v1/apps/${app.id}/export`)).headers.location)
  ids = {
    temp: temp.slice(temp.lastIndexOf('/') + 1),
    app: app.id,
    version: version.scriptId,
    reload: reload.id,
    space: space.id,
    assignment: assignment.id,
    file: file.id,
    connection: connection.id,
    key: key.id,
    client: client.clientId,
    hint: client.clientSecrets[0].hint,
    provider: provider.id,
    item: item.id,
    alert: alert.id,
    automation: automation.id,
    run: run.id,
    event: event.id,
    user: admin.user.id,
    role: role.id,
    group: group.id,
    tenant: acme.tenant.id,
  }
})

afterAll(() => api.close())

const ASKED: readonly (readonly [method: string, path: string, body?: unknown])[] = [
  ['GET', '/api/v1/apps/{app}'],
  ['PUT', '/api/v1/apps/{app}', { attributes: { name: 'x' } }],
  ['DELETE', '/api/v1/apps/{app}'],
  ['POST', '/api/v1/apps/{app}/copy', {}],
  ['POST', '/api/v1/apps/{app}/actions/clear-crash-marks'],
  ['PUT', '/api/v1/apps/{app}/space', { spaceId: '{space}' }],
  ['DELETE', '/api/v1/apps/{app}/space'],
  ['PUT', '/api/v1/apps/{app}/owner', { ownerId: '{user}' }],
  ['GET', '/api/v1/apps/{app}/scripts'],
  ['POST', '/api/v1/apps/{app}/scripts', { script: 'x' }],
  ['GET', '/api/v1/apps/{app}/scripts/{version}'],
  ['GET', '/api/v1/apps/{app}/scripts/current'],
  [
    'PATCH',
    '/api/v1/apps/{app}/scripts/{version}',
    [{ Op: 'replace', Path: '/versionMessage', Value: '"x"' }],
  ],
  ['DELETE', '/api/v1/apps/{app}/scripts/{version}'],
  ['POST', '/api/v1/apps/{app}/publish', { spaceId: '{space}' }],
  ['PUT', '/api/v1/apps/{app}/publish', { targetId: '{app}' }],
  ['POST', '/api/v1/apps/{app}/export'],
  ['GET', '/api/v1/temp-contents/{temp}'],
  ['GET', '/api/v1/temp-contents/{temp}/details'],
  ['GET', '/api/v1/apps/{app}/placement'],
  ['PUT', '/api/v1/apps/{app}/placement', { minEngineSize: '40' }],
  ['DELETE', '/api/v1/apps/{app}/placement'],
  ['GET', '/api/v1/apps/{app}/reloads/logs'],
  ['GET', '/api/v1/apps/{app}/reloads/logs/{reload}'],
  ['GET', '/api/v1/apps/{app}/reloads/metadata/'],
  ['GET', '/api/v1/apps/{app}/reloads/metadata'],
  ['GET', '/api/v1/apps/{app}/reloads/metadata/{reload}'],
  ['GET', '/api/v1/apps/{app}/data/metadata'],
  ['GET', '/api/v1/apps/{app}/data/lineage'],
  ['GET', '/api/v1/spaces/{space}'],
  ['PUT', '/api/v1/spaces/{space}', { name: 'x' }],
  ['PATCH', '/api/v1/spaces/{space}', [{ op: 'replace', path: '/name', value: 'x' }]],
  ['DELETE', '/api/v1/spaces/{space}'],
  ['GET', '/api/v1/spaces/{space}/assignments'],
  ['POST', '/api/v1/spaces/{space}/assignments', { type: 'user', assigneeId: '{user}', roles: ['producer'] }],
  ['GET', '/api/v1/spaces/{space}/assignments/{assignment}'],
  ['PUT', '/api/v1/spaces/{space}/assignments/{assignment}', { roles: ['producer'] }],
  ['DELETE', '/api/v1/spaces/{space}/assignments/{assignment}'],
  ['GET', '/api/v1/data-files/{file}'],
  ['PUT', '/api/v1/data-files/{file}', 'upload'],
  ['DELETE', '/api/v1/data-files/{file}'],
  ['POST', '/api/v1/data-files/{file}/actions/change-space', { spaceId: null }],
  ['POST', '/api/v1/data-files/{file}/actions/change-owner', { ownerId: '{user}' }],
  ['GET', '/api/v1/data-files/connections/{connection}'],
  ['GET', '/api/v1/users/{user}'],
  ['PATCH', '/api/v1/users/{user}', [{ op: 'replace', path: '/name', value: 'x' }]],
  ['DELETE', '/api/v1/users/{user}'],
  ['POST', '/api/v1/users/{user}/actions/forget'],
  ['GET', '/api/v1/roles/{role}'],
  ['PATCH', '/api/v1/roles/{role}', [{ op: 'replace', path: '/name', value: 'x' }]],
  ['DELETE', '/api/v1/roles/{role}'],
  ['GET', '/api/v1/groups/{group}'],
  ['PATCH', '/api/v1/groups/{group}', [{ op: 'replace', path: '/name', value: 'x' }]],
  ['DELETE', '/api/v1/groups/{group}'],
  ['GET', '/api/v1/users/{user}/sessions'],
  ['DELETE', '/api/v1/users/{user}/sessions'],
  ['DELETE', '/api/v1/users/{user}/sessions/{key}'],
  ['GET', '/api/v1/tenants/{tenant}'],
  ['PATCH', '/api/v1/tenants/{tenant}', [{ op: 'replace', path: '/name', value: 'x' }]],
  ['GET', '/api/v1/api-keys/{key}'],
  ['PATCH', '/api/v1/api-keys/{key}', [{ op: 'replace', path: '/description', value: 'x' }]],
  ['DELETE', '/api/v1/api-keys/{key}'],
  ['GET', '/api/v1/api-keys/configs/{tenant}'],
  ['PATCH', '/api/v1/api-keys/configs/{tenant}', [{ op: 'replace', path: '/max_keys_per_user', value: 0 }]],
  ['GET', '/api/v1/oauth-clients/{client}'],
  ['PATCH', '/api/v1/oauth-clients/{client}', [{ op: 'replace', path: '/clientName', value: 'x' }]],
  ['DELETE', '/api/v1/oauth-clients/{client}'],
  ['POST', '/api/v1/oauth-clients/{client}/client-secrets'],
  ['DELETE', '/api/v1/oauth-clients/{client}/client-secrets/{hint}'],
  ['GET', '/api/v1/identity-providers/{provider}'],
  ['PATCH', '/api/v1/identity-providers/{provider}', [{ op: 'replace', path: '/enabled', value: false }]],
  ['DELETE', '/api/v1/identity-providers/{provider}'],
  ['GET', '/api/v1/items/{item}'],
  ['PUT', '/api/v1/items/{item}', { name: 'x' }],
  ['DELETE', '/api/v1/items/{item}'],
  ['GET', '/api/v1/items/{item}/collections'],
  ['GET', '/api/v1/items/{item}/publisheditems'],
  ['GET', '/api/v1/audits/{event}'],
  ['GET', '/api/v1/alerts/{alert}'],
  ['PATCH', '/api/v1/alerts/{alert}', { to: ['mine@example.com'] }],
  ['DELETE', '/api/v1/alerts/{alert}'],
  ['POST', '/api/v1/alerts/{alert}/actions/test'],
  ['GET', '/api/v1/automations/{automation}'],
  ['PUT', '/api/v1/automations/{automation}', { name: 'x' }],
  ['DELETE', '/api/v1/automations/{automation}'],
  ['POST', '/api/v1/automations/{automation}/actions/enable'],
  ['POST', '/api/v1/automations/{automation}/actions/disable'],
  ['POST', '/api/v1/automations/{automation}/actions/copy', { name: 'x' }],
  ['POST', '/api/v1/automations/{automation}/actions/move', { userId: '{user}' }],
  ['POST', '/api/v1/automations/{automation}/actions/change-owner', { userId: '{user}' }],
  ['POST', '/api/v1/automations/{automation}/actions/rotate-token'],
  ['POST', '/api/v1/automations/{automation}/actions/run'],
  ['GET', '/api/v1/automations/{automation}/runs'],
  ['POST', '/api/v1/automations/{automation}/runs', { context: 'api' }],
  ['GET', '/api/v1/automations/{automation}/runs/{run}'],
  ['POST', '/api/v1/automations/{automation}/runs/{run}/actions/stop'],
  ['POST', '/api/v1/automations/{automation}/runs/{run}/actions/retry'],
]

const filled = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => ids[name]!)

const CASES = ASKED.map(([method, path, body]) => ({ method, path, body }))

it.each(CASES)('finds nothing for another tenant: $method $path', async ({ method, path, body }) => {
  const { payload, headers } = upload({ name: 'x.csv' }, 'x')
  const answer =
    body === 'upload'
      ? await other.call(method, filled(path), payload, { headers })
      : await other.call(
          method,
          filled(path),
          body === undefined ? undefined : JSON.parse(filled(JSON.stringify(body))),
        )
  expect([answer.status, answer.body.errors[0].code.slice(0, 4)]).toEqual([404, expect.any(String)])
  for (const secret of ['Theirs', 'secret', 'theirs']) expect(answer.text).not.toContain(secret)
})

it('lists nothing of another tenant', async () => {
  const lists = [
    '/api/v1/spaces',
    '/api/v1/data-files?includeAllSpaces=true',
    '/api/v1/users',
    '/api/v1/api-keys',
    '/api/v1/items',
    '/api/v1/audits',
    '/api/v1/alerts',
    '/api/v1/automations?listAll=true',
    '/api/v1/data-files/connections',
    '/api/v1/oauth-clients',
    '/api/v1/identity-providers',
  ]
  for (const list of lists) {
    const { status, text } = await other.call('GET', list)
    expect(status).toBe(200)
    for (const id of Object.values(ids)) expect(text, list).not.toContain(id)
  }
})

it('does not let ids of another tenant into bodies', async () => {
  const mine = (await other.call('POST', '/api/v1/apps', {})).body.attributes.id
  const answers = [
    await other.call('POST', '/api/v1/apps', { attributes: { spaceId: ids.space } }),
    await other.call('PUT', `/api/v1/apps/${mine}/space`, { spaceId: ids.space }),
    await other.call('PUT', `/api/v1/apps/${mine}/owner`, { ownerId: ids.user }),
    await other.call('POST', '/api/v1/api-keys', { description: 'x', sub: ids.user }),
  ]
  for (const json of [
    { name: 'a.csv', sourceId: ids.file },
    { name: 'a.csv', connectionId: ids.connection },
    { name: 'a.csv', folderId: ids.file },
  ]) {
    const { payload, headers } = upload(json, 'sourceId' in json ? undefined : 'x')
    answers.push(await other.call('POST', '/api/v1/data-files', payload, { headers }))
  }
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404))
})

it('left everything as it was', async () => {
  const { admin } = acme
  expect((await admin.call('GET', `/api/v1/apps/${ids.app}`)).body.attributes.name).toBe('Theirs')
  expect((await admin.call('GET', `/api/v1/apps/${ids.app}/scripts/current`)).body.script).toBe(
    'TRACE secret',
  )
  expect((await admin.call('GET', `/api/v1/spaces/${ids.space}`)).body.name).toBe('Theirs')
  expect((await admin.call('GET', `/api/v1/data-files/${ids.file}`)).body.size).toBe(6)
  expect((await admin.call('GET', `/api/v1/api-keys/${ids.key}`)).body.description).toBe('theirs')
  expect((await admin.call('GET', `/api/v1/alerts/${ids.alert}`)).body.to).toEqual(['theirs@example.com'])
  const automation = await admin.call('GET', `/api/v1/automations/${ids.automation}`)
  expect(automation.body).toMatchObject({ name: 'Theirs', state: 'available' })
  const { data: runs } = (await admin.call('GET', `/api/v1/automations/${ids.automation}/runs`)).body
  expect(runs).toMatchObject([{ id: ids.run, status: 'queued' }])
})

/**
 * Resources of other suites: isolation.test.ts, task-isolation.test.ts, limits.test.ts (ids of quotas are
 * those of every tenant), and automation-runs.test.ts (the trigger address knows no tenants, but tokens).
 */
const ELSEWHERE =
  /^\/api\/v1\/(reloads|webhooks|events|quotas|tasks|reload-tasks|automations\/[^/]+\/actions\/execute)/

it('has a row for every route that names a resource', () => {
  const { paths } = (api.server as unknown as { swagger(): { paths: Record<string, object> } }).swagger()
  const routes = Object.entries(paths)
    .filter(([path]) => path.startsWith('/api/v1/') && path.includes('{') && !ELSEWHERE.test(path))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '*')}`),
    )
  const asked = new Set(
    ASKED.map(([method, path]) => `${method} ${path.replace(/\{\w+\}/g, '*').replace('/current', '/*')}`),
  )
  expect(routes.filter((route) => !asked.has(route))).toEqual([])
  expect(routes.length).toBeGreaterThan(30)
})
