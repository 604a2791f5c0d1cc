/**
 * What clients of others send (contract 07), on every route as the server tells its routes: each row of the
 * page is a kind of request, and no route may answer it otherwise than the request that was meant.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defined } from '../../src/core/defined.ts'
import { type Answer, type ApiUnderTest, apiUnderTest, type Members } from '../support/api-under-test.ts'
import { type Shape, type TableRoute, withRoutes } from '../support/route-table.ts'

const OPERATOR_KEY = 'an-operator-key-of-enough-characters'

let api: ApiUnderTest
let acme: Members
let routes: readonly TableRoute[]
let ids: Readonly<Record<string, string>>
/** The route that took the last request, as the server saw it. */
let taken: string | undefined

beforeAll(async () => {
  const { made, routes: all } = await withRoutes(
    () => apiUnderTest({ deps: { operatorKey: OPERATOR_KEY } }),
    (server) => {
      server.addHook('onResponse', async ({ routeOptions }) => {
        taken = routeOptions.url
      })
    },
  )
  api = made
  routes = all
  acme = await api.tenant('acme')
  ids = await scene()
})
afterAll(() => api?.close())

/** Two of each kind, so that lists have a second page. */
async function scene(): Promise<Record<string, string>> {
  const { admin } = acme
  const made = async (path: string, body: unknown) => {
    const { status, body: answer } = await admin.call('POST', `/api/v1${path}`, body)
    expect([path, status < 300, answer]).toEqual([path, true, answer])
    return answer
  }
  await acme.person('second')
  const space = await made('/spaces', { name: 'Sales', type: 'shared' })
  await made('/spaces', { name: 'Stock', type: 'shared' })
  const app = await made('/apps', { attributes: { name: 'Sales', spaceId: space.id } })
  await made('/apps', { attributes: { name: 'Stock' } })
  const reload = await made('/reloads', { appId: app.attributes.id })
  const webhook = await made('/webhooks', { name: 'w', url: 'https://example.com/', eventTypes: [] })
  await made('/webhooks', { name: 'v', url: 'https://example.com/', eventTypes: [] })
  const key = await made('/api-keys', { description: 'one' })
  const userId = (await acme.person('third')).user.id
  await made(`/spaces/${space.id}/assignments`, { type: 'user', assigneeId: userId, roles: ['consumer'] })
  return {
    appId: app.attributes.id,
    reloadId: reload.id,
    spaceId: space.id,
    userId: admin.user.id,
    tenantId: acme.tenant.id,
    'webhooks/:id': webhook.id,
    'api-keys/:id': key.id,
    'scripts/:id': 'current',
    'resources/:id': app.attributes.id,
  }
}

const NOTHING = '00000000-0000-4000-8000-000000000000'

/** With ids of what is there, else with an id that nothing has. */
function pathOf({ url }: Pick<TableRoute, 'url'>): string {
  return url.replace(/([\w-]*\/):(\w+)/g, (_part, before: string, name: string) => {
    return before + (ids[`${before}:${name}`] ?? ids[name] ?? NOTHING)
  })
}

const ask = (route: TableRoute, url: string, body?: unknown, headers = {}): Promise<Answer> =>
  acme.admin.call(route.method, url, body, {
    headers: {
      ...headers,
      ...(url.startsWith('/api/operator') ? { authorization: `Bearer ${OPERATOR_KEY}` } : {}),
    },
  })

/** What a client reads, without what differs from one request to the next. */
function read({ status, body, text }: Answer): unknown {
  if (typeof body !== 'object' || body === null) return { status, text }
  const { traceId: _traceId, links: _links, timestamp: _timestamp, ...rest } = body
  const errors = rest.errors?.map(({ timestamp: _at, ...error }: Record<string, unknown>) => error)
  return { status, ...rest, ...defined({ errors }) }
}

const named = ({ method, url }: TableRoute) => `${method} ${url}`
const guarded = () => routes.filter(({ url }) => url.startsWith('/api/'))
const reads = () => guarded().filter(({ method, isStream }) => method === 'GET' && !isStream)
const isList = ({ query, answer }: TableRoute) =>
  answer?.properties?.data?.type === 'array' || query.properties?.limit !== undefined
