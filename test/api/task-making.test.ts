/** Tasks made in one call with its published codes, and those that take over from reload tasks. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TaskId } from '../../src/core/ids.ts'
import type { App } from '../../src/core/records.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { put, remove } from '../support/catalog.ts'
import { addApp } from '../support/reload-steps.ts'
import { appInSharedSpace, codeOf, madeTask, TASKS as S } from '../support/task-api.ts'
import { chainedTask, scheduledTask } from '../support/task-documents.ts'

const R = '/api/v1/reload-tasks'
const UNKNOWN = '0c9e7b1a-6a43-4a2f-9d3c-5b8e1f20aa77'

let api: ApiUnderTest
let acme: Members
let ada: Person
let app: App
let isReady = true

beforeEach(async () => {
  isReady = true
  api = await apiUnderTest({ limits: { tasksPerUser: 12 }, deps: { ready: () => isReady } })
  acme = await api.tenant('acme')
  ada = await acme.person('ada')
  app = await addApp(api, ada.user)
})
afterEach(() => api.close())

const made = (document: object, by: Person = ada, path = S) => madeTask(by, document, path)

const sharedApp = (members: readonly (readonly [Person, string])[]) => appInSharedSpace(api, ada, members)

const oneCall = (appId: string, call: string, body: object, by: Person = ada) =>
  by.call('POST', `${S}/resources/${appId}/actions/reload/${call}`, body)

describe('one call makes a task', () => {
  it('with a schedule', async () => {
    const body = {
      name: 'n',
      enabled: true,
      recurrence: 'RRULE:FREQ=HOURLY;BYHOUR=10;BYMINUTE=20',
      timezone: 'UTC',
    }
    const { status, body: task } = await oneCall(app.id, 'on-time-schedule', {
      ...body,
      startDateTime: '2025-04-17T06:00:00',
    })
    expect(status).toBe(201)
    expect(task).toMatchObject({
      name: 'n',
      resourceId: app.id,
      specVersion: '1.16.0',
      metadata: { trigger: { type: 1 } },
    })
    expect(task.metadata.orchestration.attrs.next_run_at).toBe('2026-11-02T10:20:00.000Z')
    expect(task.states[0].onEvents[0].actions[0].functionRef).toEqual({
      refName: 'app.reload',
      arguments: { appId: app.id, partial: false },
    })
  })

  it('that hears another task, with that one’s app and space as they are', async () => {
    const { app: shared, space } = await sharedApp([])
    const upstream = await made(scheduledTask(shared.id))
    const { status, body } = await oneCall(app.id, 'on-task-event', {
      onTaskId: upstream.id,
      onTaskStatus: 'failed',
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({ name: 'Sales', enabled: false })
    expect(body.events[0].correlation).toEqual([
      { contextAttributeName: 'id', contextAttributeValue: upstream.id },
      { contextAttributeName: 'status', contextAttributeValue: 'failed' },
      { contextAttributeName: 'appId', contextAttributeValue: shared.id },
      { contextAttributeName: 'spaceId', contextAttributeValue: space.id },
    ])
  })

  async function appThatReads(owner: Person = ada): Promise<App> {
    const name = 'sales.csv'
    const read_ = await addApp(api, owner.user)
    const data = {
      version: 'v.duckdb' as never,
      fileBytes: 1,
      engineTime: api.world.clock.now(),
      tables: [],
      reads: [{ place: { ownerId: owner.user.id }, name }],
    }
    await put(api.store, { apps: [{ ...read_, data }] })
    return read_
  }

  it('that hears of data which the app reads', async () => {
    const reads = await appThatReads()
    const { status, body } = await oneCall(reads.id, 'on-dataset-updated', {})
    expect([status, body.metadata.trigger.type]).toEqual([201, 4])
    const again = await oneCall(reads.id, 'on-dataset-updated', {})
    expect([...codeOf(again), again.body.value]).toEqual([409, 'CHO-031', { existingTaskId: body.id }])
  })

  it('or is refused with its code', async () => {
    const bob = await acme.person('bob')
    const ofBob = await addApp(api, bob.user)
    const upstream = await made(scheduledTask(app.id))
    const hidden = await made(scheduledTask(ofBob.id), bob)
    const rule = { recurrence: 'FREQ=DAILY' }
    const long = { ...rule, name: 'x'.repeat(257) }
    const cases: [string, string, object, number, string][] = [
      ['no-uuid', 'on-time-schedule', rule, 400, 'CHO-001'],
      [app.id, 'on-time-schedule', long, 400, 'CHO-001'],
      [app.id, 'on-task-event', { onTaskId: upstream.id, onTaskStatus: 'odd' }, 400, 'CHO-001'],
      [app.id, 'on-task-event', {}, 400, 'CHO-001'],
      [UNKNOWN, 'on-time-schedule', rule, 403, 'CHO-003'],
      [ofBob.id, 'on-time-schedule', rule, 403, 'CHO-003'],
      [app.id, 'on-task-event', { onTaskId: hidden.id }, 403, 'CHO-015'],
      [app.id, 'on-task-event', { onTaskId: 'x' }, 400, 'CHO-016'],
      [app.id, 'on-task-event', { onTaskId: UNKNOWN }, 400, 'CHO-016'],
      [app.id, 'on-time-schedule', {}, 400, 'CHO-017'],
      [app.id, 'on-time-schedule', { recurrence: 'FREQ=NEVER' }, 400, 'CHO-017'],
      [app.id, 'on-dataset-updated', {}, 422, 'CHO-030'],
    ]
    for (const [appId, call, body, status, code] of cases) {
      expect([call, body, ...codeOf(await oneCall(appId, call, body))]).toEqual([call, body, status, code])
    }
    const wrong = await oneCall(app.id, 'on-time-schedule', { recurrence: 'FREQ=NEVER' })
    expect(wrong.body.errors[0].source.pointer).toBe('/recurrence')
    expect((await everyRow(api.store, 'tasks', { tenantId: acme.tenant.id })).length).toBe(2)
  })

  it('CHO-015 and CHO-016 also for a document, CHO-004 when the upstream task goes meanwhile', async () => {
    const bob = await acme.person('bob')
    const hidden = await made(scheduledTask((await addApp(api, bob.user)).id), bob)
    expect(codeOf(await ada.call('POST', S, chainedTask(app.id, hidden.id)))).toEqual([403, 'CHO-015'])
    expect(codeOf(await ada.call('POST', S, chainedTask(app.id, UNKNOWN)))).toEqual([400, 'CHO-016'])
    const upstream = await made(scheduledTask(app.id))
    api.store.change = async (batch) => {
      Reflect.deleteProperty(api.store, 'change')
      await remove(api.store, acme.tenant.id, { tasks: [upstream.id as TaskId] })
      return api.store.change(batch) as never
    }
    expect(codeOf(await oneCall(app.id, 'on-task-event', { onTaskId: upstream.id }))).toEqual([
      404,
      'CHO-004',
    ])
  })

  it('CHO-013 when saving fails, CHO-024 while the service starts or stops: there is no task then', async () => {
    const log = api.world.log.error
    Object.assign(api.world.log, { error: () => undefined })
    api.store.change = () => Promise.reject(new Error('disk full, password=x'))
    const failed = await oneCall(app.id, 'on-time-schedule', { recurrence: 'FREQ=DAILY' })
    Reflect.deleteProperty(api.store, 'change')
    Object.assign(api.world.log, { error: log })
    expect(codeOf(failed)).toEqual([424, 'CHO-013'])
    expect(failed.text).not.toContain('password')
    isReady = false
    expect(codeOf(await oneCall(app.id, 'on-time-schedule', { recurrence: 'FREQ=DAILY' }))).toEqual([
      503,
      'CHO-024',
    ])
    expect(await everyRow(api.store, 'tasks', { tenantId: acme.tenant.id })).toEqual([])
  })
})

describe('a newer task', () => {
  const weekly = {
    recurrence: ['FREQ=WEEKLY;BYDAY=MO'],
    startDateTime: '2026-11-01T06:00:00',
    timeZone: 'UTC',
  }

  it('takes over from the reload tasks of its app, in one commit', async () => {
    const old = await made({ appId: app.id, ...weekly }, ada, R)
    const other = await made({ appId: (await addApp(api, ada.user)).id, ...weekly }, ada, R)
    expect(old).toMatchObject({ state: 'Enabled', migrated: false, nextExecutionTime: expect.any(String) })
    const task = await ada.call(
      'POST',
      `/api/v1/tasks?migrateFrom=${old.id}`,
      scheduledTask(app.id, { enabled: true }),
    )
    expect([task.status, task.body.metadata.migratedFrom]).toEqual([201, old.id])
    const after = (await ada.call('GET', `${R}/${old.id}`)).body
    expect(after).toMatchObject({ state: 'Disabled', migrated: true })
    expect(after).not.toHaveProperty('nextExecutionTime')
    expect((await ada.call('GET', `${R}/${other.id}`)).body.migrated).toBe(false)
    const enabled = await ada.call('PUT', `${R}/${old.id}`, { appId: app.id, ...weekly, state: 'Enabled' })
    expect([enabled.status, enabled.body.errors[0].detail]).toEqual([
      400,
      expect.stringContaining('newer tasks'),
    ])
    expect((await ada.call('POST', R, { appId: app.id, ...weekly })).status).toBe(400)
    expect(
      codeOf(await ada.call('POST', `/api/v1/tasks?migrateFrom=${other.id}`, scheduledTask(app.id))),
    ).toEqual([404, 'CHO-004'])
  })

  it('takes over from as many reload tasks as an app may have', async () => {
    for (let at = 0; at < 10; at++) await made({ appId: app.id, ...weekly }, ada, R)
    expect((await ada.call('POST', R, { appId: app.id, ...weekly })).status).toBe(422)
    await made(scheduledTask(app.id))
    const { data } = (await ada.call('GET', R)).body
    expect(data.map(({ migrated }: { migrated: boolean }) => migrated)).toEqual(Array(10).fill(true))
  })

  it('of a schedule that has ended is off with SCHEDULE-EXPIRED, which nobody can send', async () => {
    const until = {
      recurrence: ['FREQ=DAILY;UNTIL=20261103T060000Z'],
      startDateTime: '2026-11-01T06:00:00',
      timeZone: 'UTC',
    }
    const old = await made({ appId: app.id, ...until }, ada, R)
    api.advance(7 * 24 * 3_600_000)
    const schedule = { recurrence: 'FREQ=DAILY;UNTIL=20261103T060000Z', startDateTime: '2026-11-01T06:00:00' }
    const document = scheduledTask(app.id, { start: { schedule }, enabled: true })
    expect(codeOf(await ada.call('POST', S, document))).toEqual([400, 'CHO-017'])
    const { body } = await ada.call('POST', `/api/v1/tasks?migrateFrom=${old.id}`, document)
    expect(body).toMatchObject({ enabled: false, metadata: { disabledCode: 'SCHEDULE-EXPIRED' } })
    const sent = await made(scheduledTask(app.id, { metadata: { disabledCode: 'SCHEDULE-EXPIRED' } }))
    expect(sent.metadata).not.toHaveProperty('disabledCode')
  })
})
