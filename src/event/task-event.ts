/**
 * Events about tasks (contract 03, section 11): their life, the ends of their runs, and runs that did not
 * take place.
 */
import { defined } from '../core/defined.ts'
import type { EventId, UserId } from '../core/ids.ts'
import { cleanText } from '../core/plain-text.ts'
import type { App, Tenant } from '../core/records.ts'
import type { TaskRun } from '../core/task/run.ts'
import type { Task } from '../core/task/task.ts'
import { timeText } from '../core/time-text.ts'
import { cloudEvent } from './cloud-event.ts'
import { TASK_EVENT_SOURCE } from './event-types.ts'
import type { EventDraft } from './stored-event.ts'

export interface TaskEventSubject {
  readonly tenant: Tenant
  readonly task: Task
  /** Absent when it was deleted. */
  readonly app?: App
  /** Who did it, or for whom it ran. */
  readonly userId: UserId
}

export interface TaskEventFacts {
  readonly type: string
  readonly id: EventId
  /** Epoch ms. */
  readonly time: number
  /** created, updated, deleted, finished, missed or skipped. */
  readonly action: string
  /** Unique per type. */
  readonly uniqueKey: string
  /** Beside what every event about the task tells. */
  readonly data: Readonly<Record<string, unknown>>
}

/** The extension attributes stand at top level, and once more nested, as the original sends them. */
export function taskEvent(subject: TaskEventSubject, facts: TaskEventFacts): EventDraft {
  const { tenant, task, app, userId } = subject
  const { id, type, time } = facts
  const spaceId = app?.spaceId
  const envelope = cloudEvent({
    id,
    type,
    source: TASK_EVENT_SOURCE,
    time,
    tenantId: task.tenantId,
    attributes: {
      host: tenant.hostnames[0],
      userid: userId,
      ownerid: task.ownerId,
      spaceid: spaceId,
      toplevelresourceid: task.id,
    },
    data: {
      id: task.id,
      name: cleanText(task.name),
      description: cleanText(task.description),
      action: facts.action,
      ownerId: task.ownerId,
      createdBy: task.createdBy,
      resourceId: task.appId,
      resourceType: 'app',
      usage: app?.usage,
      spaceId,
      enabled: task.enabled,
      disabledCode: task.disabledCode,
      migratedFrom: task.migratedFrom,
      createdAt: timeText(task.createdAt),
      updatedAt: timeText(task.updatedAt),
      ...facts.data,
    },
  })
  return {
    id,
    tenantId: task.tenantId,
    type,
    time,
    userId,
    resourceId: task.id,
    topLevelResourceId: task.id,
    ...defined({ spaceId }),
    uniqueKey: facts.uniqueKey,
    body: {
      ...envelope,
      eventType: type,
      extensions: { userid: userId, tenantid: task.tenantId, toplevelresourceid: task.id },
    },
  }
}

/** What an event tells of a run. */
export function runFacts(run: TaskRun): Record<string, unknown> {
  const { startedAt, endedAt } = run
  return {
    runId: run.id,
    reloadId: run.reloadId,
    trigger: run.cause.kind,
    startedAt: startedAt === undefined ? undefined : timeText(startedAt),
    endedAt: endedAt === undefined ? undefined : timeText(endedAt),
    duration: startedAt === undefined || endedAt === undefined ? undefined : isoDuration(endedAt - startedAt),
  }
}

/** ISO 8601, in seconds: PT12.5S. */
function isoDuration(ms: number): string {
  return `PT${ms / 1000}S`
}
