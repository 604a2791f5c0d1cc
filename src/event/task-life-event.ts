/** The life of a task: it was created, changed or deleted (contract 03, section 11). */
import { newTimeUuid } from '../core/ids.ts'
import type { Random } from '../core/ports.ts'
import type { Task } from '../core/task/task.ts'
import { timeText } from '../core/time-text.ts'
import { TASK_CREATED_TYPE, TASK_DELETED_TYPE, TASK_UPDATED_TYPE } from './event-types.ts'
import type { EventDraft } from './stored-event.ts'
import { type TaskEventSubject, taskEvent } from './task-event.ts'

/** When it happened, and what makes ids. */
export interface Moment {
  readonly random: Random
  /** Epoch ms. */
  readonly now: number
}

export function createdEvent(subject: TaskEventSubject, { random, now }: Moment): EventDraft {
  return taskEvent(subject, {
    type: TASK_CREATED_TYPE,
    id: newTimeUuid(random, now),
    time: now,
    action: 'created',
    uniqueKey: subject.task.id,
    data: {},
  })
}

export function deletedEvent(subject: TaskEventSubject, { random, now }: Moment): EventDraft {
  return taskEvent(subject, {
    type: TASK_DELETED_TYPE,
    id: newTimeUuid(random, now),
    time: now,
    action: 'deleted',
    uniqueKey: subject.task.id,
    data: { deletedAt: timeText(now) },
  })
}

/** Undefined when nothing that others see has changed. */
export function updatedEvent(
  subject: TaskEventSubject,
  before: Task,
  { random, now }: Moment,
): EventDraft | undefined {
  const updates = updatesOf(before, subject.task)
  if (updates.length === 0) return undefined
  const id = newTimeUuid<'event'>(random, now)
  return taskEvent(subject, {
    type: TASK_UPDATED_TYPE,
    id,
    time: now,
    action: 'updated',
    uniqueKey: id,
    data: { _updates: updates },
  })
}

interface Update {
  /** JSON Pointer into the task's document. */
  readonly path: string
  readonly oldValue?: unknown
  readonly newValue?: unknown
}

/** Values that are longer as JSON are not repeated: an event stays under 64 KiB. */
const VALUE_MAX_CHARACTERS = 1024

/** What of a task others see, by its place in the document. */
const SEEN: Readonly<Record<string, (task: Task) => unknown>> = {
  '/name': ({ name }) => name,
  '/description': ({ description }) => description,
  '/enabled': ({ enabled }) => enabled,
  '/resourceId': ({ appId }) => appId,
  '/start': ({ sent }) => sent.start,
  '/events': ({ sent }) => sent.events,
  '/states': ({ sent }) => sent.states,
  '/recurrence': ({ sent }) => sent.recurrence,
  '/timeZone': ({ sent }) => sent.timeZone,
  '/startDateTime': ({ sent }) => sent.startDateTime,
  '/endDateTime': ({ sent }) => sent.endDateTime,
  '/metadata/ownerId': ({ ownerId }) => ownerId,
  '/metadata/spaceId': ({ spaceId }) => spaceId,
  '/metadata/disabledCode': ({ disabledCode }) => disabledCode,
  '/migrated': ({ migrated }) => migrated,
}

function updatesOf(before: Task, after: Task): readonly Update[] {
  return Object.entries(SEEN).flatMap(([path, seen]): readonly Update[] => {
    const [oldText, newText] = [seen(before), seen(after)].map((value) => JSON.stringify(value))
    if (oldText === newText) return []
    return [{ path, ...named('oldValue', oldText, seen(before)), ...named('newValue', newText, seen(after)) }]
  })
}

function named(name: 'oldValue' | 'newValue', text: string | undefined, value: unknown): object {
  return text === undefined || text.length > VALUE_MAX_CHARACTERS ? {} : { [name]: value }
}
