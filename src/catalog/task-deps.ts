/** What the use cases of tasks need, and what of a task is the same whoever changes it. */
import { refuseApp } from '../core/admission.ts'
import { defined } from '../core/defined.ts'
import type { Limits } from '../core/limits.ts'
import type { World } from '../core/ports.ts'
import type { App, User } from '../core/records.ts'
import type { ZoneOffsets } from '../core/recurrence/local-clock.ts'
import { isTenantAdmin, mayUseApp, standingOf } from '../core/rights.ts'
import { circleOf } from '../core/task/graph.ts'
import type { Task } from '../core/task/task.ts'
import type { EventDraft } from '../event/stored-event.ts'
import { updatedEvent } from '../event/task-life-event.ts'
import type { TaskDecided, TaskView } from '../store/port/change.ts'
import type { CatalogStore } from '../store/port/store.ts'
import type { Fault, Refused } from './refusal.ts'
import { refused } from './refusal.ts'
import { toldWith } from './told-with.ts'

export interface TaskDeps {
  readonly store: CatalogStore
  readonly world: Pick<World, 'clock' | 'random'>
  readonly zones: ZoneOffsets
  readonly limits: Pick<Limits, 'tasksPerApp' | 'tasksPerUser' | 'catchUpWindowMs' | 'scheduleJitterMs'>
}

export type TaskAnswer = Task | Refused

/** The part of a view that says who may do what with the app. */
type AppView = Pick<TaskView, 'app' | 'space' | 'assignments'>

export function mayUse({ app, space, assignments }: AppView, user: User, right: 'read' | 'reload'): boolean {
  const standing = space === undefined ? undefined : standingOf(user, space, assignments)
  return app !== undefined && mayUseApp(user, app, standing, right)
}

/** The app of the view, when the user may have tasks of it. An app that is not there is forbidden, too. */
export function appFor(view: AppView, user: User, partial: boolean): App | Refused {
  const { app } = view
  const asked = app && { usage: app.usage, mayReload: mayUse(view, user, 'reload') }
  const refusal = refuseApp({ isActive: true, seesAllApps: isTenantAdmin(user) }, asked, partial)
  if (refusal?.kind === 'invalid') return refused('taskMalformed', refusal.faults[0]!.detail)
  if (app === undefined || refusal !== undefined) {
    return refused('taskForbidden', 'there is no app with this id that you may reload')
  }
  return app
}

/** The task with where its app lies, and whose it is. */
export function withPlace(task: Task, { ownerId, spaceId }: App): Task {
  const { spaceId: _before, ...rest } = task
  return { ...rest, appOwnerId: ownerId, ...defined({ spaceId }) }
}

/** What speaks against a task as it is to be saved; undefined when nothing does. */
export function objection(
  { limits }: Pick<TaskDeps, 'limits'>,
  view: TaskView,
  app: App,
  task: Task,
  before: Task | undefined,
): Refused | undefined {
  const { triggers, calendar, generation } = task
  // Those of the older generation are about to be switched off.
  const others = view.ofApp.filter((one) => one.id !== task.id && one.generation === generation)
  if (triggers.data !== undefined && generation === 'task') {
    const taken = others.find((one) => one.triggers.data !== undefined)
    if (taken !== undefined) {
      const told: Omit<Fault, 'detail'> = { meta: { existingTaskId: taken.id } }
      return refused('taskOfDataExists', `task ${taken.id} of the app has this trigger`, told)
    }
    if ((app.data?.reads ?? []).length === 0 && before?.triggers.data === undefined) {
      return refused('taskWithoutData', 'the last successful script of the app read no data files')
    }
  }
  if (before?.appId !== task.appId && limits.tasksPerApp > 0 && others.length >= limits.tasksPerApp) {
    return refused('taskLimitOfApp', `an app has at most ${limits.tasksPerApp} tasks`)
  }
  const isOwnersFirst = before?.ownerId !== task.ownerId
  if (isOwnersFirst && limits.tasksPerUser > 0 && view.ownedTasks() >= limits.tasksPerUser) {
    return refused('taskLimitOfUser', `a user owns at most ${limits.tasksPerUser} tasks`)
  }
  if (calendar !== undefined && view.tenant.calendars?.[calendar] === undefined) {
    const detail = `the tenant has no calendar ${calendar}: make it, or leave it out`
    return refused('taskSchedule', detail, { pointer: '/start/schedule/calendar' })
  }
  const isChain = task.enabled || !isSame(before?.triggers, triggers)
  const circle = isChain && triggers.ends !== undefined ? circleOf(task, view.chains) : undefined
  if (circle === undefined) return undefined
  const path = circle.map(({ id, name }) => `${name} (${id})`).join(', which hears ')
  return refused('taskMalformed', `the tasks would start one another for ever: ${path}`, {
    pointer: '/events',
  })
}

/** Saves a task as it was changed, with the event about it; refused when something speaks against it. */
export function savingChanged(
  deps: TaskDeps,
  view: TaskView,
  app: App,
  user: User,
  { before, after, now }: { readonly before: Task; readonly after: Task; readonly now: number },
): TaskDecided<TaskAnswer> {
  const task = withPlace(after, app)
  const no = objection(deps, view, app, task, before)
  if (no !== undefined) return { answer: no }
  const subject = { tenant: view.tenant, app, userId: user.id, task }
  const event = updatedEvent(subject, before, { random: deps.world.random, now })
  return saving(deps, view, task, [task], [event])
}

/** Equal as JSON of one writer. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** Saves tasks with the events about them. */
export function saving<Answer>(
  { world }: Pick<TaskDeps, 'world'>,
  listeners: Pick<TaskView, 'app' | 'subscriptions' | 'readers'>,
  answer: Answer,
  tasks: readonly Task[],
  events: readonly (EventDraft | undefined)[],
): TaskDecided<Answer> {
  const told = events.filter((event) => event !== undefined)
  return { answer, put: { tasks }, ...toldWith(world, listeners, told) }
}
