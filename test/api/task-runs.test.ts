/** Runs of tasks and their logs, what was not run, previews, pauses and calendars, and the events of all. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { App } from '../../src/core/records.ts'
import { encodeEvents } from '../../src/delivery/channels/content-mode.ts'
import type { CloudEvent } from '../../src/event/stored-event.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import { type Fired, firingSchedule } from '../../src/trigger/fire-schedule.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { addApp, claimNext, endAttempt, succeedNext } from '../support/reload-steps.ts'
import { chainedTask, scheduledTask } from '../support/task-documents.ts'

const S = '/api/scheduling/tasks'
const V1 = '/api/v1/tasks'
/** From the start of the tests to the next instant of the task. */
const TO_INSTANT = Date.UTC(2026, 10, 3, 1, 30) - Date.UTC(2026, 10, 2, 4, 6)

let api: ApiUnderTest
let acme: Members
let admin: Person
let ada: Person
let app: App
let id: string

beforeEach(async () => {
  api = await apiUnderTest()
  acme = await api.tenant('acme')
  admin = acme.admin
  ada = await acme.person('ada')
  app = await addApp(api, ada.user)
  id = (await ada.call('POST', S, scheduledTask(app.id, { enabled: true }))).body.id
})
afterEach(() => api.close())

const parts = () => ({ store: api.store, world: api.world, settleRules: api.deps.settleRules })
const get = async (path: string, headers: Record<string, string> = {}) =>
  ada.call('GET', `${S}/${path}`, undefined, { headers })
const start = (path = S, query = '') => ada.call('POST', `${path}/${id}/actions/start${query}`)

/** As the loop does that fires tasks. */
async function fire(): Promise<Fired> {
  const rules = { ...api.deps.settleRules, zones: api.deps.zones, reloadsPerAppAndDay: 0 }
  const [fired] = await api.store.change([
    firingSchedule(rules, { tenantId: acme.tenant.id, taskId: id as never }),
  ])
  return fired
}

async function failNext(): Promise<void> {
  const claimed = await claimNext(parts())
  const fault = { engineErrorCode: 11002, message: 'Unknown statement: X', line: 7, statement: 'X' }
  await endAttempt(parts(), claimed, { kind: 'script-error', fault } as never)
}

const eventsOf = async (type: string): Promise<CloudEvent[]> => {
  const all = await api.store.eventsAfter(acme.tenant.id, 0, 1000)
  return all.map(({ body }) => body).filter((body) => body.type === type)
}

