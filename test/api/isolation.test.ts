/**
 * Another tenant's admin, holding valid ids of reloads, webhooks and data files, sees nothing and changes
 * nothing. The list of routes is taken from the server itself, so that a new route without a row here fails.
 * The catalog has a suite of its own.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newUuid } from '../../src/core/ids.ts'
import type { Send } from '../../src/event/delivery.ts'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { upload } from '../support/multipart.ts'
import { addApp } from '../support/reload-steps.ts'

let api: ApiUnderTest
let acme: Members
let other: Person
let ids: Readonly<Record<string, string>>
let before: unknown

beforeAll(async () => {
  api = await apiUnderTest()
  acme = await api.tenant('acme')
  other = (await api.tenant('other')).admin
  const app = await addApp(api, acme.admin.user)
  const hook = {
    name: 'Theirs',
    url: 'https://theirs.example.com',
    eventTypes: [FINISHED_EVENT_TYPE],
    enabled: true,
  }
  const webhook = (await acme.admin.call('POST', '/api/core/webhooks', hook)).body
  const ended = (await acme.admin.call('POST', '/api/v1/reloads', { appId: app.id })).body
  await acme.admin.call('POST', `/api/v1/reloads/${ended.id}/actions/cancel`)
  const events = await api.store.eventsAfter(acme.tenant.id, 0, 100)
  const event = events.find(({ type }) => type === FINISHED_EVENT_TYPE)
  const [delivery] = await api.store.deliveriesOf(event!.id)
  const send: Send = {
    id: newUuid(api.world.random),
    tenantId: acme.tenant.id,
    deliveryId: delivery!.id,
    subscriptionId: webhook.id,
    eventId: event!.id,
    eventType: FINISHED_EVENT_TYPE,
    status: 'fail',
    triggeredAt: api.world.clock.now(),
  }
  await api.store.addSend(send, () => undefined)
  const reload = (await acme.admin.call('POST', '/api/v1/reloads', { appId: app.id })).body
  const { payload, headers } = upload({ name: 'Theirs/a.csv' }, 'secret')
  await acme.admin.call('POST', '/api/v1/data-files', payload, { headers })
  const files = (await acme.admin.call('GET', '/api/v1/data-files?includeFolders=true')).body.data
  ids = {
    reloadId: reload.id,
    webhook: webhook.id,
    folder: files[0].id,
    deliveryId: send.id,
    app: app.id,
    event: event!.id,
  }
  before = await everything()
})

afterAll(() => api.close())

async function everything(): Promise<unknown> {
  const urls = [
    '/api/v1/reloads',
    '/api/core/webhooks',
    `/api/core/webhooks/${ids.webhook}/deliveries`,
    `/api/v1/reloads/${ids.reloadId}`,
    `/api/v1/data-files/${ids.folder}`,
  ]
  return Promise.all(urls.map(async (url) => (await acme.admin.call('GET', url)).body))
}

const BODIES: Readonly<Record<string, unknown>> = {
  POST: {
    since: '2026-01-01T00:00:00Z',
    secret: '0123456789abcdef0123456789ABCDEF',
    ownerId: '000000000000000000000000',
  },
  PUT: { name: 'x', url: 'https://x.example.com', enableCloudEventDelivery: true },
  PATCH: [{ op: 'replace', path: '/name', value: 'x' }],
}

const idOf = (path: string, name: string) =>
  name === 'id' ? ids[path.startsWith('/api/core/data-files') ? 'folder' : 'webhook'] : ids[name]

it('finds nothing of another tenant behind any route that names a reload, a webhook or a file', async () => {
  const { paths } = (api.server as unknown as { swagger(): { paths: Record<string, object> } }).swagger()
  const routes = Object.entries(paths)
    .filter(([path]) => /^\/api\/(v1\/(reloads|webhooks|events)|core\/)/.test(path) && path.includes('{'))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })),
    )
  expect(routes.length).toBeGreaterThanOrEqual(16)
  for (const { path, method } of routes) {
    const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => idOf(path, name) ?? `no id for ${name}`)
    const own = method === 'GET' ? (await acme.admin.call(method, url)).status : 200
    expect([method, path, own]).toEqual([method, path, 200])
    const answer = await other.call(method, url, BODIES[method])
    expect([method, path, answer.status]).toEqual([method, path, 404])
    expect(answer.text).not.toContain('Theirs')
  }
})

it('lists nothing of another tenant', async () => {
  const lists = [
    '/api/v1/reloads',
    `/api/v1/reloads?appId=${ids.app}`,
    '/api/v1/webhooks',
    '/api/core/webhooks',
  ]
  for (const list of lists) expect((await other.call('GET', list)).body.data, list).toEqual([])
})

it('reloads no app of another tenant, and hands no webhook over to its users', async () => {
  const reload = await other.call('POST', '/api/v1/reloads', { appId: ids.app })
  expect([reload.status, reload.body.errors[0].code]).toEqual([404, 'RELOADS-004'])
  const handed = await other.call('POST', '/api/core/webhooks', {
    name: 'x',
    url: 'https://x.example.com',
    level: 'user',
    ownerId: acme.admin.user.id,
  })
  expect([handed.status, handed.body.errors[0].source.pointer]).toEqual([400, '/ownerId'])
})

it('left everything as it was', async () => {
  expect(await everything()).toEqual(before)
})
