/** Tasks under both prefixes (contract 03, sections 2 to 4): documents, lists, and what is refused. */
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import type { App } from '../../src/core/records.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { addApp } from '../support/reload-steps.ts'
import { codeOf, madeTask, TASKS as S } from '../support/task-api.ts'
import { chainedTask, reloadAction, scheduledTask } from '../support/task-documents.ts'

const V1 = '/api/v1/tasks'

let api: ApiUnderTest
let acme: Members
let ada: Person
let app: App

beforeEach(async () => {
  api = await apiUnderTest({ limits: { tasksPerUser: 12 } })
  acme = await api.tenant('acme')
  ada = await acme.person('ada')
  app = await addApp(api, ada.user)
})
afterEach(() => api.close())

const made = (document: object, by: Person = ada, path = S) => madeTask(by, document, path)

describe.each([S, V1])('a task at %s', (path) => {
  it('is given back as it was sent, with what the service knows of it', async () => {
    const sent = scheduledTask(app.id, {
      description: 'Every night',
      annotations: ['finance'],
      version: '3',
      unknown: { kept: [1, 'two'] },
    })
    const task = await made(sent, ada, path)
    expect(task).toMatchObject(sent)
    expect(task).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      enabled: false,
      resourceId: app.id,
      metadata: {
        createdAt: '2026-11-02T04:06:00.000Z',
        createdBy: ada.user.id,
        ownerId: ada.user.id,
        tenantId: acme.tenant.id,
        spaceId: '',
        spaceType: 'personal',
        resourceName: 'Sales',
        resourceType: 'app',
        usage: 'ANALYTICS',
        scriptOwnerId: ada.user.id,
        trigger: { type: 1 },
        orchestration: { type: 3, attrs: {} },
        topology: { isChild: false, isParent: false },
      },
    })
    const read = await ada.call('GET', `${path}/${task.id}`)
    expect([read.status, read.body]).toEqual([200, task])
  })

  it('waits for its next instant once it is on, and not before', async () => {
    const off = await made(scheduledTask(app.id), ada, path)
    expect(off.metadata.orchestration.attrs).not.toHaveProperty('next_run_at')
    const on = await ada.call('PUT', `${path}/${off.id}`, scheduledTask(app.id, { enabled: true }))
    expect(on.body.metadata.orchestration.attrs.next_run_at).toBe('2026-11-03T01:30:00.000Z')
    const offAgain = await ada.call('PUT', `${path}/${off.id}`, scheduledTask(app.id))
    expect(offAgain.body).toMatchObject({ enabled: false, metadata: { disabledCode: 'MANUALLY' } })
  })

  it('is listed, newest change first, page by page under one cursor name', async () => {
    const ids: string[] = []
    for (let at = 0; at < 5; at++) {
      ids.unshift((await made(scheduledTask(app.id, { name: `t${at}` }), ada, path)).id)
      api.advance(1000)
    }
    const first = await ada.call('GET', `${path}?limit=2&resourceId=${app.id}`)
    expect(first.body.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2))
    const next = new URL(first.body.links.next.href)
    expect([...next.searchParams.keys()]).toEqual(['limit', 'resourceId', 'page'])
    const second = await ada.call('GET', next.pathname + next.search)
    expect(second.body.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(2, 4))
    const back = new URL(second.body.links.prev.href)
    const again = await ada.call('GET', back.pathname + back.search)
    expect(again.body.data).toEqual(first.body.data)
    const oldest = await ada.call('GET', `${path}?sort=%2BcreatedAt&limit=1`)
    expect(oldest.body.data[0].id).toBe(ids.at(-1))
    expect((await ada.call('GET', `${path}?resourceId=none`)).body.data).toEqual([])
  })

  it('goes, with a reload of it that waits', async () => {
    const { id } = await made(scheduledTask(app.id, { enabled: true }), ada, path)
    const { reloadId } = (await ada.call('POST', `${path}/${id}/actions/start`)).body
    expect((await ada.call('DELETE', `${path}/${id}`)).status).toBe(204)
    expect(codeOf(await ada.call('GET', `${path}/${id}`))).toEqual([404, 'CHO-004'])
    expect((await ada.call('GET', `/api/v1/reloads/${reloadId}`)).body.status).toBe('CANCELED')
  })
})

