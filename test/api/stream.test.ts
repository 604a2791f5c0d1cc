/** The event stream over a real socket: contract 06, section 5.1. Time passes only when a test says so. */

import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HEARTBEAT_MS } from '../../src/api/event/stream.ts'
import type { ReloadId, SpaceId } from '../../src/core/ids.ts'
import { ASKED_TYPES } from '../../src/event/audit-event.ts'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import { jsonLog, realWorld } from '../../src/main/world.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { put } from '../support/catalog.ts'
import { signingKey, TestIssuer } from '../support/issuer.ts'
import { eventually, ManualTime, WatchedStore } from '../support/manual-time.ts'
import { addApp } from '../support/reload-steps.ts'
import { appInSharedSpace } from '../support/task-api.ts'

const PATH = '/api/v1/events/stream'

interface Received {
  readonly id: string
  readonly event: string
  readonly data: { readonly id: string; readonly data: { readonly id: string; readonly status: string } }
}

/** Reads a stream piece by piece, the way an EventSource does. */
class Listener {
  readonly response: Response
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #abort: AbortController
  #text = ''
  comments = 0

  constructor(response: Response, abort: AbortController) {
    this.response = response
    this.#reader = response.body!.getReader()
    this.#abort = abort
  }

  /** The next event; undefined at the end of the stream. */
  async next(): Promise<Received | undefined> {
    for (;;) {
      const block = await this.block()
      if (block === undefined) return undefined
      const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]))
      const data = fields.get('data')
      if (data === undefined) continue
      return { id: fields.get('id')!, event: fields.get('event')!, data: JSON.parse(data) }
    }
  }

  /** The next block of lines, comments and settings too. */
  async block(): Promise<string | undefined> {
    while (!this.#text.includes('\n\n')) {
      const { done, value } = await this.#reader.read()
      if (done) return undefined
      this.#text += new TextDecoder().decode(value)
    }
    const end = this.#text.indexOf('\n\n')
    const block = this.#text.slice(0, end)
    this.#text = this.#text.slice(end + 2)
    return block
  }

  leave(): void {
    this.#abort.abort()
  }
}

let time: ManualTime
let store: WatchedStore
let api: ApiUnderTest
let acme: Members
let origin: string
let listeners: Listener[]

beforeEach(async () => {
  time = new ManualTime()
  store = new WatchedStore()
  listeners = []
  api = await apiUnderTest({ deps: { store, world: time.world(realWorld(jsonLog('error'))) } })
  acme = await api.tenant('acme')
  await api.server.listen({ host: '127.0.0.1', port: 0 })
  origin = `http://127.0.0.1:${(api.server.server.address() as AddressInfo).port}`
})

afterEach(async () => {
  for (const listener of listeners) listener.leave()
  await api.close()
})

async function listen(person: Person, query = '', headers: Record<string, string> = {}): Promise<Listener> {
  const abort = new AbortController()
  const response = await fetch(origin + PATH + query, {
    headers: { authorization: `Bearer ${person.token}`, ...headers },
    signal: abort.signal,
  })
  expect(response.status).toBe(200)
  const listener = new Listener(response, abort)
  listeners.push(listener)
  return listener
}

/** A reload that ends at once: one finished event. */
async function canceledReload(person: Person, appId?: string): Promise<string> {
  const id = appId ?? (await addApp(api, person.user)).id
  const { body } = await person.call('POST', '/api/v1/reloads', { appId: id })
  expect((await person.call('POST', `/api/v1/reloads/${body.id}/actions/cancel`)).status).toBe(204)
  return body.id
}

