/** `wait` of reloads: a long poll over real sockets. Time passes only when a test says so. */
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { defined } from '../../src/core/defined.ts'
import { jsonLog, realWorld } from '../../src/main/world.ts'
import { OUTCOME_WAITS_PER_TENANT_MAX } from '../../src/outcome/outcome-waits.ts'
import { type ApiUnderTest, apiUnderTest, type Members } from '../support/api-under-test.ts'
import { eventually, ManualTime, WatchedStore } from '../support/manual-time.ts'
import { addApp, claimNext, endAttempt, succeedNext } from '../support/reload-steps.ts'
import { scheduledTask } from '../support/task-documents.ts'

const PATH = '/api/v1/reloads'
let time: ManualTime
let store: WatchedStore
let api: ApiUnderTest
let acme: Members
let origin: string
let listenersBefore: number

beforeEach(async () => {
  time = new ManualTime()
  store = new WatchedStore()
  api = await apiUnderTest({ deps: { store, world: time.world(realWorld(jsonLog('error'))) } })
  acme = await api.tenant('acme')
  await api.server.listen({ host: '127.0.0.1', port: 0 })
  origin = `http://127.0.0.1:${(api.server.server.address() as AddressInfo).port}`
  listenersBefore = store.listeners
})

afterEach(() => api.close())

interface Asked {
  readonly key?: string
  readonly signal?: AbortSignal
}

const parts = () => ({ ...api, settleRules: api.deps.settleRules })

async function answerOf(response: Response) {
  const record = (await response.json()) as {
    id: string
    status: string
    log?: string
    errorMessage?: string
  }
  return { code: response.status, headers: response.headers, record }
}

async function start(appId: string, wait: string, { key, signal = AbortSignal.timeout(20_000) }: Asked = {}) {
  const headers = {
    authorization: `Bearer ${acme.admin.token}`,
    'content-type': 'application/json',
    ...defined({ 'idempotency-key': key }),
  }
  const body = JSON.stringify({ appId })
  return answerOf(await fetch(`${origin}${PATH}?wait=${wait}`, { method: 'POST', headers, body, signal }))
}

const newApp = async () => (await addApp(api, acme.admin.user)).id
const waits = (count: number) => eventually(() => time.waiting === count)

it('answers 201 with the final record as soon as the reload has ended', async () => {
  const appId = await newApp()
  const answer = start(appId, '60s')
  await waits(1)
  await succeedNext(parts(), 'Sales << 3 lines')
  const { code, headers, record } = await answer
  expect([code, record.status, record.log]).toEqual([201, 'SUCCEEDED', 'Sales << 3 lines'])
  expect(headers.get('location')).toMatch(new RegExp(`${PATH}/${record.id}$`))
  expect([time.waiting, store.listeners]).toEqual([0, listenersBefore])
})

it('answers the start of a task when the reload that it made has ended', async () => {
  const path = '/api/scheduling/tasks'
  const document = scheduledTask(await newApp(), { enabled: true })
  const { id } = (await acme.admin.call('POST', path, document)).body
  const begin = (wait: string) => acme.admin.call('POST', `${path}/${id}/actions/start?wait=${wait}`)
  const answer = begin('60s')
  await waits(1)
  await succeedNext(parts())
  expect((await answer).status).toBe(200)
  const over = await begin('0s')
  expect([over.status, over.headers['retry-after'], over.body.code]).toEqual([202, '1', 'CHO-000'])
  expect((await begin('2m')).body.code).toBe('CHO-001')
})

it('tells how a failed reload failed', async () => {
  const answer = start(await newApp(), '60s')
  await waits(1)
  const fault = { engineErrorCode: 11002, message: 'Unknown statement: X', line: 7, statement: 'X' }
  await endAttempt(parts(), await claimNext(parts()), { kind: 'script-error', fault })
  const { code, record } = await answer
  expect([code, record.status, record.errorMessage]).toEqual([201, 'FAILED', expect.stringContaining('X')])
})

it('answers 202 with the present record after the wait, and its key waits for the same reload again', async () => {
  const appId = await newApp()
  const first = start(appId, '30', { key: 'a-key' })
  await waits(1)
  time.advance(29_999)
  await claimNext(parts())
  time.advance(1)
  const early = await first
  expect([early.code, early.record.status]).toEqual([202, 'RELOADING'])
  expect(early.headers.get('location')).toMatch(new RegExp(`${PATH}/${early.record.id}$`))
  const again = start(appId, '1m', { key: 'a-key' })
  await waits(1)
  await acme.admin.call('POST', `${PATH}/${early.record.id}/actions/cancel`)
  time.advance(60_000)
  const late = await again
  expect([late.code, late.record.id, late.record.status]).toEqual([202, early.record.id, 'CANCELING'])
})

