/** A channel that forwards each send to the channel of its subscription. */

import type { BrokerKind } from '../../event/subscription.ts'
import type { Channel, ClosableChannel } from '../channel.ts'

export function routedChannel(
  webhook: Channel,
  brokers: Readonly<Partial<Record<BrokerKind, Channel>>>,
): Channel {
  return {
    async send(events, subscription, sentAt) {
      const { channel } = subscription
      const out = channel === undefined ? webhook : brokers[channel]
      if (out === undefined) return { ok: false, message: `${channel} is not configured` }
      return out.send(events, subscription, sentAt)
    },
  }
}

/** A channel that is loaded and opened by its first send, which keeps the start fast. */
export function openedAtFirstSend(open: () => Promise<ClosableChannel>): ClosableChannel {
  let opened: Promise<ClosableChannel> | undefined
  return {
    async send(events, subscription, sentAt) {
      opened ??= open()
      return (await opened).send(events, subscription, sentAt)
    },
    async close() {
      await (await opened)?.close()
    },
  }
}
