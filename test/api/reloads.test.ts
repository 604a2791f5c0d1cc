/** Reloads over HTTP: contract 02, sections 1 to 3, against the real server and the memory store. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ReloadId } from '../../src/core/ids.ts'
import type { App } from '../../src/core/records.ts'
import {
  type ApiUnderTest,
  apiUnderTest,
  HOST_URL,
  type Members,
  type Person,
} from '../support/api-under-test.ts'
import { put, remove } from '../support/catalog.ts'
import { addApp, claimNext, endAttempt, succeedNext } from '../support/reload-steps.ts'

const PATH = '/api/v1/reloads'

let api: ApiUnderTest
let acme: Members
let owner: Person
let app: App

beforeEach(async () => {
  api = await apiUnderTest()
  acme = await api.tenant('acme')
  owner = await acme.person('ann')
  app = await addApp(api, owner.user)
})

afterEach(() => api.close())

const parts = () => ({ store: api.store, world: api.world, settleRules: api.deps.settleRules })

async function start(body: object = {}, person = owner): Promise<string> {
  const answer = await person.call('POST', PATH, { appId: app.id, ...body })
  expect(answer.status, answer.text).toBe(201)
  return answer.body.id
}

/** Reloads of the one app that ended, a second apart: ids, oldest first. */
async function history(count: number): Promise<string[]> {
  const ids: string[] = []
  for (let i = 0; i < count; i++) {
    ids.push(await start())
    await succeedNext(parts())
    api.advance(1000)
  }
  return ids
}

