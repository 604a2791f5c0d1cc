/**
 * What must hold of tasks: every instant of every schedule is run once, or recorded once as skipped or missed
 * for a reason that is true; every end of a run is heard in the commit that settles it.
 */
import type { ReloadId, TaskId } from '../../../src/core/ids.ts'
import { occurrencesAfter } from '../../../src/core/recurrence/schedule.ts'
import { IN_TIME_MS } from '../../../src/core/task/due.ts'
import type { TaskRun } from '../../../src/core/task/run.ts'
import { RUN_ENDS, type RunEnd, type Task } from '../../../src/core/task/task.ts'
import { MINUTE, SECOND } from '../../../src/core/units.ts'
import type { ObservedStore } from '../observed-store.ts'
import { zones } from './furnish.ts'

export interface Tally {
  ran: number
  skipped: number
  missed: number
  heard: number
}

/** An instant that came by a clock that was wrong may be recorded as missed and run in its true time. */
interface Told {
  readonly how: 'ran' | 'skipped' | 'missed'
}

export class ScheduleAudit {
  readonly tally: Tally = { ran: 0, skipped: 0, missed: 0, heard: 0 }
  readonly faults: string[] = []
  readonly #store: ObservedStore
  readonly #now: () => number
  readonly #tasks: ReadonlyMap<TaskId, Task>
  readonly #told = new Map<TaskId, Map<number, Told[]>>()
  /** Runs as they were seen last. */
  readonly #runs = new Map<string, TaskRun>()
  #put: TaskRun[] = []
  #savedTasks = new Map<TaskId, Task>()

  constructor(store: ObservedStore, tasks: readonly Task[], now: () => number) {
    this.#now = now
    this.#store = store
    this.#tasks = new Map(tasks.map((task) => [task.id, task]))
    for (const { id } of tasks) this.#told.set(id, new Map())
    const { taskRuns, tasks: table } = store.contents
    const putRun = taskRuns.put.bind(taskRuns)
    taskRuns.put = (id, run) => {
      putRun(id, run)
      this.#put.push(run)
    }
    const putTask = table.put.bind(table)
    table.put = (id, task) => {
      putTask(id, task)
      this.#savedTasks.set(task.id, task)
    }
  }

  /** To be called after each step: what was put since is one commit, or a few whole ones. */
  look(paused: boolean): void {
    const put = this.#put
    const saved = this.#savedTasks
    this.#put = []
    this.#savedTasks = new Map()
    for (const run of put) {
      // A write that was taken back is not there.
      if (this.#store.contents.taskRuns.get(run.id) === undefined) continue
      this.#seen(run, put, saved, paused)
      this.#runs.set(run.id, run)
    }
  }

  /** At the end, when nothing is due: nothing is left out. */
  finish(until: number): void {
    for (const task of this.#tasks.values()) {
      const { schedule } = task.triggers
      if (schedule === undefined) continue
      const told = this.#told.get(task.id)!
      const first = task.state.nextInstant!
      for (const { at, local } of occurrencesAfter(schedule, first - SECOND, zones)) {
        if (at + task.jitterMs > until) break
        if (!told.has(at)) this.faults.push(`${task.name}: nobody tells of ${local}`)
      }
    }
    const { taskRuns, reloads } = this.#store.contents
    for (const run of taskRuns.where(({ state }) => state === 'waiting')) {
      const isHeld = reloads.find(({ appId, endedAt }) => appId === run.appId && endedAt === undefined)
      const justNow = this.#now() - run.createdAt < MINUTE
      if (isHeld === undefined && !justNow) this.faults.push(`${run.taskName}: run ${run.key} waits still`)
    }
  }

  #seen(run: TaskRun, put: readonly TaskRun[], saved: ReadonlyMap<TaskId, Task>, paused: boolean): void {
    const before = this.#runs.get(run.id)
    if (before === undefined && run.cause.kind === 'schedule') this.#instant(run, put, paused)
    if (isEnd(run.state) && !isEnd(before?.state)) this.#ended(run, run.state, put, saved)
  }

  #instant(run: TaskRun, put: readonly TaskRun[], paused: boolean): void {
    const { cause, state, reason } = run
    if (cause.kind !== 'schedule') return
    const task = this.#tasks.get(run.taskId)!
    const fault = (what: string) =>
      this.faults.push(`${task.name} at ${new Date(cause.instant).toISOString()}: ${what}`)
    const how = state === 'missed' ? 'missed' : state === 'skipped' ? 'skipped' : 'ran'
    const instants = this.#instantsOf(task, cause.missed?.from ?? cause.instant, cause.instant)
    if (instants.at(-1) !== cause.instant) fault('it is no instant of the schedule')
    const counted = cause.missed?.count ?? 1
    if (cause.missed?.more !== true && counted !== instants.length) fault(`it stands for ${counted} instants`)
    for (const instant of instants) {
      const told = this.#told.get(task.id)!
      const others = told.get(instant) ?? []
      if (how !== 'missed' && others.some((one) => one.how !== 'missed')) fault(`told twice: ${how}`)
      told.set(instant, [...others, { how }])
      this.tally[how] += 1
    }
    if (run.createdAt < cause.instant + task.jitterMs) fault('before its time')
    const lateMs = run.createdAt - cause.instant - task.jitterMs
    const window = Math.max(task.catchUpWindowMs, IN_TIME_MS)
    if (how === 'ran' && lateMs > window) fault(`it ran ${lateMs} ms late`)
    switch (reason) {
      case 'late': {
        const later = put.some(
          (one) =>
            one.taskId === run.taskId && one.cause.kind === 'schedule' && one.cause.instant > cause.instant,
        )
        if (lateMs <= window && !later) fault('missed though it was in time')
        return
      }
      case 'paused':
        if (!paused) fault('missed for a pause that is none')
        return
      case 'app-busy':
        if (!this.#isActive(run.pendingReloadId)) fault('skipped for a reload that is over')
        return
      case 'calendar':
        if (task.calendar === undefined) fault('skipped without a calendar')
        return
      default:
    }
  }

  /** In this very commit everybody who listens has heard it. */
  #ended(run: TaskRun, end: RunEnd, put: readonly TaskRun[], saved: ReadonlyMap<TaskId, Task>): void {
    for (const listener of this.#tasks.values()) {
      const { ends } = listener.triggers
      const names = (ends?.events ?? []).filter(
        ({ taskId, status }) => taskId === run.taskId && (status === 'any' || status === end),
      )
      if (names.length === 0) continue
      this.tally.heard += 1
      const waits = this.#store.contents.taskRuns.find(
        (one) => one.taskId === listener.id && one.state === 'waiting',
      )
      const now = saved.get(listener.id)
      const joined = now !== undefined && names.every(({ name }) => now.state.joined[name] === run.id)
      const made = put.some((one) => one.taskId === listener.id && one.key === `end:${run.id}`)
      if (waits === undefined && !joined && !made) {
        this.faults.push(`${listener.name} did not hear the end of ${run.taskName} in its commit`)
      }
    }
  }

  #isActive(id: ReloadId | undefined): boolean {
    return id !== undefined && this.#store.contents.reloads.get(id)?.endedAt === undefined
  }

  #instantsOf({ triggers }: Task, from: number, to: number): number[] {
    const found: number[] = []
    for (const { at } of occurrencesAfter(triggers.schedule!, from - SECOND, zones)) {
      if (at > to) break
      found.push(at)
    }
    return found
  }
}

function isEnd(state: TaskRun['state'] | undefined): state is RunEnd {
  return RUN_ENDS.some((end) => end === state)
}
