/**
 * An instant of a schedule has come: what is run, and what is recorded as not run (contract 03, section 9).
 * Of several instants that passed while nobody looked only the latest is run, and not after the task's
 * catch-up window; none is passed over without a record.
 */

import { defined } from '../defined.ts'
import type { RunId } from '../ids.ts'
import type { ZoneOffsets } from '../recurrence/local-clock.ts'
import { latestAtOrBefore, nextAfter } from '../recurrence/schedule.ts'
import { MINUTE } from '../units.ts'
import { type Cause, type NoRunReason, runOf, type TaskRun } from './run.ts'
import { dueAt, type Task } from './task.ts'

/** A run so late is in time, whatever the catch-up window of its task, ms: the loop takes a while. */
export const IN_TIME_MS = MINUTE
/** Of the instants that a missed run stands for so many are counted. */
export const MISSED_COUNTED_MAX = 1000

export interface TickWorld {
  readonly zones: ZoneOffsets
  /** The tenant's tasks are paused. */
  readonly paused: boolean
  /** The task's calendar has the day of this instant. */
  readonly isOff: (instant: number) => boolean
}

/** A trigger that leads to no reload. */
export interface NotRun {
  readonly cause: Extract<Cause, { kind: 'schedule' }>
  readonly state: 'missed' | 'skipped'
  readonly reason: NoRunReason
}

export interface Tick {
  /** With its next instant. */
  readonly task: Task
  readonly notRun: readonly NotRun[]
  /** The instant for which it is to run now, epoch ms. */
  readonly runs?: number
}

/** Undefined when the task is not due (any more). */
export function tick(task: Task, now: number, world: TickWorld): Tick | undefined {
  const { triggers, state, jitterMs } = task
  const due = dueAt(task)
  if (due === undefined || due > now || triggers.schedule === undefined) return undefined
  const from = state.nextInstant!
  const passed = now - jitterMs
  const latest = Math.max(latestAtOrBefore(triggers.schedule, passed, world.zones) ?? from, from)
  const moved = scheduledFrom(task, latest, world.zones)
  const isLate = passed - latest > Math.max(task.catchUpWindowMs, IN_TIME_MS)
  if (world.paused) return { task: moved, notRun: [missed(task, from, latest, 'paused', world)] }
  if (isLate) return { task: moved, notRun: [missed(task, from, latest, 'late', world)] }
  const before = latestAtOrBefore(triggers.schedule, latest - 1, world.zones)
  const earlier = before !== undefined && before >= from ? [missed(task, from, before, 'late', world)] : []
  if (world.isOff(latest)) {
    const off: NotRun = { cause: { kind: 'schedule', instant: latest }, state: 'skipped', reason: 'calendar' }
    return { task: moved, notRun: [...earlier, off] }
  }
  return { task: moved, notRun: earlier, runs: latest }
}

/** The task as it waits for the first instant after this one, epoch ms. */
export function scheduledFrom(task: Task, after: number, zones: ZoneOffsets): Task {
  const { schedule } = task.triggers
  const next = schedule === undefined ? undefined : nextAfter(schedule, after, zones)
  const { nextInstant: _passed, ...state } = task.state
  return {
    ...task,
    state: {
      ...state,
      ...defined({ nextInstant: next }),
      completed: schedule !== undefined && next === undefined,
    },
  }
}

/** The unique key of a run for an instant of a schedule. */
export function keyOfInstant(instant: number): string {
  return `at:${instant}`
}

function missed(
  { triggers }: Task,
  from: number,
  to: number,
  reason: NoRunReason,
  { zones }: TickWorld,
): NotRun {
  let count = 1
  let last = from
  while (last < to && count < MISSED_COUNTED_MAX) {
    const next = nextAfter(triggers.schedule!, last, zones)
    if (next === undefined || next > to) break
    last = next
    count += 1
  }
  const more = last < to && count === MISSED_COUNTED_MAX
  return { cause: { kind: 'schedule', instant: to, missed: { from, count, more } }, state: 'missed', reason }
}

/** The record of a trigger that leads to no reload. */
export function notRunRecord(task: Task, notRun: NotRun, id: RunId, now: number): TaskRun {
  const { cause, state, reason } = notRun
  return {
    ...runOf(task, id, keyOfInstant(cause.instant), cause, now),
    state,
    reason,
    endedAt: now,
  }
}
