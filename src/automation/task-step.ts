/**
 * A step starts a reload task, under a key of the run and the step, so that it is started once; then the end
 * of that start's run is looked at. While the task's app has an active reload the step waits for its end.
 */
import { may, type SpaceReads } from '../catalog/standing.ts'
import type { Json, TaskStep } from '../core/automation/automation.ts'
import type { StepNews } from '../core/automation/progress.ts'
import { type AutomationRun, idempotencyKey } from '../core/automation/run.ts'
import { defined } from '../core/defined.ts'
import type { TaskId } from '../core/ids.ts'
import { isOver, type TaskRun } from '../core/task/run.ts'
import type { AppStore } from '../store/port/apps.ts'
import type { ChangeStore } from '../store/port/change.ts'
import type { PeopleStore } from '../store/port/people.ts'
import type { TaskStore } from '../store/port/tasks.ts'
import { type StartAnswer, type StartDeps, startingTask } from '../trigger/start-task.ts'

export interface TaskDeps extends StartDeps {
  readonly store: ChangeStore &
    Pick<TaskStore, 'task'> &
    Pick<AppStore, 'app'> &
    Pick<PeopleStore, 'user'> &
    SpaceReads
}

export async function taskStep(deps: TaskDeps, run: AutomationRun, step: TaskStep): Promise<StepNews> {
  const { store } = deps
  const { tenantId, ownerId, chain: automationChain } = run
  const taskId = step.taskId as TaskId
  const task = await store.task(tenantId, taskId)
  const user = await store.user(tenantId, ownerId)
  const app = task && (await store.app(tenantId, task.appId))
  const mayStart = user?.status === 'active' && app !== undefined && (await may(store, user, app, 'reload'))
  if (!mayStart) return failed("there is no such task, or the automation's owner may not reload its app")
  const by = { userId: ownerId, source: 'automation', automationChain }
  const [answer] = await store.change<StartAnswer>([
    startingTask(deps, { tenantId, taskId }, by, idempotencyKey(run, step.id)),
  ])
  const sent: Json = { taskId }
  switch (answer?.kind) {
    case 'started':
      return { ...newsOfRun(answer.run), sent }
    case 'pending':
      return { kind: 'awaits', reloadId: answer.pendingReloadId, sent }
    case 'off':
      return { ...failed('the task is switched off'), sent }
    default:
      return { ...failed('there is no such task'), sent }
  }
}

function newsOfRun(run: TaskRun): Extract<StepNews, { kind: 'ended' | 'awaits' }> {
  const { id: runId, reloadId, state, refusal } = run
  if (!isOver(run) && reloadId !== undefined) return { kind: 'awaits', reloadId }
  const answer: Json = { runId, outcome: state, ...defined({ reloadId }) }
  if (state === 'succeeded') return { kind: 'ended', state, answer }
  return { kind: 'ended', state: 'failed', answer, error: refusal ?? `the run of the task ended ${state}` }
}

function failed(error: string): StepNews & { readonly kind: 'ended' } {
  return { kind: 'ended', state: 'failed', error }
}
