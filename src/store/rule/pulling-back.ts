/** What a clock that was ahead has stamped, as it is to be saved (core/future-stamp.ts). */
import type { Attempt } from '../../core/attempt.ts'
import { endWithin, waitingFrom } from '../../core/future-stamp.ts'
import type { Reload } from '../../core/reload.ts'
import { RUN_WAITS_MAX_MS, type TaskRun } from '../../core/task/run.ts'
import { type Delivery, dueFrom } from '../../event/delivery.ts'
import type { PullBack } from '../port/queue.ts'

/** Undefined when nothing of it lies in the future. @param attempt the open one */
export function reloadPulledBack(
  reload: Reload,
  attempt: Attempt | undefined,
  { now, longestLeaseMs }: PullBack,
): { readonly reload: Reload; readonly attempt: Attempt | undefined } | undefined {
  const waiting = waitingFrom(reload, now)
  const leaseExpiresAt = attempt && endWithin(attempt.leaseExpiresAt, longestLeaseMs, now)
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
  const leaseExpiresAt = endWithin(delivery.leaseExpiresAt, longestLeaseMs, now)
  return due === delivery && leaseExpiresAt === delivery.leaseExpiresAt
    ? undefined
    : { ...due, leaseExpiresAt }
}

/** Undefined when nothing of it lies in the future. @param run that waits */
export function runPulledBack(run: TaskRun, { now }: PullBack): TaskRun | undefined {
  const notBefore = endWithin(run.notBefore, RUN_WAITS_MAX_MS, now)
  return notBefore === run.notBefore ? undefined : { ...run, notBefore }
}
