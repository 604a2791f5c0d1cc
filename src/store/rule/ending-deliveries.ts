/** How a delivery that a sender holds changes, and how one that failed for good is opened again. */
import type { LeaseToken } from '../../core/ids.ts'
import type { Delivery, DeliveryState } from '../../event/delivery.ts'

/** States from which a delivery may be opened again. */
export const FAILED_STATES: readonly DeliveryState[] = ['exhausted', 'given-up']

/** Only the sender that holds the lease may tell what became of a delivery. */
export function isHeldUnder(delivery: Delivery | undefined, fence: LeaseToken): delivery is Delivery {
  return delivery?.state === 'pending' && delivery.lease === fence
}

/** As when it was made: due at `now`, no send counted. */
export function reopened(failed: Delivery, now: number): Delivery {
  const { endedAt: _ended, reason: _reason, waitMs: _waited, ...delivery } = failed
  return { ...delivery, state: 'pending', sends: 0, dueAt: now }
}

/** Taken back from the sender that claimed it. */
export function released({ lease: _lease, leaseExpiresAt: _end, ...delivery }: Delivery): Delivery {
  return delivery
}
