/** Cursors of the stream and of audits over SQLite, while others commit and while history is forgotten. */
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ASKED_TYPES } from '../../src/event/audit-event.ts'
import { FINISHED_EVENT_TYPE } from '../../src/event/event-types.ts'
import { jsonLog, realWorld } from '../../src/main/world.ts'
import type { Forget } from '../../src/store/port/history.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { addApp } from '../support/reload-steps.ts'

const WRITERS = 16
const RELOADS_EACH = 12
/** Every fourth writer is another tenant's: its events are gaps in the sequence of the first. */
const EXPECTED = (WRITERS * RELOADS_EACH * 3) / 4

type Audit = { readonly data: { readonly id: string } }

let folder: string
let api: ApiUnderTest
let acme: Members

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-cursors-'))
  const store = SqliteStore.open(join(folder, 'reprise.db'))
  api = await apiUnderTest({ deps: { store, world: realWorld(jsonLog('error')) } })
  acme = await api.tenant('acme')
})
afterEach(async () => {
  await api.close()
  await rm(folder, { recursive: true })
})

async function canceledReload(person: Person, appId: string): Promise<string> {
  const { body } = await person.call('POST', '/api/v1/reloads', { appId })
  await person.call('POST', `/api/v1/reloads/${body.id}/actions/cancel`)
  return body.id
}

const reloadsOf = (rows: readonly Audit[]) => rows.map(({ data }) => data.id)

