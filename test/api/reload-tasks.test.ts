/** Reload tasks (contract 03, section 1): the flat records of the oldest API. */
import { afterEach, beforeEach, expect, it, test } from 'vitest'
import type { App } from '../../src/core/records.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { addApp } from '../support/reload-steps.ts'

const R = '/api/v1/reload-tasks'

let api: ApiUnderTest
let acme: Members
let ada: Person
let app: App

beforeEach(async () => {
  api = await apiUnderTest()
  acme = await api.tenant('acme')
  ada = await acme.person('ada')
  app = await addApp(api, ada.user)
})
afterEach(() => api.close())

const daily = (more: object = {}) => ({
  appId: app.id,
  timeZone: 'UTC',
  recurrence: ['RRULE:FREQ=DAILY;INTERVAL=1;BYHOUR=11;BYMINUTE=18;BYSECOND=0'],
  startDateTime: '2026-11-01T00:00:00',
  ...more,
})

it('is on when it is made, and given back as it was sent', async () => {
  const { status, headers, body } = await ada.call(
    'POST',
    R,
    daily({ type: 'scheduled_reload', endDateTime: '' }),
  )
  expect(status).toBe(201)
  expect(body).toEqual({
    ...daily(),
    endDateTime: '',
    id: expect.stringMatching(/^[0-9a-f]{24}$/),
    jobId: body.id,
    userId: ada.user.id,
    tenantId: acme.tenant.id,
    partial: false,
    autoReload: false,
    autoReloadPartial: false,
    state: 'Enabled',
    migrated: false,
    nextExecutionTime: '2026-11-02T11:18:00.000Z',
    links: { self: { href: `https://reprise.example.com${R}/${body.id}` } },
  })
  expect(headers).toMatchObject({
    deprecation: '@1793664000',
    sunset: 'Mon, 01 Nov 2027 00:00:00 GMT',
    link: '</api/scheduling/tasks>; rel="successor-version"',
  })
  expect((await ada.call('GET', `${R}/${body.id}`)).body).toEqual(body)
})

test.each<[string, object, string]>([
  [
    'RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU;BYHOUR=13;BYMINUTE=17;BYSECOND=0',
    {},
    '2026-11-09T13:17:00.000Z',
  ],
  [
    'RRULE:FREQ=HOURLY;BYHOUR=10;BYMINUTE=20',
    { startDateTime: '2025-04-17T06:00:00' },
    '2026-11-02T10:20:00.000Z',
  ],
  [
    'FREQ=DAILY;BYHOUR=5',
    { startDateTime: '2026-11-01T00:30:00Z', timeZone: undefined },
    '2026-11-02T05:30:00.000Z',
  ],
])('takes %s', async (rule, more, next) => {
  const { status, body } = await ada.call('POST', R, daily({ recurrence: [rule], ...more }))
  expect([status, body.nextExecutionTime]).toEqual([201, next])
})

it('runs at each instant of several rules, and may hear of data too', async () => {
  const recurrence = ['FREQ=DAILY;BYHOUR=6;BYMINUTE=0', 'FREQ=DAILY;BYHOUR=18;BYMINUTE=0']
  const { body } = await ada.call('POST', R, daily({ recurrence, autoReload: true, autoReloadPartial: true }))
  expect(body).toMatchObject({ recurrence, autoReload: true, nextExecutionTime: '2026-11-02T06:00:00.000Z' })
  const [task] = (
    await api.store.list('tasks', {
      tenantId: acme.tenant.id,
      sort: { field: 'id', descending: false },
      page: { limit: 1 },
    })
  ).rows
  expect(task?.triggers).toMatchObject({ data: { partial: true }, schedule: { zone: 'UTC' } })
})

it('has no schedule with an empty start and no rule', async () => {
  const { status, body } = await ada.call('POST', R, {
    appId: app.id,
    recurrence: [],
    startDateTime: '',
    autoReload: true,
  })
  expect(status).toBe(201)
  expect(body).toMatchObject({ state: 'Enabled', timeZone: 'UTC' })
  expect(body).not.toHaveProperty('nextExecutionTime')
})

test.each<[string, object, string]>([
  ['no app', { appId: undefined }, '/appId'],
  ['a wrong app', { appId: 'x' }, '/appId'],
  ['an offset beside a zone', { startDateTime: '2026-11-01T00:00:00Z' }, '/startDateTime'],
  ['neither zone nor offset', { timeZone: undefined }, '/startDateTime'],
  ['a DTSTART line', { recurrence: ['DTSTART:20261101T000000'] }, '/recurrence'],
  ['a zone that is none', { timeZone: 'Mars/Olympus' }, '/timeZone'],
  ['a start before 1970', { startDateTime: '1969-12-31T00:00:00' }, '/startDateTime'],
  ['a state that is none', { state: 'Off' }, '/state'],
])('refuses %s', async (_name, more, pointer) => {
  const { status, body } = await ada.call('POST', R, daily(more))
  expect([status, body.errors[0].code, body.errors[0].source.pointer]).toEqual([400, 'HTTP-400', pointer])
})

it('is switched off and on by its state, Completed when its schedule is over', async () => {
  const { id } = (await ada.call('POST', R, daily({ state: 'Disabled' }))).body
  const put = async (more: object) => (await ada.call('PUT', `${R}/${id}`, daily(more))).body
  expect((await ada.call('GET', `${R}/${id}`)).body.state).toBe('Disabled')
  expect(await put({ state: 'Enabled' })).toMatchObject({ state: 'Enabled' })
  expect(await put({})).toMatchObject({ state: 'Enabled' })
  expect(await put({ state: 'Disabled' })).toMatchObject({ state: 'Disabled', disabledCode: 'MANUALLY' })
  const over = await put({ state: 'Completed', recurrence: [], startDateTime: '2026-01-01T00:00:00' })
  expect(over.state).toBe('Disabled')
  const on = await put({ state: 'Enabled', recurrence: [], startDateTime: '2026-01-01T00:00:00' })
  expect(on.state).toBe('Completed')
  expect(on).not.toHaveProperty('disabledCode')
})

it('is listed by app and kind, page by page, and deleted', async () => {
  const other = await addApp(api, ada.user)
  const ids: string[] = []
  for (const more of [{}, { partial: true }, { appId: other.id }]) {
    ids.push((await ada.call('POST', R, daily(more))).body.id)
    api.advance(1000)
  }
  const listed = async (query: string) =>
    (await ada.call('GET', R + query)).body.data.map(({ id }: { id: string }) => id)
  expect(await listed('')).toEqual(ids)
  expect(await listed(`?appId=${app.id}`)).toEqual(ids.slice(0, 2))
  expect(await listed('?partial=true&limit=&next=')).toEqual([ids[1]])
  const first = (await ada.call('GET', `${R}?limit=2`)).body
  const next = new URL(first.links.next.href)
  expect(await listed(next.search)).toEqual([ids[2]])
  expect((await ada.call('DELETE', `${R}/${ids[0]}`)).status).toBe(204)
  expect(await listed('')).toEqual(ids.slice(1))
})

it('is not found under the newer paths, nor newer ones here', async () => {
  const { id } = (await ada.call('POST', R, daily())).body
  for (const path of ['/api/v1/tasks', '/api/scheduling/tasks']) {
    expect((await ada.call('GET', `${path}/${id}`)).status).toBe(404)
    expect((await ada.call('GET', path)).body.data).toEqual([])
  }
})
