/**
 * Reload tasks and their runs in the store. A task changes by `change` (change.ts), which may accept a reload
 * in the same commit, and by the transition that settles the reload of one of its runs (reloads.ts).
 */
import type { RunId, TaskId, TenantId } from '../../core/ids.ts'
import type { TaskRun } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'

/** Who listens to the end of a run. */
export interface Listening {
  /**
   * Enabled tasks that stand under one of the texts under which this run is heard (core/task/hearing.ts), by
   * id.
   */
  readonly listening: readonly Task[]
  /** Those of them of which a run waits. */
  readonly waiting: readonly TaskId[]
}

/** What a step that settles a reload is shown when a task made the reload. */
export interface SettledTaskView extends Listening {
  readonly run: TaskRun
  /** Absent when it was deleted. */
  readonly task?: Task
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
  /** Of the texts those under which tasks of the tenant stand (core/task/hearing.ts), in any order. */
  listened(tenantId: TenantId, texts: readonly string[]): Promise<string[]>
  /** Enabled tasks with a schedule of all tenants, by id, those after one of them. */
  scheduledTasks(after: TaskId | undefined, max: number): Promise<Task[]>
}