describe('while many commit at once', () => {
  interface Seen {
    readonly cursor: number
    readonly reload: string
  }

  /** @param perConnection leaves after so many events and comes back with the cursor */
  async function follow(perConnection: number, seen: Seen[]): Promise<void> {
    const { port } = api.server.server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}/api/v1/events/stream?types=${FINISHED_EVENT_TYPE}`
    while (seen.length < EXPECTED) {
      const headers = {
        authorization: `Bearer ${acme.admin.token}`,
        'last-event-id': String(seen.at(-1)?.cursor ?? 0),
      }
      const response = await fetch(url, { headers })
      expect(response.status).toBe(200)
      const until = Math.min(EXPECTED, seen.length + perConnection)
      const decoder = new TextDecoder()
      let text = ''
      // Leaving the loop cancels the body, which ends the connection.
      for await (const chunk of response.body!) {
        const blocks = (text + decoder.decode(chunk, { stream: true })).split('\n\n')
        text = blocks.pop()!
        for (const block of blocks) {
          const data = /^data: (.*)$/m.exec(block)?.[1]
          if (data === undefined || seen.length === until) continue
          seen.push({ cursor: Number(/^id: (\d+)$/m.exec(block)?.[1]), reload: JSON.parse(data).data.id })
        }
        if (seen.length === until) break
      }
    }
  }

  /** Follows next links; a page without one is the end so far and is asked for again. */
  async function pollAudits(seen: string[]): Promise<void> {
    let href = `/api/v1/audits?sort=%2BeventTime&limit=5&eventType=${FINISHED_EVENT_TYPE}`
    for (;;) {
      const { data, links } = (await acme.admin.call('GET', href)).body
      const isLast = seen.length + data.length >= EXPECTED
      if (links.next !== undefined || isLast) seen.push(...reloadsOf(data))
      if (isLast) return
      href = links.next?.href ?? href
      // Requests without a socket never wait for one: the writers need their turn.
      await turn()
    }
  }

  it('every reader sees every event once, in one order', async () => {
    const globex = await api.tenant('globex')
    await api.server.listen({ port: 0, host: '127.0.0.1' })
    const [made, audited]: [string[], string[]] = [[], []]
    const [stayed, cameBack]: [Seen[], Seen[]] = [[], []]
    const write = async (person: Person) => {
      const app = await addApp(api, person.user)
      for (let n = 0; n < RELOADS_EACH; n++) {
        // No writer is more than two rounds ahead of a reader: they read while others write, to the end.
        const readByAll = ((n - 2) * EXPECTED) / RELOADS_EACH
        while (Math.min(stayed.length, cameBack.length, audited.length) < readByAll) await turn()
        const id = await canceledReload(person, app.id)
        if (person === acme.admin) made.push(id)
      }
    }
    const writers = Array.from({ length: WRITERS }, (_, n) => (n % 4 === 3 ? globex.admin : acme.admin))
    await Promise.all([
      follow(EXPECTED, stayed),
      follow(7, cameBack),
      pollAudits(audited),
      ...writers.map(write),
    ])
    const cursors = stayed.map(({ cursor }) => cursor)
    expect(cursors).toEqual(cursors.toSorted((left, right) => left - right))
    const order = stayed.map(({ reload }) => reload)
    expect(order.toSorted()).toEqual(made.toSorted())
    expect(cameBack).toEqual(stayed)
    expect(audited).toEqual(order)
  })
})

describe('while history is forgotten', () => {
  const NOTHING: Forget = {
    seenAt: 0,
    reloadsBefore: 0,
    scriptLogsBefore: 0,
    eventsBefore: 0,
    sendsBefore: 0,
    max: 3,
  }
  const NOW = Number.MAX_SAFE_INTEGER
  let appId: string
  let reloads: string[]

  beforeEach(async () => {
    appId = (await addApp(api, acme.admin.user)).id
    reloads = []
    for (let n = 0; n < 6; n++) reloads.push(await canceledReload(acme.admin, appId))
  })

  it.each([
    ['-eventTime', 4, []],
    ['-eventType', 4, []],
    ['-source', 4, []],
    ['+eventTime', 2, [3, 4]],
    ['+eventType', 2, [3, 4]],
    ['+source', 2, [3, 4]],
  ])('audits page on behind an event that is gone: %s', async (sort, limit, next) => {
    const query = `limit=${limit}&sort=${encodeURIComponent(sort)}&eventType=${FINISHED_EVENT_TYPE}`
    const first = (await acme.admin.call('GET', `/api/v1/audits?${query}`)).body
    const events = await api.store.eventsAfter(acme.tenant.id, 0, 100)
    // An acceptance is told by its reload, not by a row of its own.
    const rows = events.filter(({ type }) => type !== ASKED_TYPES.accepted)
    const lastGone = rows.findIndex(
      ({ type, resourceId }) => type === FINISHED_EVENT_TYPE && resourceId === reloads[2],
    )
    await api.store.forget({ ...NOTHING, eventsBefore: NOW, max: lastGone + 1 })
    const second = (await acme.admin.call('GET', first.links.next.href)).body
    expect(reloadsOf(second.data)).toEqual(next.map((n) => reloads[n]))
  })

  it('reloads that are gone are not found, and their list pages on', async () => {
    const page = (await acme.admin.call('GET', `/api/v1/reloads?appId=${appId}&limit=3`)).body
    await api.store.forget({ ...NOTHING, reloadsBefore: NOW })
    const statusOf = async (method: string, path: string) => (await acme.admin.call(method, path)).status
    expect(await statusOf('GET', `/api/v1/reloads/${reloads[2]}`)).toBe(404)
    expect(await statusOf('POST', `/api/v1/reloads/${reloads[2]}/actions/cancel`)).toBe(404)
    expect(await statusOf('GET', `/api/v1/apps/${appId}/reloads/logs/${reloads[2]}`)).toBe(404)
    expect(await statusOf('GET', `/api/v1/reloads/${reloads[3]}`)).toBe(200)
    expect((await acme.admin.call('GET', page.links.next.href)).body.data).toEqual([])
    const logs = (await acme.admin.call('GET', `/api/v1/apps/${appId}/reloads/logs`)).body.data
    expect(logs.map((row: { reloadId: string }) => row.reloadId)).toEqual(reloads.slice(3).reverse())
  })
})
