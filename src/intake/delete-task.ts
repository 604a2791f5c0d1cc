/** Deletes a task, and cancels the reload that it made if that one still waits (contract 03, section 2). */
import { isRefused } from '../catalog/refusal.ts'
import { deleteTask } from '../catalog/task.ts'
import type { TaskAnswer, TaskDeps } from '../catalog/task-deps.ts'
import type { Caller } from '../core/caller.ts'
import type { Task } from '../core/task/task.ts'
import type { SettleRules } from '../outcome/settle.ts'
import { all, is } from '../store/port/condition.ts'
import { everyRow } from '../store/port/lists.ts'
import type { Store } from '../store/port/store.ts'
import { cancelReload } from './cancel.ts'

export interface DeleteTaskDeps extends TaskDeps {
  readonly store: Store
  readonly settleRules: SettleRules
}

export async function deleteWithReloads(
  deps: DeleteTaskDeps,
  caller: Caller,
  id: string,
  generation: Task['generation'],
): Promise<TaskAnswer> {
  const deleted = await deleteTask(deps, caller, id, generation)
  if (isRefused(deleted)) return deleted
  const { tenantId } = caller
  const { store, settleRules } = deps
  const where = all(is<'taskId' | 'state'>('taskId', deleted.id), is('state', 'running'))
  for (const { reloadId } of await everyRow(store, 'taskRuns', { tenantId, where })) {
    const reload = reloadId && (await store.reload(tenantId, reloadId))
    if (reload?.state === 'QUEUED') await cancelReload({ ...settleRules, store }, tenantId, reload.id)
  }
  return deleted
}
