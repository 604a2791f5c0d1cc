/**
 * The store's step for a subscription after a send: updates its failure counters and, if they disable it,
 * makes the event that reports this, saved with its deliveries in the same transaction.
 */
import type { Clock, Random } from '../core/ports.ts'
import { fanOut } from '../event/fan-out.ts'
import { disabledEvent } from '../event/webhook-disabled-event.ts'
import type { SubscriptionStep } from '../store/port/subscriptions.ts'
import { subscriptionAfter } from './after-send.ts'
import type { Sent } from './channel.ts'

export function afterSend(
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  sent: Pick<Sent, 'ok' | 'gone'>,
): SubscriptionStep {
  return ({ subscription, tenant, subscriptions }) => {
    if (sent.ok && subscription.failedSends === 0) return undefined
    const now = clock.now()
    const after = subscriptionAfter(subscription, sent, now)
    if (after.enabled === subscription.enabled) return { subscription: after }
    const event = disabledEvent(after, tenant, { random, now })
    const others = subscriptions.filter(({ id }) => id !== after.id)
    return {
      subscription: after,
      events: [event],
      deliveries: fanOut([event], { subscriptions: others }, random),
    }
  }
}
