/**
 * Tasks of an app in its archive: documents that name no app, and each other by name. They come in with a new
 * app, switched off: whoever imports them has not said yet that they are to run with his rights.
 */
import type { Caller } from '../core/caller.ts'
import { type AppId, newUuid, type TaskId } from '../core/ids.ts'
import type { App } from '../core/records.ts'
import type { Task } from '../core/task/task.ts'
import { is } from '../store/port/condition.ts'
import { everyRow } from '../store/port/lists.ts'
import { findApp } from './access.ts'
import { type LeftOut, readDocuments, unfit } from './app-archive.ts'
import { isRefused, type Refused, refused } from './refusal.ts'
import { createTask, type TaskWish } from './task.ts'
import type { TaskDeps } from './task-deps.ts'

export interface ArchivedTasks {
  readonly documents: readonly unknown[]
  readonly leftOut: readonly LeftOut[]
}

/** A document of an archive, checked. */
export interface TaskPlan {
  readonly name: string
  /** Names of tasks of the same archive whose ends it hears. */
  readonly hears: readonly string[]
  /** @param idOf of a task that it hears, by name */
  wishFor(appId: AppId, idOf: (name: string) => TaskId): TaskWish | Refused
}

/** How tasks are written. */
export interface TaskDocuments {
  write(tasks: readonly Task[]): ArchivedTasks
  read(document: unknown): TaskPlan | Refused
}

export interface ArchivedTasksDeps extends TaskDeps {
  readonly taskDocuments: TaskDocuments
}

/** Those of the present generation; of the one before, which others have replaced is not told. */
export async function archivedTasks(
  { store, taskDocuments }: ArchivedTasksDeps,
  { tenantId, user }: Caller,
  app: App,
): Promise<ArchivedTasks> {
  if (isRefused(await findApp(store, user, app.id, 'reload'))) return { documents: [], leftOut: [] }
  const tasks = await everyRow(store, 'tasks', { tenantId, where: is('appId', app.id) })
  const older = tasks.filter(({ generation, migrated }) => generation !== 'task' && !migrated)
  const { documents, leftOut } = taskDocuments.write(tasks.filter(({ generation }) => generation === 'task'))
  return { documents, leftOut: [...leftOut, ...older.map(({ name }) => ({ task: name }))] }
}

/** The tasks of an archive in the order in which they can be made; a "no" for any that could not be. */
export function taskPlans(
  { taskDocuments, limits, world }: ArchivedTasksDeps,
  text: string | undefined,
): readonly TaskPlan[] | Refused {
  const documents = readDocuments(text)
  if (isRefused(documents)) return documents
  if (documents.length > TASKS_MAX) return unfit(`it has more than ${TASKS_MAX} tasks`)
  if (limits.tasksPerApp > 0 && documents.length > limits.tasksPerApp) {
    return refused('taskLimitOfApp', `an app has at most ${limits.tasksPerApp} tasks`)
  }
  const plans: TaskPlan[] = []
  for (const document of documents) {
    const plan = taskDocuments.read(document)
    if (isRefused(plan)) return plan
    const wish = plan.wishFor(newUuid(world.random), () => newUuid(world.random))
    if (isRefused(wish)) return ofTask(plan, wish)
    plans.push(plan)
  }
  return upstreamFirst(plans)
}

/**
 * Makes the tasks of an app that has none.
 * @returns why one could not be made; those before it were
 */
export async function makeTasks(
  deps: TaskDeps,
  caller: Caller,
  app: App,
  plans: readonly TaskPlan[],
): Promise<Refused | undefined> {
  const made = new Map<string, TaskId>()
  for (const plan of plans) {
    const wish = plan.wishFor(app.id, (name) => made.get(name)!)
    const task = isRefused(wish) ? wish : await createTask(deps, caller, wish)
    if (isRefused(task)) return ofTask(plan, task)
    made.set(plan.name, task.id)
  }
  return undefined
}

const TASKS_MAX = 1000

/** A task is made after those that it hears: a circle cannot be. */
function upstreamFirst(plans: readonly TaskPlan[]): readonly TaskPlan[] | Refused {
  const names = new Map<string, number>()
  for (const { name } of plans) names.set(name, (names.get(name) ?? 0) + 1)
  const vague = plans.flatMap(({ hears }) => hears).find((name) => names.get(name) !== 1)
  if (vague !== undefined) return unfit(`a task hears "${vague}", of which it has not one task`)
  const ordered = new Set<TaskPlan>()
  const placed = new Set<string>()
  for (let before = -1; before < ordered.size; ) {
    before = ordered.size
    for (const plan of plans) {
      if (ordered.has(plan) || !plan.hears.every((name) => placed.has(name))) continue
      ordered.add(plan)
      placed.add(plan.name)
    }
  }
  return ordered.size === plans.length ? [...ordered] : unfit('its tasks hear each other in a circle')
}

/** Places in a document mean nothing to who sent an archive: its name does. */
function ofTask({ name }: TaskPlan, { faults, ...refusal }: Refused): Refused {
  return { ...refusal, faults: faults.map(({ detail }) => ({ detail: `task "${name}": ${detail}` })) }
}
