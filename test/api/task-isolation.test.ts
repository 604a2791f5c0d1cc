/** Another tenant finds nothing of tasks: every route of the three APIs that names a resource, one by one. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ApiUnderTest, apiUnderTest, type Person } from '../support/api-under-test.ts'
import { addApp, succeedNext } from '../support/reload-steps.ts'
import { chainedTask, scheduledTask } from '../support/task-documents.ts'

const S = '/api/scheduling/tasks'

let api: ApiUnderTest
let theirs: Person
let other: Person
const ids: Record<string, string> = {}
/** Documents of the other tenant's own app, and of theirs. */
let mine: object
let document: object

beforeAll(async () => {
  api = await apiUnderTest()
  theirs = (await api.tenant('acme')).admin
  other = (await api.tenant('other')).admin
  const app = await addApp(api, theirs.user, { name: 'Theirs' })
  const own = await addApp(api, other.user)
  const oldApp = await addApp(api, theirs.user)
  document = scheduledTask(app.id, { name: 'Theirs', enabled: true })
  mine = scheduledTask(own.id)
  const task = (await theirs.call('POST', S, document)).body.id
  const run = (await theirs.call('POST', `${S}/${task}/actions/start`)).body.runId
  await succeedNext({ store: api.store, world: api.world, settleRules: api.deps.settleRules }, 'secret\r\n')
  const reloadTask = (
    await theirs.call('POST', '/api/v1/reload-tasks', { appId: oldApp.id, timeZone: 'UTC' })
  ).body.id
  await theirs.call('PUT', '/api/scheduling/settings/calendars/theirs', { days: ['2026-12-25'] })
  Object.assign(ids, { task, run, app: app.id, own: own.id, reloadTask })
})
afterAll(() => api.close())

const ONE_CALLS = ['on-time-schedule', 'on-task-event', 'on-dataset-updated']

function asked(): (readonly [string, string, object?, number?])[] {
  const both = ['/api/v1/tasks', S].flatMap((path): (readonly [string, string, object?])[] => [
    ['GET', `${path}/{task}`],
    ['PUT', `${path}/{task}`, mine],
    ['DELETE', `${path}/{task}`],
    ['POST', `${path}/{task}/actions/start`],
    ['GET', `${path}/{task}/runs`],
    ['GET', `${path}/{task}/runs/last`],
    ['GET', `${path}/{task}/runs/{run}`],
    ['GET', `${path}/{task}/runs/{run}/log`],
    ['GET', `${path}/resources/{app}/runs`],
  ])
  const graphs = ['parents', 'children', 'ancestors', 'descendants', 'subgraph'].map(
    (graph) => ['GET', `${S}/{task}/graphs/${graph}`] as const,
  )
  // Never 404: who may not know of an app is not told whether it is there.
  const calls = ONE_CALLS.map(
    (call) =>
      [
        'POST',
        `${S}/resources/{app}/actions/reload/${call}`,
        { recurrence: 'FREQ=DAILY', onTaskId: ids.task },
        403,
      ] as const,
  )
  return [
    ...both,
    ['PATCH', `${S}/{task}`, [{ op: 'replace', path: '/name', value: 'x' }]],
    ['GET', `${S}/{task}/ticks`],
    ['GET', `${S}/{task}/next`],
    ...graphs,
    ...calls,
    ['GET', '/api/v1/reload-tasks/{reloadTask}'],
    ['PUT', '/api/v1/reload-tasks/{reloadTask}', { appId: ids.own }],
    ['DELETE', '/api/v1/reload-tasks/{reloadTask}'],
    ['DELETE', '/api/scheduling/settings/calendars/theirs'],
  ]
}

it('finds nothing for another tenant', async () => {
  for (const [method, path, body, status = 404] of asked()) {
    const answer = await other.call(
      method,
      path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name]!),
      body,
    )
    expect([method, path, answer.status]).toEqual([method, path, status])
    expect(answer.text).not.toMatch(/Theirs|secret/)
  }
})

it('lists nothing of another tenant, and takes no id of it in bodies', async () => {
  for (const list of ['/api/v1/tasks', S, '/api/v1/reload-tasks', '/api/scheduling/settings']) {
    const { status, text } = await other.call('GET', list)
    expect([list, status]).toEqual([list, 200])
    for (const id of [...Object.values(ids), 'theirs']) if (id !== ids.own) expect(text).not.toContain(id)
  }
  const answers = [
    await other.call('POST', S, document),
    await other.call('POST', S, chainedTask(ids.own!, ids.task!)),
    await other.call('POST', `/api/v1/tasks?migrateFrom=${ids.reloadTask}`, mine),
    await other.call('POST', '/api/v1/reload-tasks', { appId: ids.app, timeZone: 'UTC' }),
    await other.call('POST', `${S}/actions/preview`, { recurrence: 'FREQ=DAILY', calendar: 'theirs' }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([403, 400, 404, 403, 400])
})

it('left everything as it was', async () => {
  expect((await theirs.call('GET', `${S}/${ids.task}`)).body).toMatchObject({ name: 'Theirs', enabled: true })
  expect((await theirs.call('GET', `/api/v1/reload-tasks/${ids.reloadTask}`)).status).toBe(200)
  expect((await theirs.call('GET', '/api/scheduling/settings')).body.calendars).toEqual({
    theirs: ['2026-12-25'],
  })
})

it('has a row for every route that names a resource', () => {
  const { paths } = (api.server as { swagger?: () => { paths: Record<string, object> } }).swagger!()
  const bare = (path: string) => path.replace(/\{\w+\}/g, '*').replace('/calendars/theirs', '/calendars/*')
  const routes = Object.entries(paths)
    .filter(([path]) => /^\/api\/(scheduling|v1\/(reload-)?tasks)/.test(path) && path.includes('{'))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${bare(path)}`),
    )
  const rows = new Set(asked().map(([method, path]) => `${method} ${bare(path)}`))
  // A calendar is set under a name of the caller's own.
  const missing = routes.filter(
    (route) => !rows.has(route) && route !== 'PUT /api/scheduling/settings/calendars/*',
  )
  expect(missing).toEqual([])
  expect(routes.length).toBeGreaterThan(30)
})
