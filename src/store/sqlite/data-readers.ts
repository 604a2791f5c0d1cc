/** Which tasks hear of changed data: found by what their apps read. */
import type { DatabaseSync } from 'node:sqlite'
import type { ReloadId, TenantId } from '../../core/ids.ts'
import { placeKey } from '../../core/placed-name.ts'
import { isMask, MASKS_OF_PLACE_MAX } from '../../core/read-name.ts'
import type { PlacedName } from '../../core/records.ts'
import type { Reload } from '../../core/reload.ts'
import { type DataAudience, isPartOf } from '../../core/task/data-change.ts'
import type { TaskRun } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'
import type { ReloadView } from '../port/reloads.ts'
import { changedMeanwhile, dataReaders, type ReadBy, type RunsOfTasks } from '../rule/data-readers.ts'
import { prepareDataFiles } from './data-files.ts'
import { recordOf, recordsOf } from './row.ts'
import { RUN_OF_RELOAD } from './settled-task.ts'
import { RUN_OF_KEY, WAITING_OF_TASK } from './task-rows.ts'

/** Of a file, or of a mask. */
export const READERS = `
  SELECT name, record FROM app_reads CROSS JOIN tasks ON tasks.app_id = app_reads.app_id
  WHERE app_reads.tenant_id = ? AND place = ? AND mask = ? AND name = ?`

export const MASKS_OF_PLACE = `
  SELECT DISTINCT name FROM app_reads WHERE tenant_id = ? AND place = ? AND mask = 1
  ORDER BY name LIMIT ${MASKS_OF_PLACE_MAX}`

/** Those who hear of changes in a tenant, and the run that made a reload. */
export function prepareDataAudience(
  db: DatabaseSync,
): (tenantId: TenantId) => DataAudience & { runOf(reloadId: ReloadId): TaskRun | undefined } {
  const readers = db.prepare(READERS)
  const masksOf = db.prepare(MASKS_OF_PLACE)
  const ofReload = db.prepare(RUN_OF_RELOAD)
  const runsOf = prepareRuns(db)
  return (tenantId) => {
    const runs = runsOf(tenantId)
    const readBy = (read: PlacedName): ReadBy[] =>
      recordsOf<Task>(readers.all(tenantId, placeKey(read.place), isMask(read.name) ? 1 : 0, read.name)).map(
        (task) => ({ task, read }),
      )
    /** Masks of places that cover one of the files. */
    const masksFor = (files: readonly PlacedName[]): PlacedName[] => {
      const places = new Map(files.map(({ place }) => [placeKey(place), place]))
      return [...places].flatMap(([key, place]) =>
        masksOf
          .all(tenantId, key)
          .map((row) => ({ place, name: row.name as string }))
          .filter((mask) => files.some((file) => isPartOf(file, mask))),
      )
    }
    return {
      dataReaders: (files) => dataReaders([...files, ...masksFor(files)].flatMap(readBy), files, runs),
      runOf: (reloadId) => recordOf<TaskRun>(ofReload.get(reloadId)),
    }
  }
}

/** See `ReloadView.changedMeanwhile`. */
export function prepareChanges(db: DatabaseSync): (reload: Reload) => ReloadView['changedMeanwhile'] {
  const tasksOf = db.prepare('SELECT record FROM tasks WHERE app_id = ? AND tenant_id = ?')
  const { dataFileByName } = prepareDataFiles(db)
  const runsOf = prepareRuns(db)
  return ({ tenantId, appId }) =>
    (firstReads, since) =>
      changedMeanwhile(
        firstReads,
        since,
        () => recordsOf<Task>(tasksOf.all(appId, tenantId)),
        ({ place, name }) => dataFileByName(tenantId, place, name),
        runsOf(tenantId),
      )
}

function prepareRuns(db: DatabaseSync): (tenantId: TenantId) => RunsOfTasks {
  const waiting = db.prepare(WAITING_OF_TASK)
  const keyed = db.prepare(RUN_OF_KEY)
  return (tenantId) => ({
    waiting: (id) => recordsOf<TaskRun>(waiting.all(id, tenantId)),
    keyed: (id, key) => recordOf<TaskRun>(keyed.get(id, key, tenantId)),
  })
}
