/** Kestra, Airflow, the shell skills and Butler: they start reloads and automations and wait for the end. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { appInSpace, expectRefusal, type Sequence, sequence } from './sequence.ts'

let to: Sequence
beforeEach(async () => {
  to = await sequence()
})
afterEach(() => to?.api.close())

const V1 = '/api/v1'

it('K: Kestra reloads an app and waits, then runs an automation', async () => {
  const { space, app } = await appInSpace(to)
  const accept = { accept: 'application/json' }
  const one = await to.ask('GET', `${V1}/spaces?name=Sales+Analytics&limit=100`, { headers: accept })
  expect(one.body.data.map(({ id, name }: { id: string; name: string }) => [id, name])).toEqual([
    [space, 'Sales Analytics'],
  ])
  expect(one.body.links.next?.href ?? '').toBe('')
  const items = `${V1}/items?spaceId=${space}&name=Sales+Dashboard&resourceType=app&limit=100`
  const two = await to.ask('GET', items, { headers: accept })
  expect(two.body.data).toMatchObject([{ name: 'Sales Dashboard', resourceId: app, spaceId: space }])
  const variables = { START_DATE: '2024-01-01' }
  const wish = { appId: app, partial: false, weight: 5, variables }
  const three = await to.send('POST', `${V1}/reloads`, wish, accept)
  expect(three.body).toMatchObject({ id: expect.any(String), weight: 5 })
  expectRefusal(await to.send('POST', `${V1}/reloads`, wish, accept), 429)
  expectRefusal(await to.send('POST', `${V1}/reloads`, { ...wish, appId: 'none' }, accept), 404)
  const { id } = three.body
  const status = async () => (await to.ask('GET', `${V1}/reloads/${id}`, { headers: accept })).body
  expect((await status()).status).toBe('QUEUED')
  await to.fail()
  expect(await status()).toMatchObject({
    status: 'FAILED',
    errorCode: expect.any(String),
    errorMessage: expect.stringContaining('line 7'),
    log: 'Error\r\n',
  })
  expectRefusal(await to.ask('GET', `${V1}/reloads/000000000000000000000000`, { headers: accept }), 404)
  const six = await to.ask('GET', `${V1}/apps/${app}`, { headers: accept })
  expect(six.body.attributes.name).toBe('Sales Dashboard')
  const again = await to.send('POST', `${V1}/reloads`, { appId: app })
  await to.succeed('Started\r\n')
  await to.api.store.saveScriptLog(again.body.id, 1, { text: 'one\r\ntwo\r\n', statements: [] })
  const log = await to.ask('GET', `${V1}/apps/${app}/reloads/logs/${again.body.id}`, {
    headers: { accept: 'text/plain' },
  })
  expect([log.status, log.headers['content-type'], log.text]).toEqual([
    200,
    'text/plain; charset=UTF-8',
    'one\r\ntwo\r\n',
  ])
  expect((await to.ask('GET', `${V1}/apps/${app}`)).body.attributes.lastReloadTime).toMatch(/Z$/)
  const seven = await to.ask('GET', `${V1}/items?resourceId=${app}&resourceType=app`)
  expect(seven.body.data[0].spaceId).toBe(space)
  const killed = await to.send('POST', `${V1}/reloads`, { appId: app })
  const eight = await to.ask('POST', `${V1}/reloads/${killed.body.id}/actions/cancel`)
  expect([eight.status, eight.text]).toEqual([204, ''])

  const automation = await to.send('POST', `${V1}/automations`, {
    name: 'Nightly',
    workspace: { version: 1, steps: [{ id: 'rest', kind: 'wait', seconds: 60 }] },
  })
  const m = automation.body.id
  const nine = await to.ask('GET', `${V1}/items?name=Nightly&resourceType=automation&limit=100`)
  expect(nine.body.data).toMatchObject([{ name: 'Nightly', resourceId: m }])
  const ten = await to.send('POST', `${V1}/automations/${m}/runs`, { context: 'api' }, accept)
  expect(ten.body).toMatchObject({ id: expect.any(String), status: 'queued' })
  const run = `${V1}/automations/${m}/runs/${ten.body.id}`
  expect((await to.ask('GET', `${V1}/automations/${m}`)).body.name).toBe('Nightly')
  const stopped = await to.ask('POST', `${run}/actions/stop`)
  expect(stopped.status).toBeLessThan(300)
  expect((await to.ask('GET', run)).body.status).toBe('stopped')
})

it('A, P: Airflow asks who it is, reloads, and runs an automation', async () => {
  const { app } = await appInSpace(to)
  const headers = { 'user-agent': 'qlik-sdk-python/1.0.0 (Linux)' }
  const me = await to.ask('GET', `${V1}/users/me`, { headers })
  expect(me.body.name).toBe(to.acme.admin.user.name)
  const body = { appId: app, partial: false, weight: null, variables: null, resourceId: null }
  const { id } = (await to.send('POST', `${V1}/reloads`, body, headers)).body
  await to.fail()
  const ended = (await to.ask('GET', `${V1}/reloads/${id}`, { headers })).body
  expect([ended.status, ended.log]).toEqual(['FAILED', 'Error\r\n'])
  const { id: m } = (
    await to.send('POST', `${V1}/automations`, { name: 'a', workspace: { version: 1, steps: [] } })
  ).body
  expect((await to.ask('GET', `${V1}/automations/${m}`, { headers })).status).toBe(200)
  const wish = { id: '6f6b2a9e-5a0e-4d3b-9a83-1d5f4ad0f6a1', inputs: {}, context: 'api' }
  const run = await to.send('POST', `${V1}/automations/${m}/runs`, wish, headers)
  expect(run.body.id).toEqual(expect.any(String))
  await to.goOn()
  expect((await to.ask('GET', `${V1}/automations/${m}/runs/${run.body.id}`)).body.status).toBe('finished')
})

it('C: the shell skills reload, cancel, list and delete', async () => {
  const { app, space } = await appInSpace(to)
  const json = { 'content-type': 'application/json' }
  const { id } = (await to.send('POST', `${V1}/reloads`, { appId: app })).body
  expect((await to.ask('GET', `${V1}/reloads/${id}`, { headers: json })).body).toMatchObject({
    id,
    status: 'QUEUED',
    type: 'external',
  })
  expect(
    (await to.ask('GET', `${V1}/reloads?appId=${app}&limit=10`, { headers: json })).body.data,
  ).toMatchObject([{ id }])
  expect((await to.ask('POST', `${V1}/reloads/${id}/actions/cancel`)).text).toBe('')
  await to.send('POST', `${V1}/reloads`, { appId: app })
  await to.fail()
  const failed = await to.ask('GET', `${V1}/reloads?limit=50&status=FAILED`)
  expect(failed.body.data.map(({ status }: { status: string }) => status)).toEqual(['FAILED'])
  const apps = await to.ask('GET', `${V1}/apps?limit=50`)
  expect(apps.body.data.map((one: { attributes: object }) => one.attributes)).toMatchObject([{ id: app }])
  const personal = (await to.send('POST', `${V1}/apps`, { attributes: { name: 'Mine' } })).body.attributes
  const mine = await to.ask('GET', `${V1}/items?resourceType=app&spaceId=personal&limit=`)
  expect(mine.body.data.map(({ resourceId }: { resourceId: string }) => resourceId)).toEqual([personal.id])
  const found = await to.ask('GET', `${V1}/items?query=Dash&limit=50`)
  expect(found.body.data).toMatchObject([
    { resourceId: app, name: 'Sales Dashboard', resourceType: 'app', updatedAt: expect.any(String) },
  ])
  const lineage = await to.ask('GET', `${V1}/apps/${app}/data/lineage`)
  expect(Array.isArray(lineage.body)).toBe(true)
  const deleted = await to.ask('DELETE', `${V1}/apps/${personal.id}`, { headers: json })
  expect([[200, 204].includes(deleted.status), deleted.text]).toEqual([true, ''])
  const users = await to.ask('GET', `${V1}/users?filter=name%20co%20%22acme%22&limit=`)
  expect(users.body.data).toHaveLength(1)
  expect((await to.ask('GET', `${V1}/data-files?limit=&spaceId=${space}`)).body.data).toEqual([])
  const { id: m } = (
    await to.send('POST', `${V1}/automations`, { name: 'a', workspace: { version: 1, steps: [] } })
  ).body
  const run = await to.ask('POST', `${V1}/automations/${m}/actions/run`)
  const runs = await to.ask('GET', `${V1}/automations/${m}/runs?limit=`)
  expect(runs.body.data).toMatchObject([{ id: run.body.id, status: 'queued' }])
})

it('B: Butler tells of a failed reload; Ctrl-Q asks who it is', async () => {
  const { app } = await appInSpace(to)
  const { id } = (await to.send('POST', `${V1}/reloads`, { appId: app })).body
  await to.fail()
  const headers = { accept: 'application/json, text/plain, */*' }
  await to.api.store.saveScriptLog(id, 1, { text: 'one\r\ntwo\r\n', statements: [] })
  const log = await to.ask('GET', `${V1}/apps/${app}/reloads/logs/${id}`, { headers })
  expect([log.headers['content-type'], log.text.split('\r\n')]).toEqual([
    'text/plain; charset=UTF-8',
    ['one', 'two', ''],
  ])
  const reload = (await to.ask('GET', `${V1}/reloads/${id}`, { headers })).body
  expect(reload).toMatchObject({ type: 'external', status: 'FAILED' })
  for (const time of ['creationTime', 'startTime', 'endTime']) {
    expect([time, new Date(reload[time]).toISOString()]).toEqual([time, reload[time]])
  }
  expect((await to.ask('GET', `${V1}/apps/${app}`, { headers })).body.attributes.id).toBe(app)
  expect([404, 200]).toContain((await to.ask('GET', `${V1}/apps/${app}/data/metadata`, { headers })).status)
  const { user } = to.acme.admin
  expect((await to.ask('GET', `${V1}/users/${user.id}`, { headers })).body.name).toBe(user.name)
  const item = `${V1}/items?resourceType=app&resourceId=${app}&noActions=true&limit=100`
  expect((await to.ask('GET', item, { headers })).body.data).toMatchObject([{ resourceId: app }])
  expect((await to.ask('GET', `${V1}/users/me`)).body).toMatchObject({
    tenantId: to.acme.tenant.id,
    id: user.id,
    name: user.name,
    status: 'active',
  })
})
