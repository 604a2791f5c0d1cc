/**
 * An instant of a task's schedule has come (recurrence/come-due.ts): what is run, and what is recorded as not
 * run, because it is late, the tasks are paused, or the task's calendar has its day.
 */
import { defined } from '../defined.ts'
import type { RunId } from '../ids.ts'
import { comeDue, type Missed } from '../recurrence/come-due.ts'
import type { ZoneOffsets } from '../recurrence/local-clock.ts'
import { nextAfter } from '../recurrence/schedule.ts'
import { MINUTE } from '../units.ts'
import { type Cause, type NoRunReason, runOf, type TaskRun } from './run.ts'
import { dueAt, type Task } from './task.ts'

/** A run so late is in time, whatever the catch-up window of its task, ms: the loop takes a while. */
export const IN_TIME_MS = MINUTE
/** A catch-up window that is always over. */
const NEVER = -1

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
  const { zones, paused } = world
  const catchUpMs = paused ? NEVER : Math.max(task.catchUpWindowMs, IN_TIME_MS)
  const come = comeDue(triggers.schedule, { from: state.nextInstant!, now: now - jitterMs, catchUpMs }, zones)
  const moved = waitingFor(task, come.next)
  const notRun = come.missed === undefined ? [] : [missed(come.missed, paused ? 'paused' : 'late')]
  if (come.runs === undefined) return { task: moved, notRun }
  if (!world.isOff(come.runs)) return { task: moved, notRun, runs: come.runs }
  const off = {
    cause: { kind: 'schedule', instant: come.runs },
    state: 'skipped',
    reason: 'calendar',
  } as const
  return { task: moved, notRun: [...notRun, off] }
}

/** The task as it waits for the first instant after this one, epoch ms. */
export function scheduledFrom(task: Task, after: number, zones: ZoneOffsets): Task {
  const { schedule } = task.triggers
  return waitingFor(task, schedule === undefined ? undefined : nextAfter(schedule, after, zones))
}

function waitingFor(task: Task, next: number | undefined): Task {
  const { nextInstant: _passed, ...state } = task.state
  const completed = task.triggers.schedule !== undefined && next === undefined
  return { ...task, state: { ...state, ...defined({ nextInstant: next }), completed } }
}

/** The unique key of a run for an instant of a schedule. */
export function keyOfInstant(instant: number): string {
  return `at:${instant}`
}

function missed({ to, ...missed }: Missed, reason: NoRunReason): NotRun {
  return { cause: { kind: 'schedule', instant: to, missed }, state: 'missed', reason }
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
