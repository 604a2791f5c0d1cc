/** A task is switched on or off, or its triggers change: what becomes of its state (contract 03, 4 and 8). */
import type { ZoneOffsets } from '../recurrence/local-clock.ts'
import { scheduledFrom } from './due.ts'
import type { DisabledCode, Task } from './task.ts'

/** Off, with what its join has heard forgotten. Of a task that is off already the first code stays. */
export function switchedOff(task: Task, code: DisabledCode): Task {
  if (!task.enabled) return task
  const { nextInstant: _none, ...state } = task.state
  return { ...task, enabled: false, disabledCode: code, state: { ...state, joined: {} } }
}

/** On: failures are forgotten, and only instants after `now` are run. */
export function switchedOn(task: Task, now: number, zones: ZoneOffsets): Task {
  const { disabledCode: _was, ...rest } = task
  const state = { ...task.state, failuresInRow: 0, joined: {} }
  return scheduledFrom({ ...rest, enabled: true, state }, now, zones)
}

/** Its triggers were replaced: it waits for instants after `now`, and its join begins anew. */
export function retriggered(task: Task, now: number, zones: ZoneOffsets): Task {
  const fresh = { ...task, state: { ...task.state, joined: {} } }
  if (fresh.enabled) return scheduledFrom(fresh, now, zones)
  const { nextInstant: _none, ...state } = fresh.state
  return { ...fresh, state }
}

/** A newer task of its app took over. */
export function migratedAway(task: Task): Task {
  const { disabledCode: _none, ...off } = switchedOff(task, 'MANUALLY')
  return { ...off, migrated: true }
}