it('answers at once what has ended already, and what shall not wait', async () => {
  const appId = await newApp()
  const waiting = await start(appId, '0', { key: 'a-key' })
  expect([waiting.code, waiting.record.status]).toEqual([202, 'QUEUED'])
  await succeedNext(parts())
  const ended = await start(appId, '60s', { key: 'a-key' })
  expect([ended.code, ended.record.id, ended.record.status]).toEqual([201, waiting.record.id, 'SUCCEEDED'])
})

it('waits at the address of a reload, too', async () => {
  const { record } = await start(await newApp(), '0')
  const asked = fetch(`${origin}${PATH}/${record.id}?wait=60s`, {
    headers: { authorization: `Bearer ${acme.admin.token}` },
  })
  await waits(1)
  await succeedNext(parts())
  const { code, record: ended } = await answerOf(await asked)
  expect([code, ended.status]).toEqual([200, 'SUCCEEDED'])
})

it('reads no reload while nothing of it happens, and events once for all who wait', async () => {
  const answers = []
  for (let count = 1; count <= 5; count++) {
    answers.push(start(await newApp(), '60s'))
    await waits(count)
  }
  const reload = vi.spyOn(store, 'reload')
  const events = vi.spyOn(store, 'eventsAfter')
  await acme.admin.call('POST', PATH, { appId: await newApp() })
  expect([reload.mock.calls.length, events.mock.calls.length]).toEqual([0, 0])
  const first = await succeedNext(parts())
  expect((await Promise.race(answers)).record.id).toBe(first.reload.id)
  expect([reload.mock.calls.length, events.mock.calls.length]).toEqual([1, 1])
  expect(time.waiting).toBe(4)
})

it('lets go of a wait whose client leaves', async () => {
  const leaving = new AbortController()
  const answer = start(await newApp(), '60s', { signal: leaving.signal })
  await waits(1)
  leaving.abort()
  await expect(answer).rejects.toThrow('aborted')
  await eventually(() => time.waiting === 0 && store.listeners === listenersBefore)
})

it('ends all waits when the service begins to stop, and lets nobody wait after that', async () => {
  const answers = [start(await newApp(), '60s'), start(await newApp(), '60s')]
  await waits(2)
  await api.deps.outcomeWaits.stop()
  for (const { code, headers, record } of await Promise.all(answers)) {
    expect([code, record.status, headers.get('retry-after')]).toEqual([202, 'QUEUED', '1'])
  }
  expect((await start(await newApp(), '60s')).code).toBe(202)
})

it('gives a tenant a number of waits, and to others theirs', async () => {
  const { record } = await start(await newApp(), '0')
  const globex = await api.tenant('globex')
  const url = `${PATH}/${record.id}?wait=60s`
  const waiting = Array.from({ length: OUTCOME_WAITS_PER_TENANT_MAX }, () => acme.admin.call('GET', url))
  await waits(OUTCOME_WAITS_PER_TENANT_MAX)
  expect((await acme.admin.call('GET', url)).body.status).toBe('QUEUED')
  const appId = (await addApp(api, globex.admin.user)).id
  const other = globex.admin.call('POST', `${PATH}?wait=60s`, { appId })
  await waits(OUTCOME_WAITS_PER_TENANT_MAX + 1)
  await acme.admin.call('POST', `${PATH}/${record.id}/actions/cancel`)
  expect(new Set((await Promise.all(waiting)).map(({ body }) => body.status))).toEqual(new Set(['CANCELED']))
  await waits(1)
  await succeedNext(parts())
  expect((await other).status).toBe(201)
})

it('answers what the store says when events cannot be read', async () => {
  const answer = start(await newApp(), '60s')
  await waits(1)
  vi.spyOn(store, 'eventsAfter').mockRejectedValue(new Error('no events'))
  await succeedNext(parts())
  expect((await answer).code).toBe(201)
})

it.each(['61s', '61', '2m', '1h', 'soon', '-1', '1.5', '60s,60s', '1e1'])(
  'refuses wait=%s and starts nothing',
  async (wait) => {
    const appId = await newApp()
    const { status, body } = await acme.admin.call('POST', `${PATH}?wait=${wait}`, { appId })
    expect([status, body.errors[0].detail, body.errors[0].source]).toEqual([
      400,
      'wait must be a number of seconds or a duration such as 30s, at most 60s',
      { parameter: 'wait' },
    ])
    expect((await acme.admin.call('GET', `${PATH}?appId=${appId}`)).body.data).toEqual([])
  },
)
