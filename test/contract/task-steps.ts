/** What a step about a task is shown, and the reload that it may make. */

import { describe, expect, it } from 'vitest'
import type { AppId, SpaceId, UserId } from '../../src/core/ids.ts'
import type { Task } from '../../src/core/task/task.ts'
import type { TaskDecided, TaskView } from '../../src/store/port/change.ts'
import { put } from '../support/catalog.ts'
import { aSpace, aTenant, aUser, USER_ID } from '../support/records.ts'
import { aSubscription, type Given, OTHER_TENANT, START_MS, TENANT_ID } from './store-records.ts'
import { tasksOf } from './task-records.ts'

export function exerciseTaskSteps(given: () => Given): void {
  const store = () => given().store
  const { begun, task, hearing, aRun, waiting, reloadOf, about, starting, view } = tasksOf(given)

  describe('a step about a task', () => {
    it('makes a reload and its run in one commit, as accepting does', async () => {
      const one = await task()
      const [reload, run] = [reloadOf(one), aRun(one)]
      expect(await store().change([starting(one, reload, run)])).toEqual([{ kind: 'accepted', reload }])
      expect(await store().reload(TENANT_ID, reload.id)).toEqual(reload)
      expect(await store().activeReloadOf(TENANT_ID, one.appId)).toBe(reload.id)
      expect(await store().taskRun(TENANT_ID, run.id)).toMatchObject({
        state: 'running',
        reloadId: reload.id,
      })
      expect(await store().counts()).toMatchObject({ queued: 1 })
      expect(await store().queuePosition(TENANT_ID, reload.id, 0)).toMatchObject({ ahead: 0 })
      expect((await given().claim()).map((claimed) => claimed.reload.id)).toEqual([reload.id])
      await given().end((await store().reload(TENANT_ID, reload.id))!)
      const limited = store().change([starting(one, reloadOf(one), aRun(one), 1)])
      expect(await limited, 'it counts for the day').toEqual([{ kind: 'quota-exceeded' }])
    })

    it('is answered as who asks for a reload is, also after another step of its batch', async () => {
      const [one, other] = [await task(), await task()]
      const beside = await task({ appId: one.appId })
      const [first, second] = [reloadOf(one), reloadOf(beside)]
      const answers = await store().change([
        starting(one, first),
        starting(beside, second),
        starting(other, reloadOf(other, { appId: 'none' as AppId })),
      ])
      const pending = { kind: 'pending', pendingReloadId: first.id }
      expect(answers).toEqual([{ kind: 'accepted', reload: first }, pending, { kind: 'no-app' }])
      expect(await store().reload(TENANT_ID, second.id)).toBeUndefined()
      expect(await given().accept(given().reload({ appId: one.appId }))).toEqual([pending])
    })

    it('keeps the idempotency key of what it makes, and no other', async () => {
      const one = await task()
      const reload = reloadOf(one)
      await store().change([
        about(one, ({ judge }) => {
          judge({ reload, reloadsPerAppAndDay: 0, idempotencyKey: 'k' })
          return { answer: undefined, ...begun(one, reload) }
        }),
      ])
      const again = given().reload({ appId: one.appId })
      expect(await given().accept(again, { idempotencyKey: 'k' })).toMatchObject([
        { kind: 'repeated', reload: { id: reload.id } },
      ])
    })

    const wrongs: readonly (readonly [string, (one: Task, view: TaskView) => TaskDecided<unknown>])[] = [
      ['that was not judged', (one) => ({ answer: 1, ...begun(one, reloadOf(one)) })],
      [
        'that was judged otherwise',
        (one, { judge }) => {
          judge({ reload: reloadOf(one), reloadsPerAppAndDay: 0 })
          return { answer: 1, ...begun(one, reloadOf(one)) }
        },
      ],
      [
        'that was not accepted',
        (one, { judge }) => {
          const reload = reloadOf(one, { appId: 'none' as AppId })
          judge({ reload, reloadsPerAppAndDay: 0 })
          return { answer: 1, ...begun(one, reload) }
        },
      ],
      [
        'without its run',
        (one, { judge }) => {
          const reload = reloadOf(one)
          judge({ reload, reloadsPerAppAndDay: 0 })
          return { answer: 1, accepted: reload }
        },
      ],
      [
        'of another task',
        (one, { judge }) => {
          const reload = reloadOf(one, { taskId: 'another' })
          judge({ reload, reloadsPerAppAndDay: 0 })
          return { answer: 1, ...begun(one, reload) }
        },
      ],
      [
        'that is not queued',
        (one, { judge }) => {
          judge({ reload: reloadOf(one, { state: 'RELOADING' }), reloadsPerAppAndDay: 0 })
          return { answer: 1 }
        },
      ],
    ]
    it.each(wrongs)('saves nothing when it makes a reload %s', async (_what, step) => {
      const one = await task()
      const other = about(one, () => ({ answer: 1, put: { tasks: [{ ...one, name: 'changed' }] } }))
      await expect(store().change([other, about(one, (shown) => step(one, shown))])).rejects.toThrow()
      expect(await store().task(TENANT_ID, one.id)).toEqual(one)
      expect(await store().counts()).toMatchObject({ queued: 0 })
      expect(await store().count('taskRuns', { tenantId: TENANT_ID })).toBe(0)
      expect(await store().change([starting(one)]), 'and the queue counts right').toMatchObject([
        { kind: 'accepted' },
      ])
    })

    it('never makes a second run for one thing: a doubled key throws', async () => {
      const one = await task()
      const first = await waiting(one, { key: 'at:7' })
      const doubled = aRun(one, { key: 'at:7' })
      await expect(store().change([starting(one, reloadOf(one), doubled)])).rejects.toThrow()
      expect(await store().counts()).toMatchObject({ queued: 0 })
      const other = await task()
      await waiting(other, { key: 'at:7' })
      expect((await view({ id: one.id })).waiting).toEqual([first])
    })
  })

  describe('a step about a task is shown', () => {
    const user = aUser()
    const space = aSpace({ id: 's-1' as SpaceId })

    it('the task, its app and space, its owner, all tasks of the app and how many the owner has', async () => {
      const subscription = aSubscription({ level: 'user', ownerId: USER_ID })
      await put(store(), { users: [user], spaces: [space], subscriptions: [subscription] })
      const app = await given().app({ spaceId: space.id })
      const one = await task({ appId: app.id, createdAt: START_MS + 5 })
      const older = await task({ appId: app.id, ownerId: 'u-2' as UserId })
      await task()
      await task({ tenantId: OTHER_TENANT })
      const { judge, keyed, listening, ownedTasks, ...shown } = await view({ id: one.id })
      expect(shown).toEqual({
        tenant: aTenant(),
        subscriptions: [subscription],
        task: one,
        app,
        user,
        space,
        assignments: [],
        readers: { users: [user], space, assignments: [] },
        ofApp: [older, one],
        waiting: [],
        chains: [],
      })
      expect(ownedTasks()).toBe(2)
    })

    it('a wanted app and user beside the task, or for one that is new', async () => {
      const other = aUser({ id: 'u-2' as UserId, subject: 'idp|bob' })
      await put(store(), { users: [user, other] })
      const [one, two] = [await task(), await task({ ownerId: other.id })]
      const app = await store().app(TENANT_ID, two.appId)
      const wanted = { appId: two.appId, userId: other.id }
      const shown = { app, user: other, ofApp: [two] }
      expect(await view({ id: one.id, ...wanted })).toMatchObject({ task: one, ...shown })
      const fresh = await view({ id: 'new', ...wanted })
      expect(fresh).toMatchObject(shown)
      expect(fresh).not.toHaveProperty('task')
      expect(fresh.ownedTasks()).toBe(1)
      const bare = await view({ id: 'new' })
      expect(bare).toMatchObject({ ofApp: [], waiting: [], assignments: [] })
      expect(bare.ownedTasks()).toBe(0)
      expect(bare.listening()).toEqual({ listening: [], waiting: [] })
    })

    it('nothing of another tenant', async () => {
      const one = await task()
      const run = await waiting(one)
      const foreign = await view({ id: one.id, tenantId: OTHER_TENANT, runId: run.id, appId: one.appId })
      expect(foreign).toMatchObject({ ofApp: [], waiting: [] })
      for (const name of ['task', 'app', 'user', 'run']) expect(foreign).not.toHaveProperty(name)
      expect([foreign.keyed(run.key), foreign.ownedTasks()]).toEqual([undefined, 0])
    })

    it('runs: the asked one, that of a key, and those that wait, oldest first', async () => {
      const [one, other] = [await task(), await task()]
      const late = await waiting(one, { createdAt: START_MS + 9 })
      const early = await waiting(one)
      const skipped = await waiting(one, { state: 'skipped', reason: 'calendar', endedAt: START_MS })
      const foreign = await waiting(other, { key: 'k' })
      const shown = await view({ id: one.id, runId: skipped.id })
      expect(shown).toMatchObject({ run: skipped, waiting: [early, late] })
      expect(shown.keyed(skipped.key)).toEqual(skipped)
      expect(shown.keyed(foreign.key)).toBeUndefined()
      expect(await view({ id: one.id, runId: foreign.id })).not.toHaveProperty('run')
    })

    it('all tasks of the tenant that have others to listen to, also disabled ones, when it asks', async () => {
      const late = await task({ ...hearing({}), createdAt: START_MS + 1 })
      const off = await task({ ...hearing({}), enabled: false })
      await task({ tenantId: OTHER_TENANT, ...hearing({}) })
      const plain = await task()
      expect(await view({ id: plain.id, chains: true })).toMatchObject({ chains: [off, late] })
      expect(await view({ id: plain.id })).toMatchObject({ chains: [] })
    })

    it('who listens to its end', async () => {
      const one = await task()
      const [listener, second] = [await task(hearing({ taskId: one.id })), await task(hearing({}))]
      await waiting(second)
      const { listening } = await view({ id: one.id })
      expect(listening()).toEqual({ listening: [listener, second], waiting: [second.id] })
    })
  })
}