describe('the stream', () => {
  it('catches up after the cursor, then follows, each event as it was saved', async () => {
    const first = await canceledReload(acme.admin)
    const listener = await listen(acme.admin, '?after=0')
    expect(listener.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(listener.response.headers.get('cache-control')).toBe('no-store')
    expect(await listener.block()).toBe('retry: 3000\nid: 0')
    const caughtUp = (await listener.next())!
    const [saved] = await store.eventsOf(first as ReloadId)
    expect(caughtUp).toEqual({ id: String(saved?.sequence), event: FINISHED_EVENT_TYPE, data: saved?.body })
    const second = await canceledReload(acme.admin)
    const followed = (await listener.next())!
    expect(followed.data.data.id).toBe(second)
    expect(Number(followed.id)).toBeGreaterThan(Number(caughtUp.id))
  })

  it('misses nothing and repeats nothing for a client that comes back with its last id', async () => {
    const listener = await listen(acme.admin, '?after=0')
    const ids = [await canceledReload(acme.admin)]
    const seen = (await listener.next())!
    listener.leave()
    for (let i = 0; i < 3; i++) ids.push(await canceledReload(acme.admin))
    // The header wins over the parameter: an EventSource repeats the address it was made with.
    const again = await listen(acme.admin, '?after=0', { 'last-event-id': seen.id })
    const rest = [await again.next(), await again.next(), await again.next()]
    expect([seen, ...rest].map((event) => event?.data.data.id)).toEqual(ids)
  })

  it('hands over more events than one reading takes, in order', async () => {
    const app = await addApp(api, acme.admin.user)
    const ids: string[] = []
    for (let i = 0; i < 205; i++) ids.push(await canceledReload(acme.admin, app.id))
    const listener = await listen(acme.admin, '?after=0')
    const seen: string[] = []
    while (seen.length < ids.length) seen.push((await listener.next())!.data.data.id)
    expect(seen).toEqual(ids)
  })

  it('begins now without a cursor', async () => {
    await canceledReload(acme.admin)
    const listener = await listen(acme.admin)
    const later = await canceledReload(acme.admin)
    expect((await listener.next())?.data.data.id).toBe(later)
  })

  it('shows only events of the tenant, and of apps that one may read', async () => {
    const ann = await acme.person('ann')
    const globex = await api.tenant('globex')
    const toAnn = await listen(ann, '?after=0')
    const toAdmin = await listen(acme.admin, '?after=0')
    await canceledReload(globex.admin)
    const ofAdmin = await canceledReload(acme.admin)
    const ofAnn = await canceledReload(ann)
    expect((await toAnn.next())?.data.data.id).toBe(ofAnn)
    expect((await toAdmin.next())?.data.data.id).toBe(ofAdmin)
    expect((await toAdmin.next())?.data.data.id).toBe(ofAnn)
  })

  it('chooses by type and filter', async () => {
    const app = await addApp(api, acme.admin.user)
    const filter = encodeURIComponent(`topLevelResourceId eq "${app.id}" and data.status ne "SUCCEEDED"`)
    const listener = await listen(acme.admin, `?after=0&types=${FINISHED_EVENT_TYPE}&filter=${filter}`)
    await canceledReload(acme.admin)
    const wanted = await canceledReload(acme.admin, app.id)
    expect((await listener.next())?.data.data.id).toBe(wanted)
    const others = await listen(acme.admin, '?after=0&types=com.qlik.v1.app.reload.finished')
    await canceledReload(acme.admin)
    expect(await others.block()).toMatch(/^retry: 3000\nid: \d+$/)
    await eventually(() => time.waiting === 2)
    time.advance(HEARTBEAT_MS)
    expect(await others.block()).toBe(':')
  })

  it('chooses by app, space and outcome, alone and together', async () => {
    const app = await addApp(api, acme.admin.user)
    const ids = [await canceledReload(acme.admin), await canceledReload(acme.admin, app.id)]
    const space = (await addApp(api, acme.admin.user, { spaceId: 'a-space' as SpaceId })).id
    ids.push(await canceledReload(acme.admin, space))
    const first = async (query: string) =>
      (await (await listen(acme.admin, `?after=0&${query}`)).next())?.data.data.id
    expect(await first('status=FAILED,CANCELED')).toBe(ids[0])
    expect(await first(`appId=${app.id}`)).toBe(ids[1])
    expect(await first('spaceId=a-space')).toBe(ids[2])
    expect(await first(`appId=${app.id}&status=CANCELED`)).toBe(ids[1])
    const none = await listen(acme.admin, `?after=0&appId=${app.id}&status=SUCCEEDED`)
    expect(await none.block()).toMatch(/^retry/)
    await eventually(() => time.waiting > 0)
    for (let beat = 0; beat < 2; beat++) time.advance(HEARTBEAT_MS)
    expect(await none.block()).toBe(':')
  })

  it('tells a client that comes back too late that events are forgotten; 0 begins with the oldest kept', async () => {
    const app = await addApp(api, acme.admin.user)
    for (let n = 0; n < 3; n++) await canceledReload(acme.admin, app.id)
    const events = await api.store.eventsAfter(acme.tenant.id, 0, 100)
    const [, gone, kept] = events.filter(({ type }) => type === FINISHED_EVENT_TYPE)
    const nothing = { seenAt: 0, reloadsBefore: 0, scriptLogsBefore: 0, sendsBefore: 0 }
    // An acceptance is told by its reload, not by a row of its own.
    const rows = events.filter(({ type }) => type !== ASKED_TYPES.accepted)
    const max = rows.indexOf(gone!) + 1
    await api.store.forget({ ...nothing, eventsBefore: Number.MAX_SAFE_INTEGER, max })
    const late = await acme.admin.call('GET', `${PATH}?after=1`)
    expect([late.status, late.body.errors[0].detail]).toEqual([
      410,
      'events after the cursor are forgotten: begin again with 0 or without it',
    ])
    for (const after of [0, gone!.sequence])
      expect((await (await listen(acme.admin, `?after=${after}`)).next())?.id).toBe(String(kept!.sequence))
  })

  it.each([
    ['?after=x', {}, 400, 'after'],
    ['?after=-1', {}, 400, 'after'],
    ['', { 'last-event-id': 'x' }, 400, 'Last-Event-ID'],
    ['?types=com.x', {}, 400, 'types'],
    ['?filter=id', {}, 400, 'filter'],
    ['?status=BROKEN', {}, 400, 'status'],
    ['?after=7', {}, 410, 'after'],
    ['', { 'last-event-id': '7' }, 410, 'Last-Event-ID'],
  ])('refuses %s %j with %i', async (query, headers, status, parameter) => {
    const answer = await acme.admin.call('GET', PATH + query, undefined, { headers })
    expect(answer.status).toBe(status)
    expect(answer.body.errors[0]).toMatchObject({ code: `HTTP-${status}`, source: { parameter } })
  })

  it('keeps a silent connection open with a comment every 15 seconds', async () => {
    const listener = await listen(acme.admin)
    expect(await listener.block()).toBe('retry: 3000\nid: 0')
    for (let beat = 0; beat < 3; beat++) {
      await eventually(() => time.waiting === 1)
      time.advance(HEARTBEAT_MS)
      expect(await listener.block()).toBe(':')
    }
  })

  it('follows the roles of its user: who is no administrator any more sees what others see', async () => {
    const listener = await listen(acme.admin)
    expect(await listener.block()).toBe('retry: 3000\nid: 0')
    await put(store, { users: [{ ...acme.admin.user, roles: [] }] })
    await eventually(() => time.waiting === 1)
    time.advance(HEARTBEAT_MS)
    expect(await listener.block()).toBe(':')
    const stranger = await acme.person('stranger')
    await canceledReload(stranger)
    await eventually(() => time.waiting === 1)
    time.advance(HEARTBEAT_MS)
    expect(await listener.block()).toBe(':')
  })

  it('ends when the key of the caller is revoked', async () => {
    const listener = await listen(acme.admin)
    const [key] = await everyRow(store, 'keys', { tenantId: acme.tenant.id })
    await put(store, { keys: [{ ...key!, revokedAt: 1 }] })
    await eventually(() => time.waiting === 1)
    time.advance(HEARTBEAT_MS)
    expect(await listener.next()).toBeUndefined()
  })

  it('ends with the OAuth client of its access token, and with the issuer of its token', async () => {
    const wish = { clientName: 'Nightly', appType: 'web' }
    const { body: client } = await acme.admin.call('POST', '/api/v1/oauth-clients', wish)
    const answer = await api.server.inject({
      method: 'POST',
      url: '/oauth/token',
      payload: {
        grant_type: 'client_credentials',
        client_id: client.clientId,
        client_secret: client.clientSecret,
      },
    })
    const issuer = new TestIssuer('https://id.example.com', [await signingKey('one')])
    const trusted = { name: 'Company', protocol: 'jwt', issuer: issuer.url, jwks: issuer.jwks }
    const { body: provider } = await acme.admin.call('POST', '/api/v1/identity-providers', trusted)
    const exp = Math.floor(api.deps.world.clock.now() / 1000) + 3600
    const tokens = {
      [`/api/v1/oauth-clients/${client.clientId}`]: answer.json().access_token,
      [`/api/v1/identity-providers/${provider.id}`]: await issuer.token({ sub: 'ada', exp }),
    }
    for (const [path, token] of Object.entries(tokens)) {
      const listener = await listen({ ...acme.admin, token })
      await eventually(() => time.waiting === 1)
      time.advance(HEARTBEAT_MS)
      expect(await listener.block()).toMatch(/^retry/)
      expect(await listener.block()).toBe(':')
      expect((await acme.admin.call('DELETE', path)).status).toBe(204)
      await eventually(() => time.waiting === 1)
      time.advance(HEARTBEAT_MS)
      expect(await listener.next(), path).toBeUndefined()
    }
  })

  it('ends when its user is disabled, and when it is deleted', async () => {
    for (const end of ['disable', 'delete']) {
      const person = await acme.person(end)
      const listener = await listen(person)
      const path = `/api/v1/users/${person.user.id}`
      if (end === 'delete') await acme.admin.call('DELETE', path)
      else await acme.admin.call('PATCH', path, [{ op: 'replace', path: '/status', value: 'disabled' }])
      await eventually(() => time.waiting === 1)
      time.advance(HEARTBEAT_MS)
      expect(await listener.next(), end).toBeUndefined()
    }
  })

  it('tells members of a space by a group, until they leave the group', async () => {
    const [owner, member] = [await acme.person('owner'), await acme.person('member', [])]
    const group = (await acme.admin.call('POST', '/api/v1/groups', { name: 'Crew' })).body.id
    const groups = (op: string) =>
      acme.admin.call('PATCH', `/api/v1/users/${member.user.id}`, [
        { op, path: '/assignedGroups', value: [{ id: group }] },
      ])
    await groups('add')
    const { app } = await appInSharedSpace(api, owner, [])
    const assigned = { type: 'group', assigneeId: group, roles: ['consumer'] }
    await owner.call('POST', `/api/v1/spaces/${app.spaceId}/assignments`, assigned)
    const listener = await listen(member, `?types=${FINISHED_EVENT_TYPE}`)
    const first = await canceledReload(owner, app.id)
    expect((await listener.next())?.data.data.id).toBe(first)
    await groups('remove')
    await eventually(() => time.waiting === 1)
    time.advance(HEARTBEAT_MS)
    await eventually(() => time.waiting === 1)
    await canceledReload(owner, app.id)
    const own = await canceledReload(member)
    expect((await listener.next())?.data.data.id).toBe(own)
  })

  it('lets go of the store when the client leaves', async () => {
    const before = store.listeners
    const listener = await listen(acme.admin)
    await listener.block()
    expect(store.listeners).toBe(before + 1)
    listener.leave()
    await eventually(() => store.listeners === before)
  })

  it('ends cleanly when the server stops, at once', async () => {
    const listener = await listen(acme.admin)
    await listener.block()
    const closed = api.server.close()
    expect(await listener.next()).toBeUndefined()
    await closed
    expect(store.listeners).toBe(0)
  })

  it('is not measured as a request', async () => {
    const listener = await listen(acme.admin)
    await listener.block()
    listener.leave()
    await eventually(() => store.listeners === 0)
    const { body } = await api.server.inject({ method: 'GET', url: '/metrics' })
    expect(body).not.toContain('route="/api/v1/events/stream"')
  })
})
