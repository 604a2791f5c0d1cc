/** Apps published into managed spaces, and again; and the engines that apps are placed on. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AppId } from '../../src/core/ids.ts'
import type { App } from '../../src/core/records.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { dataOf, giveData } from '../support/app-data.ts'

let api: ApiUnderTest
let acme: Members
let anna: Person
let bert: Person
let appId: string
let managed: string

beforeAll(async () => {
  api = await apiUnderTest()
})

beforeEach(async () => {
  acme = await api.tenant('acme')
  anna = await acme.person('anna')
  bert = await acme.person('bert')
  const attributes = { name: 'Sales', description: 'd' }
  appId = (await anna.call('POST', '/api/v1/apps', { attributes })).body.attributes.id
  await anna.call('POST', `/api/v1/apps/${appId}/scripts`, { script: 'one' })
  managed = await makeSpace(anna, 'managed')
})

afterAll(() => api.close())

async function makeSpace(person: Person, type: string): Promise<string> {
  return (await person.call('POST', '/api/v1/spaces', { name: `${type} ${Math.random()}`, type })).body.id
}
const stored = async (id: string): Promise<App> => (await api.store.app(acme.tenant.id, id as AppId))!
const publish = (body: object, person = anna, app = appId) =>
  person.call('POST', `/api/v1/apps/${app}/publish`, body)
const republish = (body: object, person = anna, app = appId) =>
  person.call('PUT', `/api/v1/apps/${app}/publish`, body)
const scriptOf = async (id: string) =>
  (await anna.call('GET', `/api/v1/apps/${id}/scripts/current`)).body.script
const assign = (spaceId: string, person: Person, role: string) =>
  anna.call('POST', `/api/v1/spaces/${spaceId}/assignments`, {
    type: 'user',
    assigneeId: person.user.id,
    roles: [role],
  })

describe('publishing', () => {
  it('makes a copy of script and data in the space, which tells where it is from', async () => {
    await giveData(api, await stored(appId), 'data one')
    const { status, body } = await publish({ spaceId: managed, attributes: { name: 'Sales, published' } })
    expect([status, body.attributes]).toEqual([
      200,
      expect.objectContaining({
        name: 'Sales, published',
        description: 'd',
        spaceId: managed,
        ownerId: anna.user.id,
        originAppId: appId,
        published: true,
        publishTime: new Date(api.world.clock.now()).toISOString(),
      }),
    ])
    const { id } = body.attributes
    expect(await scriptOf(id)).toBe('one')
    const [source, copy] = [await stored(appId), await stored(id)]
    expect([await dataOf(api, source), await dataOf(api, copy)]).toEqual(['data one', 'data one'])
    expect(copy.data!.version).not.toBe(source.data!.version)
    expect((await anna.call('GET', `/api/v1/apps/${appId}`)).body.attributes.published).toBe(false)
  })

  it('leaves data away when it is told to', async () => {
    await giveData(api, await stored(appId), 'data one')
    const { body } = await publish({ spaceId: managed, data: 'target' })
    expect((await stored(body.attributes.id)).data).toBeUndefined()
  })

  it('is for managed spaces, and for who may add apps there', async () => {
    const shared = await makeSpace(anna, 'shared')
    const refused = await publish({ spaceId: shared })
    expect([refused.status, refused.body.errors[0].source]).toEqual([400, { pointer: '/spaceId' }])
    expect((await publish({ spaceId: managed, moveApp: true })).body.errors[0].source).toEqual({
      pointer: '/moveApp',
    })
    expect((await publish({})).body.errors[0].source).toEqual({ pointer: '/spaceId' })
    // Neither who may not read the app, nor who may not add to the space.
    await assign(managed, bert, 'publisher')
    expect((await publish({ spaceId: managed }, bert)).status).toBe(404)
    const own = (await bert.call('POST', '/api/v1/apps')).body.attributes.id
    expect((await publish({ spaceId: managed }, bert, own)).status).toBe(200)
    const carl = await acme.person('carl')
    await assign(managed, carl, 'consumer')
    const his = (await carl.call('POST', '/api/v1/apps')).body.attributes.id
    expect((await publish({ spaceId: managed }, carl, his)).status).toBe(403)
    const globex = await api.tenant('globex')
    expect((await publish({ spaceId: managed }, globex.admin)).status).toBe(404)
  })

  it('does not go on from a published copy', async () => {
    const { id } = (await publish({ spaceId: managed })).body.attributes
    const again = await publish({ spaceId: managed }, anna, id)
    expect([again.status, again.body.errors[0].source]).toEqual([400, { parameter: 'appId' }])
  })
})

describe('publishing again', () => {
  let copyId: string

  beforeEach(async () => {
    await giveData(api, await stored(appId), 'data one')
    copyId = (await publish({ spaceId: managed })).body.attributes.id
    await anna.call('POST', `/api/v1/apps/${appId}/scripts`, { script: 'two' })
    await giveData(api, await stored(appId), 'data two')
    api.advance(60_000)
  })

  it('renews script and data, and keeps id, name and place', async () => {
    const before = await stored(copyId)
    const { status, body } = await republish({ targetId: copyId, spaceId: managed })
    expect([status, body.attributes]).toEqual([
      200,
      expect.objectContaining({
        id: copyId,
        name: 'Sales',
        spaceId: managed,
        publishTime: new Date(api.world.clock.now()).toISOString(),
      }),
    ])
    expect(await scriptOf(copyId)).toBe('two')
    expect(await dataOf(api, await stored(copyId))).toBe('data two')
    // Its data before goes, that of the source stays.
    expect(await dataOf(api, before)).toBeUndefined()
    expect(await dataOf(api, await stored(appId))).toBe('data two')
    expect((await anna.call('GET', `/api/v1/apps/${copyId}/scripts`)).body.scripts).toHaveLength(2)
  })

  it('finds the only copy by itself, and asks for a name where there are several', async () => {
    expect((await republish({})).body.attributes.id).toBe(copyId)
    await publish({ spaceId: managed })
    const refused = await republish({})
    expect([refused.status, refused.body.errors[0].source]).toEqual([400, { pointer: '/targetId' }])
    const other = (await anna.call('POST', '/api/v1/apps')).body.attributes.id
    expect((await republish({}, anna, other)).status).toBe(400)
  })

  it('keeps the data of the copy when it is told to', async () => {
    await republish({ targetId: copyId, data: 'target', attributes: { name: 'New name' } })
    const copy = await stored(copyId)
    expect([await dataOf(api, copy), copy.name, await scriptOf(copyId)]).toEqual([
      'data one',
      'New name',
      'two',
    ])
  })

  it('goes over copies of others only when it is told to', async () => {
    const other = (await anna.call('POST', '/api/v1/apps')).body.attributes.id
    await anna.call('POST', `/api/v1/apps/${other}/scripts`, { script: 'other' })
    const refused = await republish({ targetId: copyId }, anna, other)
    expect([refused.status, refused.body.errors[0].source]).toEqual([400, { pointer: '/targetId' }])
    const { body } = await republish({ targetId: copyId, checkOriginAppId: false }, anna, other)
    expect([body.attributes.originAppId, await scriptOf(copyId)]).toEqual([other, 'other'])
    expect((await stored(copyId)).data).toBeUndefined()
    expect((await republish({ targetId: appId }, anna, other)).status).toBe(400)
  })

  it('waits for the end of a reload, and switches off tasks of others', async () => {
    await assign(managed, bert, 'publisher')
    const { id: reloadId } = (await anna.call('POST', '/api/v1/reloads', { appId: copyId })).body
    expect((await republish({ targetId: copyId })).status).toBe(409)
    await anna.call('POST', `/api/v1/reloads/${reloadId}/actions/cancel`)
    const made = await bert.call('POST', '/api/v1/reload-tasks', {
      appId: copyId,
      recurrence: ['RRULE:FREQ=DAILY'],
      name: 'nightly',
    })
    expect(made.status).toBe(201)
    expect((await republish({ targetId: copyId })).status).toBe(200)
    const [off] = await everyRow(api.store, 'tasks', { tenantId: acme.tenant.id })
    expect(off).toMatchObject({ enabled: false })
  })

  it('needs the right to develop the copy', async () => {
    await assign(managed, bert, 'consumer')
    const shared = await makeSpace(anna, 'shared')
    await anna.call('PUT', `/api/v1/apps/${appId}/space`, { spaceId: shared })
    await assign(shared, bert, 'producer')
    const refused = await republish({ targetId: copyId }, bert)
    expect([refused.status, refused.body.errors[0].source]).toEqual([403, { pointer: '/targetId' }])
    await assign(shared, await acme.person('carl'), 'producer')
    expect((await republish({ targetId: 'x' })).status).toBe(404)
    expect(await scriptOf(copyId)).toBe('one')
  })
})

describe('placement', () => {
  const path = () => `/api/v1/apps/${appId}/placement`

  it('is automatic until it is set, and after it was taken back', async () => {
    expect((await anna.call('GET', path())).body).toEqual({ minEngineSize: '0' })
    const set = await anna.call('PUT', path(), { minEngineSize: '40' })
    expect([set.status, set.text]).toEqual([200, ''])
    const createdAt = new Date(api.world.clock.now()).toISOString()
    expect((await anna.call('GET', path())).body).toEqual({ minEngineSize: '40', createdAt })
    expect((await anna.call('DELETE', path())).status).toBe(200)
    expect((await anna.call('GET', path())).body).toEqual({ minEngineSize: '0' })
    await anna.call('PUT', path(), { minEngineSize: '80' })
    await anna.call('PUT', path(), { minEngineSize: '0' })
    expect((await anna.call('GET', path())).body).toEqual({ minEngineSize: '0' })
  })

  it.each(['', '-1', '1.5', '40g', '10000', '007', 40])('refuses the size %j', async (minEngineSize) => {
    const answer = await anna.call('PUT', path(), { minEngineSize })
    expect([answer.status, answer.body.errors[0].source]).toEqual([400, { pointer: '/minEngineSize' }])
  })

  it('is set by who develops the app', async () => {
    expect((await bert.call('GET', path())).status).toBe(404)
    expect((await acme.admin.call('PUT', path(), { minEngineSize: '40' })).status).toBe(403)
    const globex = await api.tenant('globex')
    expect((await globex.admin.call('PUT', path(), { minEngineSize: '40' })).status).toBe(404)
  })
})
