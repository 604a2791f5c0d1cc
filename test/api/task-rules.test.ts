/** Tasks: rights and owners, changes, limits, chains, and what switches a task off. */
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { defined } from '../../src/core/defined.ts'
import type { App } from '../../src/core/records.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import { type ApiUnderTest, apiUnderTest, type Members, type Person } from '../support/api-under-test.ts'
import { addApp } from '../support/reload-steps.ts'
import { appInSharedSpace, codeOf, madeTask, TASKS as S } from '../support/task-api.ts'
import { chainedTask, scheduledTask } from '../support/task-documents.ts'

let api: ApiUnderTest
let acme: Members
let admin: Person
let ada: Person
let app: App

beforeEach(async () => {
  api = await apiUnderTest({ limits: { tasksPerUser: 12 } })
  acme = await api.tenant('acme')
  admin = acme.admin
  ada = await acme.person('ada')
  app = await addApp(api, ada.user)
})
afterEach(() => api.close())

const made = (document: object, by: Person = ada, path = S) => madeTask(by, document, path)

const sharedApp = (members: readonly (readonly [Person, string])[]) => appInSharedSpace(api, ada, members)

const read = async (id: string, by: Person = ada) => (await by.call('GET', `${S}/${id}`)).body

describe('rights', () => {
  it('on the app are needed for everything; a tenant admin may list, read and delete', async () => {
    const bob = await acme.person('bob')
    const reader = await acme.person('reader')
    const { app: shared } = await sharedApp([
      [bob, 'producer'],
      [reader, 'consumer'],
    ])
    const { id } = await made(scheduledTask(shared.id))
    expect(codeOf(await reader.call('POST', S, scheduledTask(shared.id)))).toEqual([403, 'CHO-003'])
    expect(codeOf(await admin.call('POST', S, scheduledTask(shared.id)))).toEqual([403, 'CHO-003'])
    expect((await bob.call('GET', `${S}/${id}`)).status).toBe(200)
    for (const [method, path, body] of [
      ['GET', `${S}/${id}`],
      ['PUT', `${S}/${id}`, scheduledTask(shared.id)],
      ['PATCH', `${S}/${id}`, [{ op: 'replace', path: '/enabled', value: true }]],
      ['DELETE', `${S}/${id}`],
      ['POST', `${S}/${id}/actions/start`],
      ['GET', `${S}/${id}/runs`],
      ['GET', `${S}/${id}/next`],
      ['GET', `${S}/${id}/graphs/subgraph`],
      ['GET', `${S}/resources/${shared.id}/runs`],
    ] as const) {
      expect([method, path, ...codeOf(await reader.call(method, path, body))]).toEqual([
        method,
        path,
        403,
        'CHO-003',
      ])
    }
    expect((await reader.call('GET', S)).body.data).toEqual([])
    expect((await bob.call('GET', S)).body.data).toHaveLength(1)
    expect((await admin.call('GET', S)).body.data).toHaveLength(1)
    expect(codeOf(await admin.call('PUT', `${S}/${id}`, scheduledTask(shared.id)))).toEqual([403, 'CHO-003'])
    expect(codeOf(await admin.call('POST', `${S}/${id}/actions/start`))).toEqual([403, 'CHO-003'])
    expect((await admin.call('DELETE', `${S}/${id}`)).status).toBe(204)
  })

  it('whoever changes a task becomes its owner', async () => {
    const bob = await acme.person('bob')
    const { app: shared } = await sharedApp([[bob, 'producer']])
    const { id } = await made(scheduledTask(shared.id))
    expect((await bob.call('PUT', `${S}/${id}`, scheduledTask(shared.id))).body.metadata.ownerId).toBe(
      bob.user.id,
    )
    const patch = [{ op: 'replace', path: '/name', value: 'mine' }]
    expect((await ada.call('PATCH', `${S}/${id}`, patch)).body.metadata).toMatchObject({
      ownerId: ada.user.id,
      createdBy: ada.user.id,
      updatedBy: ada.user.id,
    })
  })
})

