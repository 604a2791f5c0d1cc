/**
 * The finished event of a reload: every attribute and data field of contract 01, sections 2 and 3. Built
 * once, in the transaction that gives the reload its outcome, never again for a send.
 *
 * Omitted on purpose: licenseNumber and the reload packs, which belong to billing.
 */

import type { EventId } from '../core/ids.ts'
import { ERROR_MESSAGE_MAX_BYTES } from '../core/limits.ts'
import type { Outcome } from '../core/outcome.ts'
import { cleanText, cutToBytes } from '../core/plain-text.ts'
import type { App, Tenant } from '../core/records.ts'
import type { Reload } from '../core/reload.ts'
import { timeText } from '../core/time-text.ts'
import { reasonOf } from '../core/trigger.ts'
import { cloudEvent } from '../event/cloud-event.ts'
import { FINISHED_EVENT_SOURCE, FINISHED_EVENT_TYPE } from '../event/event-types.ts'
import type { EventDraft } from '../event/stored-event.ts'

export interface EventSubject {
  readonly reload: Reload
  readonly tenant: Tenant
  /** The app in this transaction; absent if it was deleted. */
  readonly app?: App
}

/**
 * @param subject the reload with its outcome; `endedAt`, when the outcome was decided, is the event's time
 */
export function finishedEvent(subject: EventSubject, outcome: Outcome, id: EventId): EventDraft {
  const { reload } = subject
  const time = reload.endedAt ?? reload.createdAt
  return {
    id,
    tenantId: reload.tenantId,
    type: FINISHED_EVENT_TYPE,
    time,
    userId: reload.userId,
    resourceId: reload.id,
    topLevelResourceId: reload.appId,
    ...spaceOf(subject),
    reloadId: reload.id,
    uniqueKey: reload.id,
    body: cloudEvent({
      id,
      type: FINISHED_EVENT_TYPE,
      source: FINISHED_EVENT_SOURCE,
      time,
      tenantId: reload.tenantId,
      attributes: { ...principalAttributes(subject), ...requestAttributes(reload) },
      data: finishedData(reload, outcome, time),
    }),
  }
}

/**
 * Attributes common to the finished event and the engine's events: app, user and trigger (contract 01,
 * sections 2 and 6).
 */
export function principalAttributes(subject: EventSubject): Record<string, string | undefined> {
  const { reload, tenant, app } = subject
  return {
    host: tenant.hostnames[0],
    userid: reload.userId,
    ownerid: app?.ownerId ?? reload.provenance.appOwnerId,
    spaceid: spaceOf(subject).spaceId,
    toplevelresourceid: reload.appId,
    reason: reasonOf(reload.trigger, reload.provenance.taskStart),
    authtype: reload.provenance.authType,
    clientid: reload.provenance.clientId,
    sessionid: reload.provenance.sessionId,
    authclaims: reload.provenance.authClaims,
  }
}

/** The app's space at the time of the event; for a deleted app its space at acceptance. */
export function spaceOf({ reload, app }: EventSubject): Pick<EventDraft, 'spaceId'> {
  const spaceId = app === undefined ? reload.provenance.appSpaceId : app.spaceId
  return spaceId === undefined ? {} : { spaceId }
}

function requestAttributes({ provenance }: Reload): Record<string, string | undefined> {
  return {
    originip: provenance.originIp,
    traceparent: provenance.traceparent,
    tracestate: provenance.traceparent === undefined ? undefined : provenance.tracestate,
  }
}

function finishedData(reload: Reload, outcome: Outcome, time: number): Record<string, unknown> {
  const failed = outcome === 'FAILED' || outcome === 'EXCEEDED_LIMIT'
  const attempted = reload.attempts > 0
  return {
    id: reload.id,
    type: reload.trigger,
    appId: reload.appId,
    status: outcome,
    userId: reload.userId,
    succeeded: outcome === 'SUCCEEDED',
    taskId: reload.taskId,
    weight: reload.weight,
    partial: reload.partial,
    appUsage: reload.appUsage,
    tenantId: reload.tenantId,
    creationTime: timeText(reload.createdAt),
    startTime: startTime(reload, time),
    lastReloadTime:
      outcome === 'SUCCEEDED' && reload.engineTime !== undefined
        ? timeText(Math.min(reload.engineTime, time))
        : undefined,
    durationSeconds:
      reload.engine.durationMs === undefined ? undefined : Math.round(reload.engine.durationMs) / 1000,
    errorCode: failed ? reload.errorCode : undefined,
    errorMessage: failed && reload.errorMessage !== undefined ? errorText(reload.errorMessage) : undefined,
    crashedOnMaxSizeEngine: reload.sessionAsked ? reload.crashedOnMaxSizeEngine : undefined,
    resourceId: reload.resourceId,
    resourceType: reload.resourceType,
    enginePoolName: reload.engine.poolName,
    engineSizingReason: reload.engine.sizingReason,
    requeueCounters: attempted
      ? { requeuesTotal: reload.requeuesTotal, requeuesWithErrors: reload.requeuesWithErrors }
      : undefined,
  }
}

/**
 * The engine's clock may differ a little from the store's: the start is kept between the reload's creation
 * and its end.
 */
function startTime({ createdAt, engine }: Reload, time: number): string | undefined {
  if (engine.startedAt === undefined) return undefined
  return timeText(Math.min(Math.max(engine.startedAt, createdAt), time))
}

/** Cuts to 4 KiB the only text of the event that has no other limit (contract 01, section 3). */
function errorText(message: string): string {
  return cutToBytes(cleanText(message), ERROR_MESSAGE_MAX_BYTES)
}
