/** What `Turns` counts from: the reloads that wait, back off or run. */

import type { Attempt } from '../../core/attempt.ts'
import type { TenantId } from '../../core/ids.ts'
import type { Reload } from '../../core/reload.ts'
import type { Counted } from '../rule/turns.ts'
import { backsOff } from '../rule/waiting.ts'
import type { Tables } from './tables.ts'

export function countQueue(tables: Tables): Counted {
  const { reloads, counters } = tables
  const letInAt = counters.get('letInAt') ?? 0
  const backingOff = reloads.where((row) => backsOff(row) && row.notBefore > letInAt)
  const waiting = new Map<TenantId, number>()
  for (const row of reloads.where((row) => row.state === 'QUEUED' && !backingOff.includes(row))) {
    waiting.set(row.tenantId, (waiting.get(row.tenantId) ?? 0) + 1)
  }
  return {
    waiting,
    backingOff: backingOff.map((row) => row.id),
    running: reloads.where(isRunning).map((row) => ({
      id: row.id,
      tenantId: row.tenantId,
      openedAt: openAttempt(tables, row)!.openedAt,
    })),
  }
}

export function isRunning({ lease }: Reload): boolean {
  return lease !== undefined
}

export function openAttempt({ attempts }: Tables, reload: Reload): Attempt | undefined {
  const latest = attempts.get(`${reload.id}/${reload.attempts}`)
  return latest?.closed === undefined ? latest : undefined
}
