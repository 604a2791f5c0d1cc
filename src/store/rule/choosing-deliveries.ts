/**
 * Which deliveries a claim takes: of each subscription as many as it has places free, of a tenant never more
 * than its share, the oldest due first. A store tells each subscription with pending deliveries, reads as
 * many due ones of it as are answered, and asks for the choice:
 *
 *     const choosing = new ChoosingDeliveries(request)
 *     const due = pending.flatMap(one => the first `choosing.free(one)` free deliveries due, by (dueAt, id))
 *     save each of choosing.choose(due)
 */
import type { TenantId } from '../../core/ids.ts'
import type { Delivery } from '../../event/delivery.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { DeliveryClaim } from '../port/deliveries.ts'

/** The pending deliveries of one subscription. */
export interface PendingDeliveries {
  /** Undefined when it was removed. */
  readonly subscription: Subscription | undefined
  /** Whose they are; undefined when none is in flight. */
  readonly tenantId: TenantId | undefined
  /** Those under a lease that has not run out. */
  readonly inFlight: number
}

export class ChoosingDeliveries {
  readonly #request: DeliveryClaim
  readonly #inFlight = new Map<TenantId, number>()

  constructor(request: DeliveryClaim) {
    this.#request = request
  }

  /** How many more of the subscription may be in flight; 0 or more. */
  free({ tenantId, subscription, inFlight }: PendingDeliveries): number {
    if (tenantId !== undefined) this.#fly(tenantId, inFlight)
    const { inFlightLimit, max } = this.#request
    return Math.max(0, Math.min(inFlightLimit(subscription) - inFlight, max))
  }

  /** Those that are taken, under their lease. */
  choose(due: readonly Delivery[]): Delivery[] {
    const { max, perTenant, lease, leaseExpiresAt } = this.#request
    return due
      .toSorted((left, right) => left.dueAt - right.dueAt || (left.id < right.id ? -1 : 1))
      .filter(({ tenantId }) => this.#fly(tenantId, 1) <= perTenant)
      .slice(0, max)
      .map((delivery) => ({ ...delivery, lease, leaseExpiresAt }))
  }

  /** @returns how many of the tenant are in flight with these */
  #fly(tenantId: TenantId, count: number): number {
    const inFlight = (this.#inFlight.get(tenantId) ?? 0) + count
    this.#inFlight.set(tenantId, inFlight)
    return inFlight
  }
}

/** A delivery is free unless somebody's lease on it still runs. */
export function isFree({ lease, leaseExpiresAt }: Delivery, now: number): boolean {
  return lease === undefined || leaseExpiresAt! <= now
}
