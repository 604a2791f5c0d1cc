/** Tasks of an app in its archive: they come in switched off, with a new app, or not at all. */
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { textPart, zipped } from '../../src/archive/zip-writer.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { madeTask, TASKS } from '../support/task-api.ts'
import { chainedTask, scheduledTask } from '../support/task-documents.ts'
import { partOf } from '../support/zip-part.ts'

let api: ApiUnderTest
let acme: Members
let anna: Person

const TASKS_PER_APP = 5

beforeAll(async () => {
  api = await apiUnderTest({ limits: { tasksPerApp: TASKS_PER_APP } })
})

beforeEach(async () => {
  acme = await api.tenant('acme')
  anna = await acme.person('anna')
})

afterAll(() => api.close())

const OCTETS = { headers: { 'content-type': 'application/octet-stream' } }

async function makeApp(person: Person): Promise<string> {
  return (await person.call('POST', '/api/v1/apps', { attributes: { name: 'Sales' } })).body.attributes.id
}

async function exported(person: Person, appId: string): Promise<Buffer> {
  const made = await person.call('POST', `/api/v1/apps/${appId}/export?NoData=true`, {})
  const { rawPayload } = await api.server.inject({
    method: 'GET',
    url: String(made.headers.location),
    headers: { authorization: `Bearer ${person.token}` },
  })
  return rawPayload
}

const send = (person: Person, archive: Buffer) => person.call('POST', '/api/v1/apps/import', archive, OCTETS)

async function tasksOf(person: Person, appId: string) {
  const { data } = (await person.call('GET', `${TASKS}?resourceId=${appId}`)).body
  return data as { id: string; name: string; [member: string]: unknown }[]
}

const manifest = textPart(
  'manifest.json',
  JSON.stringify({ format: 'reprise-app', version: 1, app: { name: 'Theirs' } }),
)
const archiveWith = (tasks: unknown) =>
  buffer(
    zipped([manifest, textPart('tasks.json', typeof tasks === 'string' ? tasks : JSON.stringify(tasks))]),
  )

/** A document as archives have it. */
const archived = (name: string, hears: readonly string[] = []) => ({
  ...scheduledTask('any'),
  ...(hears.length === 0 ? {} : { start: undefined }),
  name,
  events: hears.map((upstream, at) => ({
    ...chainedTask('any', 'any').events[0],
    name: `e${at}`,
    correlation: [{ contextAttributeName: 'task', contextAttributeValue: upstream }],
  })),
})

describe('tasks of an exported app', () => {
  it('come in with a new app of another tenant, switched off, and hear the new ones', async () => {
    const appId = await makeApp(anna)
    const first = await madeTask(
      anna,
      scheduledTask(appId, { name: 'first', enabled: true, description: 'd' }),
    )
    await madeTask(anna, chainedTask(appId, first.id, { name: 'second', enabled: true }))
    const archive = await exported(anna, appId)
    const tasksText = await partOf(archive, 'tasks.json')
    for (const own of [appId, first.id, anna.user.id, acme.tenant.id]) expect(tasksText).not.toContain(own)

    const { admin } = await api.tenant('globex')
    const { status, body } = await send(admin, archive)
    expect(status).toBe(200)
    const tasks = await tasksOf(admin, body.attributes.id)
    expect(tasks.map(({ name }) => name).sort()).toEqual(['first', 'second'])
    const [one, two] = ['first', 'second'].map((name) => tasks.find((task) => task.name === name)!)
    expect(one).toMatchObject({
      enabled: false,
      description: 'd',
      start: scheduledTask('').start,
      resourceId: body.attributes.id,
      metadata: { ownerId: admin.user.id },
    })
    expect(one!.states).toEqual(scheduledTask(body.attributes.id).states)
    expect(two).toMatchObject({ enabled: false, metadata: { topology: { isChild: true } } })
    expect(two!.events).toEqual([
      expect.objectContaining({
        name: 'upstream',
        correlation: [
          { contextAttributeName: 'status', contextAttributeValue: 'succeeded' },
          { contextAttributeName: 'id', contextAttributeValue: one!.id },
        ],
      }),
    ])
    expect(two!.states).toEqual(chainedTask(body.attributes.id, '').states)
  })

  it('leave out what hears others, and say so', async () => {
    const [appId, other] = [await makeApp(anna), await makeApp(anna)]
    const upstream = await madeTask(anna, scheduledTask(other, { name: 'elsewhere' }))
    await madeTask(anna, chainedTask(appId, upstream.id, { name: 'listener' }))
    const archive = await exported(anna, appId)
    expect(JSON.parse(await partOf(archive, 'manifest.json')).leftOut).toEqual([
      { task: 'listener', what: 'its event "upstream"' },
    ])
    const { body } = await send(anna, archive)
    const [task] = await tasksOf(anna, body.attributes.id)
    expect(task).toMatchObject({ name: 'listener', metadata: { trigger: { type: 0 } } })
    expect(task).not.toHaveProperty('events')
  })

  it('are not made when an app is replaced', async () => {
    const appId = await makeApp(anna)
    await madeTask(anna, scheduledTask(appId))
    const target = await makeApp(anna)
    const archive = await exported(anna, appId)
    const { status } = await anna.call(
      'POST',
      `/api/v1/apps/import?mode=replace&appId=${target}`,
      archive,
      OCTETS,
    )
    expect([status, await tasksOf(anna, target)]).toEqual([200, []])
  })
})

