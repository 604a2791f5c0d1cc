/** Simulated receivers: some healthy, some flaky, one that is gone. They keep what they accepted, for the auditor. */
import type { EventId, SubscriptionId } from '../../src/core/ids.ts'
import type { Channel, Sent } from '../../src/delivery/channel.ts'
import type { CloudEvent } from '../../src/event/stored-event.ts'
import type { SimNode } from './node.ts'
import type { World } from './world.ts'

export class Receivers {
  /** By `<subscription>/<event>`: the body as it arrived first. */
  readonly accepted = new Map<string, string>()
  readonly gone = new Set<SubscriptionId>()

  has(subscriptionId: SubscriptionId, eventId: EventId): boolean {
    return this.accepted.has(`${subscriptionId}/${eventId}`)
  }
}

export function simChannel(world: World, node: SimNode): Channel {
  return {
    send: (events, subscription) =>
      new Promise((resolve) => {
        const fails = world.chance(world.faulty(0.15))
        const answerLost = world.chance(world.faulty(0.1))
        const ms = world.chance(world.faulty(0.05)) ? 15_000 : world.between(5, 200)
        const answer = (sent: Sent) => node.later(world.between(1, 30), () => resolve(sent))
        node.later(ms, () => {
          if (world.receivers.gone.has(subscription.id))
            return answer({ ok: false, gone: true, message: 'gone' })
          if (fails)
            return answer({ ok: false, message: 'answered 503', retryAfterMs: world.between(0, 9000) })
          for (const event of events) arrive(world, subscription.id, event)
          return answer(answerLost ? { ok: false, message: 'timeout after 15 s' } : { ok: true })
        })
      }),
  }
}

function arrive(world: World, subscriptionId: SubscriptionId, event: CloudEvent): void {
  const key = `${subscriptionId}/${event.id}`
  const body = JSON.stringify(event)
  const first = world.receivers.accepted.get(key)
  if (first !== undefined && first !== body) world.violate(`event ${event.id} was sent with another body`)
  world.receivers.accepted.set(key, body)
}
