/** Which tasks hear of changed data, in the memory store. */
import type { ReloadId, TenantId } from '../../core/ids.ts'
import type { DataAudience } from '../../core/task/data-change.ts'
import type { TaskRun } from '../../core/task/run.ts'
import { dataReaders } from '../rule/data-readers.ts'
import { byAge, own, type Tables } from './tables.ts'

/** Those who hear of changes in a tenant, and the run that made a reload. */
export function dataAudience(
  { tasks, taskRuns, apps }: Tables,
  tenantId: TenantId,
): DataAudience & { runOf(reloadId: ReloadId): TaskRun | undefined } {
  return {
    dataReaders(files) {
      const ofTenant = tasks.where((row) => row.tenantId === tenantId)
      const found = ofTenant.flatMap((task) =>
        (own(apps.get(task.appId), tenantId)?.data?.reads ?? []).map((read) => ({ task, read })),
      )
      return dataReaders(found, files, {
        waiting: (id) => byAge(taskRuns.where((row) => row.taskId === id && row.state === 'waiting')),
        keyed: (id, key) => taskRuns.find((row) => row.taskId === id && row.key === key),
      })
    },
    runOf: (reloadId) => taskRuns.find((row) => row.reloadId === reloadId),
  }
}
