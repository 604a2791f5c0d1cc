/**
 * The attempt event (contract 01, section 6): one for each attempt whose script started, even if the sweeper
 * closes it. It reports how the attempt ended, not the reload. Of the specification's deprecated arrays
 * `errors` has at most five entries, warnings and statements are empty.
 */
import type { Attempt, AttemptEnd } from '../core/attempt.ts'
import type { EventId } from '../core/ids.ts'
import { ERROR_MESSAGE_MAX_BYTES } from '../core/limits.ts'
import { cleanText, cutToBytes } from '../core/plain-text.ts'
import { timeText } from '../core/time-text.ts'
import { cloudEvent, present } from '../event/cloud-event.ts'
import { ATTEMPT_EVENT_TYPE, ENGINE_EVENT_SOURCE } from '../event/event-types.ts'
import type { EventDraft } from '../event/stored-event.ts'
import { type EventSubject, principalAttributes, spaceOf } from './finished-event.ts'

/** @returns undefined if the attempt is open or its script never started */
export function attemptEvent(subject: EventSubject, attempt: Attempt, id: EventId): EventDraft | undefined {
  const { closed, session } = attempt
  if (closed === undefined || session.engineStartedAt === undefined) return undefined
  const { reload, app } = subject
  return {
    id,
    tenantId: reload.tenantId,
    type: ATTEMPT_EVENT_TYPE,
    time: closed.at,
    userId: reload.userId,
    resourceId: reload.appId,
    topLevelResourceId: reload.appId,
    ...spaceOf(subject),
    reloadId: reload.id,
    uniqueKey: `${reload.id}:${attempt.number}`,
    body: cloudEvent({
      id,
      type: ATTEMPT_EVENT_TYPE,
      source: ENGINE_EVENT_SOURCE,
      time: closed.at,
      tenantId: reload.tenantId,
      attributes: principalAttributes(subject),
      data: {
        name: app === undefined ? undefined : cutToBytes(cleanText(app.name), ERROR_MESSAGE_MAX_BYTES),
        status: closed.end.kind === 'completed' ? 'ok' : 'error',
        reloadId: reload.id,
        endTime: timeText(closed.at),
        duration: closed.durationMs === undefined ? undefined : Math.round(closed.durationMs),
        usage: reload.appUsage,
        peakMemoryBytes: closed.peakMemoryBytes,
        endedWithMemoryConstraint: closed.end.kind === 'out-of-memory',
        isPartialReload: reload.partial,
        isSkipStore: false,
        isSessionApp: false,
        isDirectQueryMode: reload.appUsage === 'DIRECT_QUERY_MODE',
        rowLimit: -1,
        errors: errorsOf(closed.end),
        warnings: [],
        statements: [],
      },
    }),
  }
}

function errorsOf(end: AttemptEnd): Record<string, unknown>[] {
  if (end.kind !== 'script-error') return []
  const { fault } = end
  return [
    present({
      description: cutToBytes(cleanText(fault.message), ERROR_MESSAGE_MAX_BYTES),
      error: `EDC_ERROR:${fault.engineErrorCode}`,
      line:
        fault.statement === '' ? undefined : cutToBytes(cleanText(fault.statement), ERROR_MESSAGE_MAX_BYTES),
      lineNumber: fault.line,
    }),
  ]
}
