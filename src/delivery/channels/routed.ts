/** A channel that forwards each send to the channel of its subscription. */

import type { Subscription } from '../../event/subscription.ts'
import type { Channel, ClosableChannel } from '../channel.ts'

export function routedChannel(
  webhook: Channel,
  others: Readonly<Partial<Record<NonNullable<Subscription['channel']>, Channel>>>,
): Channel {
  return {
    async send(events, subscription, sentAt) {
      const { channel } = subscription
      const out = channel === undefined ? webhook : others[channel]
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