const parameters = ({ query }: TableRoute) => Object.entries(query.properties ?? {})

/** Some value that the parameter takes, and another one. */
function sample(shape: Shape): readonly [string, string] {
  const values =
    shape.enum ?? shape.anyOf?.flatMap(({ const: value }) => (value === undefined ? [] : [value]))
  if (values !== undefined && values.length > 0) return [String(values[0]), String(values.at(-1))]
  switch (shape.type) {
    case 'boolean':
      return ['true', 'false']
    case 'integer':
    case 'number':
      return [String((shape.minimum ?? 0) + 1), String(shape.minimum ?? 0)]
    default:
      return ['a', 'b']
  }
}

describe('every route that reads', () => {
  it('takes a repeated parameter once: the last', async () => {
    let compared = 0
    for (const route of reads()) {
      for (const [name, shape] of parameters(route)) {
        if (shape.type === 'array') continue
        const path = pathOf(route)
        const [one, other] = sample(shape)
        const once = read(await ask(route, `${path}?${name}=${one}`))
        const label = `${named(route)} ${name}`
        expect([label, read(await ask(route, `${path}?${name}=${one}&${name}=${one}`))]).toEqual([
          label,
          once,
        ])
        expect([label, read(await ask(route, `${path}?${name}=${other}&${name}=${one}`))]).toEqual([
          label,
          once,
        ])
        compared++
      }
    }
    expect(compared).toBeGreaterThan(100)
  })

  it('takes empty values and the text undefined as absent', async () => {
    for (const route of reads()) {
      const path = pathOf(route)
      const bare = read(await ask(route, path))
      for (const [name] of parameters(route)) {
        for (const value of ['', 'undefined']) {
          const label = `${named(route)} ${name}=${value}`
          expect([label, read(await ask(route, `${path}?${name}=${value}`))]).toEqual([label, bare])
        }
      }
    }
  })

  it('answers the same to headers of older clients, and to a media type without a body', async () => {
    const headers = {
      'qlik-api-version': '1',
      'qlik-web-integration-id': 'x',
      'x-b3-traceid': '80f198ee56343ba864fe8b2a57d3eff7',
      'content-type': 'application/json',
      accept: 'application/json, text/plain, */*',
    }
    for (const route of reads()) {
      if (route.url.includes('/logs/') || route.url.endsWith('/log')) continue
      const path = pathOf(route)
      const plain = read(await ask(route, path, undefined, { accept: headers.accept }))
      expect([named(route), read(await ask(route, path, undefined, headers))]).toEqual([named(route), plain])
    }
  })
})

describe('every list', () => {
  it('refuses a filter that it does not know, and names those that it takes', async () => {
    const lists = reads().filter(isList)
    expect(lists.length).toBeGreaterThan(30)
    for (const route of lists) {
      const { status, body } = await ask(route, `${pathOf(route)}?colour=blue`)
      expect([named(route), status, body.errors[0]]).toMatchObject([
        named(route),
        400,
        { detail: expect.stringContaining('colour is not known here'), source: { parameter: 'colour' } },
      ])
      for (const [name] of parameters(route)) {
        expect([named(route), body.errors[0].detail]).toEqual([named(route), expect.stringContaining(name)])
      }
    }
  })

  it('links its next page by a plain cursor that stands last and never first', async () => {
    let paged = 0
    for (const route of reads().filter(isList)) {
      for (const query of ['', '?limit=1', '?limit=1&limit=1&next=&page=&sort=undefined']) {
        if (query !== '' && route.query.properties?.limit === undefined) continue
        const known = query.replace(/&(next|page|sort)=\w*/g, (text, name: string) =>
          route.query.properties?.[name] === undefined ? '' : text,
        )
        const href = (await ask(route, pathOf(route) + known)).body.links?.next?.href as string | undefined
        if (href === undefined) continue
        expect([named(route), href]).toEqual([
          named(route),
          expect.stringMatching(/^https:\/\/reprise\.example\.com\/[^?]+\?.+&\w+=[\w-]+$/),
        ])
        expect((await ask(route, href.slice(new URL(href).origin.length))).status).toBe(200)
        paged++
      }
    }
    expect(paged).toBeGreaterThan(10)
  })
})

