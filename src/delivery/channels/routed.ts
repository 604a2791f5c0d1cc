/** A channel that forwards each send to the channel of its subscription. */

import type { Subscription } from '../../event/subscription.ts'
import type { Channel } from '../channel.ts'

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

/** Whatever sends until it is closed. */
export interface Sending<Args extends unknown[], Answer> {
  send(...args: Args): Promise<Answer>
  close(): Promise<void>
}

/** Is loaded and opened by its first send, which keeps the start fast. */
export function openedAtFirstSend<Args extends unknown[], Answer>(
  open: () => Promise<Sending<Args, Answer>>,
): Sending<Args, Answer> {
  let opened: Promise<Sending<Args, Answer>> | undefined
  return {
    async send(...args) {
      opened ??= open()
      return (await opened).send(...args)
    },
    async close() {
      await (await opened)?.close()
    },
  }
}
