/**
 * Every route of the server, as the server itself tells them, with the most expensive bodies, queries and
 * headers that fit through its limits: no turn of the event loop may cost more than 50 ms, and nothing may
 * fail inside. A route that is added tomorrow is in the test by itself.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { RouteOptions } from 'fastify'
import { Type } from 'typebox'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ApiServer } from '../../src/api/http/deps.ts'
import { setScript } from '../../src/catalog/script.ts'
import { defined } from '../../src/core/defined.ts'
import { newUuid } from '../../src/core/ids.ts'
import { DEFAULT_LIMITS } from '../../src/core/limits.ts'
import { jsonLog, realWorld } from '../../src/main/world.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { type ApiUnderTest, apiUnderTest, type Members } from '../support/api-under-test.ts'
import { put } from '../support/catalog.ts'
import type { ClientTask, Sent } from '../support/hostile/hostile-client.ts'
import type { RouteFacts } from '../support/hostile/hostile-requests.ts'
import { type Turn, TurnMeter } from '../support/hostile/turn-meter.ts'

const OPERATOR_KEY = 'an-operator-key-of-enough-characters'
const TURN_MAX_MS = 50
/** A script that takes longer is refused then; by itself this bounds the time of the test. */
const READ_TIME_MS = 100

/** No other text of its size makes more JSON. */
const LONGEST_SCRIPT = { script: '\u0000'.repeat(DEFAULT_LIMITS.scriptBytes), message: '' }

let folder: string
let api: ApiUnderTest
let acme: Members
const routes: RouteFacts[] = []

/**
 * Notes every route of the server that is being made, and plants one that takes time in the square of its
 * text.
 */
function watch(message: unknown): void {
  const { fastify: server } = message as { fastify: ApiServer }
  server.addHook('onRoute', ({ method, url, bodyLimit, schema, config }: RouteOptions) => {
    const facts = {
      url,
      bodyLimit: bodyLimit ?? server.initialConfig.bodyLimit!,
      isStream: config?.isStream === true,
      schema: schema ?? {},
    }
    for (const each of [method].flat().filter((one) => one !== 'HEAD')) {
      routes.push(JSON.parse(JSON.stringify({ method: each, ...facts })))
    }
  })
  server.post('/planted', { schema: { body: Type.Object({ text: Type.String() }) } }, (request) => {
    const { text } = request.body as { text: string }
    let found = 0
    for (let from = 0; from < text.length; from += 32) {
      for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) === 33) found++
    }
    return { found }
  })
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-hostile-'))
  subscribe('fastify.initialization', watch)
  api = await apiUnderTest({
    limits: { readTimeMs: READ_TIME_MS },
    deps: {
      operatorKey: OPERATOR_KEY,
      world: realWorld(jsonLog('error')),
      store: SqliteStore.open(join(folder, 'reprise.db')),
    },
  })
  unsubscribe('fastify.initialization', watch)
  acme = await api.tenant('acme')
  await api.server.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await api?.close()
  await rm(folder, { recursive: true, force: true })
})

interface Judged {
  readonly sent: Sent
  readonly slow: readonly string[]
}

type Values = Readonly<Record<string, string>>

/** A busy machine makes any turn slow once: slow is a request that is slow each time. */
const TIMES = 3

async function attack(attacked: readonly RouteFacts[], headers: Values, ids: Values): Promise<Judged> {
  const first = await attackOnce(attacked, headers, ids)
  let { slow } = first
  for (let time = 1; time < TIMES && slow.size > 0; time++) {
    const again = await attackOnce(attacked, headers, ids, new Set(slow.keys()))
    slow = again.slow
  }
  return { sent: first.sent, slow: [...slow].map(([name, costMs]) => `${costMs} ms in ${name}`) }
}

interface JudgedOnce {
  readonly sent: Sent
  /** Cost of the longest turn by the name of a request that was under way, where it was too long. */
  readonly slow: ReadonlyMap<string, number>
}