describe('hostile tasks of an archive', () => {
  const cases: readonly (readonly [string, unknown, number, string])[] = [
    ['no JSON', '{', 400, 'its tasks are no list'],
    ['no list', {}, 400, 'its tasks are no list'],
    ['no documents', [7], 400, 'one of its tasks is none'],
    ['a document without a name', [{}], 400, 'one of its tasks is none'],
    ['a nested one', `[${'['.repeat(5000)}${']'.repeat(5000)}]`, 400, 'one of its tasks is none'],
    ['no state', [{ name: 'a', specVersion: '1' }], 400, 'task "a": task has 0 states'],
    [
      'a schedule that is none',
      [{ ...archived('a'), start: { schedule: { recurrence: 'x' } } }],
      400,
      'task "a": ',
    ],
    ['a circle', [archived('a', ['b']), archived('b', ['a'])], 400, 'in a circle'],
    ['one that hears itself', [archived('a', ['a'])], 400, 'in a circle'],
    ['a name that is not there', [archived('a', ['b'])], 400, 'has not one task'],
    ['a name that two have', [archived('b'), archived('b'), archived('a', ['b'])], 400, 'has not one task'],
    [
      'a task of the tenant',
      [{ ...archived('a'), start: undefined, events: chainedTask('', anyUuid()).events }],
      400,
      'something else than a task of the archive',
    ],
    [
      'too many',
      Array.from({ length: TASKS_PER_APP + 1 }, (_, at) => archived(`t${at}`)),
      422,
      'at most 5 tasks',
    ],
    [
      'a calendar that is not there',
      [{ ...archived('a'), start: { schedule: { recurrence: 'FREQ=DAILY', calendar: 'none' } } }],
      400,
      'has no calendar',
    ],
  ]

  it.each(cases)('are refused with %s, and no app is left', async (_case, tasks, status, words) => {
    const answer = await send(anna, await archiveWith(tasks))
    expect([answer.status, answer.body.errors?.[0].detail]).toEqual([status, expect.stringContaining(words)])
    expect((await anna.call('GET', '/api/v1/items')).body.data).toEqual([])
  })

  it('cannot bring more than their owner may have', async () => {
    const small = await apiUnderTest({ limits: { tasksPerUser: 1 } })
    const { admin } = await small.tenant('acme')
    const answer = await admin.call(
      'POST',
      '/api/v1/apps/import',
      await archiveWith([archived('a'), archived('b')]),
      OCTETS,
    )
    expect([answer.status, answer.body.errors[0].code]).toEqual([422, 'CHO-018'])
    expect((await admin.call('GET', '/api/v1/items')).body.data).toEqual([])
    expect((await admin.call('GET', TASKS)).body.data).toEqual([])
    await small.close()
  })

  it('cannot reload another app, be on, or belong to another', async () => {
    const theirs = await makeApp(await acme.person('bert'))
    const task = { ...archived('a'), ...scheduledTask(theirs), enabled: true, metadata: { ownerId: 'x' } }
    const { body } = await send(anna, await archiveWith([task]))
    const [made] = await tasksOf(anna, body.attributes.id)
    expect(made).toMatchObject({
      enabled: false,
      resourceId: body.attributes.id,
      metadata: { ownerId: anna.user.id },
    })
    expect(JSON.stringify(made)).not.toContain(theirs)
  })
})

function anyUuid(): string {
  return '00000000-0000-4000-8000-000000000000'
}
