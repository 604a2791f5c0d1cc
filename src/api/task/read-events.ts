/**
 * The events of a task document and what they start (contract 03, section 5): ends of other tasks, or data
 * that the app reads.
 */

import type { Fault } from '../../catalog/refusal.ts'
import { defined } from '../../core/defined.ts'
import type { AppId, SpaceId, TaskId } from '../../core/ids.ts'
import { HEARD_STATUSES, type TaskEvent, type Triggers } from '../../core/task/task.ts'
import type { TaskBody } from './task-schema.ts'

export const ENDS_TYPE = 'com.qlik.v1.task.run.finished'
export const ENDS_SOURCE = 'system-events.task'
export const DATA_TYPE = 'com.qlik/active-analytics-orch'
export const DATA_SOURCE = 'dataset.updated'

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

type Sent = NonNullable<TaskBody['events']>[number]

/** @param refs names of events that start the task, as its state has them */
export function readEvents(
  { events = [], states = [] }: TaskBody,
  refs: readonly string[],
  own: { readonly appId: AppId; readonly partial: boolean },
  faults: Fault[],
): Pick<Triggers, 'ends' | 'data'> {
  const named = checkNames(events, refs, faults)
  const kinds = new Set(named.map(({ event }) => kindOf(event)))
  if (kinds.has('unknown')) {
    const detail = `type must be ${ENDS_TYPE} with source ${ENDS_SOURCE}, or ${DATA_TYPE} with source ${DATA_SOURCE}`
    for (const { event, pointer } of named) {
      if (kindOf(event) === 'unknown') faults.push({ detail, pointer: `${pointer}/type` })
    }
    return {}
  }
  if (kinds.size > 1) {
    faults.push({ detail: 'events of tasks and of datasets do not go together', pointer: '/events' })
    return {}
  }
  if (kinds.has('data')) return readData(named, own, faults)
  if (named.length === 0) return {}
  const join = states[0]?.exclusive === true ? 'any' : 'all'
  return { ends: { join, events: named.map((one) => readEnd(one, faults)) } }
}

interface Named {
  readonly event: Sent
  readonly pointer: string
}

/** The events in the order of the document; each has a name of its own and is named by the state. */
function checkNames(events: readonly Sent[], refs: readonly string[], faults: Fault[]): Named[] {
  const names = events.map(({ name }) => name)
  for (const [at, ref] of refs.entries()) {
    if (names.includes(ref)) continue
    const pointer = `/states/0/onEvents/0/eventRefs/${at}`
    faults.push({ detail: `no event has the name ${ref}`, pointer })
  }
  for (const [at, { name }] of events.entries()) {
    const pointer = `/events/${at}/name`
    if (name === undefined || name === '') faults.push({ detail: 'the event needs a name', pointer })
    else if (names.indexOf(name) !== at) faults.push({ detail: `two events have the name ${name}`, pointer })
    else if (!refs.includes(name)) {
      const detail = `eventRefs of the state does not name ${name}: name it there, or leave it out`
      faults.push({ detail, pointer })
    }
  }
  return events.map((event, at) => ({ event, pointer: `/events/${at}` }))
}

function kindOf({ type, source }: Sent): 'ends' | 'data' | 'unknown' {
  const isEnds = type === ENDS_TYPE || type === undefined
  if (isEnds && (source === ENDS_SOURCE || (source === undefined && type !== undefined))) return 'ends'
  const isData = type === DATA_TYPE || type === undefined
  if (isData && (source === DATA_SOURCE || (source === undefined && type !== undefined))) return 'data'
  return 'unknown'
}

function readEnd({ event, pointer }: Named, faults: Fault[]): TaskEvent {
  const values = correlations({ event, pointer }, ['id', 'status', 'appId', 'spaceId'], faults)
  const { id, appId, spaceId } = values
  const status = (values.status ?? 'any').toLowerCase()
  const known = HEARD_STATUSES.find((one) => one === status)
  if (known === undefined) {
    faults.push({
      detail: `status must be one of ${HEARD_STATUSES.join(', ')}`,
      pointer: `${pointer}/correlation`,
    })
  }
  if (id !== undefined && !UUID.test(id)) {
    faults.push({ detail: 'id must be the id of a task, a UUID', pointer: `${pointer}/correlation` })
  }
  return {
    name: event.name ?? '',
    status: known ?? 'any',
    ...defined({
      taskId: id as TaskId | undefined,
      appId: appId as AppId | undefined,
      spaceId: spaceId as SpaceId | undefined,
    }),
  }
}

/** Which files the app reads follows from its last successful script, never from the document. */
function readData(
  named: readonly Named[],
  { appId, partial }: { readonly appId: AppId; readonly partial: boolean },
  faults: Fault[],
): Pick<Triggers, 'data'> {
  if (named.length > 1) {
    faults.push({ detail: 'one dataset event stands for all files that the app reads', pointer: '/events' })
  }
  for (const one of named) {
    const values = correlations(one, ['appId'], faults)
    if (values.appId === undefined || values.appId === appId) continue
    faults.push({
      detail: 'appId must be the app of the task: it hears of what that app reads',
      pointer: `${one.pointer}/correlation`,
    })
  }
  return { data: { partial } }
}

function correlations(
  { event, pointer }: Named,
  known: readonly string[],
  faults: Fault[],
): Partial<Record<string, string>> {
  const values: Record<string, string> = {}
  for (const [at, one] of (event.correlation ?? []).entries()) {
    const { contextAttributeName: name, contextAttributeValue: value = '' } = one
    const place = `${pointer}/correlation/${at}`
    if (!known.includes(name)) {
      const detail = `contextAttributeName must be one of ${known.join(', ')}`
      faults.push({ detail, pointer: `${place}/contextAttributeName` })
    } else if (Object.hasOwn(values, name)) {
      faults.push({ detail: `${name} is there twice`, pointer: `${place}/contextAttributeName` })
    } else if (value === '') {
      faults.push({ detail: 'a value is needed', pointer: `${place}/contextAttributeValue` })
    } else values[name] = value
  }
  return values
}