async function attackOnce(
  attacked: readonly RouteFacts[],
  headers: Values,
  ids: Values,
  only?: ReadonlySet<string>,
): Promise<JudgedOnce> {
  const at = new Int32Array(new SharedArrayBuffer(4))
  const task: ClientTask = {
    port: (api.server.server.address() as AddressInfo).port,
    headers,
    allHeaders: attacked.length > 10,
    ...defined({ only }),
    routes: attacked.map((route) => ({ ...route, path: pathOf(route.url, ids) })),
    at,
  }
  const meter = new TurnMeter(() => Atomics.load(at, 0))
  const client = new Worker(new URL('../support/hostile/hostile-client.ts', import.meta.url), {
    workerData: task,
  })
  const answered = new Promise<Sent>((resolve, reject) => {
    client.once('message', resolve)
    client.once('error', reject)
  })
  meter.start()
  const sent = await answered.finally(() => meter.stop())
  const tooLong = meter.longest.filter(({ costMs }) => costMs > TURN_MAX_MS)
  const named = ({ costMs, doing: [from, to] }: Turn) =>
    sent.slice(Math.max(0, from - 1), Math.max(1, to)).map(({ name }) => [name, costMs] as const)
  return { sent, slow: new Map(tooLong.flatMap(named)) }
}

/** An app with the longest script. */
async function longApp(): Promise<string> {
  const { admin, tenant } = acme
  const { body } = await admin.call('POST', '/api/v1/apps', {})
  const caller = {
    tenantId: tenant.id,
    user: admin.user,
    credential: { kind: 'key', keyId: newUuid<'key'>(api.world.random) },
    claims: {},
  } as const
  await setScript(api.deps, caller, body.attributes.id, LONGEST_SCRIPT)
  return body.attributes.id
}

async function targets(): Promise<Values> {
  const { admin, tenant } = acme
  const made = async (path: string, body: unknown) => (await admin.call('POST', `/api/v1${path}`, body)).body
  const app = await made('/apps', { attributes: { name: 'Sales' } })
  const appId = app.attributes.id as string
  const reload = await made('/reloads', { appId })
  const space = await made('/spaces', { name: `s${Math.random()}`, type: 'shared' })
  const key = await made('/api-keys', { description: 'one' })
  const webhook = await made('/webhooks', { name: 'w', url: 'https://example.com/', eventTypes: [] })
  return {
    appId,
    reloadId: reload.id,
    spaceId: space.id,
    userId: admin.user.id,
    tenantId: tenant.id,
    'webhooks/:id': webhook.id,
    'api-keys/:id': key.id,
    'scripts/:id': 'current',
  }
}

/** The path with ids of things that are there; what is not known is as long as an id may be. */
function pathOf(url: string, ids: Values): string {
  return url.replace(/([\w-]*\/):(\w+)/g, (_part, before: string, name: string) => {
    return before + (ids[`${before}:${name}`] ?? ids[name] ?? 'x'.repeat(256))
  })
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
/** What is deleted is not there for others. */
const ORDER = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const inOrder = (some: readonly RouteFacts[]) =>
  some.toSorted((a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method))

it('no request costs a turn of more than 50 ms, and none fails inside', async () => {
  const ours = inOrder(routes.filter(({ url }) => url !== '/planted'))
  const isOperators = ({ url }: RouteFacts) => url.startsWith('/api/operator')
  const ids = await targets()
  const judged = [
    await attack(
      ours.filter((route) => !isOperators(route)),
      bearer(acme.admin.token),
      ids,
    ),
    await attack(ours.filter(isOperators), bearer(OPERATOR_KEY), ids),
  ]
  // The operator has removed it.
  await put(api.store, { tenants: [acme.tenant] })
  const sent = judged.flatMap((one) => one.sent)
  const failed = sent.filter(({ status }) => status === 500)
  expect(failed.map(({ name }) => name)).toEqual([])
  expect(judged.flatMap(({ slow }) => slow)).toEqual([])
}, 300_000)

it('keeping, reading and copying the longest scripts costs no turn of more than 50 ms', async () => {
  const appId = await longApp()
  const some = [
    ['GET', '/api/v1/apps/:appId/scripts/current'],
    ['POST', '/api/v1/apps/:appId/copy'],
  ].map(([method, url]) => ({ method: method!, url: url!, bodyLimit: 1000, isStream: false, schema: {} }))
  const { sent, slow } = await attack(some, bearer(acme.admin.token), { appId })
  expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([200, 400, 415]))
  expect(slow).toEqual([])
})

it('finds a route that takes time in the square of its text', async () => {
  const { slow } = await attack(
    routes.filter(({ url }) => url === '/planted'),
    {},
    {},
  )
  expect(slow.join()).toMatch(/ms in POST \/planted: fitting/)
})
