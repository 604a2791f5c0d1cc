/**
 * The port of a delivery channel. An implementation sends events to one subscription and returns what
 * happened; it never throws.
 */

import type { Exchange } from '../event/delivery.ts'
import type { CloudEvent } from '../event/stored-event.ts'
import type { Subscription } from '../event/subscription.ts'

export interface Sent extends Omit<Exchange, 'request'> {
  readonly request?: Omit<NonNullable<Exchange['request']>, 'body'>
  readonly ok: boolean
  /** A short text for people: "timeout after 15 s", "redirect not followed (308)", "address not allowed". */
  readonly message?: string
  /** Wait that the target asked for (Retry-After on 429 or 503), ms. */
  readonly retryAfterMs?: number
  /** Sends per minute that the target allowed in the handshake before this send. */
  readonly allowedPerMinute?: number
  /** The target is gone for good (410): the delivery is given up and the subscription disabled. */
  readonly gone?: true
}

export interface Channel {
  /**
   * @param events one, or several if the content mode is `batched`; they succeed or fail together
   * @param sentAt epoch ms of this send, the timestamp of the signature
   */
  send(events: readonly CloudEvent[], subscription: Subscription, sentAt: number): Promise<Sent>
}

export interface ClosableChannel extends Channel {
  close(): Promise<void>
}

export interface BrokerChannel extends ClosableChannel {
  /** Why events wait; undefined while the broker takes them. */
  readonly fault: string | undefined
}
