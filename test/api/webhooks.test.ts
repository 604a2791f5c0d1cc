/** Webhooks over HTTP: contract 04, sections 1 to 5, against the real server and the memory store. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { finishedEventFaults } from '../../src/cli/finished-event-check.ts'
import { newUuid, type SubscriptionId } from '../../src/core/ids.ts'
import type { Channel, Sent } from '../../src/delivery/channel.ts'
import type { Delivery, Send } from '../../src/event/delivery.ts'
import { ATTEMPT_EVENT_TYPE, FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import type { CloudEvent } from '../../src/event/stored-event.ts'
import type { Subscription } from '../../src/event/subscription.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { put } from '../support/catalog.ts'
import { addApp, succeedNext } from '../support/reload-steps.ts'

const SECRET = '0123456789abcdef0123456789ABCDEF'
const URL_OF_TARGET = 'https://hooks.example.com/in'

let api: ApiUnderTest
let acme: Members
let answerOfTarget: Sent
let sentTo: Subscription[]
let sentEvents: CloudEvent[]

const channel: Channel = {
  async send(events, subscription) {
    sentTo.push(subscription)
    sentEvents.push(...events)
    return answerOfTarget
  },
}

beforeEach(async () => {
  sentTo = []
  sentEvents = []
  answerOfTarget = { ok: true }
  const checkWebhookUrl = (url: string) => (url.startsWith('https://') ? undefined : 'the url must use https')
  api = await apiUnderTest({ deps: { channel, checkWebhookUrl } })
})

afterEach(() => api.close())

async function create(person: Person, more: object = {}, prefix = 'core') {
  const answer = await person.call('POST', `/api/${prefix}/webhooks`, {
    name: 'Reloads',
    url: URL_OF_TARGET,
    ...more,
  })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

const stored = async (id: string) => (await api.store.subscription(acme.tenant.id, id as SubscriptionId))!

beforeEach(async () => {
  acme = await api.tenant('acme')
})

describe('under either prefix', () => {
  it('serves the same webhook, and says on the old one that it is deprecated', async () => {
    const { id } = await create(acme.admin, {}, 'v1')
    const old = await acme.admin.call('GET', `/api/v1/webhooks/${id}`)
    const current = await acme.admin.call('GET', `/api/core/webhooks/${id}`)
    expect(old.body).toEqual(current.body)
    expect(old.headers).toMatchObject({
      deprecation: '@1793664000',
      sunset: 'Mon, 01 Nov 2027 00:00:00 GMT',
      link: '</api/core/webhooks>; rel="successor-version"',
    })
    expect(new Date(1793664000_000).toISOString()).toBe('2026-11-03T00:00:00.000Z')
    for (const name of ['deprecation', 'sunset', 'link']) expect(current.headers[name]).toBeUndefined()
  })
})

describe('POST', () => {
  it('fills the defaults and never shows a secret', async () => {
    const body = await create(acme.admin, {
      secret: SECRET,
      headers: { 'X-Team': 'data' },
      encryptedHeaders: { Authorization: 'Bearer abc' },
    })
    const now = '2026-11-02T04:06:00.000Z'
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Reloads',
      url: URL_OF_TARGET,
      description: '',
      eventTypes: [],
      enabled: false,
      level: 'tenant',
      ownerId: acme.admin.user.id,
      headers: { 'X-Team': 'data' },
      encryptedHeaders: ['Authorization'],
      secretKeyAdded: true,
      enableCloudEventDelivery: true,
      checkCertificateRevocation: false,
      contentMode: 'qlik',
      abuseProtection: 'off',
      origin: 'api',
      createdAt: now,
      updatedAt: now,
      createdByUserId: acme.admin.user.id,
      updatedByUserId: acme.admin.user.id,
    })
    const kept = await stored(body.id)
    expect(JSON.stringify(kept)).not.toContain(SECRET)
    expect(JSON.stringify(kept)).not.toContain('Bearer abc')
    expect(api.deps.seal.open(kept.sealedSecret!)).toBe(SECRET)
    expect(api.deps.seal.open(kept.sealedHeaders.Authorization!)).toBe('Bearer abc')
  })

  it.each<[string, object, string, string]>([
    ['no name', { name: undefined }, '/name', 'is required'],
    ['a blank name', { name: ' ' }, '/name', '1 to 512'],
    ['a long name', { name: 'x'.repeat(513) }, '/name', '1 to 512'],
    ['an http url', { url: 'http://hooks.example.com' }, '/url', 'https'],
    ['a long url', { url: `https://h.example.com/${'x'.repeat(2048)}` }, '/url', '2048'],
    ['a long description', { description: 'x'.repeat(1025) }, '/description', '1024'],
    [
      'an unknown event type',
      { eventTypes: [FINISHED_EVENT_TYPE, 'com.x'] },
      '/eventTypes/1',
      FINISHED_EVENT_TYPE,
    ],
    ['a short secret', { secret: 'x'.repeat(31) }, '/secret', '32'],
    ['a long secret', { secret: 'x'.repeat(65) }, '/secret', '64'],
    ['a secret that is not ASCII', { secret: `${'x'.repeat(31)}ß` }, '/secret', 'ASCII'],
    ['enabled as text', { enabled: 'true' }, '/enabled', 'true or false'],
    ['an unknown level', { level: 'space' }, '/level', 'tenant, user'],
    ['an unknown origin', { origin: 'me' }, '/origin', 'management-console'],
    ['a broken filter', { filter: 'id eq' }, '/filter', 'at character 6'],
    [
      'a filter on the result of several types',
      { filter: 'data.status eq "FAILED"' },
      '/filter',
      'topLevelResourceId',
    ],
    [
      'a value that the one type cannot have',
      { eventTypes: [ATTEMPT_EVENT_TYPE], filter: 'data.status eq "FAILED"' },
      '/filter',
      'ok, error',
    ],
    ['encrypted headers as names', { encryptedHeaders: ['a'] }, '/encryptedHeaders', 'an object'],
    ['a header that is no token', { headers: { 'a b': 'x' } }, '/headers/a b', 'token'],
    ['a line end in a value', { headers: { a: 'x\r\nHost: y' } }, '/headers/a', 'line ends'],
    [
      'a signature header',
      { headers: { 'Qlik-Signature': 'x' } },
      '/headers/Qlik-Signature',
      'set by the service',
    ],
    [
      'a reserved prefix',
      { encryptedHeaders: { 'Webhook-Id': 'x' } },
      '/encryptedHeaders/Webhook-Id',
      'set by',
    ],
    [
      'a header in both maps',
      { headers: { a: '1' }, encryptedHeaders: { A: '2' } },
      '/encryptedHeaders/A',
      'twice',
    ],
    ['too many bytes of headers', { headers: { a: 'x'.repeat(2048) } }, '/headers', '2048 bytes'],
    ['another owner at tenant level', { ownerId: 'x' }, '/ownerId', 'level user'],
    ['an unknown owner', { ownerId: 'x', level: 'user' }, '/ownerId', 'active user'],
  ])('refuses %s and names the field', async (_name, more, pointer, detail) => {
    const answer = await acme.admin.call('POST', '/api/core/webhooks', {
      name: 'n',
      url: URL_OF_TARGET,
      ...more,
    })
    expect(answer.status, answer.text).toBe(400)
    expect(answer.body.errors[0]).toMatchObject({ code: 'HTTP-400', source: { pointer } })
    expect(answer.body.errors[0].detail).toContain(detail)
    expect(await everyRow(api.store, 'subscriptions', { tenantId: acme.tenant.id })).toEqual([])
  })

  it('names every fault at once', async () => {
    const answer = await acme.admin.call('POST', '/api/core/webhooks', {
      name: 'n',
      url: 'ftp://x',
      eventTypes: ['a', 'b'],
    })
    expect(answer.body.errors.map((error: { source: object }) => error.source)).toEqual([
      { pointer: '/url' },
      { pointer: '/eventTypes/0' },
      { pointer: '/eventTypes/1' },
    ])
  })

  it('takes every attribute of the schema when one event is the only type, as alert templates do', async () => {
    const filter = 'data.usage eq "ANALYTICS" and data.status eq "error" and data.isPartialReload eq "false"'
    expect(await create(acme.admin, { eventTypes: [ATTEMPT_EVENT_TYPE], filter })).toMatchObject({ filter })
  })

  it('takes a result filter when the finished event is the only type, and keeps it parsed', async () => {
    const filter = 'data.status eq "FAILED" or DATA.TYPE ne "hub"'
    const body = await create(acme.admin, { eventTypes: [FINISHED_EVENT_TYPE, FINISHED_EVENT_TYPE], filter })
    expect(body).toMatchObject({ filter, eventTypes: [FINISHED_EVENT_TYPE] })
    expect((await stored(body.id)).filter).toMatchObject({ kind: 'or' })
  })

  it('needs TenantAdmin for level tenant, and for another owner', async () => {
    const ann = await acme.person('ann')
    const tenantLevel = await ann.call('POST', '/api/core/webhooks', { name: 'n', url: URL_OF_TARGET })
    expect([tenantLevel.status, tenantLevel.body.errors[0].source.pointer]).toEqual([403, '/level'])
    const other = { level: 'user', ownerId: acme.admin.user.id }
    const handed = await ann.call('POST', '/api/core/webhooks', { name: 'n', url: URL_OF_TARGET, ...other })
    expect([handed.status, handed.body.errors[0].source.pointer]).toEqual([403, '/ownerId'])
    expect(await create(ann, { level: 'user' })).toMatchObject({ level: 'user', ownerId: ann.user.id })
    expect(await create(acme.admin, { level: 'user', ownerId: ann.user.id })).toMatchObject({
      ownerId: ann.user.id,
    })
  })

  it('stores a false enableCloudEventDelivery as true', async () => {
    expect(await create(acme.admin, { enableCloudEventDelivery: false })).toMatchObject({
      enableCloudEventDelivery: true,
    })
  })

  it('refuses more webhooks than a user may have', async () => {
    const few = await apiUnderTest({ limits: { webhooksPerUser: 1 } })
    try {
      const { admin, person } = await few.tenant('acme')
      await create(admin)
      const answer = await admin.call('POST', '/api/core/webhooks', { name: 'n', url: URL_OF_TARGET })
      expect([answer.status, answer.body.errors[0].detail]).toEqual([
        403,
        expect.stringContaining('at most 1'),
      ])
      await create(await person('ann'), { level: 'user' })
    } finally {
      await few.close()
    }
  })
})

describe('GET', () => {
  it('lists what the caller may see, chosen, sorted and paged', async () => {
    const ann = await acme.person('ann')
    const made: string[] = []
    for (const [name, more] of [
      ['Alpha', { eventTypes: [FINISHED_EVENT_TYPE, ATTEMPT_EVENT_TYPE], enabled: true }],
      ['beta', { eventTypes: [FINISHED_EVENT_TYPE], origin: 'automations' }],
      ['Gamma', { url: 'https://other.example.com' }],
    ] as const) {
      made.push((await create(acme.admin, { name, ...more })).id)
      api.advance(1000)
    }
    const own = (await create(ann, { name: 'own', level: 'user' })).id
    const [alpha, beta, gamma] = made
    const ids = async (query: string, person = acme.admin) =>
      (await person.call('GET', `/api/core/webhooks?${query}`)).body.data.map(({ id }: { id: string }) => id)
    expect(await ids('')).toEqual([own, gamma, beta, alpha])
    expect(await ids('', ann)).toEqual([own])
    expect(await ids('sort=createdAt')).toEqual([alpha, beta, gamma, own])
    expect(await ids('sort=-name')).toEqual([own, beta, gamma, alpha])
    expect(await ids('name=ET')).toEqual([beta])
    expect(await ids('url=OTHER')).toEqual([gamma])
    expect(await ids(`eventTypes=${FINISHED_EVENT_TYPE}`)).toEqual([beta, alpha])
    expect(await ids(`eventTypes=${FINISHED_EVENT_TYPE},${ATTEMPT_EVENT_TYPE}`)).toEqual([alpha])
    expect(await ids('origins=automations,management-console')).toEqual([beta])
    expect(await ids('level=user')).toEqual([own])
    expect(await ids('enabled=true')).toEqual([alpha])
    expect(await ids(`ownerId=${ann.user.id}`)).toEqual([own])
    expect(await ids(`createdByUserId=${ann.user.id}`)).toEqual([own])
    expect(await ids(`updatedByUserId=${acme.admin.user.id}&limit=1`)).toEqual([gamma])
    const page = await acme.admin.call('GET', '/api/core/webhooks?limit=3')
    const next = new URL(page.body.links.next.href)
    expect(await ids(next.search.slice(1))).toEqual([alpha])
    const bad = await acme.admin.call('GET', '/api/core/webhooks?origins=me')
    expect([bad.status, bad.body.errors[0].source.parameter]).toEqual([400, 'origins'])
  })

  it('does not find the webhook of somebody else', async () => {
    const { id } = await create(acme.admin)
    const ann = await acme.person('ann')
    const path = `/api/core/webhooks/${id}`
    const calls: [string, string, unknown?][] = [
      ['GET', path],
      ['PUT', path, { name: 'n', url: URL_OF_TARGET, enableCloudEventDelivery: true }],
      ['PATCH', path, [{ op: 'replace', path: '/name', value: 'x' }]],
      ['DELETE', path],
      ['GET', `${path}/deliveries`],
      ['GET', `${path}/deliveries/x`],
      ['POST', `${path}/deliveries/x/actions/resend`],
    ]
    for (const [method, url, body] of calls) {
      const answer = await ann.call(method, url, body)
      expect([method, answer.status, answer.body.errors[0].code]).toEqual([method, 404, 'HTTP-404'])
    }
    expect(await stored(id)).toBeDefined()
  })

  it('lists the event types that are really emitted', async () => {
    const { body } = await acme.admin.call('GET', '/api/core/webhooks/event-types')
    expect(body.data.map(({ name }: { name: string }) => name)).toContain(FINISHED_EVENT_TYPE)
    for (const entry of body.data) {
      expect(Object.keys(entry).sort()).toEqual(['category', 'description', 'levels', 'name', 'title'])
    }
  })
})

describe('PUT', () => {
  const put = (id: string, body: object, prefix = 'core') =>
    acme.admin.call('PUT', `/api/${prefix}/webhooks/${id}`, { name: 'New', url: URL_OF_TARGET, ...body })

  it('replaces everything: what is left out is cleared', async () => {
    const { id, createdAt } = await create(acme.admin, {
      enabled: true,
      secret: SECRET,
      description: 'd',
      headers: { a: '1' },
      encryptedHeaders: { b: '2' },
      filter: 'id eq "x"',
      eventTypes: [FINISHED_EVENT_TYPE],
    })
    api.advance(1000)
    const answer = await put(id, { enableCloudEventDelivery: true })
    expect(answer.status, answer.text).toBe(200)
    expect(answer.body).toMatchObject({
      id,
      name: 'New',
      description: '',
      enabled: false,
      eventTypes: [],
      headers: {},
      encryptedHeaders: [],
      secretKeyAdded: false,
      createdAt,
      updatedAt: '2026-11-02T04:06:01.000Z',
    })
    expect(answer.body.filter).toBeUndefined()
    expect(await stored(id)).not.toHaveProperty('sealedSecret')
  })

  it('refuses read-only fields with 409, so that an answer cannot be put back', async () => {
    const made = await create(acme.admin)
    const answer = await put(made.id, made)
    expect([answer.status, answer.body.errors[0]]).toEqual([
      400,
      expect.objectContaining({ source: { pointer: '/encryptedHeaders' } }),
    ])
    const readOnly = await put(made.id, { ...made, encryptedHeaders: {} })
    expect(readOnly.status).toBe(409)
    expect(
      readOnly.body.errors.map((error: { source: { pointer: string } }) => error.source.pointer),
    ).toContain('/id')
  })

  it('keeps CloudEvents: false is refused, omission only under the current prefix', async () => {
    const { id } = await create(acme.admin)
    expect((await put(id, {})).status).toBe(403)
    expect((await put(id, {}, 'v1')).status).toBe(200)
    expect((await put(id, { enableCloudEventDelivery: false }, 'v1')).status).toBe(403)
  })
})

describe('PATCH', () => {
  const patch = (id: string, operations: object[], prefix = 'core') =>
    acme.admin.call('PATCH', `/api/${prefix}/webhooks/${id}`, operations)
  const get = async (id: string) => (await acme.admin.call('GET', `/api/core/webhooks/${id}`)).body

  it('changes what it names and nothing else', async () => {
    const before = await create(acme.admin, {
      secret: SECRET,
      encryptedHeaders: { b: '2' },
      headers: { a: '1' },
    })
    api.advance(1000)
    const answer = await patch(before.id, [
      { op: 'replace', path: '/name', value: 'New' },
      { op: 'add', path: '/eventTypes', value: [FINISHED_EVENT_TYPE] },
      { op: 'replace', path: '/filter', value: 'data.status eq "FAILED"' },
      { op: 'add', path: '/headers/c~1d', value: 'not a token' },
      { op: 'remove', path: '/headers/c~1d' },
      { op: 'add', path: '/encryptedHeaders/e', value: 'five' },
    ])
    expect([answer.status, answer.text]).toEqual([204, ''])
    expect(await get(before.id)).toEqual({
      ...before,
      name: 'New',
      eventTypes: [FINISHED_EVENT_TYPE],
      filter: 'data.status eq "FAILED"',
      encryptedHeaders: ['b', 'e'],
      updatedAt: '2026-11-02T04:06:01.000Z',
    })
    const kept = await stored(before.id)
    expect(api.deps.seal.open(kept.sealedSecret!)).toBe(SECRET)
    expect(api.deps.seal.open(kept.sealedHeaders.b!)).toBe('2')
    expect(api.deps.seal.open(kept.sealedHeaders.e!)).toBe('five')
    expect((await patch(before.id, [{ op: 'remove', path: '/secret' }])).status).toBe(204)
    expect((await get(before.id)).secretKeyAdded).toBe(false)
  })

  it.each<[string, object[], number, string]>([
    ['another operation', [{ op: 'test', path: '/name', value: 'x' }], 400, '/0/op'],
    ['an unknown path', [{ op: 'replace', path: '/colour', value: 'x' }], 400, '/0/path'],
    ['a path without slash', [{ op: 'replace', path: 'name', value: 'x' }], 400, '/0/path'],
    ['a member of a list', [{ op: 'add', path: '/eventTypes/-', value: 'x' }], 400, '/0/path'],
    ['no value', [{ op: 'replace', path: '/name' }], 400, '/0/value'],
    ['a name removed', [{ op: 'remove', path: '/name' }], 400, '/name'],
    ['a header that is not there', [{ op: 'remove', path: '/headers/x' }], 400, '/0/path'],
    ['a value of another type', [{ op: 'replace', path: '/enabled', value: 'yes' }], 400, '/enabled'],
    ['a result that is not sound', [{ op: 'replace', path: '/url', value: 'http://x' }], 400, '/url'],
    ['a read-only path', [{ op: 'replace', path: '/id', value: 'x' }], 409, '/0/path'],
    [
      'a read-only path after a good one',
      [
        { op: 'replace', path: '/name', value: 'x' },
        { op: 'replace', path: '/disabledReason', value: 'x' },
      ],
      409,
      '/1/path',
    ],
    [
      'CloudEvents off',
      [{ op: 'replace', path: '/enableCloudEventDelivery', value: false }],
      403,
      '/enableCloudEventDelivery',
    ],
  ])('refuses %s and changes nothing', async (_name, operations, status, pointer) => {
    const before = await create(acme.admin)
    const answer = await patch(before.id, operations)
    expect(answer.status, answer.text).toBe(status)
    expect(answer.body.errors[0].source).toEqual({ pointer })
    expect(await get(before.id)).toEqual(before)
  })

  it('knows fewer paths under the old prefix', async () => {
    const { id } = await create(acme.admin)
    expect((await patch(id, [{ op: 'replace', path: '/filter', value: 'id eq "x"' }], 'v1')).status).toBe(400)
    expect((await patch(id, [{ op: 'add', path: '/headers/a', value: 'x' }], 'v1')).status).toBe(400)
    expect((await patch(id, [{ op: 'replace', path: '/headers', value: { a: 'x' } }], 'v1')).status).toBe(204)
  })

  it('wants each encrypted header set anew or dropped with a new url', async () => {
    const { id } = await create(acme.admin, { encryptedHeaders: { a: '1', b: '2' } })
    const url = { op: 'replace', path: '/url', value: 'https://other.example.com/' }
    const stale = await patch(id, [url, { op: 'replace', path: '/encryptedHeaders/a', value: 'new' }])
    expect([stale.status, stale.body.errors[0].detail]).toEqual([400, expect.stringContaining(': b')])
    const answer = await patch(id, [
      url,
      { op: 'replace', path: '/encryptedHeaders/a', value: 'new' },
      { op: 'remove', path: '/encryptedHeaders/b' },
    ])
    expect(answer.status, answer.text).toBe(204)
    expect((await get(id)).encryptedHeaders).toEqual(['a'])
    const whole = [
      { op: 'replace', path: '/url', value: URL_OF_TARGET },
      { op: 'replace', path: '/encryptedHeaders', value: { c: '3' } },
    ]
    expect((await patch(id, whole)).status).toBe(204)
    expect((await patch(id, [{ op: 'replace', path: '/url', value: URL_OF_TARGET }])).status).toBe(204)
  })

  it('forgets why it was disabled when it is enabled', async () => {
    const { id } = await create(acme.admin)
    await put(api.store, {
      subscriptions: [
        {
          ...(await stored(id)),
          disabledReason: 'all failed',
          disabledReasonCode: 'DELIVERY-FAILURES',
          failedSends: 20,
          failingSince: 1,
        },
      ],
    })
    expect(await get(id)).toMatchObject({ disabledReasonCode: 'DELIVERY-FAILURES' })
    await patch(id, [{ op: 'replace', path: '/description', value: 'x' }])
    expect(await stored(id)).toMatchObject({ disabledReason: 'all failed', failedSends: 20, failingSince: 1 })
    await patch(id, [{ op: 'replace', path: '/enabled', value: true }])
    const after = await stored(id)
    expect(after.failedSends).toBe(0)
    for (const field of ['disabledReason', 'disabledReasonCode', 'failingSince']) {
      expect(after).not.toHaveProperty(field)
    }
  })
})

describe('DELETE', () => {
  it('removes the webhook once', async () => {
    const { id } = await create(acme.admin)
    const remove = () => acme.admin.call('DELETE', `/api/core/webhooks/${id}`)
    expect((await remove()).status).toBe(204)
    expect((await remove()).status).toBe(404)
  })
})

describe('deliveries', () => {
  /** A webhook with one finished reload behind it, and its sends as a sender would have recorded them. */
  async function sent(statuses: readonly Send['status'][]): Promise<{ id: string; sends: Send[] }> {
    const { id } = await create(acme.admin, {
      enabled: true,
      eventTypes: [FINISHED_EVENT_TYPE],
      secret: SECRET,
    })
    const app = await addApp(api, acme.admin.user)
    await acme.admin.call('POST', '/api/v1/reloads', { appId: app.id })
    const { store, world, deps } = api
    await succeedNext({ store, world, settleRules: deps.settleRules })
    const [claimed] = await store.claimDeliveries({
      now: world.clock.now(),
      max: 10,
      inFlightLimit: () => 4,
      perTenant: 32,
      lease: newUuid(world.random),
      leaseExpiresAt: world.clock.now() + 60_000,
    })
    const { delivery, event } = claimed as { delivery: Delivery; event: { body: object } }
    const sends: Send[] = []
    for (const status of statuses) {
      api.advance(1000)
      const send: Send = {
        id: newUuid(world.random),
        tenantId: delivery.tenantId,
        deliveryId: delivery.id,
        subscriptionId: delivery.subscriptionId,
        eventId: delivery.eventId,
        eventType: FINISHED_EVENT_TYPE,
        status,
        ...(status === 'fail' ? { statusMessage: 'timeout after 15 s' } : {}),
        triggeredAt: world.clock.now(),
        request: { url: URL_OF_TARGET, headers: { 'content-type': 'application/json' }, body: event.body },
      }
      sends.push(send)
      await store.addSend(send, () => undefined)
    }
    return { id, sends }
  }

  it('lists sends newest first, chosen, sorted and paged', async () => {
    const { id, sends } = await sent(['fail', 'fail', 'success'])
    const [first, second, third] = sends.map((send) => send.id)
    const list = async (query: string) =>
      (await acme.admin.call('GET', `/api/core/webhooks/${id}/deliveries?${query}`)).body
    const ids = (body: { data: { id: string }[] }) => body.data.map((row) => row.id)
    expect(ids(await list(''))).toEqual([third, second, first])
    expect(ids(await list('status=fail&sort=triggeredAt'))).toEqual([first, second])
    expect(ids(await list(`eventType=${ATTEMPT_EVENT_TYPE}`))).toEqual([])
    const page = await list('limit=2')
    const next = new URL(page.links.next.href)
    expect(next.pathname).toBe(`/api/core/webhooks/${id}/deliveries`)
    expect(ids(await list(next.search.slice(1)))).toEqual([first])
    const bad = await acme.admin.call('GET', `/api/core/webhooks/${id}/deliveries?status=lost`)
    expect([bad.status, bad.body.errors[0].source.parameter]).toEqual([400, 'status'])
  })

  it('gives one in the documented shape', async () => {
    const { id, sends } = await sent(['fail'])
    const { body } = await acme.admin.call('GET', `/api/core/webhooks/${id}/deliveries/${sends[0]!.id}`)
    expect(body).toEqual({
      id: sends[0]!.id,
      webhookId: id,
      eventType: FINISHED_EVENT_TYPE,
      status: 'fail',
      statusMessage: 'timeout after 15 s',
      triggeredAt: '2026-11-02T04:06:01.000Z',
      request: {
        url: URL_OF_TARGET,
        headers: { 'content-type': 'application/json' },
        body: expect.objectContaining({
          specversion: '1.0',
          type: FINISHED_EVENT_TYPE,
          id: sends[0]!.eventId,
        }),
      },
    })
    const missing = await acme.admin.call(
      'GET',
      `/api/core/webhooks/${id}/deliveries/${newUuid(api.world.random)}`,
    )
    expect(missing.status).toBe(404)
  })

  it('sends again at once to the present address, also when disabled, and answers 201 with the new record', async () => {
    const { id, sends } = await sent(['fail'])
    const resend = () =>
      acme.admin.call('POST', `/api/core/webhooks/${id}/deliveries/${sends[0]!.id}/actions/resend`)
    const move = [
      { op: 'replace', path: '/url', value: 'https://repaired.example.com/' },
      { op: 'replace', path: '/enabled', value: false },
    ]
    expect((await acme.admin.call('PATCH', `/api/core/webhooks/${id}`, move)).status).toBe(204)
    const good = await resend()
    expect(good.status).toBe(201)
    expect(good.body).toMatchObject({ webhookId: id, status: 'success', eventType: FINISHED_EVENT_TYPE })
    expect(good.body.id).not.toBe(sends[0]!.id)
    expect(sentTo.map(({ url }) => url)).toEqual(['https://repaired.example.com/'])
    answerOfTarget = { ok: false, message: 'the target answered 500' }
    const bad = await resend()
    expect([bad.status, bad.body.status, bad.body.statusMessage]).toEqual([
      201,
      'fail',
      'the target answered 500',
    ])
    const list = await acme.admin.call('GET', `/api/core/webhooks/${id}/deliveries`)
    expect(list.body.data).toHaveLength(3)
    api.advance(8 * 24 * 3_600_000)
    expect((await resend()).status).toBe(404)
  })
})

