/** Bugs that are planted around the store, each of which the audit must find. */
import { defined } from '../../../src/core/defined.ts'
import type { Change, TaskDecided, TaskView } from '../../../src/store/port/change.ts'
import type { ReloadView, Saving, Transition } from '../../../src/store/port/reloads.ts'
import type { Store } from '../../../src/store/port/store.ts'
import { isSaving } from '../../../src/store/rule/saving.ts'
import { put } from '../../support/catalog.ts'
import { overriding } from '../canary/canary.ts'
import type { ObservedStore } from '../observed-store.ts'
import type { World } from '../world.ts'

export interface ScheduleCanary {
  readonly name: string
  readonly plants: string
  /** A part of the fault that finds it. */
  readonly foundAs: RegExp
  readonly store: (store: ObservedStore, world: World) => Store
}

export const SCHEDULE_CANARIES: readonly ScheduleCanary[] = [
  {
    name: 'tick-fired-twice',
    plants: 'a run is saved under a key of its own, and now and then the task is not saved with it',
    foundAs: /told twice/,
    store: (store, world) => changing(store, (decided) => withoutItsTask(decided, world)),
  },
  {
    name: 'unseen-missed',
    plants: 'missed instants leave no record',
    foundAs: /nobody tells of/,
    store: (store) =>
      changing(store, (decided) => {
        const taskRuns = decided.put?.taskRuns?.filter(
          ({ state, cause }) => state !== 'missed' || cause.kind !== 'schedule',
        )
        return { ...decided, put: { ...decided.put, ...defined({ taskRuns }) } }
      }),
  },
  {
    name: 'join-forgets',
    plants: 'a join does not keep what it has heard',
    foundAs: /did not hear/,
    store: (store) =>
      settlingBy(store, (saving) => ({
        ...saving,
        ...defined({
          tasks: saving.tasks?.map((task) => ({ ...task, state: { ...task.state, joined: {} } })),
        }),
      })),
  },
  {
    name: 'child-apart',
    plants: 'the runs that an end makes are saved in a commit after the one that settles it',
    foundAs: /did not hear/,
    store: (store, world) => settlingBy(store, (saving) => apart(store, world, saving)),
  },
]

/** Steps about tasks decide otherwise. */
function changing(
  store: ObservedStore,
  plant: (decided: TaskDecided<unknown>) => TaskDecided<unknown>,
): Store {
  const change = (batch: readonly Change<unknown>[]) =>
    store.change(
      batch.map((one) =>
        one.kind === 'task' ? { ...one, step: (view: TaskView) => plant(one.step(view)) } : one,
      ),
    )
  return overriding(store, { change: change as Store['change'] })
}

/** Steps that settle save otherwise. */
function settlingBy(store: ObservedStore, plant: (saving: Saving) => Saving): Store {
  const transition = (batch: readonly Transition<unknown>[]) =>
    store.transition(
      batch.map((one) => ({
        ...one,
        step: (view: ReloadView) => {
          const decided = one.step(view)
          return isSaving(decided) ? plant(decided) : decided
        },
      })),
    )
  return overriding(store, { transition: transition as Store['transition'] })
}

/** The run goes into the store, and half of the time its task does not: the instant stays due. */
function withoutItsTask(decided: TaskDecided<unknown>, world: World): TaskDecided<unknown> {
  const { put } = decided
  if (put?.taskRuns === undefined || put.taskRuns.length === 0) return decided
  const taskRuns = put.taskRuns.map((run) => ({ ...run, key: run.id }))
  return { ...decided, put: { ...put, taskRuns, ...(world.chance(0.5) ? { tasks: [] } : {}) } }
}

function apart(store: ObservedStore, world: World, saving: Saving): Saving {
  const [own, ...made] = saving.taskRuns ?? []
  if (own === undefined || made.length === 0) return saving
  world.after(1, () => {
    void put(store, { taskRuns: made })
    return true
  })
  return { ...saving, taskRuns: [own] }
}
