/**
 * Applies the result of a send to its delivery and its subscription: the delivery is delivered, due again,
 * exhausted or given up (contract 04, section 5.2). Also says how many sends a subscription may have in
 * flight. Pure.
 */
import { isFuture } from '../core/future-stamp.ts'
import {
  BROKER_BACKOFF_LAST_MS,
  brokerBackoffMs,
  deliveryBackoffMs,
  JITTER,
  jittered,
} from '../core/retry.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../core/units.ts'
import type { Delivery } from '../event/delivery.ts'
import { type BrokerKind, brokerOf, type Subscription } from '../event/subscription.ts'
import type { Sent } from './channel.ts'

/** Longest wait that a target may ask for with Retry-After. */
const RETRY_AFTER_MAX_MS = DAY
/** Longest wait between two sends of a delivery, with jitter. */
const LONGEST_WAIT_MS = DAY * (1 + JITTER)
/** A subscription is disabled when all sends failed for this long, and there were at least this many. */
export const DISABLE_AFTER_MS = 5 * DAY
export const DISABLE_AFTER_SENDS = 20

/** Sends of one subscription in flight at the same time. */
export const SENDS_IN_FLIGHT_MAX = 4
/** A broker takes events in parallel over one connection. */
export const BROKER_SENDS_IN_FLIGHT_MAX = 256
/** Events in one request of a subscription that takes batches. */
export const BATCH_MAX = 100
/** After this many failures in a row a subscription is only probed: one send, then a wait that doubles. */
export const BREAK_AFTER_SENDS = 5
export const PROBE_FIRST_MS = 5 * SECOND
export const PROBE_LAST_MS = 5 * MINUTE

/**
 * Returns how many deliveries of a subscription may be in flight. A target that keeps failing gets an
 * occasional probe only, so that it does not use up the sends of others.
 * @param subscription undefined if it was deleted: its deliveries are given up without a send
 */
export function inFlightLimit(subscription: Subscription | undefined, now: number): number {
  if (subscription === undefined || !subscription.enabled) return BATCH_MAX
  const { failedSends, lastFailedAt = 0 } = subscription
  if (failedSends < BREAK_AFTER_SENDS) {
    if (brokerOf(subscription) !== undefined) return BROKER_SENDS_IN_FLIGHT_MAX
    return subscription.contentMode === 'batched' ? BATCH_MAX : SENDS_IN_FLIGHT_MAX
  }
  const lastMs = brokerOf(subscription) === undefined ? PROBE_LAST_MS : BROKER_BACKOFF_LAST_MS
  const waitMs = Math.min(PROBE_FIRST_MS * 2 ** (failedSends - BREAK_AFTER_SENDS), lastMs)
  return now >= lastFailedAt + waitMs || isFuture(lastFailedAt, now) ? 1 : 0
}

/**
 * @param to the broker, whose deliveries are never exhausted
 * @param now epoch ms after the send
 * @param uniform in [0, 1); spreads the wait
 */
export function deliveryAfter(
  delivery: Delivery,
  sent: Sent,
  to: BrokerKind | undefined,
  now: number,
  uniform: number,
): Delivery {
  const counted = { ...released(delivery), sends: delivery.sends + 1 }
  if (sent.ok) return { ...counted, state: 'delivered', endedAt: now }
  if (sent.gone) {
    return { ...counted, state: 'given-up', endedAt: now, reason: sent.message ?? 'the target is gone' }
  }
  const backoffMs = to === undefined ? deliveryBackoffMs(counted.sends) : brokerBackoffMs(counted.sends)
  if (backoffMs === undefined) return { ...counted, state: 'exhausted', endedAt: now }
  const plannedMs = jittered(backoffMs, uniform)
  const waitMs = Math.max(plannedMs, Math.min(sent.retryAfterMs ?? 0, RETRY_AFTER_MAX_MS))
  return { ...counted, dueAt: now + waitMs, waitMs }
}

/** Ends a delivery without a send. */
export function givenUp(delivery: Delivery, reason: string, now: number): Delivery {
  return { ...released(delivery), state: 'given-up', endedAt: now, reason }
}

/** Returns the subscription with updated failure counters, disabled if the rule says so. */
export function subscriptionAfter(subscription: Subscription, sent: Sent, now: number): Subscription {
  if (sent.ok) {
    const { failingSince: _since, lastFailedAt: _last, ...rest } = subscription
    return { ...rest, failedSends: 0 }
  }
  const failingSince = failingSinceAt(subscription, now)
  const failedSends = subscription.failedSends + 1
  const counted = { ...subscription, failingSince, lastFailedAt: now, failedSends }
  // Brokers and the mail server belong to the operator: only the configuration ends them (contract 06,
  // section 10).
  if (brokerOf(subscription) !== undefined || subscription.channel === 'mail') return counted
  if (sent.gone) return disabled(counted, 'TARGET-GONE', 'the target answered that it is gone (410)', now)
  if (now - failingSince >= DISABLE_AFTER_MS && failedSends >= DISABLE_AFTER_SENDS) {
    const hours = Math.floor((now - failingSince) / HOUR)
    return disabled(counted, 'DELIVERY-FAILURES', `all ${failedSends} sends in ${hours} hours failed`, now)
  }
  return counted
}

/**
 * Since when all sends failed, as far as somebody sent: a gap between two of them that is longer than any
 * wait (the service was off, or the clock was set) is no time of failing.
 */
function failingSinceAt({ failingSince, lastFailedAt }: Subscription, now: number): number {
  if (failingSince === undefined || failingSince > now) return now
  return failingSince + Math.max(0, now - (lastFailedAt ?? now) - LONGEST_WAIT_MS)
}

function disabled(
  subscription: Subscription,
  disabledReasonCode: string,
  disabledReason: string,
  now: number,
): Subscription {
  if (!subscription.enabled) return subscription
  return { ...subscription, enabled: false, disabledReason, disabledReasonCode, updatedAt: now }
}

/** Releases the delivery from its sender. */
function released(delivery: Delivery): Delivery {
  const { lease: _lease, leaseExpiresAt: _expires, ...rest } = delivery
  return rest
}