describe('extensions', () => {
  it('content mode, abuse protection and rate are set, shown, patched, and cleared by a replacement', async () => {
    const wanted = { contentMode: 'binary', abuseProtection: 'required', sendsPerMinute: 60 }
    const { id, ...created } = await create(acme.admin, wanted)
    expect(created).toMatchObject(wanted)
    const path = `/api/core/webhooks/${id}`
    const patched = await acme.admin.call('PATCH', path, [
      { op: 'replace', path: '/contentMode', value: 'batched' },
      { op: 'remove', path: '/sendsPerMinute' },
    ])
    expect(patched.status, patched.text).toBe(204)
    const { body } = await acme.admin.call('GET', path)
    expect(body).toMatchObject({ contentMode: 'batched', abuseProtection: 'required' })
    expect(body).not.toHaveProperty('sendsPerMinute')
    const plain = { name: 'Reloads', url: URL_OF_TARGET, enableCloudEventDelivery: true }
    const replaced = await acme.admin.call('PUT', path, plain)
    expect(replaced.body).toMatchObject({ contentMode: 'qlik', abuseProtection: 'off' })
    for (const wrong of [{ contentMode: 'xml' }, { sendsPerMinute: 0 }, { abuseProtection: 'on' }]) {
      expect((await acme.admin.call('PUT', path, { ...plain, ...wrong })).status).toBe(400)
    }
  })

  it('a test event goes out marked as such, is recorded, and counts as no failure', async () => {
    const { id } = await create(acme.admin)
    answerOfTarget = { ok: false, message: 'the target answered 500' }
    const answer = await acme.admin.call('POST', `/api/core/webhooks/${id}/actions/test`)
    expect(answer.status, answer.text).toBe(201)
    expect(answer.body).toMatchObject({
      status: 'fail',
      statusMessage: 'the target answered 500',
      webhookId: id,
    })
    expect(sentEvents[0]).toMatchObject({
      test: 'true',
      type: FINISHED_EVENT_TYPE,
      reason: 'Test of the webhook',
    })
    expect(finishedEventFaults(sentEvents[0])).toEqual([])
    expect((await stored(id)).failedSends).toBe(0)
    const history = await acme.admin.call('GET', `/api/core/webhooks/${id}/deliveries`)
    expect(history.body.data).toEqual([answer.body])
    const audits = await acme.admin.call('GET', `/api/v1/audits?eventType=${FINISHED_EVENT_TYPE}`)
    expect(audits.body.data).toEqual([])
  })

  it('recovers what failed since a time', async () => {
    const { id } = await create(acme.admin, { enabled: true, eventTypes: [FINISHED_EVENT_TYPE] })
    const app = await addApp(api, acme.admin.user)
    await acme.admin.call('POST', '/api/v1/reloads', { appId: app.id })
    const { store, world, deps } = api
    const { reload } = await succeedNext({ store, world, settleRules: deps.settleRules })
    const event = (await store.eventsOf(reload.id)).find(({ type }) => type === FINISHED_EVENT_TYPE)!
    const [delivery] = await store.deliveriesOf(event.id)
    const lease = newUuid<'lease'>(world.random)
    const now = world.clock.now()
    const leased = { lease, leaseExpiresAt: now + 60_000 }
    await store.claimDeliveries({ now, max: 1, inFlightLimit: () => 1, perTenant: 1, ...leased })
    const ended = { ...delivery!, state: 'exhausted' as const, endedAt: now }
    await store.recordSends([{ delivery: ended, fence: lease }])
    const recover = (body: object) =>
      acme.admin.call('POST', `/api/core/webhooks/${id}/actions/recover`, body)
    const since = new Date(now - 1000).toISOString()
    expect((await recover({ since, dryRun: true })).body).toEqual({ deliveries: 1, more: false })
    expect((await recover({ since: new Date(now + 1000).toISOString() })).body.deliveries).toBe(0)
    const answer = await recover({ since })
    expect([answer.status, answer.body]).toEqual([202, { deliveries: 1, more: false }])
    expect((await store.deliveriesOf(event.id))[0]).toMatchObject({ state: 'pending', sends: 0 })
    expect((await recover({ since: 'yesterday' })).status).toBe(400)
    await put(store, { subscriptions: [{ ...(await stored(id)), enabled: false }] })
    expect((await recover({ since })).status).toBe(409)
  })

  it('offers what it missed while it was disabled, on demand and once', async () => {
    const { id } = await create(acme.admin, { enabled: false, eventTypes: [FINISHED_EVENT_TYPE] })
    const { store, world, deps } = api
    const finished = async () => {
      const app = await addApp(api, acme.admin.user)
      await acme.admin.call('POST', '/api/v1/reloads', { appId: app.id })
      const { reload } = await succeedNext({ store, world, settleRules: deps.settleRules })
      api.advance(1000)
      return (await store.eventsOf(reload.id)).find(({ type }) => type === FINISHED_EVENT_TYPE)!
    }
    const old = await finished()
    const since = new Date(world.clock.now()).toISOString()
    const missed = [await finished(), await finished()]
    await put(store, { subscriptions: [{ ...(await stored(id)), enabled: true }] })
    const had = await finished()
    const recover = async (body: object) =>
      (await acme.admin.call('POST', `/api/core/webhooks/${id}/actions/recover`, { since, ...body })).body
    expect(await recover({})).toEqual({ deliveries: 0, more: false })
    expect(await recover({ missed: true, dryRun: true })).toEqual({ deliveries: 2, more: false })
    expect(await store.deliveriesOf(missed[0]!.id)).toEqual([])
    expect(await recover({ missed: true })).toEqual({ deliveries: 2, more: false })
    expect(await recover({ missed: true }), 'each once').toEqual({ deliveries: 0, more: false })
    const counts = await Promise.all(
      [old, ...missed, had].map(async (event) => (await store.deliveriesOf(event.id)).length),
    )
    expect(counts).toEqual([0, 1, 1, 1])
  })

  it('rotates a secret: the one before holds for the overlap, and is never shown', async () => {
    const { id } = await create(acme.admin, { secret: SECRET })
    const rotate = (body: object) =>
      acme.admin.call('POST', `/api/core/webhooks/${id}/actions/rotate-secret`, body)
    const secret = 'a-new-secret-of-more-than-32-characters'
    const { status, body, text } = await rotate({ secret, overlapHours: 2 })
    expect(status).toBe(200)
    const until = new Date(api.world.clock.now() + 2 * 3_600_000).toISOString()
    expect(body).toMatchObject({ secretKeyAdded: true, previousSecretValidUntil: until })
    expect(text).not.toMatch(/secret-of|0123456789/)
    const after = await stored(id)
    expect(api.deps.seal.open(after.sealedSecret!)).toBe(secret)
    expect(api.deps.seal.open(after.previousSecret!.sealed)).toBe(SECRET)
    const path = `/api/core/webhooks/${id}`
    await acme.admin.call('PATCH', path, [{ op: 'replace', path: '/name', value: 'renamed' }])
    expect((await stored(id)).previousSecret).toEqual(after.previousSecret)
    await acme.admin.call('PATCH', path, [{ op: 'replace', path: '/secret', value: `${SECRET}x` }])
    expect(await stored(id)).not.toHaveProperty('previousSecret')
    expect((await rotate({ secret: 'short' })).status).toBe(400)
    expect((await rotate({ secret, overlapHours: 0 })).body).not.toHaveProperty('previousSecretValidUntil')
  })

  it('actions are not there under the old prefix, nor for somebody else', async () => {
    const { id } = await create(acme.admin)
    const ann = await acme.person('ann')
    for (const action of ['test', 'recover', 'rotate-secret']) {
      const body = action === 'test' ? undefined : { since: '2026-01-01T00:00:00Z', secret: SECRET }
      expect((await ann.call('POST', `/api/core/webhooks/${id}/actions/${action}`, body)).status).toBe(404)
      expect((await acme.admin.call('POST', `/api/v1/webhooks/${id}/actions/${action}`, body)).status).toBe(
        404,
      )
    }
  })
})
