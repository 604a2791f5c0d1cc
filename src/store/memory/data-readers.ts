/** Which tasks hear of changed data, in the memory store. */
import type { ReloadId, TenantId } from '../../core/ids.ts'
import type { DataFile, FilePlace } from '../../core/records.ts'
import type { Reload } from '../../core/reload.ts'
import type { DataAudience } from '../../core/task/data-change.ts'
import type { TaskRun } from '../../core/task/run.ts'
import type { ReloadView } from '../port/reloads.ts'
import { changedMeanwhile, dataReaders, type RunsOfTasks } from '../rule/data-readers.ts'
import { byAge, own, type Tables } from './tables.ts'

/** See `ReloadView.changedMeanwhile`. */
export function changesOf(tables: Tables, { tenantId, appId }: Reload): ReloadView['changedMeanwhile'] {
  const { tasks, dataFiles } = tables
  return (firstReads, since) =>
    changedMeanwhile(
      firstReads,
      since,
      () => tasks.where((row) => row.tenantId === tenantId && row.appId === appId),
      ({ place, name }) =>
        dataFiles.find((row) => row.tenantId === tenantId && row.name === name && liesIn(row, place)),
      runsOf(tables),
    )
}

function runsOf({ taskRuns }: Tables): RunsOfTasks {
  return {
    waiting: (id) => byAge(taskRuns.where((row) => row.taskId === id && row.state === 'waiting')),
    keyed: (id, key) => taskRuns.find((row) => row.taskId === id && row.key === key),
  }
}

/** Those who hear of changes in a tenant, and the run that made a reload. */
export function dataAudience(
  tables: Tables,
  tenantId: TenantId,
): DataAudience & { runOf(reloadId: ReloadId): TaskRun | undefined } {
  const { tasks, taskRuns, apps } = tables
  return {
    dataReaders(files) {
      const ofTenant = tasks.where((row) => row.tenantId === tenantId)
      const found = ofTenant.flatMap((task) =>
        (own(apps.get(task.appId), tenantId)?.data?.reads ?? []).map((read) => ({ task, read })),
      )
      return dataReaders(found, files, runsOf(tables))
    },
    runOf: (reloadId) => taskRuns.find((row) => row.reloadId === reloadId),
  }
}

export function liesIn(file: DataFile, place: FilePlace): boolean {
  return 'spaceId' in place
    ? file.spaceId === place.spaceId
    : file.spaceId === undefined && file.ownerId === place.ownerId
}
