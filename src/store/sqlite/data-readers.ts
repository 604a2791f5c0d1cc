/** Which tasks hear of changed data: found by what their apps read. */
import type { DatabaseSync } from 'node:sqlite'
import type { ReloadId, TaskId, TenantId } from '../../core/ids.ts'
import { placeKey } from '../../core/placed-name.ts'
import type { PlacedName } from '../../core/records.ts'
import type { DataAudience } from '../../core/task/data-change.ts'
import type { TaskRun } from '../../core/task/run.ts'
import { dataReaders, type ReadBy } from '../rule/data-readers.ts'
import { type Row, recordOf, recordsOf } from './row.ts'
import { RUN_OF_RELOAD } from './settled-task.ts'
import { RUN_OF_KEY, WAITING_OF_TASK } from './task-rows.ts'

export const READERS_OF_FILE = `
  SELECT name, record FROM app_reads CROSS JOIN tasks ON tasks.app_id = app_reads.app_id
  WHERE app_reads.tenant_id = ? AND place = ? AND mask = 0 AND name = ?`

export const READERS_BY_MASK = `
  SELECT name, record FROM app_reads CROSS JOIN tasks ON tasks.app_id = app_reads.app_id
  WHERE app_reads.tenant_id = ? AND place = ? AND mask = 1`

/** Those who hear of changes in a tenant, and the run that made a reload. */
export function prepareDataAudience(
  db: DatabaseSync,
): (tenantId: TenantId) => DataAudience & { runOf(reloadId: ReloadId): TaskRun | undefined } {
  const ofFile = db.prepare(READERS_OF_FILE)
  const byMask = db.prepare(READERS_BY_MASK)
  const waiting = db.prepare(WAITING_OF_TASK)
  const keyed = db.prepare(RUN_OF_KEY)
  const ofReload = db.prepare(RUN_OF_RELOAD)
  return (tenantId) => {
    const runs = {
      waiting: (id: TaskId) => recordsOf<TaskRun>(waiting.all(id, tenantId)),
      keyed: (id: TaskId, key: string) => recordOf<TaskRun>(keyed.get(id, key, tenantId)),
    }
    const readBy = ({ place }: PlacedName, rows: readonly Row[]): ReadBy[] =>
      rows.map((row) => ({ task: recordOf(row)!, read: { place, name: row.name as string } }))
    return {
      dataReaders(files) {
        const places = new Map(files.map((file) => [placeKey(file.place), file]))
        const named = files.flatMap((file) =>
          readBy(file, ofFile.all(tenantId, placeKey(file.place), file.name)),
        )
        const masked = [...places].flatMap(([place, file]) => readBy(file, byMask.all(tenantId, place)))
        return dataReaders([...named, ...masked], files, runs)
      },
      runOf: (reloadId) => recordOf<TaskRun>(ofReload.get(reloadId)),
    }
  }
}
