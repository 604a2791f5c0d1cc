/**
 * Room `store/rule`: what every store decides alike: accepting, claiming, choosing deliveries, turns and
 * saving. Pure functions that a store calls within its transaction enter.
 *
 * Accepting a reload: the order of the checks (contract 02, section 3.1, steps 4 to 7; a repeated key is
 * answered before 5 and 6), how long an idempotency key holds, and the day that a quota counts.
 */

import type { ReloadId } from '../../core/ids.ts'
import { limitsOf } from '../../core/limits.ts'
import type { Tenant } from '../../core/records.ts'
import type { Reload } from '../../core/reload.ts'
import type { Acceptance, Accepted } from '../port/reloads.ts'
import { assertAcceptance } from './saving.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const IDEMPOTENCY_MS = DAY_MS

/**
 * What the store has in the accepting transaction. Each is asked at most once, and only as far as the checks
 * come to it; a store that reads for a whole batch answers from what it read and what it accepted since.
 */
export interface AcceptanceView {
  tenant(): Tenant
  hasApp(): boolean
  /** What was accepted last under this key of the user, if that was later than `after`, epoch ms. */
  acceptedUnder(key: string, after: number): AcceptedUnderKey | undefined
  /** How many reloads of the app were accepted in [from, to), epoch ms. */
  acceptedBetween(from: number, to: number): number
  /** The reload of the app that has no outcome yet. */
  active(): ReloadId | undefined
}

export interface AcceptedUnderKey {
  readonly reload: Reload
  /** Digest of what was asked for; absent where it was not kept. */
  readonly payload?: string
}

/** `accepted` is to be saved, with its key and payload. */
export function accepting(acceptance: Acceptance, view: AcceptanceView): Accepted {
  assertAcceptance(acceptance)
  const { reload, idempotencyKey, payload } = acceptance
  const tenant = view.tenant()
  if (tenant.removedAt !== undefined || !view.hasApp()) return { kind: 'no-app' }
  if (idempotencyKey !== undefined) {
    const earlier = view.acceptedUnder(idempotencyKey, reload.createdAt - IDEMPOTENCY_MS)
    if (earlier !== undefined) {
      const isSame = earlier.payload === undefined || earlier.payload === payload
      return isSame ? { kind: 'repeated', reload: earlier.reload } : { kind: 'other-payload' }
    }
  }
  const { reloadsPerAppAndDay } = limitsOf(acceptance, tenant)
  const day = dayOf(reload.createdAt)
  if (reloadsPerAppAndDay > 0 && view.acceptedBetween(day, day + DAY_MS) >= reloadsPerAppAndDay) {
    return { kind: 'quota-exceeded' }
  }
  const pendingReloadId = view.active()
  if (pendingReloadId !== undefined) return { kind: 'pending', pendingReloadId }
  return { kind: 'accepted', reload }
}

/** The begin of the UTC day, epoch ms. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS
}
