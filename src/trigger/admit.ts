/**
 * May this run of a task have its reload now? Decided on what the step is shown, in the transaction that
 * would save it, by the same rules of admission as requests (core/admission.ts).
 */
import { mayUse } from '../catalog/task-deps.ts'
import { refuseApp } from '../core/admission.ts'
import { defined } from '../core/defined.ts'
import type { ReloadId } from '../core/ids.ts'
import type { Random } from '../core/ports.ts'
import type { User } from '../core/records.ts'
import type { Provenance, Reload } from '../core/reload.ts'
import { isTenantAdmin } from '../core/rights.ts'
import { automationChainOf, type Cause, type TaskRun } from '../core/task/run.ts'
import type { DisabledCode, Generation, Task } from '../core/task/task.ts'
import type { ResourceType, Trigger } from '../core/trigger.ts'
import { queuedReload } from '../intake/accept.ts'
import type { TaskView } from '../store/port/change.ts'

export interface AdmitDeps {
  readonly random: Random
  readonly reloadsPerAppAndDay: number
}

export type Admission =
  | { readonly kind: 'accepted'; readonly reload: Reload }
  /** The app has an active reload. */
  | { readonly kind: 'pending'; readonly pendingReloadId: ReloadId }
  | {
      readonly kind: 'refused'
      /** For people. */
      readonly text: string
      /** It will be refused for ever: the task is switched off. */
      readonly disables?: DisabledCode
    }

export function admit(
  deps: AdmitDeps,
  view: TaskView,
  task: Task,
  run: TaskRun,
  now: number,
  by?: Provenance,
): Admission {
  const { app, user } = view
  if (user === undefined || user.status === 'deleted') {
    return { kind: 'refused', text: "the task's owner was deleted", disables: 'OWNER-DELETED' }
  }
  if (user.status === 'disabled') {
    return { kind: 'refused', text: "the task's owner is disabled", disables: 'OWNER-DISABLED' }
  }
  const partial = isPartial(task, run.cause)
  const asked = app && { usage: app.usage, mayReload: mayUse(view, user, 'reload') }
  const refusal = refuseApp({ isActive: true, seesAllApps: isTenantAdmin(user) }, asked, partial)
  if (refusal?.kind === 'invalid') {
    return { kind: 'refused', text: refusal.faults.map(({ detail }) => detail).join('; ') }
  }
  if (app === undefined || refusal !== undefined) {
    return { kind: 'refused', text: "the task's owner may not reload the app", disables: 'OWNER-MOVED' }
  }
  const { generation } = task
  const reload = queuedReload(
    deps,
    {
      user,
      trigger: triggerOf(generation, run.cause),
      provenance: {
        ...(by === undefined ? { authType: 'system' } : waysOf(by, run, user)),
        taskStart: run.cause.kind,
        ...defined({ automationChain: automationChainOf(run) }),
      },
      partial,
      resourceType: RESOURCE_TYPE[generation],
      resourceId: task.id,
      taskId: task.id,
    },
    app,
    now,
  )
  const answer = view.judge({ reload, reloadsPerAppAndDay: deps.reloadsPerAppAndDay })
  switch (answer.kind) {
    case 'accepted':
      return { kind: 'accepted', reload: answer.reload }
    case 'pending':
      return answer
    case 'quota-exceeded':
      return { kind: 'refused', text: 'the daily limit of reloads of this app is reached' }
    default:
      throw new Error(`a reload of a task was answered with ${answer.kind}`)
  }
}

/**
 * Of a run that somebody asked for: by which way it came. What tells of the person itself is told only of the
 * owner, in whose name the reload runs, and with whom it is forgotten.
 */
function waysOf(by: Provenance, { cause }: TaskRun, owner: User): Provenance {
  if (cause.kind === 'hand' && cause.userId === owner.id) return by
  const { authClaims: _claims, originIp: _address, ...way } = by
  return way
}

const RESOURCE_TYPE: Readonly<Record<Generation, ResourceType>> = {
  'reload-task': 'reload-tasks',
  task: 'tasks',
}

/** Contract 01, section 3.1. */
function triggerOf(generation: Generation, cause: Cause): Trigger {
  if (generation === 'task') return 'choreographer'
  return cause.kind === 'data' ? 'data-refresh' : 'chronos'
}

function isPartial({ partial, triggers }: Task, cause: Cause): boolean {
  return cause.kind === 'data' ? (triggers.data?.partial ?? partial) : partial
}
