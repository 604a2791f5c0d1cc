/**
 * Counts the sends of each subscription in the last minute, in this process, against its rate: the lower of
 * the owner's setting and what the target allowed in the handshake.
 */
import type { SubscriptionId } from '../core/ids.ts'
import { MINUTE } from '../core/units.ts'
import type { Subscription } from '../event/subscription.ts'

export class SendRates {
  /** Times of the sends of the last minute, oldest first; only for subscriptions with a rate. */
  readonly #sends = new Map<SubscriptionId, number[]>()
  readonly #allowed = new Map<SubscriptionId, number>()

  /** @param now epoch ms */
  left(subscription: Subscription, now: number): number {
    const rate = this.#rateOf(subscription)
    if (rate === undefined) return Number.POSITIVE_INFINITY
    const recent = (this.#sends.get(subscription.id) ?? []).filter((at) => at > now - MINUTE && at <= now)
    this.#sends.set(subscription.id, recent)
    return Math.max(0, rate - recent.length)
  }

  sent(subscription: Subscription, now: number): void {
    if (this.#rateOf(subscription) === undefined) return
    this.#sends.set(subscription.id, [...(this.#sends.get(subscription.id) ?? []), now])
  }

  /** @param perMinute undefined if the target named none */
  allowed(id: SubscriptionId, perMinute: number | undefined): void {
    if (perMinute === undefined) this.#allowed.delete(id)
    else this.#allowed.set(id, perMinute)
  }

  #rateOf({ id, sendsPerMinute }: Subscription): number | undefined {
    const allowed = this.#allowed.get(id)
    if (sendsPerMinute === undefined) return allowed
    return allowed === undefined ? sendsPerMinute : Math.min(allowed, sendsPerMinute)
  }
}
