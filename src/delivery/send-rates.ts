/**
 * Counts the sends of each subscription in the last minute, in this process, against its rate: the lower of
 * the owner's setting and what the target allowed in the handshake. The alerts of a tenant count together,
 * against one rate.
 */
import type { SubscriptionId, TenantId } from '../core/ids.ts'
import { ALERTS_PER_TENANT_AND_MINUTE } from '../core/limits.ts'
import { MINUTE } from '../core/units.ts'
import type { Subscription } from '../event/subscription.ts'

export class SendRates {
  /** Times of the sends of the last minute, oldest first; only for whom a rate counts. */
  readonly #sends = new Map<SubscriptionId | TenantId, number[]>()
  readonly #allowed = new Map<SubscriptionId, number>()

  /** @param now epoch ms */
  left(subscription: Subscription, now: number): number {
    const rate = this.#rateOf(subscription)
    if (rate === undefined) return Number.POSITIVE_INFINITY
    const party = partyOf(subscription)
    const recent = (this.#sends.get(party) ?? []).filter((at) => at > now - MINUTE && at <= now)
    this.#sends.set(party, recent)
    return Math.max(0, rate - recent.length)
  }

  sent(subscription: Subscription, now: number): void {
    if (this.#rateOf(subscription) === undefined) return
    const party = partyOf(subscription)
    this.#sends.set(party, [...(this.#sends.get(party) ?? []), now])
  }

  /** @param perMinute undefined if the target named none */
  allowed(id: SubscriptionId, perMinute: number | undefined): void {
    if (perMinute === undefined) this.#allowed.delete(id)
    else this.#allowed.set(id, perMinute)
  }

  #rateOf({ id, sendsPerMinute, alert }: Subscription): number | undefined {
    if (alert !== undefined) return ALERTS_PER_TENANT_AND_MINUTE
    const allowed = this.#allowed.get(id)
    if (sendsPerMinute === undefined) return allowed
    return allowed === undefined ? sendsPerMinute : Math.min(allowed, sendsPerMinute)
  }
}

function partyOf({ id, tenantId, alert }: Subscription): SubscriptionId | TenantId {
  return alert === undefined ? id : tenantId
}
