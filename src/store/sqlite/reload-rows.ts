/**
 * Reload and attempt records as rows and back. The order of values is the order of the columns named beside
 * them.
 */
import type { SQLInputValue } from 'node:sqlite'
import type { Attempt, AttemptEnd, SessionFacts } from '../../core/attempt.ts'
import type { Reload } from '../../core/reload.ts'
import { backsOff, waitsSince } from '../rule/waiting.ts'
import type { KeptReload } from './kept.ts'
import { give, type Row } from './row.ts'

/** Fixed when the reload is accepted. */
export const FIXED_COLUMNS = 'id, tenant_id, app_id, user_id, trigger, weight, partial, request, created_at'

export function fixedValues(reload: Reload): SQLInputValue[] {
  const { variables, provenance, appUsage, resourceId, resourceType, taskId } = reload
  return [
    reload.id,
    reload.tenantId,
    reload.appId,
    reload.userId,
    reload.trigger,
    reload.weight,
    reload.partial ? 1 : 0,
    JSON.stringify({ variables, provenance, appUsage, resourceId, resourceType, taskId }),
    reload.createdAt,
  ]
}

/** What the state machine moves, the open attempt along with it. At most 31 columns (update-reload.ts). */
export const MOVING_COLUMNS = `state, queued_at, waited_ms, waits_since, not_before, backing_off, first_claimed_at,
  ended_at, attempts, requeues_total, requeues_with_errors, fault_requeues, size_index, lease, lease_expires_at,
  open_attempt, engine, error_code, error_message, engine_time, session_asked, crashed_on_max_size, log`

export function movingValues({ reload, attempt }: KeptReload): SQLInputValue[] {
  return [
    reload.state,
    reload.queuedAt,
    reload.waitedMs,
    waitsSince(reload),
    reload.notBefore,
    backsOff(reload) ? 1 : 0,
    reload.firstClaimedAt ?? null,
    reload.endedAt ?? null,
    reload.attempts,
    reload.requeuesTotal,
    reload.requeuesWithErrors,
    reload.faultRequeues,
    reload.sizeIndex,
    reload.lease ?? null,
    attempt?.leaseExpiresAt ?? null,
    attempt === undefined ? null : openText(attempt),
    JSON.stringify(reload.engine),
    reload.errorCode ?? null,
    reload.errorMessage ?? null,
    reload.engineTime ?? null,
    reload.sessionAsked ? 1 : 0,
    reload.crashedOnMaxSizeEngine ? 1 : 0,
    reload.log,
  ]
}

export function reloadOf(row: Row): Reload {
  const record: Record<string, unknown> = {
    id: row.id,
    tenantId: row.tenant_id,
    appId: row.app_id,
    userId: row.user_id,
    trigger: row.trigger,
    weight: row.weight,
    partial: row.partial === 1,
    ...JSON.parse(row.request as string),
    createdAt: row.created_at,
    state: row.state,
    queuedAt: row.queued_at,
    waitedMs: row.waited_ms,
    notBefore: row.not_before,
    attempts: row.attempts,
    requeuesTotal: row.requeues_total,
    requeuesWithErrors: row.requeues_with_errors,
    faultRequeues: row.fault_requeues,
    sizeIndex: row.size_index,
    engine: JSON.parse(row.engine as string),
    sessionAsked: row.session_asked === 1,
    crashedOnMaxSizeEngine: row.crashed_on_max_size === 1,
    log: row.log,
  }
  give(record, 'firstClaimedAt', row.first_claimed_at)
  give(record, 'endedAt', row.ended_at)
  give(record, 'lease', row.lease)
  give(record, 'errorCode', row.error_code)
  give(record, 'errorMessage', row.error_message)
  give(record, 'engineTime', row.engine_time)
  return record as unknown as Reload
}

/**
 * What of the open attempt has no column: the lease token is the reload's own, the number its count of
 * attempts.
 */
function openText({ workerId, openedAt, sizeIndex, session }: Attempt): string {
  return JSON.stringify({ workerId, openedAt, sizeIndex, session })
}

/** The open attempt of a reload's row; undefined when it has none. */
export function openAttemptOf(row: Row): Attempt | undefined {
  if (row.lease === null) return undefined
  return {
    reloadId: row.id,
    number: row.attempts,
    leaseToken: row.lease,
    leaseExpiresAt: row.lease_expires_at,
    ...JSON.parse(row.open_attempt as string),
  } as Attempt
}

export const CLOSED_COLUMNS = `reload_id, number, lease_token, worker_id, lease_expires_at, opened_at, size_index,
  session, closed_at, end, duration_ms, peak_memory_bytes`

export function closedValues(attempt: Attempt, closed: NonNullable<Attempt['closed']>): SQLInputValue[] {
  return [
    attempt.reloadId,
    attempt.number,
    attempt.leaseToken,
    attempt.workerId,
    attempt.leaseExpiresAt,
    attempt.openedAt,
    attempt.sizeIndex,
    JSON.stringify(attempt.session),
    closed.at,
    JSON.stringify(closed.end),
    closed.durationMs ?? null,
    closed.peakMemoryBytes ?? null,
  ]
}

export function closedAttemptOf(row: Row): Attempt {
  const closed: Record<string, unknown> = {
    at: row.closed_at,
    end: JSON.parse(row.end as string) as AttemptEnd,
  }
  give(closed, 'durationMs', row.duration_ms)
  give(closed, 'peakMemoryBytes', row.peak_memory_bytes)
  return {
    reloadId: row.reload_id,
    number: row.number,
    leaseToken: row.lease_token,
    workerId: row.worker_id,
    leaseExpiresAt: row.lease_expires_at,
    openedAt: row.opened_at,
    sizeIndex: row.size_index,
    session: JSON.parse(row.session as string) as SessionFacts,
    closed,
  } as unknown as Attempt
}
