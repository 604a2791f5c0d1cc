/** One event for one subscription, and the sends that try to deliver it. */
import { isFuture } from '../core/future-stamp.ts'
import type { DeliveryId, EventId, LeaseToken, SendId, SubscriptionId, TenantId } from '../core/ids.ts'

export const DELIVERY_STATES = ['pending', 'delivered', 'exhausted', 'given-up'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

export interface Delivery {
  readonly id: DeliveryId
  readonly tenantId: TenantId
  readonly eventId: EventId
  readonly subscriptionId: SubscriptionId
  readonly state: DeliveryState
  /** Sends made so far. */
  readonly sends: number
  /** Epoch ms of the next send, while pending. */
  readonly dueAt: number
  /** Of that the wait that began when it was set, ms; absent: it was due at once. */
  readonly waitMs?: number
  readonly createdAt: number
  readonly endedAt?: number
  /** Why it was given up. */
  readonly reason?: string
  /** Lease of the sender that works on it. */
  readonly lease?: LeaseToken
  readonly leaseExpiresAt?: number
}

/**
 * @returns the same delivery when nothing is to be pulled back; otherwise its wait begins now
 * (core/future-stamp.ts)
 */
export function dueFrom(delivery: Delivery, now: number): Delivery {
  const { dueAt, waitMs = 0 } = delivery
  return isFuture(dueAt - waitMs, now) ? { ...delivery, dueAt: now + waitMs } : delivery
}

/** Request and response, cut to a limit and with secrets masked; absent if there was none. */
export interface Exchange {
  readonly request?: {
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: unknown
  }
  readonly response?: {
    readonly statusCode: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  }
}

/** One try of a delivery. */
export interface Send extends Exchange {
  readonly id: SendId
  readonly tenantId: TenantId
  readonly deliveryId: DeliveryId
  readonly subscriptionId: SubscriptionId
  readonly eventId: EventId
  readonly eventType: string
  readonly status: 'success' | 'fail'
  readonly statusMessage?: string
  readonly triggeredAt: number
}