describe('a change', () => {
  it('is refused with 409 when the task was changed since it was read', async () => {
    const task = await made(scheduledTask(app.id))
    api.advance(10)
    const seen = await ada.call('PUT', `${S}/${task.id}`, { ...task, name: 'a' })
    expect([seen.status, seen.body.name]).toEqual([200, 'a'])
    api.advance(10)
    const stale = await ada.call('PUT', `${S}/${task.id}`, { ...task, name: 'b' })
    expect([stale.status, stale.body.code]).toEqual([409, 'HTTP-409'])
    expect((await ada.call('PUT', `${S}/${task.id}`, scheduledTask(app.id))).status).toBe(200)
  })

  it('by a patch takes every operation, all or nothing', async () => {
    const { id } = await made(scheduledTask(app.id))
    const { status, body } = await ada.call('PATCH', `${S}/${id}`, [
      { op: 'test', path: '/name', value: 'nightly sales' },
      { op: 'replace', path: '/enabled', value: true },
      { op: 'add', path: '/annotations', value: ['a'] },
      { op: 'add', path: '/annotations/-', value: 'b' },
      { op: 'copy', from: '/name', path: '/description' },
      { op: 'move', from: '/states/0/name', path: '/key' },
      { op: 'replace', path: '/start/schedule/timezone', value: 'UTC' },
      { op: 'replace', path: '/metadata', value: { ownerId: 'x' } },
    ])
    expect(status).toBe(200)
    expect(body).toMatchObject({
      enabled: true,
      annotations: ['a', 'b'],
      description: 'nightly sales',
      key: 'reload',
      metadata: {
        ownerId: ada.user.id,
        orchestration: { attrs: { next_run_at: '2026-11-03T02:30:00.000Z' } },
      },
    })
    expect(body.states[0]).not.toHaveProperty('name')
    for (const [operations, pointer] of [
      [[{ op: 'replace', path: '/nothing', value: 1 }], '/0/path'],
      [
        [
          { op: 'replace', path: '/name', value: 'x' },
          { op: 'remove', path: '/states/3' },
        ],
        '/1/path',
      ],
      [[{ op: 'replace', path: '/name', value: 5 }], '/name'],
      [[{ op: 'remove', path: '/states' }], '/states'],
    ] as const) {
      const answer = await ada.call('PATCH', `${S}/${id}`, operations)
      expect([...codeOf(answer), answer.body.errors[0].source.pointer]).toEqual([400, 'CHO-001', pointer])
    }
    expect((await read(id)).name).toBe('nightly sales')
  })

  it('that leaves a schedule as it was is taken also when that one has ended', async () => {
    const schedule = { startDateTime: '2026-11-02T05:00:00Z' }
    const { id } = await made(scheduledTask(app.id, { start: { schedule }, enabled: true }))
    api.advance(24 * 3_600_000)
    const renamed = await ada.call('PATCH', `${S}/${id}`, [{ op: 'replace', path: '/name', value: 'over' }])
    expect([renamed.status, renamed.body.name]).toEqual([200, 'over'])
  })
})

describe('limits', () => {
  it('CHO-014: an app has ten tasks at most', async () => {
    for (let at = 0; at < 10; at++) await made(scheduledTask(app.id))
    expect(codeOf(await ada.call('POST', S, scheduledTask(app.id)))).toEqual([422, 'CHO-014'])
    const moved = await made(scheduledTask((await addApp(api, ada.user)).id))
    expect(codeOf(await ada.call('PUT', `${S}/${moved.id}`, scheduledTask(app.id)))).toEqual([422, 'CHO-014'])
  })

  it('CHO-018: a user owns as many as the operator says', async () => {
    const other = await addApp(api, ada.user)
    for (let at = 0; at < 12; at++) await made(scheduledTask(at < 6 ? app.id : other.id))
    expect(codeOf(await ada.call('POST', S, scheduledTask(other.id)))).toEqual([422, 'CHO-018'])
  })
})

describe('chains', () => {
  it('show their parents and children, and where they are broken', async () => {
    const first = await made(scheduledTask(app.id, { name: 'first' }))
    const second = await made(chainedTask(app.id, first.id, { name: 'second' }))
    const third = await made(chainedTask(app.id, second.id, { name: 'third' }))
    expect((await read(first.id)).metadata.topology).toEqual({ isChild: false, isParent: true })
    expect((await read(second.id)).metadata).toMatchObject({
      trigger: { type: 2 },
      topology: { isChild: true, isParent: true },
    })
    const names = async (path: string) =>
      (await ada.call('GET', `${S}/${path}`)).body.data.map(({ name }: { name: string }) => name)
    expect(await names(`${second.id}/graphs/parents`)).toEqual(['first'])
    expect(await names(`${second.id}/graphs/children?sort=%2Bname&limit=5`)).toEqual(['third'])
    expect(await names(`${second.id}/graphs/children?filter=name eq "x"`)).toEqual([])
    const graph = await ada.call('GET', `${S}/${first.id}/graphs/descendants?level=5&withTask=true`)
    expect(graph.body).toMatchObject({
      taskId: first.id,
      vertices: [
        { taskId: first.id, attrs: { depth: 0, isParent: true, isChild: false }, task: { name: 'first' } },
        { taskId: second.id, attrs: { depth: 1 } },
        { taskId: third.id, attrs: { depth: 2, isParent: false, isChild: true }, task: { name: 'third' } },
      ],
      edges: [
        { source: first.id, target: second.id, attrs: { depth: 1 } },
        { source: second.id, target: third.id, attrs: { depth: 2 } },
      ],
    })
    await ada.call('DELETE', `${S}/${first.id}`)
    expect((await read(second.id)).metadata.topology.missingParents).toEqual([first.id])
    const broken = await ada.call('GET', `${S}/${third.id}/graphs/ancestors?level=20`)
    expect(broken.body.vertices.at(-1)).toEqual({
      taskId: first.id,
      attrs: { depth: 2, isParent: true, isChild: false, missing: true },
    })
    for (const level of [0, 21]) {
      expect(codeOf(await ada.call('GET', `${S}/${third.id}/graphs/subgraph?level=${level}`))).toEqual([
        400,
        'CHO-001',
      ])
    }
  })

  it('show tasks that the caller may not see as vertices alone', async () => {
    const bob = await acme.person('bob')
    const { app: shared } = await sharedApp([[bob, 'producer']])
    const secret = await made(scheduledTask(app.id, { name: 'secret' }))
    const open = await made(chainedTask(shared.id, secret.id))
    const graph = await bob.call('GET', `${S}/${open.id}/graphs/ancestors?withTask=true`)
    expect(graph.body.vertices[1]).toEqual({
      taskId: secret.id,
      attrs: { depth: 1, isParent: true, isChild: false },
    })
    expect(graph.text).not.toContain('secret')
    expect((await bob.call('GET', `${S}/${open.id}/graphs/parents`)).body.data).toEqual([])
  })

  it('are no circles', async () => {
    const first = await made(scheduledTask(app.id, { name: 'first' }))
    const second = await made(chainedTask(app.id, first.id, { name: 'second' }))
    const answer = await ada.call(
      'PUT',
      `${S}/${first.id}`,
      chainedTask(app.id, second.id, { name: 'first' }),
    )
    expect(codeOf(answer)).toEqual([400, 'CHO-001'])
    expect(answer.body.message).toBe(
      `the tasks would start one another for ever: first (${first.id}), which hears second (${second.id}), which hears first (${first.id})`,
    )
    const itself = await ada.call('PUT', `${S}/${first.id}`, chainedTask(app.id, first.id))
    expect(codeOf(itself)).toEqual([400, 'CHO-001'])
  })
})

