/** The event that tells that a webhook or an alert was disabled, not by a hand. */
import { newTimeUuid } from '../core/ids.ts'
import { cleanText } from '../core/plain-text.ts'
import type { Tenant } from '../core/records.ts'
import { timeText } from '../core/time-text.ts'
import { cloudEvent } from './cloud-event.ts'
import { WEBHOOK_DISABLED_TYPE, WEBHOOK_EVENT_SOURCE } from './event-types.ts'
import type { EventDraft } from './stored-event.ts'
import type { Subscription } from './subscription.ts'
import type { Moment } from './task-life-event.ts'

/** @param subscription as it is saved: disabled, with the reason */
export function disabledEvent(
  subscription: Subscription,
  { hostnames }: Pick<Tenant, 'hostnames'>,
  { random, now }: Moment,
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