describe('every path', () => {
  it('is the same with doubled and trailing slashes, whatever the method', async () => {
    for (const route of routes) {
      const path = pathOf(route)
      for (const url of [path.replaceAll('/', '//'), `${path}/`, `${path}//`, `${path}/?limit=5`]) {
        // Without a key nothing is done; the route is found all the same.
        await api.server.inject({ method: route.method as 'GET', url })
        const wanted = route.url.length > 1 ? route.url.replace(/\/$/, '') : route.url
        expect([named(route), url, taken?.replace(/\/$/, '')]).toEqual([named(route), url, wanted])
      }
    }
  })

  it('keeps the empty segment where the contract gives it a meaning', async () => {
    await api.server.inject(`/api/v1/apps/${ids.appId}/reloads//metadata/`)
    expect(taken).toBe('/api/v1/apps/:appId/reloads/metadata/')
  })

  it('says of a word in the place of an id that there is no such resource', async () => {
    const byId = guarded().filter(({ url, isStream }) => /\/:\w+$/.test(url) && !isStream)
    expect(byId.length).toBeGreaterThan(30)
    for (const route of byId) {
      const path = pathOf({ url: route.url.replace(/:\w+$/, 'nothing-here') })
      // Where what stands above is not there either, that is told.
      if (path.includes(NOTHING)) continue
      for (const method of ['GET', 'POST']) {
        const { status, body } = await ask({ ...route, method }, path, method === 'POST' ? {} : undefined)
        const label = `${method} ${path}`
        expect([label, status, body.errors?.[0].detail]).toEqual([label, 404, 'there is no such resource'])
      }
    }
  })
})

describe('every route that writes', () => {
  const writes = () => guarded().filter(({ method }) => method !== 'GET')

  it('takes an empty body of any type as no body', async () => {
    for (const route of writes()) {
      const path = pathOf({ url: route.url.replace(/:\w+/g, ':unknown') })
      const plain = await ask(route, path)
      for (const type of [
        'application/x-www-form-urlencoded',
        'application/octet-stream',
        'application/json',
        'application/ecmascript',
        'text/plain',
        'no type at all',
      ]) {
        const typed = await ask(route, path, undefined, { 'content-type': type })
        const label = `${named(route)} ${type}`
        expect([label, typed.status, typed.body?.errors?.[0].detail]).toEqual([
          label,
          plain.status,
          plain.body?.errors?.[0].detail,
        ])
      }
    }
  })

  it('takes null in an optional member as absent', async () => {
    let compared = 0
    for (const route of writes()) {
      const path = pathOf({ url: route.url.replace(/:\w+/g, ':unknown') })
      const bare = JSON.stringify(read(await ask(route, path, {})))
      const { properties = {}, required = [] } = route.body ?? {}
      for (const name of Object.keys(properties)) {
        if (required.includes(name) || takesNull(properties[name]!)) continue
        const answer = JSON.stringify(read(await ask(route, path, { [name]: null })))
        expect([named(route), name, withoutIds(answer)]).toEqual([named(route), name, withoutIds(bare)])
        compared++
      }
    }
    expect(compared).toBeGreaterThan(60)
  })
})

function takesNull({ type, anyOf }: Shape): boolean {
  return (type === undefined && anyOf === undefined) || type === 'null' || anyOf?.some(takesNull) === true
}

/** What is made in truth has an id, a time and a secret of its own. */
function withoutIds(text: string): string {
  return text
    .replaceAll(/[\da-f]{8}-[\da-f-]{27}|[\da-f]{24}/g, 'ID')
    .replaceAll(/"(token|executionToken)":"[^"]*"/g, '"$1":""')
}
