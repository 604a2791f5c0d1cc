/**
 * Every route behind authentication, as the server tells them, asked by everybody there is: the answer is
 * what the table of rights says (core/operations.ts, core/rights.ts), and ids of another tenant answer byte
 * for byte as ids that do not exist. A route that is added tomorrow fails here until it has its right, and a
 * row in test/support/rights/calls.ts where it cannot be called without one.
 */
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerTo } from '../../docs/generate/right-answers.ts'
import { OPERATIONS } from '../../src/core/operations.ts'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import { jsonLog, realWorld } from '../../src/main/world.ts'
import { type Answer, type ApiUnderTest, apiUnderTest, type Person } from '../support/api-under-test.ts'
import { ManualTime } from '../support/manual-time.ts'
import { upload } from '../support/multipart.ts'
import { addApp } from '../support/reload-steps.ts'
import { CALLS, type Ids, type Request, requestTo } from '../support/rights/calls.ts'
import { RehearsingStore } from '../support/rights/rehearsing-store.ts'
import { type Persona, rightsScene, SCENES, type Scene, type SceneType } from '../support/rights/scene.ts'
import { type TableRoute, withRoutes } from '../support/route-table.ts'

/** Behind no authentication, or with one of their own. */
const OPEN = /^\/(?!api\/)|^\/api\/operator\/|^\/api\/v1\/automations\/:id\/actions\/execute$/

const nameOf = ({ method, url }: TableRoute) => `${method} ${url}`

let routes: readonly TableRoute[]
const scenes = new Map<
  SceneType,
  { readonly api: ApiUnderTest; readonly scene: Scene; readonly other: Person }
>()

beforeAll(async () => {
  for (const type of SCENES) {
    const store = new RehearsingStore()
    // Streams wait for more until their clients leave.
    const world = new ManualTime().world(realWorld(jsonLog('error')))
    const { made: api, routes: all } = await withRoutes(() => apiUnderTest({ deps: { store, world } }))
    routes = all.filter(({ url }) => !OPEN.test(url))
    const scene = await rightsScene(api, await api.tenant('acme'), type)
    const { admin: other } = await api.tenant('other')
    store.rehearses = true
    // What lies in files stays where it is, as records do.
    const stays = async () => undefined
    Object.assign(api.deps.files, { put: stays, move: stays, remove: stays, makeFolder: stays })
    scenes.set(type, { api, scene, other })
  }
}, 60_000)

afterAll(async () => {
  for (const { api } of scenes.values()) await api.close()
})

async function ask(person: Person, { method, url, body, isUpload, isBytes }: Request): Promise<Answer> {
  const octets = { headers: { 'content-type': 'application/octet-stream' } }
  if (isBytes) return person.call(method, url, body, octets)
  if (!isUpload) return person.call(method, url, body)
  const { payload, headers } = upload(body, 'b')
  return person.call(method, url, payload, { headers })
}

/** Whether it was allowed: a state that stands against it is no matter of rights. */
function told({ status: whole, text, body }: Pick<Answer, 'status' | 'text' | 'body'>): string {
  // Of several things at once, each has its status.
  const each = whole === 207 ? Number(body.data?.[0]?.status) : Number.NaN
  const status = Number.isNaN(each) ? whole : each
  if (status < 400 || [409, 412, 422, 424, 429].includes(status)) return 'yes'
  if (status === 403) return 'forbidden'
  return status === 404 ? 'not found' : shown({ status, text })
}

const bearer = ({ token }: Person) => ({ authorization: `Bearer ${token}` })

/** A reload of its own, ended, though nothing else is saved any more. */
async function ownReload(api: ApiUnderTest, person: Person): Promise<string> {
  const store = api.store as RehearsingStore
  store.rehearses = false
  const { id: appId } = await addApp(api, person.user)
  const { id } = (await person.call('POST', '/api/v1/reloads', { appId })).body
  await person.call('POST', `/api/v1/reloads/${id}/actions/cancel`)
  store.rehearses = true
  return id
}

/** The reloads that a stream of finished events tells of, up to this one. */
async function reloadsTold(stream: string, person: Person, last: string): Promise<string[]> {
  const abort = new AbortController()
  const { body } = await fetch(stream, { headers: bearer(person), signal: abort.signal })
  let text = ''
  for await (const piece of body!.pipeThrough(new TextDecoderStream())) {
    text += piece
    if (text.includes(`"${last}"`)) break
  }
  abort.abort()
  const whole = text.split('\n\n').flatMap((block) => /^data: (.*)$/m.exec(block)?.[1] ?? [])
  return whole.map((data) => JSON.parse(data).data.id)
}

/** The routes that are about something in the scene, and how each is asked; a stream never ends. */
function asked({ ids }: Scene): (readonly [name: string, request: Request])[] {
  return routes.flatMap((route) => {
    const request = route.isStream ? undefined : requestTo(route.method, route.url, ids)
    return request === undefined ? [] : [[nameOf(route), request] as const]
  })
}

