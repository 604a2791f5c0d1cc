/** Items beside the list of apps (apps.test.ts): automations, several types, changes through the item. */
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

async function makeApp(person: Person, attributes: object): Promise<string> {
  const { body } = await person.call('POST', '/api/v1/apps', { attributes })
  api.advance(1000)
  return body.attributes.id
}
async function makeAutomation(person: Person, name: string): Promise<string> {
  const made = await person.call('POST', '/api/v1/automations', { name, description: 'runs it' })
  expect(made.status).toBe(201)
  api.advance(1000)
  return made.body.id
}
const list = async (person: Person, query: string) =>
  (await person.call('GET', `/api/v1/items?${query}`)).body.data.map((row: { name: string }) => row.name)
const itemOf = async (person: Person, type: string, id: string) =>
  (await person.call('GET', `/api/v1/items?resourceType=${type}&resourceId=${id}`)).body.data[0]

it('shows who manages spaces of a type the apps in them, and no personal ones', async () => {
  const analytics = await acme.person('analytics', ['AnalyticsAdmin'])
  const { body: space } = await anna.call('POST', '/api/v1/spaces', { name: 'Finance', type: 'shared' })
  const shared = await makeApp(anna, { name: 'shared', spaceId: space.id })
  const personal = await makeApp(anna, { name: 'personal' })
  expect(await list(analytics, 'resourceType=app')).toEqual(['shared'])
  expect(await list(bert, 'resourceType=app')).toEqual([])
  const status = async (id: string) => (await analytics.call('GET', `/api/v1/apps/${id}`)).status
  expect([await status(shared), await status(personal)]).toEqual([200, 404])
})

describe('the list of items', () => {
  it('has apps and automations in one order, chosen by their types', async () => {
    await makeApp(anna, { name: 'b' })
    const automation = await makeAutomation(anna, 'c')
    await makeApp(anna, { name: 'd', usage: 'DATA_PREPARATION' })
    await makeAutomation(anna, 'a')
    expect(await list(anna, 'sort=name')).toEqual(['a', 'b', 'c', 'd'])
    expect(await list(anna, 'resourceType=automation')).toEqual(['c', 'a'])
    expect(await list(anna, 'resourceType=app,qvapp,qlikview&sort=%2BcreatedAt')).toEqual(['b', 'd'])
    expect(await list(anna, 'resourceType=app[data-preparation,dataflow-prep],automation')).toEqual([
      'c',
      'd',
      'a',
    ])
    expect(await list(anna, 'resourceType=app&resourceSubType=data-preparation')).toEqual(['d'])
    expect(await list(anna, 'resourceType=dataset,note')).toEqual([])
    expect(await list(anna, 'query=RUNS')).toEqual(['c', 'a'])
    expect(await list(anna, 'name=C')).toEqual(['c'])
    expect(await list(anna, `resourceType=app&resourceId=${automation}`)).toEqual([])
    expect(await itemOf(anna, 'automation', automation)).toMatchObject({
      name: 'c',
      resourceType: 'automation',
      resourceId: automation,
      description: 'runs it',
      ownerId: anna.user.id,
      creatorId: anna.user.id,
      actions: ['read', 'update', 'run', 'delete'],
    })
    expect(await list(bert, '')).toEqual([])
    expect(await list(acme.admin, 'resourceType=automation')).toEqual(['c', 'a'])
    expect(await list((await api.tenant('globex')).admin, '')).toEqual([])
  })

  it.each([1, 2, 3, 7])('is walked forwards and back over both kinds, %i a page', async (limit) => {
    for (const name of ['a', 'c', 'd', 'g']) await makeApp(anna, { name })
    for (const name of ['b', 'e', 'f']) await makeAutomation(anna, name)
    const whole = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const pages: string[][] = []
    let page = (await anna.call('GET', `/api/v1/items?limit=${limit}&sort=name`)).body
    expect(page.links.prev).toBeUndefined()
    for (; ; page = (await anna.call('GET', page.links.next.href)).body) {
      pages.push(page.data.map(({ name }: { name: string }) => name))
      if (page.links.next === undefined) break
    }
    expect(pages.flat()).toEqual(whole)
    for (const before of pages.slice(0, -1).reverse()) {
      page = (await anna.call('GET', page.links.prev.href)).body
      expect(page.data.map(({ name }: { name: string }) => name)).toEqual(before)
    }
    expect(page.links.prev).toBeUndefined()
  })

  it.each(['createdByUserId', 'notCreatedByUserId', 'shared', 'resourceLink'])(
    'refuses %s rather than to show what was not asked for',
    async (name) => {
      const answer = await anna.call('GET', `/api/v1/items?${name}=x`)
      expect([answer.status, answer.body.errors[0].source]).toEqual([400, { parameter: name }])
    },
  )

  it('leaves out what may be done when it is asked to', async () => {
    await makeApp(anna, { name: 'a' })
    const [item] = (await anna.call('GET', '/api/v1/items?noActions=true')).body.data
    expect([item.actions, item.meta.actions]).toEqual([undefined, []])
  })
})

