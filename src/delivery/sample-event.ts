/**
 * The event that a webhook's owner may send to try it: a finished event without a reload, marked as a test.
 * Never stored.
 */
import { newTimeUuid } from '../core/ids.ts'
import type { Clock, Random } from '../core/ports.ts'
import { timeText } from '../core/time-text.ts'
import { cloudEvent } from '../event/cloud-event.ts'
import { FINISHED_EVENT_SOURCE, FINISHED_EVENT_TYPE } from '../event/event-types.ts'
import type { StoredEvent } from '../event/stored-event.ts'
import type { Subscription } from '../event/subscription.ts'

const NO_RELOAD = '0'.repeat(24)
const NO_APP = '00000000-0000-0000-0000-000000000000'

export function sampleEvent(
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  { tenantId, ownerId }: Subscription,
): StoredEvent {
  const time = clock.now()
  const id = newTimeUuid<'event'>(random, time)
  return {
    id,
    tenantId,
    type: FINISHED_EVENT_TYPE,
    time,
    userId: ownerId,
    resourceId: NO_RELOAD,
    topLevelResourceId: NO_APP,
    uniqueKey: id,
    sequence: 0,
    body: cloudEvent({
      id,
      type: FINISHED_EVENT_TYPE,
      source: FINISHED_EVENT_SOURCE,
      time,
      tenantId,
      attributes: {
        userid: ownerId,
        toplevelresourceid: NO_APP,
        reason: 'Test of the webhook',
        authtype: 'system',
        test: 'true',
      },
      data: {
        id: NO_RELOAD,
        type: 'external',
        appId: NO_APP,
        status: 'SUCCEEDED',
        userId: ownerId,
        succeeded: true,
        weight: 1,
        partial: false,
        appUsage: 'ANALYTICS',
        tenantId,
        creationTime: timeText(time),
        lastReloadTime: timeText(time),
      },
    }),
  }
}
