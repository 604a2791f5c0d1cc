/**
 * The vendor's own client, unchanged, on the three task APIs: it creates, lists, patches, starts, watches and
 * deletes.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as reloadTasks from '@qlik/api/reload-tasks'
import { tasks as scheduling } from '@qlik/api/scheduling'
import * as tasks from '@qlik/api/tasks'
import type { FastifyRequest } from 'fastify'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { App } from '../../src/core/records.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { Store } from '../../src/store/port/store.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { type ApiUnderTest, apiUnderTest, type Members } from '../support/api-under-test.ts'
import { addApp, succeedNext } from '../support/reload-steps.ts'
import { chainedTask, scheduledTask } from '../support/task-documents.ts'

const STORES: readonly [string, (folder: string) => Store][] = [
  ['memory', () => new MemoryStore()],
  ['SQLite', (folder) => SqliteStore.open(join(folder, 'reprise.sqlite'))],
]

describe.each(STORES)('@qlik/api over the %s store', (_name, openStore) => {
  let folder: string
  let api: ApiUnderTest
  let acme: Members
  let app: App
  let options: { hostConfig: { host: string; authType: 'apikey'; apiKey: string }; noCache: true }

  beforeEach(async () => {
    const hostUrl = (request: FastifyRequest) => `${request.protocol}://${request.host}`
    folder = await mkdtemp(join(tmpdir(), 'reprise-client-'))
    api = await apiUnderTest({ deps: { store: openStore(folder), hostUrl } })
    await api.server.listen({ host: '127.0.0.1', port: 0 })
    const { port } = api.server.server.address() as AddressInfo
    acme = await api.tenant('acme')
    app = await addApp(api, acme.admin.user)
    const host = `http://127.0.0.1:${port}`
    options = { hostConfig: { host, authType: 'apikey', apiKey: acme.admin.token }, noCache: true }
    // The client talks to the console about refusals and deprecations.
    for (const level of ['debug', 'error', 'warn'] as const)
      vi.spyOn(console, level).mockImplementation(() => {})
  })

  afterEach(async () => {
    vi.restoreAllMocks()
    await api.close()
    await rm(folder, { recursive: true, force: true })
  })

  const parts = () => ({ store: api.store, world: api.world, settleRules: api.deps.settleRules })
  const document = (more: object = {}) => scheduledTask(app.id, { ...more }) as scheduling.Task

  it('works with scheduling tasks', async () => {
    const made = await scheduling.createTask({}, document(), options)
    expect([made.status, made.data.enabled]).toEqual([201, false])
    const id = made.data.id!
    const second = (
      await scheduling.createTaskWithoutQuery(chainedTask(app.id, id) as scheduling.Task, options)
    ).data
    const patch = [{ op: 'replace' as const, path: '/enabled', value: true }]
    const patched = await scheduling.patchTask(id, patch, options)
    expect([patched.status, patched.status === 200 && patched.data.enabled]).toEqual([200, true])
    const replaced = await scheduling.updateTask(id, document({ name: 'renamed', enabled: true }), options)
    expect(replaced.data.name).toBe('renamed')
    const filter = 'name co "NAME" and enabled eq true'
    const listed = await scheduling.getTasks({ filter, sort: '+name', resourceId: app.id }, options)
    expect(listed.data.data?.map((task) => task.id)).toEqual([id])
    let page = await scheduling.getTasks({ limit: 1 }, options)
    const seen = [page.data.data?.[0]?.id]
    while (page.next !== undefined) {
      page = await page.next(options)
      seen.push(page.data.data?.[0]?.id)
    }
    expect(new Set(seen)).toEqual(new Set([id, second.id]))
    expect((await scheduling.startTask(id, { source: 'test' }, options)).status).toBe(200)
    await succeedNext(parts(), 'Started\r\n')
    const run = (await scheduling.getTaskLastRun(id, options)).data
    expect(run).toMatchObject({ status: 'SUCCEEDED', triggeredBy: 'test', taskId: id })
    expect((await scheduling.getTaskRunLog(id, run.id, options)).data.logContent).toBe('Started\r\n')
    expect((await scheduling.getTaskRuns(id, { sort: '-startedAt' }, options)).data.data).toHaveLength(1)
    expect((await scheduling.getTaskResourceRuns(app.id, {}, options)).data.data).toHaveLength(1)
    expect((await scheduling.getTaskGraphChildren(id, {}, options)).data.data?.[0]?.id).toBe(second.id)
    expect((await scheduling.getTaskGraphParents(second.id!, {}, options)).data.data?.[0]?.id).toBe(id)
    for (const graph of [
      scheduling.getTaskGraphAncestors,
      scheduling.getTaskGraphDescendants,
      scheduling.getTaskSubgraph,
    ]) {
      const { data } = await graph(id, { level: 5, withTask: true }, options)
      expect([data.taskId, data.vertices?.[0]?.task?.id]).toEqual([id, id])
    }
    expect((await scheduling.deleteTask(id, options)).status).toBe(204)
    await expect(scheduling.getTask(id, options)).rejects.toMatchObject({
      status: 404,
      data: { errors: [{ code: 'CHO-004', title: 'Task not found', context: 'GetTask' }] },
    })
  })

  it('works with tasks of v1, which takes over a reload task', async () => {
    const old = await reloadTasks.createReloadTask(
      { appId: app.id, timeZone: 'UTC', recurrence: ['FREQ=DAILY'], startDateTime: '2026-11-01T06:00:00' },
      options,
    )
    const made = await tasks.createTask(
      { migrateFrom: old.data.id },
      document({ enabled: true }) as tasks.Task,
      options,
    )
    expect([made.status, made.data.metadata?.migratedFrom, made.headers.get('deprecation')]).toEqual([
      201,
      old.data.id,
      '@1793664000',
    ])
    const id = made.data.id!
    expect((await reloadTasks.getReloadTask(old.data.id, options)).data).toMatchObject({ migrated: true })
    expect(
      (await tasks.updateTask(id, document({ enabled: true, name: 'n' }) as tasks.Task, options)).data.name,
    ).toBe('n')
    expect((await tasks.getTasks({ resourceId: app.id }, options)).data.data).toHaveLength(1)
    expect((await tasks.startTask(id, {}, options)).status).toBe(200)
    await succeedNext(parts())
    const run = (await tasks.getLastTaskRun(id, options)).data
    expect(run).toMatchObject({ status: 'SUCCEEDED', triggeredBy: 'manual' })
    expect((await tasks.getTaskRunLog(id, run.id, options)).status).toBe(200)
    expect((await tasks.getTaskRuns(id, {}, options)).data.data).toHaveLength(1)
    expect((await tasks.getTasksResourceRuns(app.id, {}, options)).data.data).toHaveLength(1)
    expect((await tasks.getTask(id, options)).data.id).toBe(id)
    expect((await tasks.deleteTask(id, options)).status).toBe(204)
  })

  it('works with reload tasks', async () => {
    const body = {
      appId: app.id,
      timeZone: 'Europe/Berlin',
      recurrence: ['RRULE:FREQ=DAILY'],
      startDateTime: '2026-11-01T06:00:00',
    }
    const ids: string[] = []
    for (let at = 0; at < 3; at++) {
      ids.push((await reloadTasks.createReloadTask(body, options)).data.id)
      api.advance(1000)
    }
    let page = await reloadTasks.getReloadTasks({ appId: app.id, limit: 1 }, options)
    const seen = [page.data.data[0]?.id]
    while (page.next !== undefined) {
      page = await page.next(options)
      seen.push(page.data.data[0]?.id)
    }
    expect(seen).toEqual(ids)
    const off = await reloadTasks.updateReloadTask(ids[0]!, { ...body, state: 'Disabled' }, options)
    expect(off.data).toMatchObject({ state: 'Disabled', disabledCode: 'MANUALLY' })
    expect((await reloadTasks.deleteReloadTask(ids[0]!, options)).status).toBe(204)
    await expect(reloadTasks.getReloadTask(ids[0]!, options)).rejects.toMatchObject({ status: 404 })
  })
})