describe.each([S, V1])('a start by hand at %s', (path) => {
  it('answers as published, and its run is followed to its end', async () => {
    const { status, body, headers } = await start(path, '?source=portal')
    expect([status, body]).toEqual([
      200,
      {
        status_code: 200,
        code: 'CHO-000',
        message: '',
        context: 'StartTask',
        timestamp: '2026-11-02T04:06:00.000Z',
        value: null,
        runId: expect.any(String),
        reloadId: expect.any(String),
      },
    ])
    expect(headers.location).toBe(`https://reprise.example.com${path}/${id}/runs/${body.runId}`)
    const running = await ada.call('GET', `${path}/${id}/runs/last`)
    expect(running.body).toEqual({
      id: body.runId,
      taskId: id,
      taskName: 'nightly sales',
      actionId: id,
      resourceId: app.id,
      status: 'RUNNING',
      triggeredBy: 'portal',
      workerType: 'reloads',
      workerId: body.reloadId,
      taskMeta: { tenantId: acme.tenant.id, ownerId: ada.user.id, resourceType: 'app', trigger: 'hand' },
      startedAt: '2026-11-02T04:06:00.000Z',
      executedAs: ada.user.id,
    })
    api.advance(5000)
    await succeedNext(parts(), 'Started loading\r\n')
    const ended = (await ada.call('GET', `${path}/${id}/runs/${body.runId}`)).body
    expect(ended).toMatchObject({ status: 'SUCCEEDED', endedAt: '2026-11-02T04:06:05.000Z' })
    const log = await ada.call('GET', `${path}/${id}/runs/${body.runId}/log`)
    expect(log.body).toEqual({ logContent: 'Started loading\r\n' })
    const text = await ada.call('GET', `${path}/${id}/runs/${body.runId}/log`, undefined, {
      headers: { accept: 'text/plain' },
    })
    expect([text.headers['content-type'], text.text]).toEqual([
      'text/plain; charset=UTF-8',
      'Started loading\r\n',
    ])
    expect((await ada.call('GET', `${path}/${id}`)).body.metadata.orchestration).toMatchObject({
      attrs: {
        last_run_startedAt: '2026-11-02T04:06:00.000Z',
        last_run_endedAt: '2026-11-02T04:06:05.000Z',
        last_run_status: 'SUCCEEDED',
        last_run_worker_type: 'reloads',
      },
      lastRun: { id: body.runId, status: 'SUCCEEDED', workerId: body.reloadId, triggeredBy: 'portal' },
    })
    const record = (await ada.call('GET', `/api/v1/reloads/${body.reloadId}`)).body
    expect(record).toMatchObject({ type: 'choreographer', userId: ada.user.id })
  })

  it('answers a repeated key with its run, and refuses it for another source', async () => {
    const asked = (query: string) =>
      ada.call('POST', `${path}/${id}/actions/start${query}`, undefined, {
        headers: { 'idempotency-key': 'k' },
      })
    const first = await asked('?source=portal')
    expect((await asked('?source=portal')).body.runId).toBe(first.body.runId)
    for (const query of ['', '?source=other']) expect((await asked(query)).status).toBe(422)
  })

  it('is refused while the task is off, and while its app has a reload', async () => {
    const first = (await start(path)).body
    const pending = await start(path)
    expect([pending.status, pending.body.code, pending.body.value]).toEqual([
      409,
      'HTTP-409',
      { pendingReloadId: first.reloadId },
    ])
    await succeedNext(parts())
    await ada.call('PUT', `${path}/${id}`, scheduledTask(app.id))
    const off = await start(path)
    expect([off.status, off.body.code, off.body.message]).toEqual([
      400,
      'CHO-001',
      expect.stringContaining('off'),
    ])
    expect((await ada.call('GET', `${path}/${id}/runs`)).body.data).toHaveLength(1)
  })
})

describe('runs', () => {
  it('tell the true outcome in the first line of their log', async () => {
    await start()
    await failNext()
    api.advance(1000)
    const { reloadId } = (await start()).body
    await ada.call('POST', `/api/v1/reloads/${reloadId}/actions/cancel`)
    const { data } = (await get(`${id}/runs?sort=%2BstartedAt`)).body
    expect(
      data.map(({ status, log }: { status: string; log: string }) => [status, log.split('\n')[0]]),
    ).toEqual([
      ['FAILED', 'FAILED'],
      ['FAILED', 'ABORTED'],
    ])
    expect(data[0].log).toContain('Unknown statement: X')
  })

  it('are listed by task and by app, sorted and page by page', async () => {
    const ids: string[] = []
    for (let at = 0; at < 3; at++) {
      ids.unshift((await start()).body.runId)
      api.advance(1000)
      await succeedNext(parts())
      api.advance(1000)
    }
    const listed = async (path: string) => (await get(path)).body.data.map((run: { id: string }) => run.id)
    expect(await listed(`${id}/runs`)).toEqual(ids)
    for (const field of ['startedAt', 'endedAt']) {
      expect(await listed(`${id}/runs?sort=%2B${field}`)).toEqual([...ids].reverse())
    }
    for (const field of ['status', 'taskId', 'actionId']) {
      expect((await listed(`${id}/runs?sort=-${field}`)).sort()).toEqual([...ids].sort())
    }
    const first = (await get(`resources/${app.id}/runs?limit=2`)).body
    const next = new URL(first.links.next.href)
    expect([
      ...first.data.map((run: { id: string }) => run.id),
      ...(await ada.call('GET', next.pathname + next.search)).body.data.map((run: { id: string }) => run.id),
    ]).toEqual(ids)
    expect((await get(`${id}/runs?sort=size`)).status).toBe(400)
  })

  it('of a task that never ran are none: the last one is not found', async () => {
    expect((await get(`${id}/runs`)).body.data).toEqual([])
    const last = await get(`${id}/runs/last`)
    expect([last.status, last.body.code]).toEqual([404, 'CHO-004'])
    expect((await get(`${id}/runs/none/log`)).status).toBe(404)
  })
})

