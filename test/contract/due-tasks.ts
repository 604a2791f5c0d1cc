/** What is due of tasks and their waiting runs, and whose turn it is. */

import { describe, expect, it } from 'vitest'
import type { TenantId } from '../../src/core/ids.ts'
import type { TaskRun } from '../../src/core/task/run.ts'
import { dueAt, type Task } from '../../src/core/task/task.ts'
import { put } from '../support/catalog.ts'
import { aTenant } from '../support/records.ts'
import { type Given, OTHER_TENANT, START_MS, TENANT_ID } from './store-records.ts'
import { tasksOf } from './task-records.ts'

export function exerciseDueTasks(given: () => Given): void {
  const store = () => given().store
  const { task, at, waiting, started } = tasksOf(given)

  describe('what is due', () => {
    it('tasks by their next instant with their jitter, while they are enabled', async () => {
      const one = await task(at(START_MS + 10))
      const jittered = await task({ ...at(START_MS + 5), jitterMs: 10 })
      await task({ ...at(START_MS), enabled: false })
      await task()
      const due = async (now: number) => (await store().dueTasks(now, 9)).map(({ taskId }) => taskId)
      expect(await due(START_MS + 9)).toEqual([])
      expect(await due(START_MS + 10)).toEqual([one.id])
      expect(await due(START_MS + 15)).toEqual([one.id, jittered.id])
      expect(await store().nextTaskAt(START_MS)).toBe(START_MS + 10)
      expect(await store().nextTaskAt(START_MS + 10)).toBe(dueAt(jittered))
      expect(await store().nextTaskAt(START_MS + 15)).toBeUndefined()
      await put(store(), { tasks: [{ ...one, ...at(START_MS + 20) }] })
      expect(await due(START_MS + 15)).toEqual([jittered.id])
    })

    it('tenants take turns, each with its earliest first', async () => {
      const third = 'third' as TenantId
      await put(store(), { tenants: [aTenant({ id: third, hostnames: [] })] })
      const many: Task[] = []
      for (let i = 0; i < 9; i++) many.push(await task(at(START_MS + i)))
      const few = [await task({ tenantId: OTHER_TENANT, ...at(START_MS + 50) })]
      few.push(await task({ tenantId: OTHER_TENANT, ...at(START_MS + 40) }))
      const last = await task({ tenantId: third, ...at(START_MS + 60) })
      const due = async (max: number) => (await store().dueTasks(START_MS + 99, max)).map((row) => row.taskId)
      const turns = [many[0], few[1], last, many[1], few[0], ...many.slice(2)].map((one) => one!.id)
      for (let max = 0; max <= turns.length; max++) expect(await due(max)).toEqual(turns.slice(0, max))
      expect(await store().dueTasks(START_MS + 99, 2)).toEqual([
        { tenantId: TENANT_ID, taskId: turns[0] },
        { tenantId: OTHER_TENANT, taskId: turns[1] },
      ])
    })

    it('runs that wait, as soon as their app has no active reload', async () => {
      const [one, other] = [await task(), await task()]
      const run = await waiting(one, { notBefore: START_MS + 10 })
      await started(other)
      const held = await waiting(other)
      const due = (now: number) => store().dueRuns(now, 9)
      expect(await due(START_MS + 9)).toEqual([])
      expect(await store().nextTaskAt(START_MS)).toBe(START_MS + 10)
      expect(await store().hasHeldRuns(START_MS - 1)).toBe(false)
      expect(await store().hasHeldRuns(START_MS)).toBe(true)
      const ref = { tenantId: TENANT_ID, taskId: one.id, runId: run.id }
      expect(await due(START_MS + 10)).toEqual([ref])
      const [{ reload } = { reload: given().reload() }] = await given().claim()
      expect(await store().hasHeldRuns(START_MS)).toBe(true)
      await given().end(reload)
      expect(await store().hasHeldRuns(START_MS)).toBe(false)
      const now = { tenantId: TENANT_ID, taskId: other.id, runId: held.id }
      expect(await due(START_MS + 10)).toEqual([now, ref])
      await put(store(), { taskRuns: [{ ...run, state: 'skipped', reason: 'changed', endedAt: START_MS }] })
      expect(await due(START_MS + 10)).toEqual([now])
    })

    it('runs of tenants take turns, and what is held takes no turn', async () => {
      const busy = await task()
      await started(busy)
      for (let i = 0; i < 5; i++) await waiting(busy)
      const many: TaskRun[] = []
      for (let i = 0; i < 5; i++) many.push(await waiting(await task(), { notBefore: START_MS + i }))
      const few = await waiting(await task({ tenantId: OTHER_TENANT }), { notBefore: START_MS + 50 })
      const turns = [many[0], few, ...many.slice(1)].map((run) => run!.id)
      for (let max = 0; max <= turns.length + 1; max++) {
        const due = await store().dueRuns(START_MS + 50, max)
        expect(due.map(({ runId }) => runId)).toEqual(turns.slice(0, max))
      }
    })

    it('all enabled tasks with a schedule are walked by id, those without a further instant too', async () => {
      const over = await task({ triggers: { schedule: {} as never } })
      const foreign = await task({ tenantId: OTHER_TENANT, ...at(START_MS) })
      const last = await task(at(START_MS))
      await task({ ...at(START_MS), enabled: false })
      await task({ triggers: { data: { partial: false } } })
      expect(await store().scheduledTasks(undefined, 2)).toEqual([over, foreign])
      expect(await store().scheduledTasks(foreign.id, 2)).toEqual([last])
      expect(await store().scheduledTasks(last.id, 2)).toEqual([])
    })
  })
}
