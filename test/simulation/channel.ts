/**
 * Simulated receivers: some healthy, some flaky, some down for a while, some gone. They keep what arrived,
 * for the auditor. No answer at all counts as one after the channel's own time limit.
 */
import type { EventId, SubscriptionId } from '../../src/core/ids.ts'
import type { Channel, Sent } from '../../src/delivery/channel.ts'
import type { CloudEvent } from '../../src/event/stored-event.ts'
import type { SimNode } from './node.ts'
import type { World } from './world.ts'

export interface Arrival {
  readonly subscriptionId: SubscriptionId
  readonly event: CloudEvent
}

export class Receivers {
  /** Since the auditor looked last. */
  readonly arrived: Arrival[] = []
  readonly gone = new Set<SubscriptionId>()
  readonly downUntil = new Map<SubscriptionId, number>()
  readonly #accepted = new Set<string>()

  arrive(arrival: Arrival): void {
    this.#accepted.add(`${arrival.subscriptionId}/${arrival.event.id}`)
    this.arrived.push(arrival)
  }

  has(subscriptionId: SubscriptionId, eventId: EventId): boolean {
    return this.#accepted.has(`${subscriptionId}/${eventId}`)
  }
}

const TIMEOUT_MS = 15_000

export function simChannel(world: World, node: SimNode): Channel {
  const { receivers } = world
  return {
    send: (events, { id }) =>
      new Promise((resolve) => {
        const fails = world.chance(world.faulty(0.15))
        const answerLost = world.chance(world.faulty(0.1))
        const ms = world.chance(world.faulty(0.05)) ? TIMEOUT_MS : world.between(5, 200)
        const answer = (sent: Sent) => node.later(world.between(1, 30), () => resolve(sent))
        node.later(ms, () => {
          if (receivers.gone.has(id)) return answer({ ok: false, gone: true, message: 'gone' })
          if (world.faults && world.scheduler.now < (receivers.downUntil.get(id) ?? 0))
            return answer({ ok: false, message: 'connection refused' })
          if (fails)
            return answer({ ok: false, message: 'answered 503', retryAfterMs: world.between(0, 9000) })
          for (const event of events) receivers.arrive({ subscriptionId: id, event })
          return answer(answerLost ? { ok: false, message: 'timeout after 15 s' } : { ok: true })
        })
      }),
  }
}