describe.each(SCENES)('about %s things (in a space, or of their owner alone)', (type) => {
  it('everybody of the tenant may do what the table says, and nothing else', async () => {
    const { scene, api } = scenes.get(type)!
    const wrong = new Map<string, string[]>()
    for (const [name, request] of asked(scene)) {
      for (const persona of scene.personas) {
        const got = told(await ask(persona.person, request))
        const wanted = await expected(api, scene, persona, name)
        if (got === wanted) continue
        const fault = `${name} should be ${wanted}, and is ${got}, for`
        wrong.set(fault, [...(wrong.get(fault) ?? []), persona.name])
      }
    }
    expect([...wrong].map(([fault, names]) => `${fault} ${names.join(', ')}`)).toEqual([])
  }, 120_000)

  it('who is disabled comes in nowhere', async () => {
    const { scene } = scenes.get(type)!
    for (const [name, request] of asked(scene)) {
      expect([name, (await ask(scene.disabled, request)).status]).toEqual([name, 401])
    }
  }, 60_000)

  it('the stream tells everybody of the apps that they may read, and of no others', async () => {
    const { scene, api, other } = scenes.get(type)!
    const { ids, personas, lastReloadId } = scene
    await api.server.listen({ host: '127.0.0.1', port: 0 })
    const port = (api.server.server.address() as AddressInfo).port
    const stream = `http://127.0.0.1:${port}/api/v1/events/stream?after=0&types=${FINISHED_EVENT_TYPE}`
    const last = await ownReload(api, other)
    expect(await reloadsTold(stream, other, last)).toEqual([last])
    expect((await fetch(stream, { headers: bearer(scene.disabled) })).status).toBe(401)
    const wrong: string[] = []
    for (const persona of personas) {
      const told = await reloadsTold(stream, persona.person, lastReloadId)
      const reads = await expected(api, scene, persona, 'GET /api/v1/apps/:appId')
      const isTold = told.includes(ids.reloadId!)
      if (isTold !== (reads === 'yes' && type !== 'data')) wrong.push(`${persona.name}: ${isTold}`)
    }
    expect(wrong).toEqual([])
  }, 60_000)

  it('what another tenant owns is answered as what is not there, byte for byte', async () => {
    const { scene, other } = scenes.get(type)!
    const nowhere = elsewhere(scene.ids)
    /** What is repeated of a request is that of the request. */
    const withTheirs = (text: string) =>
      Object.entries(nowhere).reduce((told, [name, id]) => told.replaceAll(id, scene.ids[name]!), text)
    const differing: string[] = []
    let compared = 0
    for (const route of routes.filter((one) => !one.isStream)) {
      const [theirs, nobodys] = [scene.ids, nowhere].map((ids) => requestTo(route.method, route.url, ids))
      if (theirs === undefined || JSON.stringify(theirs) === JSON.stringify(nobodys)) continue
      compared += 1
      const real = shown(await ask(other, theirs))
      const none = withTheirs(shown(await ask(other, nobodys!)))
      if (real !== none) differing.push(`${nameOf(route)}: ${real}, not ${none}`)
    }
    expect(compared).toBeGreaterThan(40)
    expect(differing).toEqual([])
  }, 60_000)
})

async function expected(
  api: ApiUnderTest,
  { ids, owner, spaceOwner, type }: Scene,
  { person, spaceRoles }: Persona,
  operation: string,
): Promise<string> {
  const user = (await api.store.user(person.user.tenantId, person.user.id))!
  const right = OPERATIONS[operation]!
  const ownerId = owner.user.id
  if (type === 'personal') return answerTo(right, { user, ownerId })
  const space = {
    ...(await api.store.space(user.tenantId, ids.spaceId as never))!,
    type,
    ownerId: spaceOwner.user.id,
  }
  // Files of a space are nobody's but the space's.
  return answerTo(right, { user, ownerId, standing: { space, roles: spaceRoles } })
}

/** The same ids, each changed into one of its form that nothing has. */
function elsewhere(ids: Ids): Ids {
  const changed = (id: string) => id.replace(/[0-9a-f]{12}$/, 'fffffffffff0')
  return Object.fromEntries(
    Object.entries(ids).map(([name, id]) => [
      name,
      name === 'type' || name === 'quotas/:id' ? id : name === 'calendars/:name' ? 'nobodys' : changed(id),
    ]),
  )
}

function shown({ status, text }: Pick<Answer, 'status' | 'text'>): string {
  return `${status} ${text.replace(/"traceId":"\w+"/, '').replace(/"timestamp":"[^"]+"/, '')}`
}

it('every route has its right, and every right a route', () => {
  const names = routes.map(nameOf)
  expect(names.filter((name) => OPERATIONS[name] === undefined)).toEqual([])
  expect(Object.keys(OPERATIONS).filter((name) => !names.includes(name))).toEqual([])
})

function needsMore({ body, query }: TableRoute): boolean {
  return [body, query].some((shape) => (shape?.required ?? []).length > 0)
}

it('every route is asked: ids and bodies that it takes stand in test/support/rights', () => {
  const names = new Set(SCENES.flatMap((type) => asked(scenes.get(type)!.scene)).map(([name]) => name))
  const unasked = routes
    .filter((route) => !route.isStream && !names.has(nameOf(route)))
    .map((route) => `${nameOf(route)}: a parameter of its path has no id in test/support/rights/scene.ts`)
  const bodies = routes
    .filter((route) => needsMore(route) && CALLS[nameOf(route)] === undefined)
    .map((route) => `${nameOf(route)} takes a body or a query: give it a row in test/support/rights/calls.ts`)
  expect([...unasked, ...bodies]).toEqual([])
  expect(Object.keys(CALLS).filter((name) => OPERATIONS[name] === undefined)).toEqual([])
})
