/** Reload tasks and their runs in the memory store. */
import type { RunId, TaskId, TenantId } from '../../core/ids.ts'
import { isOutcome } from '../../core/outcome.ts'
import { listensUnder } from '../../core/task/hearing.ts'
import type { TaskRun } from '../../core/task/run.ts'
import { dueAt, type Task } from '../../core/task/task.ts'
import type { PullBack } from '../port/queue.ts'
import type { RunRef, TaskRef, TaskStore } from '../port/tasks.ts'
import { inTurns } from '../rule/in-turns.ts'
import { runPulledBack } from '../rule/pulling-back.ts'
import { MemoryPeople } from './memory-people.ts'
import { compare, own } from './tables.ts'

export class MemoryTasks extends MemoryPeople implements TaskStore {
  async task(tenantId: TenantId, id: TaskId): Promise<Task | undefined> {
    return own(this.tables.tasks.get(id), tenantId)
  }

  async taskRun(tenantId: TenantId, id: RunId): Promise<TaskRun | undefined> {
    return own(this.tables.taskRuns.get(id), tenantId)
  }

  async dueTasks(now: number, max: number): Promise<TaskRef[]> {
    const present = this.tables.tasks.where((task) => this.isPresent(task))
    const due = present.flatMap((task) => {
      const { tenantId, id } = task
      const at = dueAt(task)
      return at !== undefined && at <= now ? [{ tenantId, id, due: at }] : []
    })
    return inTurns(due, max).map(({ tenantId, id: taskId }) => ({ tenantId, taskId }))
  }

  async dueRuns(now: number, max: number): Promise<RunRef[]> {
    const free = this.#waiting(now).filter((run) => this.isPresent(run) && !this.#isHeld(run))
    const due = free.map(({ tenantId, id, taskId, notBefore }) => ({ tenantId, id, taskId, due: notBefore }))
    return inTurns(due, max).map(({ tenantId, taskId, id: runId }) => ({ tenantId, taskId, runId }))
  }

  async hasHeldRuns(now: number): Promise<boolean> {
    return this.#waiting(now).some((run) => this.#isHeld(run))
  }

  async nextTaskAt(now: number): Promise<number | undefined> {
    const times = [
      ...this.tables.tasks.rows().flatMap((task) => dueAt(task) ?? []),
      ...this.#waiting(Number.POSITIVE_INFINITY).map(({ notBefore }) => notBefore),
    ]
    const next = Math.min(...times.filter((at) => at > now))
    return Number.isFinite(next) ? next : undefined
  }

  async listened(tenantId: TenantId, texts: readonly string[]): Promise<string[]> {
    const standing = this.tables.tasks.where((task) => task.tenantId === tenantId).flatMap(listensUnder)
    return [...new Set(texts)].filter((text) => standing.includes(text))
  }

  async scheduledTasks(after: TaskId | undefined, max: number): Promise<Task[]> {
    return this.tables.tasks
      .where(
        ({ id, enabled, triggers }) =>
          enabled && triggers.schedule !== undefined && (after === undefined || id > after),
      )
      .sort((left, right) => compare(left.id, right.id))
      .slice(0, max)
  }

  protected pullBackRuns(request: PullBack): number {
    const { taskRuns } = this.tables
    const pulled = this.#waiting(Number.POSITIVE_INFINITY).flatMap((run) => runPulledBack(run, request) ?? [])
    for (const run of pulled) taskRuns.put(run.id, run)
    return pulled.length
  }

  /** Those that are due. */
  #waiting(now: number): TaskRun[] {
    return this.tables.taskRuns.where(({ state, notBefore }) => state === 'waiting' && notBefore <= now)
  }

  #isHeld({ appId }: TaskRun): boolean {
    return (
      this.tables.reloads.find((reload) => reload.appId === appId && !isOutcome(reload.state)) !== undefined
    )
  }
}
