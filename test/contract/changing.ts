/** What the change verb promises: steps see what is stored, and all of a batch is saved or nothing. */

import { describe, expect, it } from 'vitest'
import { defined } from '../../src/core/defined.ts'
import type { EventId, RunId, SubscriptionId } from '../../src/core/ids.ts'
import type { ApiKey, DataFile, ScriptVersion, Space, SpaceAssignment, User } from '../../src/core/records.ts'
import { runOf } from '../../src/core/task/run.ts'
import type { CatalogSaving } from '../../src/store/port/change.ts'
import { everyRow } from '../../src/store/port/lists.ts'
import type { CommitNotice } from '../../src/store/port/store.ts'
import { put, remove } from '../support/catalog.ts'
import { anApp, aTask, aTenant, aUser } from '../support/records.ts'
import {
  aDelivery,
  aSubscription,
  finishedEvent,
  type Given,
  OTHER_TENANT,
  START_MS,
  subscriptionId,
  TENANT_ID,
} from './store-records.ts'

const user: User = aUser()
const made = { createdAt: START_MS, createdBy: user.id, updatedAt: START_MS }
const key: ApiKey = {
  id: 'k-1' as ApiKey['id'],
  tenantId: TENANT_ID,
  userId: user.id,
  description: '',
  tokenHash: 'abc',
  createdAt: START_MS,
  createdBy: user.id,
}
const space: Space = {
  id: 's-1' as Space['id'],
  tenantId: TENANT_ID,
  name: 'Finance',
  description: '',
  type: 'shared',
  ownerId: user.id,
  ...made,
}
const assignment: SpaceAssignment = {
  id: 'a-1' as SpaceAssignment['id'],
  tenantId: TENANT_ID,
  spaceId: space.id,
  type: 'user',
  assigneeId: user.id,
  roles: ['producer'],
  ...made,
}
const { currentScriptId: _none, spaceId: _personal, ...app } = anApp()
const script: ScriptVersion = {
  id: 'v-1' as ScriptVersion['id'],
  appId: app.id,
  tenantId: TENANT_ID,
  script: 'LET a = 1;',
  message: '',
  modifierId: user.id,
  modifiedAt: START_MS,
}
const file: DataFile = {
  id: 'f-1' as DataFile['id'],
  tenantId: TENANT_ID,
  ownerId: user.id,
  name: 'in/sales.csv',
  bytes: 7,
  createdAt: START_MS,
  modifiedAt: START_MS,
}
const task = aTask({ appId: app.id, ownerId: user.id })
const run = runOf(task, 'run-1' as RunId, 'at:1', { kind: 'schedule', instant: 1 }, START_MS)
const all = {
  users: [user],
  keys: [key],
  spaces: [space],
  assignments: [assignment],
  apps: [app],
  scripts: [script],
  dataFiles: [file],
  subscriptions: [aSubscription()],
  tasks: [task],
  taskRuns: [run],
}
const other = <Row extends { readonly id: string }>(row: Row, change: Partial<Row> = {}): Row => ({
  ...row,
  id: `${row.id} too`,
  ...change,
})

