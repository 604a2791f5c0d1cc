/**
 * Reload and attempt records as rows and back. The open attempt of a reload stands in the reload's row; what
 * was asked for is one JSON column.
 */
import type { SQLInputValue } from 'node:sqlite'
import type { Attempt } from '../../core/attempt.ts'
import type { Reload } from '../../core/reload.ts'
import { backsOff, waitsSince } from '../rule/waiting.ts'
import { type ColumnsOf, flag, json, number, recordColumns, text } from './columns.ts'
import type { Row } from './row.ts'
import type { CachedReload } from './store-cache.ts'

type Asked = Pick<Reload, 'variables' | 'provenance' | 'appUsage' | 'resourceId' | 'resourceType' | 'taskId'>
type FixedName = 'id' | 'tenantId' | 'appId' | 'userId' | 'trigger' | 'weight' | 'partial' | 'createdAt'
type Fixed = Pick<Reload, FixedName>
type Moving = Omit<Reload, FixedName | keyof Asked>

const FIXED: ColumnsOf<Fixed> = {
  id: text('id'),
  tenantId: text('tenant_id'),
  appId: text('app_id'),
  userId: text('user_id'),
  trigger: text('trigger'),
  weight: number('weight'),
  partial: flag('partial'),
  createdAt: number('created_at'),
}

const MOVING: ColumnsOf<Moving> = {
  state: text('state'),
  queuedAt: number('queued_at'),
  waitedMs: number('waited_ms'),
  notBefore: number('not_before'),
  firstClaimedAt: number('first_claimed_at'),
  endedAt: number('ended_at'),
  attempts: number('attempts'),
  requeuesTotal: number('requeues_total'),
  requeuesWithErrors: number('requeues_with_errors'),
  faultRequeues: number('fault_requeues'),
  sizeIndex: number('size_index'),
  lease: text('lease'),
  engine: json('engine'),
  errorCode: text('error_code'),
  errorMessage: text('error_message'),
  engineTime: number('engine_time'),
  sessionAsked: flag('session_asked'),
  crashedOnMaxSizeEngine: flag('crashed_on_max_size'),
  log: text('log'),
}

const fixed = recordColumns<Fixed>(FIXED)
const moving = recordColumns<Moving>(MOVING)
const plain = recordColumns<Fixed & Moving>({ ...FIXED, ...MOVING })

/** Fixed when the reload is accepted. */
export const FIXED_COLUMNS = `${fixed.names}, request`

export function fixedValues(reload: Reload): SQLInputValue[] {
  return [...fixed.values(reload), askedText(reload)]
}

/** What is only carried of what was asked. */
export function askedText(reload: Reload): string {
  const { variables, provenance, appUsage, resourceId, resourceType, taskId } = reload
  return JSON.stringify({ variables, provenance, appUsage, resourceId, resourceType, taskId })
}

/** What the state machine moves, the open attempt along with it. At most 31 columns (update-reload.ts). */
export const MOVING_COLUMNS = `${moving.names}, waits_since, backing_off, lease_expires_at, open_attempt`
const DERIVED_FROM = Object.keys(MOVING).length

export function movingValues(stored: CachedReload): SQLInputValue[] {
  return [...moving.values(stored.reload), ...derivedValues(stored), openText(stored.attempt)]
}

function derivedValues({ reload, attempt }: CachedReload): SQLInputValue[] {
  return [waitsSince(reload), backsOff(reload) ? 1 : 0, attempt?.leaseExpiresAt ?? null]
}

/** Tells each column whose value is another one afterwards, by its place among MOVING_COLUMNS. */
export function movingChanges(
  before: CachedReload,
  after: CachedReload,
  found: (place: number, value: SQLInputValue) => void,
): void {
  moving.changes(before.reload, after.reload, found)
  const was = derivedValues(before)
  const is = derivedValues(after)
  for (let i = 0; i < is.length; i++) if (was[i] !== is[i]) found(DERIVED_FROM + i, is[i]!)
  if (before.attempt === after.attempt) return
  const text = openText(after.attempt)
  if (text !== openText(before.attempt)) found(DERIVED_FROM + is.length, text)
}

export function reloadOf(row: Row): Reload {
  return { ...plain.of(row), ...(JSON.parse(row.request as string) as Asked) }
}

/**
 * What of the open attempt has no column: the lease token is the reload's own, the number its count of
 * attempts.
 */
function openText(attempt: Attempt | undefined): string | null {
  if (attempt === undefined) return null
  const { workerId, openedAt, sizeIndex, session } = attempt
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

type Closed = NonNullable<Attempt['closed']>

const opened = recordColumns<Omit<Attempt, 'closed'>>({
  reloadId: text('reload_id'),
  number: number('number'),
  leaseToken: text('lease_token'),
  workerId: text('worker_id'),
  leaseExpiresAt: number('lease_expires_at'),
  openedAt: number('opened_at'),
  sizeIndex: number('size_index'),
  session: json('session'),
})

const closing = recordColumns<Closed>({
  at: number('closed_at'),
  end: json('end'),
  durationMs: number('duration_ms'),
  peakMemoryBytes: number('peak_memory_bytes'),
})

export const CLOSED_COLUMNS = `${opened.names}, ${closing.names}`

export function closedValues(attempt: Attempt, closed: Closed): SQLInputValue[] {
  return [...opened.values(attempt), ...closing.values(closed)]
}

export function closedAttemptOf(row: Row): Attempt {
  return { ...opened.of(row), closed: closing.of(row) }
}