describe('a schedule', () => {
  it('runs at its instant, and what it could not run stands in a list of its own', async () => {
    const { reloadId } = (await start()).body
    api.advance(TO_INSTANT)
    expect((await fire())?.[0]).toMatchObject({ state: 'skipped', reason: 'app-busy' })
    await succeedNext(parts())
    expect((await get(`${id}/runs`)).body.data).toHaveLength(1)
    const { data } = (await get(`${id}/ticks`)).body
    expect(data).toEqual([
      {
        id: expect.any(String),
        taskId: id,
        status: 'SKIPPED',
        trigger: 'schedule',
        reason: 'app-busy',
        createdAt: '2026-11-03T01:30:00.000Z',
        dueAt: '2026-11-03T01:30:00.000Z',
        pendingReloadId: reloadId,
      },
    ])
  })

  it('that is paused misses its instants, which are told', async () => {
    const settings = '/api/scheduling/settings'
    const paused = await admin.call('PATCH', settings, { paused: true })
    expect(paused.body).toEqual({ paused: true, pausedAt: '2026-11-02T04:06:00.000Z', calendars: {} })
    expect((await ada.call('PATCH', settings, { paused: false })).status).toBe(403)
    api.advance(TO_INSTANT)
    await fire()
    const [missed] = (await get(`${id}/ticks`)).body.data
    expect(missed).toMatchObject({ status: 'MISSED', reason: 'paused', count: 1 })
    const [event] = await eventsOf('com.reprise.v1.task.not-run')
    expect(event?.data).toMatchObject({ action: 'missed', reason: 'paused', runId: missed.id })
    expect((await admin.call('PATCH', settings, { paused: false })).body.paused).toBe(false)
    expect((await ada.call('GET', settings)).body).toEqual({ paused: false, calendars: {} })
  })

  it('does not run on the days of its calendar', async () => {
    const calendar = '/api/scheduling/settings/calendars/holidays'
    expect((await ada.call('PUT', calendar, { days: [] })).status).toBe(403)
    for (const days of [['2026-13-01'], ['2026-02-30'], ['tomorrow']]) {
      const wrong = await admin.call('PUT', calendar, { days })
      expect([wrong.status, wrong.body.errors[0].source.pointer]).toEqual([400, '/days/0'])
    }
    const set = await admin.call('PUT', calendar, { days: ['2026-12-25', '2026-11-03', '2026-11-03'] })
    expect(set.body.calendars).toEqual({ holidays: ['2026-11-03', '2026-12-25'] })
    await ada.call('PATCH', `${S}/${id}`, [
      { op: 'add', path: '/start/schedule/calendar', value: 'holidays' },
    ])
    const next = (await get(`${id}/next?count=2`)).body
    expect(next.data).toEqual([
      { at: '2026-11-03T01:30:00.000Z', local: '2026-11-03T02:30:00+01:00', noRun: true },
      { at: '2026-11-04T01:30:00.000Z', local: '2026-11-04T02:30:00+01:00' },
    ])
    api.advance(TO_INSTANT)
    await fire()
    expect((await get(`${id}/ticks`)).body.data[0]).toMatchObject({ status: 'SKIPPED', reason: 'calendar' })
    expect((await admin.call('DELETE', calendar)).body.calendars).toEqual({})
    expect((await admin.call('DELETE', calendar)).status).toBe(404)
  })

  it('is shown before it is saved, with what clocks do to it', async () => {
    const preview = (body: object) => ada.call('POST', `${S}/actions/preview`, body)
    const { body } = await preview({
      recurrence: 'FREQ=DAILY;BYHOUR=2;BYMINUTE=30',
      startDateTime: '2027-03-27T00:00:00',
      timezone: 'Europe/Berlin',
      count: 3,
    })
    expect(body.data).toEqual([
      { at: '2027-03-27T01:30:00.000Z', local: '2027-03-27T02:30:00+01:00' },
      { at: '2027-03-28T01:30:00.000Z', local: '2027-03-28T03:30:00+02:00', shifted: 'gap' },
      { at: '2027-03-29T00:30:00.000Z', local: '2027-03-29T02:30:00+02:00' },
    ])
    expect((await preview({ recurrence: ['FREQ=DAILY', 'FREQ=HOURLY'] })).body.data).toHaveLength(20)
    expect((await preview({ interval: 'R/2026-01-01T00:00:00Z/PT1H', count: 1 })).body.data).toHaveLength(1)
    expect((await preview({})).body).toEqual({ data: [] })
    for (const [wrong, pointer] of [
      [{ recurrence: 'FREQ=NEVER' }, '/recurrence'],
      [{ recurrence: 'FREQ=DAILY', calendar: 'none' }, '/calendar'],
      [{ recurrence: 'FREQ=DAILY', timezone: 'x' }, '/timezone'],
    ] as const) {
      const answer = await preview(wrong)
      expect([answer.status, answer.body.code, answer.body.errors[0].source.pointer]).toEqual([
        400,
        'CHO-017',
        pointer,
      ])
    }
  })
})