it('has a name of its own for each operation', () => {
  const { paths } = (api.server as { swagger?: () => { paths: Record<string, object> } }).swagger!()
  const names = Object.entries(paths)
    .filter(([path]) => /^\/api\/(scheduling|v1\/(reload-)?tasks)/.test(path))
    .flatMap(([, methods]) =>
      Object.values(methods).map((operation: { operationId?: string }) => operation.operationId),
    )
  expect(names.length).toBeGreaterThan(40)
  expect(names.filter((name) => !/^[a-z]\w+$/.test(name ?? ''))).toEqual([])
  expect(new Set(names).size).toBe(names.length)
})

describe('a task that is wrong', () => {
  const state = (more: object) => ({ ...scheduledTask(app.id), states: [more] })
  const onEvent = (more: object) => state({ onEvents: [{ eventRefs: [], ...more }] })

  test.each<[string, () => object, string, RegExp]>([
    ['no state', () => scheduledTask(app.id, { states: [] }), '/states', /^task has 0 states instead of 1$/],
    [
      'no action',
      () => onEvent({ actions: [] }),
      '/states/0/onEvents/0/actions',
      /^task has 0 Actions instead of 1$/,
    ],
    [
      'no schedule',
      () => scheduledTask(app.id, { start: {} }),
      '/start',
      /^Start has no StartdefOneOf field/,
    ],
    ['no name', () => scheduledTask(app.id, { name: ' ' }), '/name', /1 to 256/],
    ['a long name', () => scheduledTask(app.id, { name: 'x'.repeat(257) }), '/name', /1 to 256/],
    [
      'a long description',
      () => scheduledTask(app.id, { description: 'x'.repeat(1025) }),
      '/description',
      /1024/,
    ],
    ['no version', () => ({ ...scheduledTask(app.id), specVersion: undefined }), '/specVersion', /required/],
    [
      'another function',
      () => onEvent({ actions: [{ functionRef: { refName: 'app.delete', arguments: { appId: app.id } } }] }),
      '/states/0/onEvents/0/actions/0/functionRef/refName',
      /app\.reload/,
    ],
    [
      'no app',
      () => onEvent({ actions: [reloadAction('sales')] }),
      '/states/0/onEvents/0/actions/0/functionRef/arguments/appId',
      /UUID/,
    ],
    [
      'another state',
      () => state({ type: 'SWITCH', onEvents: [{ actions: [reloadAction(app.id)] }] }),
      '/states/0/type',
      /EVENT/,
    ],
    [
      'two triggers',
      () => ({ ...chainedTask(app.id, app.id), start: scheduledTask(app.id).start }),
      '/start',
      /one trigger/,
    ],
    [
      'an event that nobody names',
      () => ({ ...scheduledTask(app.id), start: undefined, events: chainedTask(app.id, app.id).events }),
      '/events/0/name',
      /eventRefs/,
    ],
    [
      'a name of no event',
      () => onEvent({ eventRefs: ['x'], actions: [reloadAction(app.id)] }),
      '/states/0/onEvents/0/eventRefs/0',
      /no event/,
    ],
    [
      'an unknown event',
      () => ({ ...chainedTask(app.id, app.id), events: [{ name: 'upstream', type: 'x', source: 'y' }] }),
      '/events/0/type',
      /dataset\.updated/,
    ],
    [
      'an unknown status',
      () => {
        const correlation = [{ contextAttributeName: 'status', contextAttributeValue: 'odd' }]
        const [event] = chainedTask(app.id, app.id).events
        return { ...chainedTask(app.id, app.id), events: [{ ...event, correlation }] }
      },
      '/events/0/correlation',
      /succeeded, failed, any/,
    ],
  ])('is refused with CHO-001: %s', async (_name, document, pointer, detail) => {
    const answer = await ada.call('POST', S, document())
    expect(codeOf(answer)).toEqual([400, 'CHO-001'])
    const [error] = answer.body.errors
    expect(error.detail).toMatch(detail)
    expect(error.source.pointer).toBe(pointer)
  })

  it('is told everything at once, in an envelope that both kinds of reader know', async () => {
    const answer = await ada.call('POST', S, scheduledTask('sales', { name: '', states: [] }))
    expect(answer.body).toMatchObject({
      errors: [
        { code: 'CHO-001', title: 'Malformed request', context: 'CreateTask', source: { pointer: '/name' } },
        { code: 'CHO-001', detail: 'task has 0 states instead of 1', timestamp: '2026-11-02T04:06:00.000Z' },
      ],
      traceId: expect.any(String),
      code: 'CHO-001',
      message: expect.stringContaining('; task has 0 states instead of 1'),
      status_code: 400,
      value: null,
    })
  })

  test.each<[string, object, string]>([
    ['a rule', { recurrence: 'FREQ=SECONDLY' }, 'recurrence'],
    ['a rule of several lines', { recurrence: 'FREQ=DAILY\nFREQ=WEEKLY' }, 'recurrence'],
    ['a rule that runs too often', { recurrence: 'FREQ=MINUTELY;BYSECOND=0,30' }, 'recurrence'],
    ['a zone', { recurrence: 'FREQ=DAILY', timezone: 'Mars/Olympus' }, 'timezone'],
    [
      'an end before the start',
      { recurrence: 'FREQ=DAILY', startDateTime: '2027-01-02T00:00:00', endDateTime: '2027-01-01T00:00:00' },
      'endDateTime',
    ],
    [
      'an end in the past',
      { recurrence: 'FREQ=DAILY', startDateTime: '2020-01-02T00:00:00', endDateTime: '2021-01-01T00:00:00' },
      'endDateTime',
    ],
    ['cron', { cron: '0 0 * * *' }, 'cron'],
    ['an interval', { interval: 'R/PT1H' }, 'interval'],
    ['a calendar', { recurrence: 'FREQ=DAILY', calendar: 'holidays' }, 'calendar'],
    ['a window', { recurrence: 'FREQ=DAILY', catchUpWindow: 'P90D' }, 'catchUpWindow'],
  ])('is refused with CHO-017 for %s', async (_name, schedule, member) => {
    const answer = await ada.call('POST', S, scheduledTask(app.id, { start: { schedule } }))
    expect(codeOf(answer)).toEqual([400, 'CHO-017'])
    expect(answer.body.errors[0].source.pointer).toBe(`/start/schedule/${member}`)
  })

  it.each([60, 20_000])('is refused when it is nested %i deep', async (depth) => {
    const deep = JSON.stringify(scheduledTask(app.id)).replace(
      /}$/,
      `,"deep":${'['.repeat(depth)}${']'.repeat(depth)}}`,
    )
    const headers = { 'content-type': 'application/json' }
    const made = await ada.call('POST', S, deep, { headers })
    expect([...codeOf(made), made.body.message]).toEqual([
      400,
      'CHO-001',
      expect.stringContaining('50 levels'),
    ])
    const { id } = (await ada.call('POST', S, scheduledTask(app.id))).body
    const patch = `[{"op":"add","path":"/deep","value":${'['.repeat(depth)}${']'.repeat(depth)}}]`
    expect(codeOf(await ada.call('PATCH', `${S}/${id}`, patch, { headers }))).toEqual([400, 'CHO-001'])
    const copies = Array.from({ length: 99 }, () => ({ op: 'copy', from: '', path: '/key' }))
    expect(codeOf(await ada.call('PATCH', `${S}/${id}`, copies))).toEqual([400, 'CHO-001'])
  })

  it('takes a repeating interval, null for what is absent, and the type of a state in any case', async () => {
    const task = await made({
      ...scheduledTask(app.id, { description: null, enabled: true }),
      start: { schedule: 'R/2026-01-01T00:30:00Z/PT1H', stateName: null },
      states: [{ name: 's', type: 'event', onEvents: [{ actions: [reloadAction(app.id)] }] }],
    })
    expect(task.start).toEqual({ schedule: 'R/2026-01-01T00:30:00Z/PT1H' })
    expect(task.metadata.orchestration.attrs.next_run_at).toBe('2026-11-02T04:30:00.000Z')
  })
})
