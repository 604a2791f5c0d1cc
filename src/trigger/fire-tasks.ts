/**
 * Room `trigger`: what makes reloads beside requests: schedules, ends of other tasks, changed data, a hand.
 * Loops and steps enter; the rules stand in `core/task` and `core/recurrence`.
 *
 * The loop that fires tasks: it takes those whose instant has come and the runs that waited, some at a time,
 * each in the step that also accepts the reload. It sleeps until the next one is due, or until a commit
 * concerns it.
 */
import { LeftAlone } from '../core/left-alone.ts'
import { type Loop, startLoop } from '../core/loop.ts'
import type { Log, Timers } from '../core/ports.ts'
import { LOOK_EVERY_MS, RecheckTime } from '../core/recurrence/recheck-time.ts'
import type { TaskRun } from '../core/task/run.ts'
import { SECOND } from '../core/units.ts'
import type { Change } from '../store/port/change.ts'
import type { Store } from '../store/port/store.ts'
import type { TaskRef } from '../store/port/tasks.ts'
import { firingRun } from './fire-run.ts'
import { type Fired, firingSchedule, type ScheduleDeps } from './fire-schedule.ts'
import { recheckSchedules } from './recheck.ts'

/** Tasks and runs that are taken in one commit. */
const BATCH = 100
/** Nothing of what is due could be fired: so long until it is tried again, ms. */
const AGAIN_MS = SECOND

export interface TriggerDeps extends ScheduleDeps {
  readonly store: Store
  readonly timers: Timers
  readonly log: Log
  /** Told of everything that was fired, after its commit. */
  readonly fired: (runs: readonly TaskRun[]) => void
}

export function startFiringTasks(deps: TriggerDeps): Loop {
  const { store } = deps
  const firing = new Firing(deps)
  const loop = startLoop(deps, 'firing tasks', () => firing.round())
  const forget = store.onCommit((changed) => {
    if (changed.tasks || (changed.ended && firing.holds)) loop.wake()
  })
  return {
    wake: loop.wake,
    stop: () => {
      forget()
      return loop.stop()
    },
  }
}

/** A task whose instant has come or that has a run which waited, and the step that fires it. */
interface Due {
  readonly ref: TaskRef
  readonly change: Change<Fired>
}

class Firing {
  readonly #deps: TriggerDeps
  /** Runs wait for reloads of their apps to end. */
  holds = false
  readonly #recheckTime: RecheckTime
  /** By task. */
  readonly #left: LeftAlone

  constructor(deps: TriggerDeps) {
    this.#deps = deps
    this.#left = new LeftAlone(deps.clock)
    this.#recheckTime = new RecheckTime(deps.clock)
  }

  /** @returns the longest wait before the next round, ms; 0: there is more */
  async round(): Promise<number> {
    const { store, clock } = this.#deps
    await this.#recheckTime.whenDue((clockWasSet) => this.#recheck(clockWasSet))
    const max = BATCH + this.#left.size
    const tasks = await store.dueTasks(clock.now(), max)
    const runs = await store.dueRuns(clock.now(), max)
    const fired = await this.#fire([
      ...this.#taken(tasks).map((ref) => ({ ref, change: firingSchedule(this.#deps, ref) })),
      ...this.#taken(runs).map((ref) => ({ ref, change: firingRun(this.#deps, ref) })),
    ])
    if (fired > 0) return 0
    if (tasks.length + runs.length > 0) return AGAIN_MS
    const now = clock.now()
    this.holds = await store.hasHeldRuns(now)
    const next = await store.nextTaskAt(now)
    const untilNext = next === undefined ? LOOK_EVERY_MS : Math.max(next - now, 1)
    return Math.min(untilNext, LOOK_EVERY_MS)
  }

  async #recheck(clockWasSet: boolean): Promise<void> {
    const moved = await recheckSchedules(this.#deps)
    if (moved > 0) this.#deps.log.info('schedules were computed anew', { tasks: moved, clockWasSet })
  }

  #taken<Ref extends TaskRef>(refs: readonly Ref[]): Ref[] {
    return refs.filter(({ taskId }) => !this.#left.has(taskId)).slice(0, BATCH)
  }

  /** @returns how many were fired, or are over */
  async #fire(taken: readonly Due[]): Promise<number> {
    if (taken.length === 0) return 0
    try {
      return this.#tell(await this.#deps.store.change(taken.map(({ change }) => change)))
    } catch (error) {
      // One of them may be what fails: each for itself. If all fail, it is the store.
      let fired = 0
      const failed: TaskRef[] = []
      for (const { ref, change } of taken) {
        const count = await this.#fireAlone(ref, change)
        if (count === undefined) failed.push(ref)
        else fired += count
      }
      if (failed.length === taken.length) throw error
      for (const { taskId } of failed) this.#left.leave(taskId)
      return fired
    }
  }

  /** @returns how many were fired; undefined: it failed */
  async #fireAlone({ taskId }: TaskRef, change: Change<Fired>): Promise<number | undefined> {
    const { store, log } = this.#deps
    try {
      return this.#tell(await store.change([change]))
    } catch (error) {
      log.warn('a task could not be fired; it is tried again', { taskId, error: String(error) })
      return undefined
    }
  }

  /** @returns how many there were */
  #tell(answers: readonly Fired[]): number {
    const fired = answers.filter((runs) => runs !== undefined)
    const runs = fired.flat()
    if (runs.length > 0) this.#deps.fired(runs)
    return fired.length
  }
}
