/** What a clock that was ahead has stamped, as it is to be saved (core/future-stamp.ts). */
import type { Attempt } from '../../core/attempt.ts'
import { leaseEnd, waitingFrom } from '../../core/future-stamp.ts'
import type { Reload } from '../../core/reload.ts'
import { type Delivery, dueFrom } from '../../event/delivery.ts'
import type { PullBack } from '../port/queue.ts'

/** Undefined when nothing of it lies in the future. @param attempt the open one */
export function reloadPulledBack(
  reload: Reload,
  attempt: Attempt | undefined,
  { now, longestLeaseMs }: PullBack,
): { readonly reload: Reload; readonly attempt: Attempt | undefined } | undefined {
  const waiting = waitingFrom(reload, now)
  const leaseExpiresAt = attempt && leaseEnd(attempt.leaseExpiresAt, longestLeaseMs, now)
  if (waiting === reload && leaseExpiresAt === attempt?.leaseExpiresAt) return undefined
  return { reload: waiting, attempt: attempt && { ...attempt, leaseExpiresAt: leaseExpiresAt! } }
}

/** Undefined when nothing of it lies in the future. */
export function deliveryPulledBack(
  delivery: Delivery,
  { now, longestLeaseMs }: PullBack,
): Delivery | undefined {
  const due = dueFrom(delivery, now)
  if (delivery.leaseExpiresAt === undefined) return due === delivery ? undefined : due
  const leaseExpiresAt = leaseEnd(delivery.leaseExpiresAt, longestLeaseMs, now)
  return due === delivery && leaseExpiresAt === delivery.leaseExpiresAt
    ? undefined
    : { ...due, leaseExpiresAt }
}
