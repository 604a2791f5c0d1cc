/**
 * Pulling back what a clock that was ahead has stamped. It looks at everything that waits, so it is asked for
 * at starts and after the clock was set, and not in between.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { ReloadId } from '../../core/ids.ts'
import type { TaskRun } from '../../core/task/run.ts'
import type { PullBack, PulledBack } from '../port/queue.ts'
import type { CommitNotice } from '../port/store.ts'
import { noticeOf } from '../rule/notice-of.ts'
import { deliveryPulledBack, reloadPulledBack, runPulledBack } from '../rule/pulling-back.ts'
import type { Turns } from '../rule/turns.ts'
import { backsOff } from '../rule/waiting.ts'
import type { WriteCatalog } from './catalog-writes.ts'
import { deliveryColumns, deliveryMoves } from './delivery-rows.ts'
import { recordsOf } from './row.ts'
import type { StoreCache } from './store-cache.ts'
import type { UpdateReload } from './update-reload.ts'
import type { Views } from './view.ts'

/** Every stamp that is pulled back lies after now. */
const ACTIVE_AHEAD = `
  SELECT id FROM reloads WHERE state = 'QUEUED' AND queued_at > ?1
  UNION ALL SELECT id FROM reloads WHERE lease IS NOT NULL AND lease_expires_at > ?1`
const DELIVERIES_AHEAD = `
  SELECT * FROM deliveries WHERE state = 'pending' AND (due_at > ?1 OR lease_expires_at > ?1)`
const RUNS_AHEAD = "SELECT record FROM task_runs WHERE state = 'waiting' AND not_before > ?"

export function preparePullBack(
  db: DatabaseSync,
  views: Views,
  { turns, cache }: { readonly turns: Turns; readonly cache: StoreCache },
  updateReload: UpdateReload,
  write: WriteCatalog,
  note: (changed: Partial<CommitNotice>) => void,
): (request: PullBack) => PulledBack {
  const active = db.prepare(ACTIVE_AHEAD)
  const deliveries = db.prepare(DELIVERIES_AHEAD)
  const runs = db.prepare(RUNS_AHEAD)
  const move = db.prepare(`UPDATE deliveries SET ${deliveryMoves.assignments} WHERE id = ?`)
  const setApart = db.prepare('UPDATE reloads SET backing_off = 1 WHERE id = ?')
  const pullReload = (id: ReloadId, request: PullBack): boolean => {
    const before = views.stored(id)
    const after = before && reloadPulledBack(before.reload, before.attempt, request)
    if (before === undefined || after === undefined) return false
    updateReload(before, after)
    cache.keepReload(after)
    // Its row may say that it was let in.
    if (backsOff(after.reload)) setApart.run(id)
    return true
  }
  const pullRun = (run: TaskRun, request: PullBack): boolean => {
    const after = runPulledBack(run, request)
    if (after !== undefined) write(run.tenantId, { put: { taskRuns: [after] } })
    return after !== undefined
  }
  return (request) => {
    const pulled = deliveries.all(request.now).flatMap((row) => {
      const after = deliveryPulledBack(deliveryColumns.of(row), request)
      return after === undefined ? [] : [after]
    })
    for (const after of pulled) move.run(...deliveryMoves.values(after), after.id)
    const reloads = active.all(request.now).filter(({ id }) => pullReload(id as ReloadId, request)).length
    if (reloads > 0) turns.forget()
    const taskRuns = recordsOf<TaskRun>(runs.all(request.now)).filter((run) => pullRun(run, request)).length
    const answer = { reloads, deliveries: pulled.length, taskRuns }
    note(noticeOf.pullingBack(answer))
    return answer
  }
}