describe('events', () => {
  it('tell the life of a task in the commit that changes it, nested and at top level', async () => {
    await ada.call('PATCH', `${S}/${id}`, [
      { op: 'replace', path: '/name', value: 'renamed' },
      { op: 'replace', path: '/enabled', value: false },
    ])
    await ada.call('PATCH', `${S}/${id}`, [{ op: 'replace', path: '/name', value: 'renamed' }])
    await ada.call('DELETE', `${S}/${id}`)
    const [created] = await eventsOf('com.qlik.scheduling.task.created')
    expect(created).toMatchObject({
      source: 'com.qlik/scheduling',
      eventType: 'com.qlik.scheduling.task.created',
      userid: ada.user.id,
      extensions: { userid: ada.user.id, tenantid: acme.tenant.id, toplevelresourceid: id },
      data: {
        id,
        name: 'nightly sales',
        action: 'created',
        resourceId: app.id,
        resourceType: 'app',
        enabled: true,
      },
    })
    const updated = await eventsOf('com.qlik.scheduling.task.updated')
    expect(updated.map(({ data }) => data._updates)).toEqual([
      [
        { path: '/name', oldValue: 'nightly sales', newValue: 'renamed' },
        { path: '/enabled', oldValue: true, newValue: false },
        { path: '/metadata/disabledCode', newValue: 'MANUALLY' },
      ],
    ])
    const [deleted] = await eventsOf('com.qlik.scheduling.task.deleted')
    expect(deleted?.data).toMatchObject({ id, action: 'deleted', deletedAt: expect.any(String) })
    for (const mode of ['structured', 'binary', 'batched'] as const) {
      const { headers, body } = encodeEvents([created!], mode)
      expect(JSON.stringify(headers) + body.toString()).not.toMatch(/extensions|eventtype/i)
    }
  })

  it('are in the list of audits however it is sorted', async () => {
    await start()
    await succeedNext(parts())
    const all = (await api.store.eventsAfter(acme.tenant.id, 0, 1000)).length
    for (const sort of ['eventTime', '-eventTime', 'eventType', '-source', 'source']) {
      const { data } = (await admin.call('GET', `/api/v1/audits?limit=100&sort=${sort}`)).body
      expect([sort, data.length]).toEqual([sort, all])
    }
  })

  it('tell that five failures in a row switched the task off', async () => {
    for (let at = 0; at < 5; at++) {
      expect((await start()).status).toBe(200)
      await failNext()
      api.advance(1000)
    }
    expect((await get(id)).body).toMatchObject({
      enabled: false,
      metadata: { disabledCode: 'CONSECUTIVE-FAILURES' },
    })
    const [off] = await eventsOf('com.qlik.scheduling.task.updated')
    expect(off?.data).toMatchObject({ enabled: false, disabledCode: 'CONSECUTIVE-FAILURES' })
    expect((await start()).status).toBe(400)
  })
})

it('wakes the task that listens, which shows what woke it', async () => {
  const other = await addApp(api, ada.user)
  const child = (await ada.call('POST', S, chainedTask(other.id, id, { enabled: true }))).body.id
  await start()
  await succeedNext(parts())
  const [waiting] = (await get(`${child}/ticks`)).body.data
  expect(waiting).toMatchObject({ status: 'WAITING', trigger: 'ends', heard: [{ taskId: id }] })
  expect(await everyRow(api.store, 'taskRuns', { tenantId: acme.tenant.id })).toHaveLength(2)
})
