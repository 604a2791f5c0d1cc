/** Ansible, n8n, qlik-saas-api and qsaas: they build what reloads are about. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { upload } from '../../support/multipart.ts'
import { scheduledTask } from '../../support/task-documents.ts'
import {
  appInSpace,
  expectRefusal,
  exportedApp,
  OCTETS,
  oauthClient,
  type Raw,
  type Sequence,
  sequence,
} from './sequence.ts'

let to: Sequence
beforeEach(async () => {
  to = await sequence()
})
afterEach(() => to?.api.close())

const V1 = '/api/v1'
const get = (target: string) => to.ask('GET', V1 + target)
const ids = ({ body }: Raw) => body.data.map(({ id }: { id: string }) => id)
const quoted = (text: string) => encodeURIComponent(text)
const JSON_TYPE = { 'content-type': 'application/json' }
const daily = (appId: string) => ({
  appId,
  partial: false,
  timeZone: 'Europe/Berlin',
  startDateTime: '2026-11-01T06:00:00',
  recurrence: ['RRULE:FREQ=DAILY;BYHOUR=2;BYMINUTE=0;BYSECOND=0'],
})
const automation = { name: 'Nightly', workspace: { version: 1, steps: [] } }

it('I: Ansible keeps apps, spaces, people, tasks and automations as written', async () => {
  const { space, app } = await appInSpace(to)
  expect(ids(await get('/spaces?name=Sales%20Analytics&limit=10'))).toEqual([space])
  const items = await get(`/items?resourceType=app&name=Sales%20Dashboard&spaceId=${space}&limit=10`)
  expect(items.body.data[0].resourceId).toBe(app)
  const attributes = { name: 'New', spaceId: space, id: null, originAppId: null }
  const made = (await to.send('POST', `${V1}/apps`, { attributes })).body.attributes
  expect(made).toMatchObject({ name: 'New', spaceId: space })
  const bob = (await to.acme.person('bob')).user
  await to.send('POST', `${V1}/spaces/${space}/assignments`, {
    assigneeId: bob.id,
    roles: ['producer'],
    type: 'user',
    spaceId: space,
  })
  const described = await to.send('PUT', `${V1}/apps/${made.id}`, { description: 'D' })
  expect(described.body.attributes.description).toBe('D')
  const moved = await to.send('PUT', `${V1}/apps/${made.id}/space`, { spaceId: space })
  expect(moved.body.attributes.spaceId).toBe(space)
  expect(
    (await to.send('PUT', `${V1}/apps/${made.id}/owner`, { ownerId: bob.id })).body.attributes.ownerId,
  ).toBe(bob.id)
  const archive = await exportedApp(to, app, '', {})
  const uploaded = await to.ask('POST', `${V1}/temp-contents?filename=a.qvf`, {
    headers: OCTETS,
    body: archive,
  })
  expect(uploaded.status, uploaded.text).toBe(201)
  const fileId = uploaded.headers.location!.split('/').at(-1)
  const imported = await to.ask('POST', `${V1}/apps/import?fileId=${fileId}&spaceId=${space}`)
  expect(imported.body.attributes).toMatchObject({ name: 'Sales Dashboard', spaceId: space })
  const managed = (await to.send('POST', `${V1}/spaces`, { name: 'Managed', type: 'managed' })).body.id
  await get(`/apps/${app}`)
  const published = await to.send('POST', `${V1}/apps/${app}/publish`, { spaceId: managed })
  expect(published.body.attributes.spaceId).toBe(managed)
  expect((await to.send('POST', `${V1}/reloads`, { appId: app })).body.id).toEqual(expect.any(String))
  const filtered = await get(`/spaces?filter=${quoted('name eq "Managed"')}&limit=10`)
  expect(filtered.body.data[0].id).toBe(managed)
  const body = { name: 'Other', type: 'shared', description: 'd', ownerId: to.acme.admin.user.id }
  const other = (await to.send('POST', `${V1}/spaces`, body)).body
  expect(other).toMatchObject(body)
  const patch = [{ op: 'replace', path: '/description', value: 'D' }]
  expect((await to.send('PATCH', `${V1}/spaces/${other.id}`, patch)).status).toBeLessThan(300)
  expect((await get(`/spaces/${other.id}`)).body.description).toBe('D')
  expect((await to.ask('DELETE', `${V1}/spaces/${other.id}`)).text).toBe('')
  const members = (await get(`/spaces/${space}/assignments?limit=100`)).body.data
  expect(members).toMatchObject([{ type: 'user', assigneeId: bob.id }])
  const role = await get(`/roles?filter=${quoted('name eq "TenantAdmin"')}&limit=10`)
  expect(role.body.data).toMatchObject([{ id: expect.any(String), name: 'TenantAdmin', level: 'admin' }])
  const subject = 'D\\u'
  const user = await to.send('POST', `${V1}/users`, { name: 'U', email: 'u@acme.example', subject })
  expect(user.status, user.text).toBe(201)
  const filter =
    '(status eq "active" or status eq "disabled" or status eq "invited") and (subject eq "D\\\\u")'
  const found = await to.send('POST', `${V1}/users/actions/filter`, { filter })
  expect(found.body.data[0].id).toBe(user.body.id)
  const renamed = [{ op: 'replace', path: '/name', value: 'V' }]
  expect((await to.send('PATCH', `${V1}/users/${user.body.id}`, renamed)).status).toBeLessThan(300)
  expect((await get(`/users/${user.body.id}`)).body.name).toBe('V')
  expect((await to.ask('DELETE', `${V1}/users/${user.body.id}`)).status).toBeLessThan(300)
  const wish = { ...daily(app), autoReload: true }
  expect(ids(await get(`/reload-tasks?appId=${app}&limit=10`))).toEqual([])
  const task = (await to.send('POST', `${V1}/reload-tasks`, wish)).body
  const { autoReload: _ignored, ...echoed } = wish
  expect((await get(`/reload-tasks?appId=${app}&limit=10`)).body.data[0]).toMatchObject(echoed)
  expect(
    (await to.send('PUT', `${V1}/reload-tasks/${task.id}`, { ...wish, partial: true })).body.partial,
  ).toBe(true)
  expect((await to.ask('DELETE', `${V1}/reload-tasks/${task.id}`)).status).toBeLessThan(300)
  const { id: m } = (await to.send('POST', `${V1}/automations`, automation)).body
  expect(ids(await get(`/automations?filter=${quoted('name eq "Nightly"')}`))).toEqual([m])
  const kept = (await get(`/automations/${m}`)).body
  expect((await to.send('PUT', `${V1}/automations/${m}`, kept)).status).toBeLessThan(300)
  const run = await to.send('POST', `${V1}/automations/${m}/runs`, { context: 'api' })
  expect(run.body.id).toEqual(expect.any(String))
  const connections = `/data-files/connections?spaceId=${space}&name=DataFiles&personal=false`
  const connection = (await get(connections)).body.data[0].id
  const files = `/data-files?connectionId=${connection}&name=F.csv&limit=10`
  expect((await get(files)).body.data).toEqual([])
  const { payload, headers } = upload({ name: 'F.csv', connectionId: connection }, 'a\n1\n')
  const file = await to.ask('POST', `${V1}/data-files`, { headers, body: payload })
  expect(file.status, file.text).toBe(201)
  expect(ids(await get(files))).toEqual([file.body.id])
  const act = `${V1}/data-files/${file.body.id}/actions`
  expect((await to.send('POST', `${act}/change-owner`, { ownerId: bob.id })).text).toBe('')
  expect((await get(files)).body.data[0].ownerId).toBe(bob.id)
  expect((await to.send('POST', `${act}/change-space`, { spaceId: null })).text).toBe('')
  expect((await get(files)).body.data).toEqual([])
  const spaces = await to.send('POST', `${V1}/spaces/filter`, { filter: '(name eq "Sales Analytics")' })
  expect(ids(spaces)).toEqual([space])
  const { client_id, client_secret } = await oauthClient(to)
  const basic = Buffer.from(`${client_id}:${client_secret}`).toString('base64')
  const token = await to.bare('POST', '/oauth/token', {
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=client_credentials',
  })
  expect(token.body.access_token).toEqual(expect.any(String))
})

it('N: n8n pages tasks by page=, and works on apps, scripts, items and audits', async () => {
  const { app, space } = await appInSpace(to)
  const made: string[] = []
  for (const name of ['one', 'two', 'three']) {
    const answer = await to.send('POST', `${V1}/tasks`, scheduledTask(app, { name, enabled: true }))
    made.push(answer.body.id)
    to.api.advance(1000)
  }
  const first = await get(`/tasks?sort=-updatedAt&resourceId=${app}&limit=2`)
  const link = new URL(first.body.links.next.href).searchParams
  const cursor = link.get('next') ?? link.get('page')
  const second = await get(`/tasks?sort=-updatedAt&resourceId=${app}&limit=2&page=${cursor}`)
  expect([...ids(first), ...ids(second)]).toEqual(made.toReversed())
  const copy = await to.send('POST', `${V1}/apps/${app}/copy`, { attributes: { name: 'Copy' } })
  expect(copy.body.attributes.name).toBe('Copy')
  const [task] = made
  const changed = scheduledTask(app, { name: 'changed', enabled: true })
  expect((await to.send('PUT', `${V1}/tasks/${task}`, changed)).status).toBeLessThan(300)
  expect((await get(`/tasks/${task}`)).body.name).toBe('changed')
  const old = await to.send('POST', `${V1}/reload-tasks`, daily(app))
  const migrated = await to.send(
    'POST',
    `${V1}/tasks?migrateFrom=${old.body.id}`,
    scheduledTask(app, { name: 'moved' }),
  )
  expect(migrated.status, migrated.text).toBe(201)
  expect((await get(`/reload-tasks?appId=${app}&limit=10`)).body.data).toEqual([])
  const started = await to.send('POST', `${V1}/tasks/${task}/actions/start?source=manual`, {})
  expect(started.status).toBeLessThan(300)
  await to.succeed('Log\r\n')
  const last = (await get(`/tasks/${task}/runs/last`)).body
  for (const field of ['startedAt', 'endedAt', 'status', 'taskId', 'actionId']) {
    for (const sort of [field, `-${field}`]) {
      expect([sort, ids(await get(`/tasks/${task}/runs?sort=${sort}`))]).toEqual([sort, [last.id]])
    }
  }
  expect(ids(await get(`/tasks/resources/${app}/runs`))).toEqual([last.id])
  for (const [accept, read] of [
    ['text/plain', 'Log\r\n'],
    ['application/json', '{"logContent":"Log\\r\\n"}'],
  ]) {
    const log = await to.ask('GET', `${V1}/tasks/${task}/runs/${last.id}/log`, {
      headers: { accept: accept! },
    })
    expect(log.text).toBe(read)
  }
  expect((await get('/apps?name=&spaceId=&limit=100')).body.data).toHaveLength(2)
  const archive = await exportedApp(to, app, '', { headers: JSON_TYPE, body: {} })
  const imported = await to.ask('POST', `${V1}/apps/import?name=Came&spaceId=${space}`, {
    headers: OCTETS,
    body: archive,
  })
  expect(imported.body.attributes).toMatchObject({ name: 'Came', spaceId: space })
  const came = imported.body.attributes.id
  const managed = (await to.send('POST', `${V1}/spaces`, { name: 'M', type: 'managed' })).body.id
  const published = await to.send('POST', `${V1}/apps/${came}/publish`, { spaceId: managed })
  const targetId = published.body.attributes.id
  expect((await to.send('PUT', `${V1}/apps/${came}/publish`, { targetId })).body.attributes.id).toBe(targetId)
  await to.send('PUT', `${V1}/apps/${came}`, { attributes: { description: 'D' } })
  expect((await get(`/apps/${came}`)).body.attributes.description).toBe('D')
  const { attributes: mine } = (await to.ask('DELETE', `${V1}/apps/${came}/space`)).body
  expect(mine).not.toHaveProperty('spaceId')
  const { user: bob, token } = await to.acme.person('bob')
  const given = await to.send('PUT', `${V1}/apps/${came}/owner`, { ownerId: bob.id })
  expect(given.body.attributes.ownerId).toBe(bob.id)
  for (const [gone, headers] of [
    [targetId, JSON_TYPE],
    [came, { ...JSON_TYPE, authorization: `Bearer ${token}` }],
  ] as const) {
    expect((await to.ask('DELETE', `${V1}/apps/${gone}`, { headers })).status).toBeLessThan(300)
  }
  expect((await to.send('POST', `${V1}/apps/validatescript`, { script: 'LOAD 1;' })).status).toBe(200)
  expect((await get('/apps/privileges')).status).toBe(200)
  const logs = await get(`/apps/${app}/reloads/logs?limit=100`)
  const [{ reloadId }] = logs.body.data
  await to.api.store.saveScriptLog(reloadId, 1, { text: 'Log\r\n', statements: [] })
  expect((await get(`/apps/${app}/reloads/logs/${reloadId}`)).text).toBe('Log\r\n')
  expect((await get(`/apps/${app}/reloads/metadata/${reloadId}`)).status).toBe(200)
  const version = await to.send('POST', `${V1}/apps/${app}/scripts`, { script: 'LOAD 1 AS a;' })
  expect(version.status).toBeLessThan(300)
  const { scriptId } = (await get(`/apps/${app}/scripts`)).body.scripts[0]
  const message = [{ op: 'replace', path: '/versionMessage', value: 'x' }]
  expect((await to.send('PATCH', `${V1}/apps/${app}/scripts/${scriptId}`, message)).status).toBeLessThan(300)
  expect((await get(`/apps/${app}/scripts/${scriptId}`)).body.versionMessage).toBe('x')
  await to.send('POST', `${V1}/apps/${app}/scripts`, { script: 'LOAD 2 AS a;' })
  expect((await to.ask('DELETE', `${V1}/apps/${app}/scripts/${scriptId}`)).status).toBeLessThan(300)
  expect((await get(`/apps/${app}/scripts`)).body.scripts).toHaveLength(1)
  const items = await get('/items?resourceType=app,qvapp&sort=%2BcreatedAt')
  expect(items.body.data).toHaveLength(2)
  const [item] = ids(items)
  expect((await get(`/items/${item}`)).body.id).toBe(item)
  for (const path of [`/items/${item}/collections`, `/items/${item}/publisheditems`, '/items/settings']) {
    expect([path, (await get(path)).status]).toEqual([path, 200])
  }
  const events = await get(
    '/audits?eventType=&userId=&source=&eventTime=2026-11-01T00:00:00Z/2026-11-30T00:00:00Z&sort=-eventTime',
  )
  expect(events.body.data.length).toBeGreaterThan(0)
  expect((await get(`/audits/${ids(events)[0]}`)).status).toBe(200)
  for (const path of ['/audits/sources', '/audits/types', '/audits/settings']) {
    expect([path, (await get(path)).status]).toEqual([path, 200])
  }
  const record = (await get(`/items/${item}`)).body
  expect((await to.send('PUT', `${V1}/items/${item}`, { ...record, name: 'Renamed' })).body.name).toBe(
    'Renamed',
  )
  expect((await to.ask('DELETE', `${V1}/tasks/${task}`)).status).toBeLessThan(300)
  expect((await to.ask('DELETE', `${V1}/items/${item}`)).status).toBeLessThan(300)
  expect((await get(`/items/${item}`)).status).toBe(404)
})

it('S: qlik-saas-api makes an app and finds it as an item at once, with two slashes', async () => {
  const client = await oauthClient(to)
  const token = await to.bare('POST', '/oauth/token', {
    headers: { 'content-type': 'application/json' },
    body: { ...client, grant_type: 'client_credentials' },
  })
  expect(token.body).toMatchObject({ expires_at: expect.any(String), expires_in: expect.any(Number) })
  const app = (await to.send('POST', `${V1}/apps`, { attributes: { name: 'Sales' } })).body.attributes.id
  const item = await get(`//items?resourceType=app&resourceId=${app}`)
  expect(item.body.data[0].resourceId).toBe(app)
  expect((await get('/items?resourceType=app,qvapp,qlikview&query=Sal')).body.data).toHaveLength(1)
  const reload = await to.send('POST', `${V1}/reloads`, { appId: app })
  expect(ids(await get('/reloads?limit=50&log=undefined'))).toEqual([reload.body.id])
  const canceled = await to.send('POST', `${V1}/reloads/${reload.body.id}/actions/cancel`, {})
  expect(canceled.status).toBeLessThan(300)
  await to.send('POST', `${V1}/apps/${app}/scripts`, { script: 'LOAD 1 AS a;', versionMessage: 'v' })
  const { scripts } = (await get(`/apps/${app}/scripts`)).body
  const { scriptId } = scripts[0]
  const chosen = await get(`/apps/${app}/scripts?filter=${quoted(`ScriptId eq "${scriptId}"`)}`)
  expect(chosen.body.scripts).toMatchObject([{ scriptId }])
  expect((await get(`/apps/${app}/scripts/${scriptId}`)).body.script).toBe('LOAD 1 AS a;')
  const patch = [{ op: 'replace', path: '/versionMessage', value: 'x' }]
  expect((await to.send('PATCH', `${V1}/apps/${app}/scripts/${scriptId}`, patch)).status).toBeLessThan(300)
  const task = await to.send('POST', `${V1}/reload-tasks`, {
    appId: app,
    partial: false,
    timeZone: 'Europe/London',
    startDateTime: '2026-11-01T06:00:00',
    endDateTime: '',
    recurrence: ['RRULE:FREQ=DAILY'],
    state: 'Enabled',
    type: 'scheduled_reload',
  })
  expect(task.body.id, task.text).toEqual(expect.any(String))
  const { id: m } = (await to.send('POST', `${V1}/automations`, automation)).body
  expect(ids(await get('/automations'))).toEqual([m])
  for (const act of ['disable', 'enable']) {
    expect((await to.send('POST', `${V1}/automations/${m}/actions/${act}`, {})).status).toBeLessThan(300)
  }
  expect((await to.send('POST', `${V1}/automations/${m}/actions/copy`, { name: 'c' })).status).toBeLessThan(
    300,
  )
  expectRefusal(await to.send('POST', `${V1}/automations/automations/${m}/actions/copy`, {}), 404)
  const archive = await exportedApp(to, app, '?NoData=true', { headers: JSON_TYPE, body: {} })
  await to.send('POST', `${V1}/apps/${app}/scripts`, { script: 'LOAD 2 AS b;' })
  const imported = await to.ask('POST', `${V1}/apps/import?mode=REPLACE&mode=${app}`, {
    headers: OCTETS,
    body: archive,
  })
  expect(imported.body.attributes.id).toBe(app)
  expect((await get(`/apps/${app}/scripts/current`)).body.script).toBe('LOAD 1 AS a;')
  const user = (await to.send('POST', `${V1}/users`, { name: 'U', email: 'u@acme.example', subject: 'u' }))
    .body
  const renaming = [{ path: '/name', value: 'V', op: 'replace' }]
  expect((await to.send('PATCH', `${V1}/users/${user.id}`, renaming)).status).toBeLessThan(300)
  const users = await to.send('POST', `${V1}/users/actions/filter?sort=`, { filter: 'name eq "V"' })
  expect(ids(users)).toEqual([user.id])
  const space = (await to.send('POST', `${V1}/spaces`, { name: 'x', type: 'shared' })).body.id
  expect(ids(await to.send('POST', `${V1}/spaces/filter`, { filter: 'name eq "x"' }))).toEqual([space])
  expect((await get('/roles?limit=50')).body.data.length).toBeGreaterThan(1)
})

it('Q: qsaas pages by the text after &next=, and sends JSON text without a type', async () => {
  const names = ['a', 'b', 'c']
  for (const name of names) await to.send('POST', `${V1}/apps`, { attributes: { name } })
  const seen: string[] = []
  for (let target = '/items?resourceType=app&limit=1'; ; ) {
    const answer = await get(target)
    expect(answer.status).toBe(200)
    seen.push(...answer.body.data.map(({ name }: { name: string }) => name))
    const cursor = /&next=(.*)$/.exec(answer.body.links.next?.href ?? '')?.[1]
    if (cursor === undefined) break
    expect(cursor).toMatch(/^[\w-]+$/)
    target = `/items?resourceType=app&limit=1&next=${cursor}`
  }
  expect(seen.sort()).toEqual(names)
  const text = JSON.stringify({ name: 'S', type: 'shared' })
  expectRefusal(await to.ask('POST', `${V1}/spaces`, { body: text }), 415)
  expect((await to.send('POST', `${V1}/spaces`, { name: 'S', type: 'shared' })).status).toBe(201)
  const form = {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'name=S&type=shared',
  }
  expectRefusal(await to.ask('POST', `${V1}/spaces`, form), 415)
  expectRefusal(await to.ask('POST', `${V1}/spaces`, { ...form, headers: JSON_TYPE }), 400)
  expectRefusal(await to.send('POST', `${V1}/spaces`, [{ name: 'S', type: 'shared' }]), 400)
  const { resourceId } = (await get('/items?name=a')).body.data[0]
  const copy = (await to.ask('POST', `${V1}/apps/${resourceId}/copy`)).body.attributes
  for (const name of ['id', 'name', 'description', 'createdDate', 'owner']) {
    expect([name, typeof copy[name]]).toEqual([name, 'string'])
  }
})
