/**
 * Documents of tasks as archives have them: those of `/api/scheduling/tasks` without what belongs to this
 * service. The app is that of the archive, and an upstream task stands in an event by its name (`task`).
 */

import { unfit, wellFormed } from '../../catalog/app-archive.ts'
import type { ArchivedTasks, TaskDocuments, TaskPlan } from '../../catalog/archived-tasks.ts'
import { isRefused, type Refused } from '../../catalog/refusal.ts'
import { defined } from '../../core/defined.ts'
import { isDeeperThan, LEVELS_MAX } from '../../core/json-depth.ts'
import type { Task } from '../../core/task/task.ts'
import type { ScheduleWorld } from './read-schedule.ts'
import { readTask } from './task-document.ts'
import type { TaskBody } from './task-schema.ts'

/** @param fits whether a value has the shape of a task document */
export function taskArchive(world: () => ScheduleWorld, fits: (value: unknown) => boolean): TaskDocuments {
  return {
    write: writeTasks,
    read(value) {
      if (isDeeperThan(value, LEVELS_MAX)) return unfit('one of its tasks is none')
      const document = withoutSurrogates(value)
      if (!fits(document)) return unfit('one of its tasks is none')
      return planOf(document as TaskBody, world)
    },
  }
}

const UPSTREAM = 'task'
const MEMBERS = ['specVersion', 'annotations', 'version', 'key', 'keepActive', 'start'] as const

type Event = NonNullable<TaskBody['events']>[number]

function writeTasks(tasks: readonly Task[]): ArchivedTasks {
  const count = new Map<string, number>()
  for (const { name } of tasks) count.set(name, (count.get(name) ?? 0) + 1)
  const names = new Map(tasks.filter(({ name }) => count.get(name) === 1).map(({ id, name }) => [id, name]))
  const leftOut: { task: string; what: string }[] = []
  const documents = tasks.map((task) => {
    const sent = task.sent as TaskBody
    const leave = (what: string) => leftOut.push({ task: task.name, what })
    const { start, ...rest } = Object.fromEntries(MEMBERS.map((member) => [member, sent[member]]))
    if (start !== undefined && task.state.completed) leave('its schedule, which is over')
    const events = (sent.events ?? []).flatMap((event) => {
      const heard = task.triggers.ends?.events.find(({ name }) => name === event.name)
      const upstream = heard?.taskId === undefined ? undefined : names.get(heard.taskId)
      if (upstream === undefined) leave(`its event "${event.name}"`)
      return upstream === undefined ? [] : [withUpstream(event, upstream, heard!.status)]
    })
    return defined({
      name: task.name,
      description: task.description === '' ? undefined : task.description,
      ...rest,
      start: task.state.completed ? undefined : start,
      events: events.length === 0 ? undefined : events,
      states: statesWith(sent, { partial: task.partial }, events),
    })
  })
  return { documents, leftOut }
}

function withUpstream(event: Event, upstream: string, status: string): Event {
  const correlation = [
    { contextAttributeName: UPSTREAM, contextAttributeValue: upstream },
    { contextAttributeName: 'status', contextAttributeValue: status },
  ]
  return { ...event, correlation }
}

/** The one state, whose one action reloads the app; it names those events that are there. */
function statesWith({ states = [] }: TaskBody, given: object, events: readonly Event[]): TaskBody['states'] {
  const refs = events.flatMap(({ name }) => name ?? [])
  return states.map((state) => ({
    ...state,
    onEvents: (state.onEvents ?? []).map((onEvent) => ({
      ...onEvent,
      eventRefs: refs,
      actions: (onEvent.actions ?? []).map(({ functionRef, ...action }) => ({
        ...action,
        functionRef: {
          ...(typeof functionRef === 'object' ? functionRef : { refName: functionRef }),
          arguments: given,
        },
      })),
    })),
  }))
}

function planOf(document: TaskBody, world: () => ScheduleWorld): TaskPlan | Refused {
  const { name, description, events = [] } = document
  const rest = Object.fromEntries(MEMBERS.map((member) => [member, document[member]]))
  const heard = events.map((event) => ({ event, upstream: upstreamOf(event) }))
  if (heard.some(({ upstream }) => upstream === undefined)) {
    return unfit(`task "${name}" hears something else than a task of the archive`)
  }
  return {
    name,
    hears: heard.map(({ upstream }) => upstream!),
    wishFor(appId, idOf) {
      const named = heard.map(({ event, upstream }) => ({
        ...event,
        correlation: [
          ...(event.correlation ?? []).filter(
            ({ contextAttributeName }) => contextAttributeName !== UPSTREAM,
          ),
          { contextAttributeName: 'id', contextAttributeValue: idOf(upstream!) },
        ],
      }))
      const wanted = {
        name,
        ...defined({ description, ...rest }),
        ...(named.length === 0 ? {} : { events: named }),
        states: statesWith(document, { appId, partial: isPartial(document) }, named),
      } as TaskBody
      const wish = readTask(wanted, undefined, world())
      return isRefused(wish) ? wish : { ...wish, enabled: false }
    },
  }
}

/** Nothing but the end of another task of the archive, and how it ended. */
function upstreamOf({ correlation = [] }: Event): string | undefined {
  const isKnown = correlation.every(
    ({ contextAttributeName: name }) => name === UPSTREAM || name === 'status',
  )
  const named = correlation.filter(({ contextAttributeName }) => contextAttributeName === UPSTREAM)
  return isKnown && named.length === 1 ? named[0]!.contextAttributeValue : undefined
}

function isPartial({ states }: TaskBody): unknown {
  const functionRef = states?.[0]?.onEvents?.[0]?.actions?.[0]?.functionRef
  const given = typeof functionRef === 'object' && functionRef !== null ? functionRef : {}
  const { partial = false } = ('arguments' in given && (given.arguments as { partial?: unknown })) || {}
  return partial
}

function withoutSurrogates(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_member, each) =>
    typeof each === 'string' ? wellFormed(each) : each,
  )
}