describe('POST /api/v1/reloads', () => {
  it('answers the queued record and its address', async () => {
    const answer = await owner.call('POST', PATH, {
      appId: app.id,
      partial: true,
      resourceId: 'r1',
      resourceType: 'tasks',
    })
    expect(answer.status).toBe(201)
    const self = `${HOST_URL}${PATH}/${answer.body.id}`
    expect(answer.headers.location).toBe(self)
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      appId: app.id,
      tenantId: acme.tenant.id,
      userId: owner.user.id,
      type: 'external',
      status: 'QUEUED',
      creationTime: '2026-11-02T04:06:00.000Z',
      partial: true,
      weight: 1,
      resourceId: 'r1',
      resourceType: 'tasks',
      links: { self: { href: self } },
    })
  })

  it('marks a reload of an automation, whoever asks', async () => {
    const answer = await owner.call('POST', PATH, {
      appId: app.id,
      resourceType: 'automate',
      resourceId: 'a',
    })
    expect(answer.body).toMatchObject({ type: 'automations', resourceType: 'automate', resourceId: 'a' })
  })

  it('keeps variables and never shows them', async () => {
    const id = await start({ variables: { vPassword: 'hunter2' } })
    const answers = [
      await owner.call('GET', `${PATH}/${id}`),
      await owner.call('GET', `${PATH}?appId=${app.id}&log=true`),
    ]
    for (const { text } of answers) expect(text).not.toContain('hunter2')
    const reload = await api.store.reload(acme.tenant.id, id as ReloadId)
    expect(reload?.variables).toEqual({ vPassword: 'hunter2' })
  })

  it('remembers where the request came from, for the event', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const answer = await owner.call(
      'POST',
      PATH,
      { appId: app.id },
      {
        headers: { traceparent, tracestate: 'vendor=1', 'x-forwarded-for': '198.51.100.23' },
        remoteAddress: '::ffff:203.0.113.9',
      },
    )
    const reload = await api.store.reload(acme.tenant.id, answer.body.id)
    expect(reload?.provenance).toEqual({
      authType: 'api_key',
      // No proxy is trusted here, so the header is not believed.
      originIp: '203.0.113.9',
      authClaims: JSON.stringify({ iss: 'acme.example.com', sub: owner.user.id, subType: 'user' }),
      traceparent,
      tracestate: 'vendor=1',
      appOwnerId: owner.user.id,
    })
    expect(JSON.stringify(reload)).not.toContain(owner.token)
  })

  it.each([
    ['weight', { weight: 11 }, '/weight', 'a whole number from 1 to 10'],
    ['weight as text', { weight: '5' }, '/weight', 'a whole number from 1 to 10'],
    ['weight as fraction', { weight: 1.5 }, '/weight', 'a whole number from 1 to 10'],
    ['appId missing', { appId: undefined }, '/appId', 'is required'],
    ['appId as number', { appId: 7 }, '/appId', 'a text'],
    ['partial', { partial: 'yes' }, '/partial', 'true or false'],
    ['resourceType', { resourceType: 'cron' }, '/resourceType', 'one of api, reload-tasks, tasks, automate'],
    [
      'too many variables',
      { variables: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`v${i}`, ''])) },
      '/variables',
      'at most 20 entries',
    ],
    ['variable value', { variables: { v: 'x'.repeat(257) } }, '/variables/v', 'at most 256 characters'],
    ['variable of another type', { variables: { 'a\nb': 5 } }, '/variables/a\nb', 'a text'],
    ['variable name', { variables: { ['n'.repeat(257)]: '' } }, /^\/variables\/n+$/, '1 to 256 characters'],
    ['reserved variable', { variables: { ScriptError: '1' } }, '/variables/ScriptError', 'reserved'],
  ])('refuses a bad %s and names the field', async (_name, fields, pointer, detail) => {
    const answer = await owner.call('POST', PATH, { appId: app.id, ...fields })
    expect(answer.status, answer.text).toBe(400)
    const [error] = answer.body.errors
    expect(error.code).toBe('HTTP-400')
    expect(error.source.pointer).toEqual(pointer instanceof RegExp ? expect.stringMatching(pointer) : pointer)
    expect(error.detail).toContain(detail)
    expect(answer.body.traceId).toMatch(/^[0-9a-f]{32}$/)
  })

  it('counts characters, not UTF-16 units, in a variable', async () => {
    await start({ variables: { v: '😀'.repeat(256) } })
  })

  it('refuses a body that is not JSON, not UTF-8, of another type or too large', async () => {
    const send = (payload: string | Buffer, type = 'application/json') =>
      owner.call('POST', PATH, undefined, { payload, headers: { 'content-type': type } })
    expect((await send('{"appId":')).body.errors[0]).toMatchObject({
      code: 'HTTP-400',
      detail: 'the body is not valid JSON',
    })
    expect((await send('{"__proto__":{}}')).status).toBe(400)
    expect((await send(Buffer.from([0x22, 0xff, 0x22]))).body.errors[0].detail).toBe('the body is not UTF-8')
    const form = await send('appId=x', 'application/x-www-form-urlencoded')
    expect([form.status, form.body.errors[0].source]).toEqual([415, { parameter: 'Content-Type' }])
    expect(form.body.errors[0].detail).toContain('application/json')
    expect((await send('{"appId":""}')).body.errors[0].detail).toBe('appId must be a text that is not empty')
    expect((await send('[]')).body.errors[0]).toMatchObject({ detail: 'the body must be an object' })
    expect((await send('')).status).toBe(400)
    const large = await send(JSON.stringify({ appId: app.id, filler: 'x'.repeat(64 * 1024) }))
    expect([large.status, large.body.errors[0].code]).toEqual([413, 'HTTP-413'])
    expect(large.body.errors[0].detail).toContain('at most 65536 bytes')
    expect((await owner.call('GET', `${PATH}?appId=${app.id}`)).body.data).toEqual([])
  })

  it('answers 429 RELOADS-007 with the pending id and without Retry-After to the second of two', async () => {
    const both = await Promise.all([
      owner.call('POST', PATH, { appId: app.id }),
      owner.call('POST', PATH, { appId: app.id }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual([201, 429])
    const accepted = both.find(({ status }) => status === 201)!
    const refused = both.find(({ status }) => status === 429)!
    expect(refused.headers['retry-after']).toBeUndefined()
    expect(refused.body.errors).toEqual([
      {
        code: 'RELOADS-007',
        title: 'Too many requests',
        detail: `a reload of this app is already pending: ${accepted.body.id}`,
        meta: { pendingReloadId: accepted.body.id },
      },
    ])
  })

  it('tells an unknown app to who could see it, and forbids it to everybody else', async () => {
    const unknown = { appId: '3f8a1b6c-0d2e-4a55-8c11-22d3a9b7e001' }
    const admin = await acme.admin.call('POST', PATH, unknown)
    expect([admin.status, admin.body.errors[0].code]).toEqual([404, 'RELOADS-004'])
    const person = await owner.call('POST', PATH, unknown)
    expect([person.status, person.body.errors[0].code]).toEqual([403, 'RELOADS-003'])
  })

  it('forbids a reload without the right, to a TenantAdmin too', async () => {
    const stranger = await acme.person('bob')
    for (const person of [stranger, acme.admin]) {
      const answer = await person.call('POST', PATH, { appId: app.id })
      expect([answer.status, answer.body.errors[0].code]).toEqual([403, 'RELOADS-003'])
    }
  })

  it('refuses a partial reload of a script app', async () => {
    const script = await addApp(api, owner.user, { usage: 'DATA_PREPARATION' })
    const answer = await owner.call('POST', PATH, { appId: script.id, partial: true })
    expect(answer.body.errors[0]).toMatchObject({ code: 'HTTP-400', source: { pointer: '/partial' } })
  })

  it('checks the body before the app, and the app before the pending reload', async () => {
    await start()
    const stranger = await acme.person('bob')
    expect((await stranger.call('POST', PATH, { appId: app.id, weight: 0 })).status).toBe(400)
    expect((await stranger.call('POST', PATH, { appId: app.id })).status).toBe(403)
    expect((await owner.call('POST', PATH, { appId: app.id })).status).toBe(429)
  })

  it('takes weight in a space and forces 1 on a personal app', async () => {
    await put(api.store, {
      spaces: [
        {
          id: '65aa00112233445566778899' as never,
          tenantId: acme.tenant.id,
          name: 'Space',
          description: '',
          type: 'shared',
          ownerId: owner.user.id,
          createdAt: 0,
          createdBy: owner.user.id,
          updatedAt: 0,
        },
      ],
    })
    const shared = await addApp(api, owner.user, { spaceId: '65aa00112233445566778899' as never })
    expect((await owner.call('POST', PATH, { appId: shared.id, weight: 7 })).body.weight).toBe(7)
    expect((await owner.call('POST', PATH, { appId: app.id, weight: 7 })).body.weight).toBe(1)
  })

  it('answers the same reload to the same Idempotency-Key, and refuses the key for another payload', async () => {
    const headers = { 'idempotency-key': 'k-1' }
    const first = await owner.call('POST', PATH, { appId: app.id }, { headers })
    const second = await owner.call('POST', PATH, { appId: app.id }, { headers })
    expect([second.status, second.body.id]).toEqual([201, first.body.id])
    const defaults = { appId: app.id, partial: false, weight: 1, variables: {}, resourceId: null }
    const same = await owner.call('POST', PATH, defaults, { headers })
    expect([same.status, same.body.id]).toEqual([201, first.body.id])
    const other = await addApp(api, owner.user)
    for (const payload of [
      { appId: other.id },
      { appId: app.id, partial: true },
      { appId: app.id, weight: 5 },
      { appId: app.id, variables: { vDay: 'Monday' } },
    ]) {
      const refused = await owner.call('POST', PATH, payload, { headers })
      const [{ code, source }] = refused.body.errors
      expect([payload, refused.status, code, source.parameter]).toEqual([
        payload,
        422,
        'HTTP-422',
        'Idempotency-Key',
      ])
    }
    const bad = await owner.call('POST', PATH, { appId: app.id }, { headers: { 'idempotency-key': 'a b' } })
    expect([bad.status, bad.body.errors[0].source.parameter]).toEqual([400, 'Idempotency-Key'])
  })
})

describe('behind a proxy', () => {
  it('takes the right-most hop that is no trusted proxy as the client', async () => {
    const proxied = await apiUnderTest({ deps: { trustedProxies: ['10.0.0.0/8'] } })
    try {
      const { admin, tenant } = await proxied.tenant('acme')
      const ownApp = await addApp(proxied, admin.user)
      const ask = async (remoteAddress: string, forwarded: string) => {
        const answer = await admin.call(
          'POST',
          PATH,
          { appId: ownApp.id },
          {
            remoteAddress,
            headers: { 'x-forwarded-for': forwarded },
          },
        )
        const reload = await proxied.store.reload(tenant.id, answer.body.id)
        await admin.call('POST', `${PATH}/${answer.body.id}/actions/cancel`)
        return reload?.provenance.originIp
      }
      expect(await ask('10.0.0.1', '192.0.2.66, 198.51.100.23, 10.0.0.2')).toBe('198.51.100.23')
      expect(await ask('10.0.0.1', '2001:DB8:0:0::1')).toBe('2001:db8::1')
      expect(await ask('10.0.0.1', '198.51.100.23:4711')).toBe('198.51.100.23')
      expect(await ask('10.0.0.1', '[2001:db8::1]:4711')).toBe('2001:db8::1')
      expect(await ask('::ffff:10.0.0.1', '::ffff:198.51.100.23')).toBe('198.51.100.23')
      expect(await ask('fe80::1%eth0', '198.51.100.23')).toBe('fe80::1')
      expect(await ask('192.0.2.1', '198.51.100.23')).toBe('192.0.2.1')
      expect(await ask('10.0.0.1', 'unknown')).toBeUndefined()
    } finally {
      await proxied.close()
    }
  })
})

describe('GET /api/v1/reloads', () => {
  it('pages newest first through absolute links, both ways, without a percent sign in a cursor', async () => {
    const ids = await history(3)
    const first = await owner.call('GET', `${PATH}?appId=${app.id}&limit=1`)
    expect(first.body.links.self.href).toBe(`${HOST_URL}${PATH}?appId=${app.id}&limit=1`)
    expect(first.body.links.prev).toBeUndefined()
    const seen = [first.body.data[0].id]
    let next: string | undefined = first.body.links.next.href
    let last = first
    while (next !== undefined) {
      const url = new URL(next)
      expect(url.searchParams.get('next')).not.toContain('%')
      expect(url.search).not.toContain('%')
      last = await owner.call('GET', url.pathname + url.search)
      seen.push(last.body.data[0].id)
      next = last.body.links.next?.href
    }
    expect(seen).toEqual([...ids].reverse())
    const back = new URL(last.body.links.prev.href)
    expect((await owner.call('GET', back.pathname + back.search)).body.data[0].id).toBe(ids[1])
  })

  it('sorts by each field, with a plus that arrives as a blank too', async () => {
    const ids = await history(2)
    const list = async (sort: string) =>
      (await owner.call('GET', `${PATH}?appId=${app.id}&sort=${sort}`)).body.data.map(
        ({ id }: { id: string }) => id,
      )
    for (const field of ['creationTime', 'startTime', 'endTime']) {
      expect(await list(`+${field}`)).toEqual(ids)
      expect(await list(`%2B${field}`)).toEqual(ids)
      expect(await list(field)).toEqual(ids)
      expect(await list(`-${field}`)).toEqual([...ids].reverse())
    }
    const queued = await start()
    expect((await list('status'))[0]).toBe(queued)
  })

  it('filters by the sample of the contract', async () => {
    const ok = await start()
    await succeedNext(parts())
    const failed = await start()
    const fault = { engineErrorCode: 11002, message: 'Unknown statement: x', line: 3, statement: 'x' }
    await endAttempt(parts(), await claimNext(parts()), { kind: 'script-error', fault })
    const list = async (filter: string, more = '') =>
      (
        await owner.call('GET', `${PATH}?appId=${app.id}&filter=${encodeURIComponent(filter)}${more}`)
      ).body.data.map(({ id }: { id: string }) => id)
    const sample = (type: string) =>
      `(status eq "FAILED" or status eq "EXCEEDED_LIMIT") and partial eq "false" and type eq "${type}"`
    expect(await list(sample('external'))).toEqual([failed])
    expect(await list(sample('chronos'))).toEqual([])
    expect(await list('status eq "SUCCEEDED"')).toEqual([ok])
    expect(await list('status eq "SUCCEEDED"', '&partial=true')).toEqual([])
    const record = (await owner.call('GET', `${PATH}/${failed}`)).body
    expect(record).toMatchObject({
      status: 'FAILED',
      errorCode: 'EngineReloadScriptError',
      errorMessage: expect.stringContaining('line 3'),
    })
  })

  it.each([
    ['limit=0', 'limit', 'a whole number from 1 to 100'],
    ['limit=101', 'limit', 'a whole number from 1 to 100'],
    ['limit=ten', 'limit', 'a whole number'],
    ['limit=1&limit=ten', 'limit', 'a whole number'],
    ['colour=blue', 'colour', 'it takes appId, filter, limit'],
    ['sort=weight', 'sort', 'creationTime'],
    ['partial=maybe', 'partial', 'true or false'],
    ['log=1x', 'log', 'true or false'],
    ['filter=status co "x"', 'filter', 'at character 8'],
    ['filter=weight eq "1"', 'filter', 'one of status, partial, type'],
    ['filter=partial eq false', 'filter', 'double quotes'],
    ['filter=%20', 'filter', 'an attribute is expected'],
    ['next=abc', 'next', 'not a cursor'],
    ['prev=abc.def', 'prev', 'not a cursor'],
    ['next=a&prev=b', 'prev', 'together'],
  ])('refuses ?%s and names the parameter', async (query, parameter, detail) => {
    const answer = await owner.call('GET', `${PATH}?appId=${app.id}&${query.replaceAll(' ', '%20')}`)
    expect(answer.status, answer.text).toBe(400)
    expect(answer.body.errors[0]).toMatchObject({ code: 'HTTP-400', source: { parameter } })
    expect(answer.body.errors[0].detail).toContain(detail)
  })

  it('binds a cursor to tenant, sort and filter', async () => {
    await history(2)
    const page = await owner.call('GET', `${PATH}?appId=${app.id}&limit=1`)
    const cursor = new URL(page.body.links.next.href).searchParams.get('next')
    const ask = (query: string) => owner.call('GET', `${PATH}?${query}&next=${cursor}`)
    expect((await ask(`appId=${app.id}`)).status).toBe(200)
    expect((await ask(`appId=${app.id}&sort=status`)).status).toBe(400)
    expect((await ask(`appId=${app.id}&filter=${encodeURIComponent('status eq "FAILED"')}`)).status).toBe(400)
    const globex = await api.tenant('globex')
    const foreign = await addApp(api, globex.admin.user)
    expect((await globex.admin.call('GET', `${PATH}?appId=${foreign.id}&next=${cursor}`)).status).toBe(400)
  })

  it('lists the whole tenant to a TenantAdmin only', async () => {
    const id = await start()
    expect((await acme.admin.call('GET', PATH)).body.data.map((row: { id: string }) => row.id)).toEqual([id])
    const all = await owner.call('GET', PATH)
    expect([all.status, all.body.errors[0].code]).toEqual([403, 'RELOADS-003'])
    const stranger = await acme.person('bob')
    expect((await stranger.call('GET', `${PATH}?appId=${app.id}`)).status).toBe(403)
  })

  it('gives the log only when asked', async () => {
    await start()
    await succeedNext(parts(), 'Started loading\r\n')
    const log = async (query: string) =>
      (await owner.call('GET', `${PATH}?appId=${app.id}${query}`)).body.data[0].log
    expect(await log('')).toBeUndefined()
    expect(await log('&log=false')).toBeUndefined()
    expect(await log('&log=true')).toBe('Started loading\r\n')
  })
})

describe('GET /api/v1/reloads/{id}', () => {
  it('gives the record with its log and times through its life', async () => {
    const id = await start()
    const get = async () => (await owner.call('GET', `${PATH}/${id}`)).body
    expect(await get()).toMatchObject({ status: 'QUEUED', log: '' })
    api.advance(2000)
    const claimed = await claimNext(parts())
    const running = await get()
    expect(running).toMatchObject({ status: 'RELOADING', startTime: '2026-11-02T04:06:02.000Z' })
    expect(running.endTime).toBeUndefined()
    api.advance(3000)
    const data = { version: 'v1' as never, engineTime: api.world.clock.now(), fileBytes: 1 }
    await endAttempt(parts(), claimed, { kind: 'completed', data }, 'App saved\r\n')
    expect(await get()).toMatchObject({
      status: 'SUCCEEDED',
      startTime: '2026-11-02T04:06:02.000Z',
      endTime: '2026-11-02T04:06:05.000Z',
      engineTime: '2026-11-02T04:06:05.000Z',
      log: 'App saved\r\n',
    })
  })

  it('tells of a waiting reload its place and what it waits for, and of no other', async () => {
    const first = await start()
    api.advance(1000)
    const other = await addApp(api, owner.user)
    const second = await owner.call('POST', PATH, { appId: other.id })
    const queueOf = async (id: string) => (await owner.call('GET', `${PATH}/${id}`)).body.queue
    expect(second.body).not.toHaveProperty('queue')
    expect(await queueOf(first)).toMatchObject({ position: 1, positionIsExact: true, waitsFor: 'free-slot' })
    expect(await queueOf(second.body.id)).toEqual({
      position: 2,
      positionIsExact: true,
      waitsFor: 'earlier-reloads',
      reason: '1 of its tenant goes first: heavier ones, and older ones of its weight',
      since: second.body.creationTime,
    })
    api.advance(1000)
    const claimed = await claimNext(parts())
    expect(await queueOf(first)).toBeUndefined()
    await endAttempt(parts(), claimed, { kind: 'crashed', message: 'x' })
    const queue = await queueOf(first)
    expect(queue).toMatchObject({ waitsFor: 'back-off', since: '2026-11-02T04:06:02.000Z' })
    expect(queue.reason).toBe(`its last attempt failed; it is tried again after ${queue.until}`)
    expect(Date.parse(queue.until)).toBeGreaterThan(Date.parse(queue.since))
  })

  it('knows no other id, and shows nothing to who may not read the app', async () => {
    const id = await start()
    const unknown = await owner.call('GET', `${PATH}/6906d0a1b2c3d4e5f6071829`)
    expect([unknown.status, unknown.body.errors[0]]).toEqual([
      404,
      expect.objectContaining({ code: 'RELOADS-004', title: 'Resource not found.' }),
    ])
    const stranger = await acme.person('bob')
    const forbidden = await stranger.call('GET', `${PATH}/${id}`)
    expect([forbidden.status, forbidden.body.errors[0].code]).toEqual([403, 'RELOADS-003'])
    expect((await acme.admin.call('GET', `${PATH}/${id}`)).status).toBe(200)
  })

  it('stays readable after its app was deleted, to those it concerned', async () => {
    const id = await start()
    await succeedNext(parts())
    await remove(api.store, acme.tenant.id, { apps: [app.id] })
    const stranger = await acme.person('bob')
    expect((await owner.call('GET', `${PATH}/${id}`)).status).toBe(200)
    expect((await acme.admin.call('GET', `${PATH}/${id}`)).status).toBe(200)
    expect((await stranger.call('GET', `${PATH}/${id}`)).status).toBe(403)
  })
})

describe('POST /api/v1/reloads/{id}/actions/cancel', () => {
  const cancel = (id: string, person = owner) => person.call('POST', `${PATH}/${id}/actions/cancel`)
  const status = async (id: string) => (await owner.call('GET', `${PATH}/${id}`)).body.status

  it('ends a queued reload at once with 204, its event saved, and refuses to do it again', async () => {
    const id = await start()
    const answer = await cancel(id)
    expect([answer.status, answer.text]).toEqual([204, ''])
    expect(await status(id)).toBe('CANCELED')
    const events = await api.store.eventsOf(id as ReloadId)
    expect(events.map(({ body }) => body.data.status)).toEqual(['CANCELED'])
    const again = await cancel(id)
    expect([again.status, again.body.errors[0].code]).toEqual([409, 'HTTP-409'])
    expect(await api.store.eventsOf(id as ReloadId)).toHaveLength(1)
  })

  it('answers 202 for a running one, as often as it is asked', async () => {
    const id = await start()
    const claimed = await claimNext(parts())
    for (let i = 0; i < 2; i++) {
      const answer = await cancel(id)
      expect([answer.status, answer.body]).toEqual([202, { status: 'CANCELING' }])
      expect(await status(id)).toBe('CANCELING')
    }
    await endAttempt(parts(), claimed, { kind: 'canceled' })
    expect(await status(id)).toBe('CANCELED')
  })

  it('is for who may reload the app and for the TenantAdmin', async () => {
    const id = await start()
    const stranger = await acme.person('bob')
    const forbidden = await cancel(id, stranger)
    expect([forbidden.status, forbidden.body.errors[0].code]).toEqual([403, 'RELOADS-003'])
    const unknown = await cancel('6906d0a1b2c3d4e5f6071829')
    expect([unknown.status, unknown.body.errors[0].code]).toEqual([404, 'RELOADS-004'])
    expect((await cancel(id, acme.admin)).status).toBe(204)
  })
})
