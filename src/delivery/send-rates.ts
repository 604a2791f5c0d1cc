/**
 * Counts the sends of each subscription in the last minute, in this process, against its rate: the lower of
 * the owner's setting and what the target allowed in the handshake. The messages of a tenant to people, its
 * alerts and those of its automations, count together, against one rate.
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
    return Math.max(0, rate - this.#recent(partyOf(subscription), now).length)
  }

  sent(subscription: Subscription, now: number): void {
    if (this.#rateOf(subscription) !== undefined) this.#count(partyOf(subscription), now)
  }

  /** When the tenant may send a message beside its alerts, epoch ms; undefined: now, and it is counted. */
  countMessage(tenantId: TenantId, now: number): number | undefined {
    const recent = this.#recent(tenantId, now)
    const before = recent.at(-ALERTS_PER_TENANT_AND_MINUTE)
    if (before !== undefined) return before + MINUTE
    this.#count(tenantId, now)
    return undefined
  }

  #recent(party: SubscriptionId | TenantId, now: number): readonly number[] {
    const recent = (this.#sends.get(party) ?? []).filter((at) => at > now - MINUTE && at <= now)
    this.#sends.set(party, recent)
    return recent
  }

  #count(party: SubscriptionId | TenantId, now: number): void {
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
