/** Deliveries: claiming those that are due, recording what became of them, and the sends themselves. */
import type { DeliveryId, EventId, LeaseToken, SendId, SubscriptionId, TenantId } from '../../core/ids.ts'
import type { Delivery, Send } from '../../event/delivery.ts'
import type { StoredEvent } from '../../event/stored-event.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { Listed, SendQuery } from './lists.ts'
import type { SubscriptionStep } from './subscriptions.ts'

export interface DeliveryClaim {
  readonly now: number
  readonly max: number
  /** Asked once for each subscription with pending deliveries; undefined stands for one that was removed. */
  readonly inFlightLimit: (subscription: Subscription | undefined) => number
  readonly perTenant: number
  readonly lease: LeaseToken
  readonly leaseExpiresAt: number
}

export interface ClaimedDelivery {
  readonly delivery: Delivery
  readonly event: StoredEvent
  /** Absent when it was removed. */
  readonly subscription?: Subscription
}

/** What became of a claimed delivery. */
export interface SendRecord {
  /** As it is from now on. */
  readonly delivery: Delivery
  /** The lease it was claimed under. */
  readonly fence: LeaseToken
  /** Absent when it was given up without a send. */
  readonly send?: Send
  /** What the send makes of the subscription. */
  readonly step?: SubscriptionStep
}

export interface Reopening {
  readonly subscriptionId: SubscriptionId
  /** Epoch ms of the oldest event that is of interest. */
  readonly since: number
  readonly now: number
  readonly max: number
  readonly dryRun: boolean
}

/** Deliveries of events to a subscription that may have had them already. */
export interface Offering {
  readonly subscriptionId: SubscriptionId
  readonly deliveries: readonly Delivery[]
  readonly max: number
  readonly dryRun: boolean
}

export interface DeliveryStore {
  /**
   * Takes pending deliveries that are due and free, oldest due first. Never more in flight than
   * `inFlightLimit` gives a subscription and `perTenant` of one tenant.
   */
  claimDeliveries(request: DeliveryClaim): Promise<ClaimedDelivery[]>
  /**
   * Saves sends with what became of their deliveries, under the lease of each; a row whose lease is gone
   * still keeps its send record but changes no delivery and no subscription.
   */
  recordSends(batch: readonly SendRecord[]): Promise<void>
  /**
   * Opens deliveries of a subscription again that were exhausted or given up and whose events are of `since`
   * or later, oldest first: pending, due at `now`, no send counted.
   * @returns how many there were; with `dryRun` none is opened
   */
  reopenDeliveries(request: Reopening): Promise<number>
  /**
   * Saves the deliveries of those events that the subscription has none of: an event goes to it once, however
   * often it is offered.
   * @returns how many those are; with `dryRun` none is saved
   */
  offerDeliveries(request: Offering): Promise<number>
  nextDeliveryAt(): Promise<number | undefined>
  deliveriesOf(eventId: EventId): Promise<Delivery[]>
  delivery(tenantId: TenantId, id: DeliveryId): Promise<Delivery | undefined>
  sends(query: SendQuery): Promise<Listed<Send>>
  send(subscriptionId: SubscriptionId, id: SendId): Promise<Send | undefined>
  addSend(send: Send, step: SubscriptionStep): Promise<void>
}