export function exerciseChanging(given: () => Given): void {
  const store = () => given().store
  const contents = async () => ({
    tenants: await store().tenants(),
    users: await everyRow(store(), 'users', { tenantId: TENANT_ID }),
    keys: await everyRow(store(), 'keys', { tenantId: TENANT_ID }),
    spaces: await everyRow(store(), 'spaces', { tenantId: TENANT_ID }),
    assignments: await store().assignmentsOf(user),
    apps: await everyRow(store(), 'apps', { tenantId: TENANT_ID }),
    script: await store().script(TENANT_ID, app.id, script.id),
    scripts: await store().scripts(TENANT_ID, app.id),
    dataFiles: await everyRow(store(), 'dataFiles', { tenantId: TENANT_ID }),
    subscriptions: await everyRow(store(), 'subscriptions', { tenantId: TENANT_ID }),
    tasks: await everyRow(store(), 'tasks', { tenantId: TENANT_ID }),
    taskRuns: await everyRow(store(), 'taskRuns', { tenantId: TENANT_ID }),
    events: await store().eventsAfter(TENANT_ID, 0, 10),
  })
  const saving = (wanted: CatalogSaving, tenantId = TENANT_ID) =>
    store().change([{ kind: 'tenant', tenantId, step: () => ({ answer: 'done', ...wanted }) }])

  describe('a change', () => {
    it('puts, replaces and removes records of every kind, and gives the answer of its step', async () => {
      const before = await contents()
      expect(await saving({ put: all })).toEqual(['done'])
      expect(await contents()).toMatchObject({ ...all, scripts: [{ id: script.id }], script })
      const renamed = { ...app, name: 'Renamed' }
      await saving({ put: { apps: [renamed], users: [{ ...user, name: 'Ada L.' }] } })
      expect(await contents()).toMatchObject({ apps: [renamed], users: [{ name: 'Ada L.' }] })
      await saving({
        remove: {
          keys: [key.id],
          spaces: [space.id],
          apps: [app.id],
          dataFiles: [file.id],
          subscriptions: [aSubscription().id],
        },
      })
      expect(
        await contents(),
        'members went with the space, scripts, tasks and waiting runs with the app',
      ).toEqual({
        ...before,
        users: [{ ...user, name: 'Ada L.' }],
      })
    })

    it('shows each step what the ones before it saved; the batch is one commit', async () => {
      const answers = await store().change<unknown>([
        {
          kind: 'app',
          tenantId: TENANT_ID,
          id: app.id,
          step: (view) => ({ answer: view.app?.name, put: { apps: [app], scripts: [script] } }),
        },
        {
          kind: 'app',
          tenantId: TENANT_ID,
          id: app.id,
          step: (view) => ({ answer: [view.app?.name, view.scripts], remove: { apps: [app.id] } }),
        },
        { kind: 'app', tenantId: TENANT_ID, id: app.id, step: ({ scripts }) => ({ answer: scripts }) },
      ])
      expect(answers).toEqual([undefined, ['Sales', [script.id]], []])
      const again = store().change([
        {
          kind: 'app',
          tenantId: TENANT_ID,
          id: app.id,
          step: () => ({ answer: undefined, put: { apps: [app] } }),
        },
        {
          kind: 'tenant',
          tenantId: TENANT_ID,
          step: () => {
            throw new Error('a bug of ours')
          },
        },
      ])
      await expect(again).rejects.toThrow('a bug of ours')
      expect(await store().app(TENANT_ID, app.id)).toBeUndefined()
    })

    const breaches: readonly (readonly [string, CatalogSaving])[] = [
      ['the name of another space', { put: { spaces: [other(space)] } }],
      ['a second assignment of an assignee', { put: { assignments: [other(assignment)] } }],
      ['the name of another file of the place', { put: { dataFiles: [other(file)] } }],
      ['the token of another key', { put: { keys: [other(key)] } }],
      [
        'a key without its user',
        { put: { keys: [other(key, { userId: 'none' as never, tokenHash: 'x' })] } },
      ],
      [
        'an assignment without its space',
        { put: { assignments: [other(assignment, { spaceId: 'x' as never })] } },
      ],
      ['a script without its app', { put: { scripts: [other(script, { appId: 'none' as never })] } }],
      ['a record of another tenant', { put: { users: [other(user, { tenantId: OTHER_TENANT })] } }],
      ['another tenant', { put: { tenants: [aTenant({ id: OTHER_TENANT })] } }],
      ['a task without its app', { put: { tasks: [other(task, { appId: 'none' as never })] } }],
      ['a run that waits without its task', { put: { taskRuns: [other(run, { taskId: 'none' as never })] } }],
      ['a second run of a task for one thing', { put: { taskRuns: [other(run)] } }],
      [
        'a run that runs without a reload',
        { put: { taskRuns: [other(run, { key: 'x', state: 'running' })] } },
      ],
      [
        'a run that is over without an end',
        { put: { taskRuns: [other(run, { key: 'x', state: 'skipped' })] } },
      ],
      ['a run of another tenant', { put: { taskRuns: [other(run, { key: 'x', tenantId: OTHER_TENANT })] } }],
      ['a removal of what is not there', { remove: { apps: ['none' as never] } }],
    ]
    it.each(breaches)(
      'saves nothing when a step wants %s',
      async (_what, { put: wanted = {}, remove: gone }) => {
        await put(store(), all)
        const before = await contents()
        const more = { ...wanted, apps: [other(app)] }
        await expect(saving({ put: more, ...defined({ remove: gone }) })).rejects.toThrow()
        expect(await contents()).toEqual(before)
      },
    )

    it("neither replaces nor removes another tenant's records", async () => {
      await put(store(), all)
      const before = await contents()
      const mine = { ...user, tenantId: OTHER_TENANT }
      await expect(saving({ put: { users: [mine] } }, OTHER_TENANT)).rejects.toThrow('another tenant')
      await expect(saving({ remove: { apps: [app.id] } }, OTHER_TENANT)).rejects.toThrow()
      expect(await contents()).toEqual(before)
    })

    it('needs its tenant, unless it makes it', async () => {
      const tenant = aTenant({ id: 'new' as never, createdAt: START_MS + 5 })
      const first = { put: { tenants: [tenant], users: [{ ...user, tenantId: tenant.id }] } }
      const about = { kind: 'user', tenantId: tenant.id, id: user.id } as const
      await expect(store().change([{ ...about, step: () => ({ answer: 1 }) }])).rejects.toThrow('no tenant')
      expect(await saving(first, tenant.id)).toEqual(['done'])
      const [shown] = await store().change([{ ...about, step: (view: unknown) => ({ answer: view }) }])
      expect(shown).toMatchObject({ tenant, subscriptions: [], user: first.put.users[0], tasks: [] })
    })

    it('saves events with their deliveries, and tells of them', async () => {
      const told: CommitNotice[] = []
      store().onCommit((changed) => told.push(changed))
      const { reloadId: _ofNone, ...event } = finishedEvent(given().reload(), START_MS, {
        id: 'of the change' as EventId,
        uniqueKey: 'app made',
      })
      const subscription = aSubscription({ id: subscriptionId(1) })
      await put(store(), { subscriptions: [subscription, aSubscription({ enabled: false })] })
      await store().change([
        {
          kind: 'app',
          tenantId: TENANT_ID,
          id: app.id,
          step: ({ subscriptions }) => ({
            answer: undefined,
            put: { apps: [app] },
            events: [event],
            deliveries: subscriptions.map(({ id }) => aDelivery(event, id, START_MS)),
          }),
        },
      ])
      expect(await store().eventsAfter(TENANT_ID, 0, 10)).toMatchObject([event])
      const deliveries = await store().deliveriesOf(event.id)
      expect(deliveries.map((row) => row.subscriptionId)).toEqual([subscription.id])
      await new Promise((resolve) => setImmediate(resolve))
      expect(told.at(-1)).toMatchObject({ events: true, deliveries: true })
      const twice = saving({ events: [event], put: { apps: [other(app)] } })
      await expect(twice, 'one event of a key and type').rejects.toThrow()
      expect(await everyRow(store(), 'apps', { tenantId: TENANT_ID })).toHaveLength(1)
    })
  })

  describe('what a step is shown follows from its subject:', () => {
    const base = { tenant: aTenant(), subscriptions: [aSubscription()] }
    const tenantId = TENANT_ID
    const show = async (about: object): Promise<unknown> => {
      const change = { tenantId, ...about, step: (view: unknown) => ({ answer: view }) }
      return (await store().change<unknown>([change as never]))[0]
    }

    it('a key, a user and a subscription by id, never of another tenant', async () => {
      await put(store(), all)
      expect(await show({ kind: 'key', id: key.id })).toMatchObject({ ...base, key })
      expect(await show({ kind: 'key', id: 'none' })).not.toHaveProperty('key')
      expect(await show({ kind: 'user', id: user.id })).toMatchObject({ ...base, user, tasks: [task] })
      const foreign = await show({ tenantId: OTHER_TENANT, kind: 'user', id: user.id })
      expect(foreign).not.toHaveProperty('user')
      const off = aSubscription({ id: 'off' as SubscriptionId, enabled: false, createdAt: START_MS + 9 })
      await put(store(), { subscriptions: [off] })
      expect(await show({ kind: 'subscription', id: off.id })).toEqual({
        ...base,
        subscription: off,
        all: [aSubscription(), off],
      })
    })

    it('an app whose reload has not ended', async () => {
      const { appId } = await given().queued()
      expect(await show({ kind: 'app', id: appId })).toMatchObject({ isReloading: true })
    })

    it('an app with its scripts, newest first, and its tasks, oldest first', async () => {
      await put(store(), { ...all, scripts: [script, other(script), other(other(script))] })
      const scripts = ['v-1 too too', 'v-1 too', 'v-1']
      expect(await show({ kind: 'app', id: app.id })).toEqual({
        ...base,
        app,
        scripts,
        tasks: [task],
        isReloading: false,
      })
      expect(await show({ kind: 'app', id: 'none' })).toEqual({
        ...base,
        scripts: [],
        tasks: [],
        isReloading: false,
      })
    })

    it('a space with its members, whether it is empty, and whether its wanted name is free', async () => {
      const { apps, dataFiles, scripts, tasks, taskRuns, ...rest } = all
      await put(store(), rest)
      const view = { ...base, space, assignments: [assignment], isEmpty: true, nameTaken: false }
      expect(await show({ kind: 'space', id: space.id })).toEqual(view)
      expect(await show({ kind: 'space', id: space.id, name: space.name })).toEqual(view)
      expect(await show({ kind: 'space', id: 's-2', name: space.name })).toMatchObject({ nameTaken: true })
      const elsewhere = { tenantId: OTHER_TENANT, kind: 'space', id: 's-2', name: space.name }
      expect(await show(elsewhere)).toMatchObject({ nameTaken: false })
      await put(store(), { apps: [{ ...app, spaceId: space.id }] })
      expect(await show({ kind: 'space', id: space.id })).toMatchObject({ isEmpty: false })
      await remove(store(), TENANT_ID, { apps: [app.id] })
      await put(store(), { dataFiles: [{ ...file, spaceId: space.id }] })
      expect(await show({ kind: 'space', id: space.id })).toMatchObject({ isEmpty: false })
    })

    it('a folder with all below it, what is on the way to a wanted name, and the marked apps', async () => {
      const at = (name: string, change: Partial<DataFile> = {}) =>
        ({ ...file, id: `${name} ${change.spaceId ?? ''}`, name, bytes: 0, ...change }) as DataFile
      const [folder, inner, deep] = [at('in/'), at('in/a/'), at('in/a/b.csv')]
      const inSpace = at('in/a/b.csv', { spaceId: space.id })
      const marked = { ...app, crashedOnMaxSize: { full: false, partial: true } }
      await put(store(), {
        ...all,
        scripts: [],
        tasks: [],
        taskRuns: [],
        apps: [marked, other(app)],
        dataFiles: [folder, inner, deep, at('in0/c.csv'), at('in'), inSpace],
      })
      expect(await show({ kind: 'data-file', id: folder.id })).toEqual({
        ...base,
        file: folder,
        below: [inner, deep],
        onTheWay: [],
        marked: [marked],
        dataReaders: expect.any(Function),
        runOf: expect.any(Function),
      })
      const wanted = (name: string, place: object) =>
        show({ kind: 'data-file', id: 'new', wanted: { name, place } })
      const mine = { ownerId: user.id }
      expect(await wanted('in/a/b.csv', mine)).toMatchObject({ onTheWay: [folder, at('in'), inner, deep] })
      expect(await wanted('in/x.csv', { spaceId: space.id })).toMatchObject({ onTheWay: [], below: [] })
      expect(await wanted('in/a/', mine)).toMatchObject({ onTheWay: [folder, at('in'), inner] })
    })
  })
}
