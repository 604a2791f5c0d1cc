/**
 * What a task document wants (contract 03, section 3): everything that is wrong with it at once. What has no
 * meaning here is kept and given back as it was sent.
 */

import { type Fault, type Refused, refusedEach } from '../../catalog/refusal.ts'
import type { TaskWish } from '../../catalog/task.ts'
import { defined } from '../../core/defined.ts'
import type { AppId } from '../../core/ids.ts'
import type { Task } from '../../core/task/task.ts'
import { readEvents, UUID } from './read-events.ts'
import { type ReadSchedule, readStart, type ScheduleWorld } from './read-schedule.ts'
import { TASK_DESCRIPTION_MAX_CHARACTERS, TASK_NAME_MAX_CHARACTERS, type TaskBody } from './task-schema.ts'

export const RELOAD_FUNCTION = 'app.reload'

/** Members that the service sets, or that stand in the record of the task itself. */
const NOT_KEPT = ['id', 'name', 'description', 'enabled', 'resourceId', 'metadata']

/**
 * @param before the task as it is; a schedule that stays as it was is not judged anew: it may have ended
 * meanwhile
 */
export function readTask(body: TaskBody, before: Task | undefined, world: ScheduleWorld): TaskWish | Refused {
  const { name, description = '', enabled = false } = body
  const faults: Fault[] = [...checkTexts(body)]
  const scheduleFaults: Fault[] = []
  const createdAt = before?.createdAt ?? world.now
  const start = isUnchanged(body, before)
    ? scheduleOf(before)
    : readStart(body.start, createdAt, world, scheduleFaults)
  const action = readAction(body, faults)
  const appId = action?.appId ?? ('' as AppId)
  const partial = action?.partial ?? false
  const refs = body.states?.[0]?.onEvents?.[0]?.eventRefs ?? []
  const heard = readEvents(body, refs, { appId, partial }, faults)
  if (body.start !== undefined && body.start.schedule === undefined) {
    faults.push({ detail: 'Start has no StartdefOneOf field: send start.schedule', pointer: '/start' })
  }
  if (start.schedule !== undefined && (heard.ends ?? heard.data) !== undefined) {
    faults.push({ detail: 'a task has one trigger: leave out start, or events', pointer: '/start' })
  }
  if (faults.length > 0) return refusedEach('taskMalformed', [...faults, ...scheduleFaults])
  if (scheduleFaults.length > 0) return refusedEach('taskSchedule', scheduleFaults)
  const { schedule, calendar, catchUpWindowMs } = start
  return {
    name,
    description,
    enabled,
    appId,
    partial,
    triggers: { ...defined({ schedule }), ...heard },
    ...defined({ calendar, catchUpWindowMs }),
    sent: Object.fromEntries(Object.entries(body).filter(([member]) => !NOT_KEPT.includes(member))),
  }
}

function* checkTexts({ name, description = '', specVersion }: TaskBody): Generator<Fault> {
  if (name.trim() === '' || [...name].length > TASK_NAME_MAX_CHARACTERS) {
    yield { detail: `name must be a text of 1 to ${TASK_NAME_MAX_CHARACTERS} characters`, pointer: '/name' }
  }
  if ([...description].length > TASK_DESCRIPTION_MAX_CHARACTERS) {
    const detail = `description must have at most ${TASK_DESCRIPTION_MAX_CHARACTERS} characters`
    yield { detail, pointer: '/description' }
  }
  if (specVersion === '') yield { detail: 'specVersion must not be empty', pointer: '/specVersion' }
}

interface ReadAction {
  readonly appId: AppId
  readonly partial: boolean
}

/** One state with one action, which reloads an app. */
function readAction({ states = [] }: TaskBody, faults: Fault[]): ReadAction | undefined {
  const [state] = states
  if (state === undefined || states.length > 1) {
    faults.push({ detail: `task has ${states.length} states instead of 1`, pointer: '/states' })
    return undefined
  }
  if (state.type !== undefined && state.type.toUpperCase() !== 'EVENT') {
    faults.push({ detail: 'type must be EVENT', pointer: '/states/0/type' })
  }
  const { onEvents = [] } = state
  const [onEvent] = onEvents
  if (onEvent === undefined || onEvents.length > 1) {
    const detail = `state has ${onEvents.length} onEvents instead of 1`
    faults.push({ detail, pointer: '/states/0/onEvents' })
    return undefined
  }
  const { actions = [] } = onEvent
  const [action] = actions
  if (action === undefined || actions.length > 1) {
    const detail = `task has ${actions.length} Actions instead of 1`
    faults.push({ detail, pointer: '/states/0/onEvents/0/actions' })
    return undefined
  }
  return readFunction(action.functionRef, faults)
}

function readFunction(functionRef: unknown, faults: Fault[]): ReadAction | undefined {
  const place = '/states/0/onEvents/0/actions/0/functionRef'
  const { refName, arguments: given } = objectOf(functionRef)
  const { appId, partial = false } = objectOf(given)
  if (refName !== RELOAD_FUNCTION) {
    const detail = `functionRef must be an object with refName ${RELOAD_FUNCTION}`
    faults.push({ detail, pointer: `${place}/refName` })
  }
  if (typeof appId !== 'string' || !UUID.test(appId)) {
    const detail = 'appId must be the id of an app, a UUID'
    faults.push({ detail, pointer: `${place}/arguments/appId` })
    return undefined
  }
  if (typeof partial === 'boolean') return { appId: appId as AppId, partial }
  faults.push({ detail: 'partial must be true or false', pointer: `${place}/arguments/partial` })
  return undefined
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function isUnchanged({ start }: TaskBody, before: Task | undefined): before is Task {
  return before !== undefined && JSON.stringify(start) === JSON.stringify(before.sent.start)
}

function scheduleOf({ triggers, calendar, catchUpWindowMs }: Task): ReadSchedule {
  return defined({ schedule: triggers.schedule, calendar, catchUpWindowMs })
}
