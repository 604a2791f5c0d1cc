/**
 * Reload tasks and their runs in the store. A task changes by `change` (change.ts), which may accept a reload
 * in the same commit, and by the transition that settles the reload of one of its runs (reloads.ts).
 */
import type { AppId, RunId, TaskId, TenantId, UserId } from '../../core/ids.ts'
import type { App, Space, SpaceAssignment, User } from '../../core/records.ts'
import type { Reload } from '../../core/reload.ts'
import type { TaskRun } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'
import type { CatalogView, Decided } from './change.ts'
import type { Acceptance, Accepted } from './reloads.ts'

/** A task that a step is about, and what the step wants to see beside it. */
export interface TaskSubject {
  readonly kind: 'task'
  readonly id: TaskId
  /** The app when the task is new, or is to have another one; else that of the stored task. */
  readonly appId?: AppId
  /** For whom a reload is asked; else the stored task's owner. */
  readonly userId?: UserId
  /** A run of the task. */
  readonly runId?: RunId
  /** The run of the task that has this key. */
  readonly key?: string
  /** All tasks of the tenant that listen to the ends of others: to find circles. */
  readonly chains?: true
}

export interface TaskView extends CatalogView {
  readonly task?: Task
  readonly app?: App
  /** All tasks of the app, oldest first. */
  readonly ofApp: readonly Task[]
  /** How many tasks the user owns; the user for whom a reload is asked. */
  readonly ownedTasks: number
  readonly user?: User
  /** The app's space, and its assignments. */
  readonly space?: Space
  readonly assignments: readonly SpaceAssignment[]
  readonly run?: TaskRun
  readonly keyed?: TaskRun
  /** The task's runs that wait, oldest first. */
  readonly waiting: readonly TaskRun[]
  /** Empty unless asked for. */
  readonly chains: readonly Task[]
  /** Judges a reload of the app as `accept` does, on what is stored now. Only `accepted` may be saved. */
  judge(acceptance: Acceptance): Accepted
}

export interface TaskDecided<Answer> extends Decided<Answer> {
  /** A reload that `judge` accepted. */
  readonly accepted?: Reload
}

/** What a step that settles a reload is shown when a task made the reload. */
export interface SettledTaskView {
  readonly run: TaskRun
  /** Absent when it was deleted. */
  readonly task?: Task
  /**
   * Enabled tasks that stand under one of the texts under which this run is heard (core/task/hearing.ts), by
   * id.
   */
  readonly listening: readonly Task[]
  /** Those of them of which a run waits. */
  readonly waiting: readonly TaskId[]
}

export interface TaskRef {
  readonly tenantId: TenantId
  readonly taskId: TaskId
}

export interface RunRef extends TaskRef {
  readonly runId: RunId
}

export interface TaskStore {
  task(tenantId: TenantId, id: TaskId): Promise<Task | undefined>
  taskRun(tenantId: TenantId, id: RunId): Promise<TaskRun | undefined>
  /**
   * Tasks that are due by their schedule (`dueAt`) at `now`: of each tenant the earliest first, of equals the
   * lower id; tenants take turns, so that none waits for another's many.
   */
  dueTasks(now: number, max: number): Promise<TaskRef[]>
  /**
   * Waiting runs that are due at `now` and whose app has no active reload, the oldest first (notBefore, then
   * id); tenants take turns.
   */
  dueRuns(now: number, max: number): Promise<RunRef[]>
  /** Whether a waiting run is due at `now` whose app has an active reload. */
  hasHeldRuns(now: number): Promise<boolean>
  /** When the next task or waiting run becomes due after `now`, epoch ms; undefined when none will. */
  nextTaskAt(now: number): Promise<number | undefined>
  /** Enabled tasks with a schedule of all tenants, by id, those after one of them. */
  scheduledTasks(after: TaskId | undefined, max: number): Promise<Task[]>
}
