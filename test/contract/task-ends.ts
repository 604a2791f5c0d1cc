/** How the end of a reload reaches its task and those who listen, and what becomes of runs without a task. */

import { describe, expect, it } from 'vitest'
import type { SpaceId } from '../../src/core/ids.ts'
import type { TaskRun } from '../../src/core/task/run.ts'
import type { Task } from '../../src/core/task/task.ts'
import type { Saving } from '../../src/store/port/reloads.ts'
import { put, remove } from '../support/catalog.ts'
import { commandStep, completed, type Given, OTHER_TENANT, START_MS, TENANT_ID } from './store-records.ts'
import { tasksOf } from './task-records.ts'

export function exerciseTaskEnds(given: () => Given): void {
  const store = () => given().store
  const { task, hearing, aRun, waiting, reloadOf, starting, started, shownOf } = tasksOf(given)

  describe('a step that ends the reload of a task', () => {
    it('is shown the run, its task and who listens, whatever they listen to', async () => {
      const space = 's-1' as SpaceId
      const app = await given().app({ spaceId: space })
      const one = await task({ appId: app.id })
      const { reload, run } = await started(one)
      const ofTask = await task(hearing({ taskId: one.id }))
      const ofApp = await task(hearing({ appId: app.id, status: 'failed' }))
      const ofSpace = await task(hearing({ spaceId: space }, { taskId: one.id }))
      const ofAll = await task(hearing({}))
      const deaf = [
        hearing({ taskId: ofTask.id }),
        hearing({ appId: ofTask.appId }),
        hearing({ spaceId: 's-2' as SpaceId }),
        { ...hearing({ taskId: one.id }), enabled: false },
        { ...hearing({ taskId: one.id }), migrated: true },
        { ...hearing({}), tenantId: OTHER_TENANT },
      ]
      for (const other of deaf) await task(other)
      await waiting(ofApp)
      await waiting(ofAll, { state: 'missed', reason: 'late', endedAt: START_MS })
      expect(await shownOf(reload.id)).toEqual({
        run,
        task: one,
        listening: [ofTask, ofApp, ofSpace, ofAll],
        waiting: [ofApp.id],
      })
      const texts = [`task:${one.id}`, `app:${app.id}`, `space:${space}`, 'every']
      expect((await store().listened(TENANT_ID, [...texts, 'app:none'])).sort()).toEqual([...texts].sort())
      expect(await store().listened(OTHER_TENANT, texts)).toEqual(['every'])
      await put(store(), {
        tasks: [
          { ...ofTask, enabled: false },
          { ...ofAll, triggers: {} },
        ],
      })
      await remove(store(), TENANT_ID, { tasks: [ofApp.id] })
      expect(await shownOf(reload.id)).toMatchObject({ listening: [ofSpace], waiting: [] })
      // One that is off stands there all the same.
      expect((await store().listened(TENANT_ID, texts)).sort()).toEqual([`space:${space}`, `task:${one.id}`])
    })

    it('is shown the run of a task that is gone, and nothing when no task made the reload', async () => {
      const one = await task()
      const { reload, run } = await started(one)
      await remove(store(), TENANT_ID, { tasks: [one.id] })
      expect(await shownOf(reload.id)).toEqual({ run, listening: [], waiting: [] })
      expect(await shownOf((await given().queued()).id)).toBeUndefined()
      expect(
        await shownOf((await given().queued({ taskId: 'of before there were tasks' })).id),
      ).toBeUndefined()
    })

    it('is shown who listens to the space of an app that is gone, as it was at the acceptance', async () => {
      const space = 's-1' as SpaceId
      const one = await task({ appId: (await given().app({ spaceId: space })).id })
      const listener = await task(hearing({ spaceId: space }))
      const reload = reloadOf(one, { provenance: { authType: 'system', appSpaceId: space } })
      await store().change([starting(one, reload)])
      await remove(store(), TENANT_ID, { apps: [one.appId] })
      expect(await shownOf(reload.id)).toMatchObject({ listening: [listener] })
    })

    const ended = async () => {
      const one = await task()
      const listener = await task(hearing({ taskId: one.id }))
      const { reload, run } = await started(one)
      const [{ reload: running } = { reload }] = await given().claim()
      const { now } = given()
      const end = commandStep({ kind: 'end-attempt', end: completed(reload) }, now)
      return { one, listener, run, end, running }
    }

    it('saves outcome, run, tasks and the runs that it wakes in one commit', async () => {
      const { one, listener, run, end, running } = await ended()
      const over: TaskRun = { ...run, state: 'succeeded', endedAt: given().now }
      const next = aRun(listener)
      const [answer] = await store().transition([
        {
          reloadId: running.id,
          step: (shown) => ({
            ...(end(shown) as Saving),
            tasks: [{ ...one, name: 'ran' }],
            taskRuns: [over, next],
          }),
        },
      ])
      expect(answer).toMatchObject({ kind: 'saved', reload: { state: 'SUCCEEDED' } })
      expect(await store().taskRun(TENANT_ID, run.id)).toEqual(over)
      expect(await store().taskRun(TENANT_ID, next.id)).toEqual(next)
      expect(await store().task(TENANT_ID, one.id)).toMatchObject({ name: 'ran' })
    })

    type Wrong = (over: TaskRun, listener: Task) => Partial<Saving>
    const wrongs: readonly (readonly [string, string, Wrong])[] = [
      ['its own run left out', 'outcome', () => ({ taskRuns: [] })],
      [
        'its own run still running',
        'outcome',
        ({ endedAt: _, ...run }) => ({ taskRuns: [{ ...run, state: 'running' }] }),
      ],
      [
        'a run of another tenant',
        'another tenant',
        (over, of) => ({ taskRuns: [over, aRun(of, { tenantId: OTHER_TENANT })] }),
      ],
      [
        'a task of another tenant',
        'another tenant',
        (_over, of) => ({ tasks: [{ ...of, tenantId: OTHER_TENANT }] }),
      ],
      [
        'a run for one thing twice',
        '',
        (over, of) => ({ taskRuns: [over, aRun(of, { key: 'k' }), aRun(of, { key: 'k' })] }),
      ],
      [
        'a second run of its reload',
        '',
        (over, of) => ({ taskRuns: [over, { ...over, id: aRun(of).id, key: 'k' }] }),
      ],
    ]
    it.each(wrongs)('saves nothing with %s', async (_what, told, wrong) => {
      const { listener, run, end, running } = await ended()
      const step = (shown: Parameters<typeof end>[0]) => {
        const saving = end(shown) as Saving
        return { ...saving, ...wrong(saving.taskRuns![0]!, listener) }
      }
      await expect(store().transition([{ reloadId: running.id, step }])).rejects.toThrow(told)
      expect(await store().reload(TENANT_ID, running.id)).toEqual(running)
      expect(await store().taskRun(TENANT_ID, run.id)).toEqual(run)
    })

    it('never ends the run before the reload', async () => {
      const one = await task()
      const { reload, run } = await started(one)
      const over: TaskRun = { ...run, state: 'failed', endedAt: given().now }
      const step = () => ({ reload: { ...reload, log: 'x' }, taskRuns: [over] })
      await expect(store().transition([{ reloadId: reload.id, step }])).rejects.toThrow('outcome')
      expect(await store().taskRun(TENANT_ID, run.id)).toEqual(run)
    })
  })

  describe('runs of a task that is removed', () => {
    it('go while they wait, and stay as history when they began', async () => {
      const one = await task()
      const { run } = await started(one)
      const gone = await waiting(one)
      const skipped = await waiting(one, { state: 'skipped', reason: 'app-busy', endedAt: START_MS })
      const other = await waiting(await task({ appId: one.appId }))
      await remove(store(), TENANT_ID, { tasks: [one.id] })
      const left = async () =>
        (await Promise.all([run, gone, skipped, other].map(({ id }) => store().taskRun(TENANT_ID, id)))).map(
          (found) => found !== undefined,
        )
      expect(await left()).toEqual([true, false, true, true])
      await remove(store(), TENANT_ID, { apps: [one.appId] })
      expect(await left()).toEqual([true, false, true, false])
      expect(await store().count('tasks', { tenantId: TENANT_ID })).toBe(0)
    })
  })
}
