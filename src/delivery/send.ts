/** Sends events to a subscription through its channel and makes the records of the send. */
import { defined } from '../core/defined.ts'
import { newUuid } from '../core/ids.ts'
import type { Clock, Log, Random } from '../core/ports.ts'
import type { Send } from '../event/delivery.ts'
import type { StoredEvent } from '../event/stored-event.ts'
import type { Subscription } from '../event/subscription.ts'
import type { Channel, Sent } from './channel.ts'

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

/** An event to be sent, and its delivery. */
export interface Addressed {
  readonly event: StoredEvent
  readonly deliveryId: Send['deliveryId']
}

/**
 * Makes one request for all events and one record for each, in their order. Never rejects: a channel that
 * throws against its contract counts as a failed send.
 */
export async function makeSends(
  deps: SendDeps,
  addressed: readonly Addressed[],
  subscription: Subscription,
): Promise<MadeSend[]> {
  const triggeredAt = deps.clock.now()
  const sent = await deps.channel
    .send(
      addressed.map(({ event }) => event.body),
      subscription,
      triggeredAt,
    )
    .catch((error: unknown): Sent => {
      deps.log.error('a channel threw', { subscriptionId: subscription.id, error: String(error) })
      return { ok: false, message: 'the channel failed' }
    })
  return addressed.map(({ event, deliveryId }) => ({
    sent,
    send: {
      id: newUuid(deps.random),
      tenantId: event.tenantId,
      deliveryId,
      subscriptionId: subscription.id,
      eventId: event.id,
      eventType: event.type,
      status: sent.ok ? 'success' : 'fail',
      ...defined({ statusMessage: sent.message }),
      triggeredAt,
      ...(sent.request === undefined ? {} : { request: { ...sent.request, body: event.body } }),
      ...defined({ response: sent.response }),
    },
  }))
}
