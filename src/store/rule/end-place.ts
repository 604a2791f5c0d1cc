/** Where a run of a task ends, as far as it tells who listens (core/task/hearing.ts). */
import { defined } from '../../core/defined.ts'
import type { App } from '../../core/records.ts'
import type { Reload } from '../../core/reload.ts'
import type { EndedRun } from '../../core/task/hearing.ts'
import type { TaskRun } from '../../core/task/run.ts'

export type EndPlace = Pick<EndedRun, 'taskId' | 'appId' | 'spaceId'>

/** @param app as it is now; the space of a deleted one is that of the acceptance */
export function endPlaceOf(
  { taskId, appId }: TaskRun,
  { provenance }: Reload,
  app: App | undefined,
): EndPlace {
  const spaceId = app === undefined ? provenance.appSpaceId : app.spaceId
  return { taskId, appId, ...defined({ spaceId }) }
}
