/**
 * The port of a way out. An implementation sends events to one subscription and tells what happened; it never
 * throws.
 */

import type { Exchange } from '../event/delivery.ts'
import type { CloudEvent } from '../event/stored-event.ts'
import type { Subscription } from '../event/subscription.ts'

export interface Sent extends Omit<Exchange, 'request'> {
  readonly request?: Omit<NonNullable<Exchange['request']>, 'body'>
  readonly ok: boolean
  /** A short text for people: "timeout after 15 s", "redirect not followed (308)", "address not allowed". */
  readonly message?: string
  /** The target asked for this wait (Retry-After on 429 or 503), milliseconds. */
  readonly retryAfterMs?: number
  /** Sends a minute that the target allows, as it said before this send. */
  readonly allowedPerMinute?: number
  /** The target is gone for good (410): give up and disable the subscription. */
  readonly gone?: true
}

export interface Channel {
  /**
   * @param events one, or several where the subscription's content mode is `batched`; their fate is one
   * @param sentAt epoch ms of this send: the signature's timestamp
   */
  send(events: readonly CloudEvent[], subscription: Subscription, sentAt: number): Promise<Sent>
}

export interface ClosableChannel extends Channel {
  close(): Promise<void>
}
