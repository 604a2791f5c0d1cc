/**
 * The store's step for a subscription after a send: updates its failure counters and, if they disable it,
 * makes the event that reports this, saved with its deliveries in the same transaction.
 */
import { newTimeUuid } from '../core/ids.ts'
import { cleanText } from '../core/plain-text.ts'
import type { Clock, Random } from '../core/ports.ts'
import { timeText } from '../core/time-text.ts'
import { cloudEvent } from '../event/cloud-event.ts'
import { WEBHOOK_DISABLED_TYPE, WEBHOOK_EVENT_SOURCE } from '../event/event-types.ts'
import { fanOut } from '../event/fan-out.ts'
import type { EventDraft } from '../event/stored-event.ts'
import type { Subscription } from '../event/subscription.ts'
import type { SubscriptionStep, SubscriptionView } from '../store/port/subscriptions.ts'
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
    const event = disabledEvent(after, tenant, now, random)
    const others = subscriptions.filter(({ id }) => id !== after.id)
    return {
      subscription: after,
      events: [event],
      deliveries: fanOut([event], { subscriptions: others }, random),
    }
  }
}

function disabledEvent(
  subscription: Subscription,
  { hostnames }: SubscriptionView['tenant'],
  now: number,
  random: Random,
): EventDraft {
  const id = newTimeUuid<'event'>(random, now)
  return {
    id,
    tenantId: subscription.tenantId,
    type: WEBHOOK_DISABLED_TYPE,
    time: now,
    userId: subscription.ownerId,
    resourceId: subscription.id,
    topLevelResourceId: subscription.id,
    uniqueKey: `${subscription.id}:${now}`,
    body: cloudEvent({
      id,
      type: WEBHOOK_DISABLED_TYPE,
      source: WEBHOOK_EVENT_SOURCE,
      time: now,
      tenantId: subscription.tenantId,
      attributes: {
        host: hostnames[0],
        userid: subscription.ownerId,
        ownerid: subscription.ownerId,
        toplevelresourceid: subscription.id,
        reason: 'Webhook disabled',
        authtype: 'system',
      },
      data: {
        id: subscription.id,
        name: cleanText(subscription.name),
        disabledReasonCode: subscription.disabledReasonCode,
        disabledReason: subscription.disabledReason,
        failedSends: subscription.failedSends,
        failingSince:
          subscription.failingSince === undefined ? undefined : timeText(subscription.failingSince),
      },
    }),
  }
}
