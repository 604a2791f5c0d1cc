/** Makes one send of an event to a subscription through its channel, and the record of it. */
import { newUuid } from '../core/ids.ts'
import type { Clock, Log, Random } from '../core/ports.ts'
import type { StoredEvent } from '../event/stored-event.ts'
import type { Channel, Sent } from './channel.ts'
import type { Send } from './delivery.ts'
import type { Subscription } from './subscription.ts'

export interface SendDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly channel: Channel
}

export interface MadeSend {
  readonly sent: Sent
  readonly send: Send
}

/** Never rejects: a channel that breaks its promise and throws counts as a failed send. */
export async function makeSend(
  deps: SendDeps,
  event: StoredEvent,
  subscription: Subscription,
  deliveryId: Send['deliveryId'],
): Promise<MadeSend> {
  const triggeredAt = deps.clock.now()
  const sent = await deps.channel
    .send(event.body, subscription, triggeredAt)
    .catch((error: unknown): Sent => {
      deps.log.error('a channel threw', { subscriptionId: subscription.id, error: String(error) })
      return { ok: false, message: 'the channel failed' }
    })
  const send: Send = {
    id: newUuid(deps.random),
    tenantId: event.tenantId,
    deliveryId,
    subscriptionId: subscription.id,
    eventId: event.id,
    eventType: event.type,
    status: sent.ok ? 'success' : 'fail',
    ...(sent.message === undefined ? {} : { statusMessage: sent.message }),
    triggeredAt,
    ...(sent.request === undefined ? {} : { request: sent.request }),
    ...(sent.response === undefined ? {} : { response: sent.response }),
  }
  return { sent, send }
}
