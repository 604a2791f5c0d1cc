/** Tasks, their runs and steps about them, for the contract of the store. */

import type { ReloadId, RunId, TaskId } from '../../src/core/ids.ts'
import type { Reload } from '../../src/core/reload.ts'
import { runOf, type TaskRun } from '../../src/core/task/run.ts'
import type { Task, TaskEvent } from '../../src/core/task/task.ts'
import type { TaskDecided, TaskView } from '../../src/store/port/change.ts'
import { put } from '../support/catalog.ts'
import { aTask } from '../support/records.ts'
import { type Given, TENANT_ID } from './store-records.ts'

export function tasksOf(given: () => Given) {
  let made = 0
  const store = () => given().store
  /** Of a new app, unless it has one. */
  const task = async (change: Partial<Task> = {}): Promise<Task> => {
    const tenantId = change.tenantId ?? TENANT_ID
    const appId = change.appId ?? (await given().app({ tenantId })).id
    const id = `task-${String(++made).padStart(4, '0')}` as TaskId
    const one = aTask({ id, ...change, tenantId, appId })
    await put(store(), { tasks: [one] })
    return one
  }
  const at = (nextInstant: number) => ({
    triggers: { schedule: {} as never },
    state: { ...aTask().state, nextInstant },
  })
  const hearing = (...events: Partial<TaskEvent>[]): Partial<Task> => ({
    triggers: {
      ends: {
        join: 'any',
        events: events.map((event, i) => ({ name: `e${i}`, status: 'any', ...event })),
      },
    },
  })
  const aRun = (of: Task, change: Partial<TaskRun> = {}): TaskRun => {
    const id = `run-${String(++made).padStart(4, '0')}` as RunId
    return { ...runOf(of, id, id, { kind: 'hand', userId: of.ownerId }, given().now), ...change }
  }
  const waiting = async (of: Task, change: Partial<TaskRun> = {}): Promise<TaskRun> => {
    const run = aRun(of, change)
    await put(store(), { taskRuns: [run] })
    return run
  }
  const reloadOf = (of: Task, change: Partial<Reload> = {}): Reload =>
    given().reload({ appId: of.appId, tenantId: of.tenantId, taskId: of.id, ...change })
  /** What a step saves that makes a reload for the run. */
  const begun = (of: Task, reload: Reload, run = aRun(of)) => ({
    accepted: reload,
    put: { taskRuns: [{ ...run, state: 'running', startedAt: given().now, reloadId: reload.id } as TaskRun] },
  })
  const about = (
    { id, tenantId }: Pick<Task, 'id' | 'tenantId'>,
    step: (view: TaskView) => TaskDecided<unknown>,
  ) => ({ kind: 'task', tenantId, id, step }) as const
  const starting = (of: Task, reload = reloadOf(of), run = aRun(of), quota = 0) =>
    about(of, (view) => {
      const answer = view.judge({ reload, reloadsPerAppAndDay: quota })
      return answer.kind === 'accepted' ? { answer, ...begun(of, reload, run) } : { answer }
    })
  const started = async (of: Task): Promise<{ reload: Reload; run: TaskRun }> => {
    const [reload, run] = [reloadOf(of), aRun(of)]
    await store().change([starting(of, reload, run)])
    return { reload, run: (await store().taskRun(of.tenantId, run.id))! }
  }
  /** Claimed, with what its steps are shown of its task. */
  const shownOf = async (reloadId: ReloadId) => {
    const shown: unknown[] = []
    const step = ({ task: of }: { readonly task?: unknown }) => {
      shown.push(of)
      return { refused: 'only looking' }
    }
    await store().transition([{ reloadId, step }])
    return shown[0]
  }
  const view = async (subject: object): Promise<TaskView> => {
    const change = { kind: 'task', tenantId: TENANT_ID, ...subject, step: (answer: TaskView) => ({ answer }) }
    const [answer] = await store().change([change as never])
    return answer as TaskView
  }
  return { task, at, hearing, aRun, waiting, reloadOf, begun, about, starting, started, shownOf, view }
}