describe('an item', () => {
  it('renames its app and its automation, also by a whole item that comes back', async () => {
    const app = await itemOf(anna, 'app', await makeApp(anna, { name: 'a' }))
    const renamed = await anna.call('PUT', `/api/v1/items/${app.id}`, { ...app, name: 'Sales' })
    expect([renamed.status, renamed.body.name, renamed.body.id]).toEqual([200, 'Sales', app.id])
    const { body } = await anna.call('GET', `/api/v1/apps/${app.resourceId}`)
    expect(body.attributes.name).toBe('Sales')
    const automation = await itemOf(anna, 'automation', await makeAutomation(anna, 'b'))
    const change = { name: 'nightly', description: 'd', resourceType: 'automation' }
    const other = await anna.call('PUT', `/api/v1/items/${automation.id}`, change)
    expect(other.body).toMatchObject({ name: 'nightly', description: 'd', resourceId: automation.resourceId })
  })

  it.each([
    [{ spaceId: 'x' }, '/spaceId'],
    [{ resourceType: 'automation' }, '/resourceType'],
    [{ resourceId: 'x' }, '/resourceId'],
    [{ name: '' }, '/name'],
  ])('refuses %j, which it cannot change', async (change, pointer) => {
    const { id } = await itemOf(anna, 'app', await makeApp(anna, { name: 'a' }))
    const answer = await anna.call('PUT', `/api/v1/items/${id}`, change)
    expect([answer.status, answer.body.errors[0].source]).toEqual([400, { pointer }])
  })

  it('goes with its resource, and that with it', async () => {
    const app = await itemOf(anna, 'app', await makeApp(anna, { name: 'a' }))
    const automation = await itemOf(anna, 'automation', await makeAutomation(anna, 'b'))
    for (const { id } of [app, automation]) {
      expect((await bert.call('DELETE', `/api/v1/items/${id}`)).status).toBe(404)
      expect((await bert.call('PUT', `/api/v1/items/${id}`, { name: 'x' })).status).toBe(404)
      expect((await anna.call('DELETE', `/api/v1/items/${id}`)).status).toBe(204)
      expect((await anna.call('GET', `/api/v1/items/${id}`)).status).toBe(404)
    }
    expect((await anna.call('GET', `/api/v1/apps/${app.resourceId}`)).status).toBe(404)
    expect((await anna.call('GET', `/api/v1/automations/${automation.resourceId}`)).status).toBe(404)
  })

  it('of an app that one may only read is not changed', async () => {
    const { id } = await itemOf(anna, 'app', await makeApp(anna, { name: 'a' }))
    expect((await acme.admin.call('PUT', `/api/v1/items/${id}`, { name: 'x' })).status).toBe(403)
    expect((await acme.admin.call('DELETE', `/api/v1/items/${id}`)).status).toBe(403)
  })

  it('tells what was published from it, its collections, and the settings', async () => {
    const { id, resourceId } = await itemOf(anna, 'app', await makeApp(anna, { name: 'a' }))
    const spaceId = (await anna.call('POST', '/api/v1/spaces', { name: 'm', type: 'managed' })).body.id
    const published = (await anna.call('POST', `/api/v1/apps/${resourceId}/publish`, { spaceId })).body
    const { data } = (await anna.call('GET', `/api/v1/items/${id}/publisheditems`)).body
    expect(data).toMatchObject([
      {
        resourceId: published.attributes.id,
        spaceId,
        resourceAttributes: { id: published.attributes.id, originAppId: resourceId, published: true },
      },
    ])
    expect((await anna.call('GET', `/api/v1/items/${id}/collections`)).body.data).toEqual([])
    expect((await anna.call('GET', '/api/v1/items/settings')).body).toEqual({ usageMetricsEnabled: false })
    expect((await bert.call('GET', `/api/v1/items/${id}/publisheditems`)).status).toBe(404)
    expect((await bert.call('GET', `/api/v1/items/${id}/collections`)).status).toBe(404)
  })
})