describe('a task is switched off, in the commit that is the reason,', () => {
  async function taskOf(owner: Person, appId: string): Promise<string> {
    return (await made(scheduledTask(appId, { enabled: true }), owner)).id
  }
  const stateOf = async (id: string) => {
    const { enabled, metadata } = await read(id, admin)
    return [enabled, metadata.disabledCode]
  }

  test.each<[string, string]>([
    ['script edited by somebody else', 'APP-SCRIPT-UPDATED'],
    ['app moved', 'APP-MOVED-SPACE'],
    ['app handed over', 'OWNER-MOVED'],
    ['role taken', 'OWNER-MOVED'],
    ['member removed', 'OWNER-MOVED'],
  ])('%s: %s', async (reason, code) => {
    const bob = await acme.person('bob')
    const { app: shared, space, assignments } = await sharedApp([[bob, 'producer']])
    const owner = reason === 'app handed over' ? ada : bob
    const subject = reason === 'app handed over' ? app : shared
    const id = await taskOf(owner, subject.id)
    const own = await taskOf(ada, reason === 'app handed over' ? shared.id : subject.id)
    const path = `/api/v1/spaces/${space.id}/assignments/${assignments[0]}`
    const answer = await {
      'script edited by somebody else': () =>
        ada.call('POST', `/api/v1/apps/${shared.id}/scripts`, { script: 'x' }),
      'app moved': () => ada.call('DELETE', `/api/v1/apps/${shared.id}/space`),
      'app handed over': () => ada.call('PUT', `/api/v1/apps/${app.id}/owner`, { ownerId: bob.user.id }),
      'role taken': () => ada.call('PUT', path, { roles: ['consumer'] }),
      'member removed': () => ada.call('DELETE', path),
    }[reason]!()
    expect(answer.status, answer.text).toBeLessThan(300)
    expect(await stateOf(id)).toEqual([false, code])
    expect(await stateOf(own)).toEqual(reason === 'app moved' ? [false, code] : [true, undefined])
    const rows = await everyRow(api.store, 'tasks', { tenantId: acme.tenant.id })
    const apps = await Promise.all(rows.map(({ tenantId, appId }) => api.store.app(tenantId, appId)))
    expect(rows.map(({ appOwnerId, spaceId }) => ({ ownerId: appOwnerId, ...defined({ spaceId }) }))).toEqual(
      apps.map((one) => ({ ownerId: one!.ownerId, ...defined({ spaceId: one!.spaceId }) })),
    )
    const events = (await admin.call('GET', '/api/v1/audits?eventType=com.qlik.scheduling.task.updated')).body
      .data
    expect(events[0].data).toMatchObject({ enabled: false, disabledCode: code })
  })

  it('and may be switched on again, which clears the code and waits from now on', async () => {
    const id = await taskOf(ada, app.id)
    await ada.call('PATCH', `${S}/${id}`, [{ op: 'replace', path: '/enabled', value: false }])
    expect(await stateOf(id)).toEqual([false, 'MANUALLY'])
    api.advance(3 * 24 * 3_600_000)
    await ada.call('PATCH', `${S}/${id}`, [{ op: 'replace', path: '/enabled', value: true }])
    const { metadata } = await read(id)
    expect(metadata).not.toHaveProperty('disabledCode')
    expect(metadata.orchestration.attrs.next_run_at).toBe('2026-11-06T01:30:00.000Z')
  })
})
