/** Subscriptions, and the steps that sends make of them. */

import type { SubscriptionId, TenantId } from '../../core/ids.ts'
import type { Tenant } from '../../core/records.ts'
import type { Delivery } from '../../event/delivery.ts'
import type { EventDraft } from '../../event/stored-event.ts'
import type { Subscription } from '../../event/subscription.ts'

/** What a step about a subscription is shown: all read inside the same transaction. */
export interface SubscriptionView {
  readonly subscription: Subscription
  readonly tenant: Tenant
  /** Enabled subscriptions of the tenant. */
  readonly subscriptions: readonly Subscription[]
}

/** What a step about a subscription wants saved, all of it or nothing. */
export interface SubscriptionSaving {
  readonly subscription: Subscription
  readonly events?: readonly EventDraft[]
  readonly deliveries?: readonly Delivery[]
}

/** Undefined: nothing is to be saved. Not called for a subscription that was removed. */
export type SubscriptionStep = (view: SubscriptionView) => SubscriptionSaving | undefined

export interface SubscriptionStore {
  subscription(tenantId: TenantId, id: SubscriptionId): Promise<Subscription | undefined>
}
