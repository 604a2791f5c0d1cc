/**
 * Sends an event again at a user's request (contract 04, section 5.4): at once, the same event, with the
 * present address, headers and secret, even if the subscription is disabled. It makes its own send record and
 * counts for the failure threshold.
 */
import type { SendId, SubscriptionId, TenantId } from '../core/ids.ts'
import type { Limits } from '../core/limits.ts'
import type { Send } from '../event/delivery.ts'
import type { Store } from '../store/port/store.ts'
import { afterSend } from './disabling.ts'
import { makeSends, type SendDeps } from './send.ts'

export interface ResendDeps extends SendDeps {
  readonly store: Pick<Store, 'send' | 'event' | 'subscription' | 'addSend'>
  readonly limits: Pick<Limits, 'deliveryHistoryMs'>
}

/**
 * @returns the new send, successful or not; undefined if subscription, send or event is unknown or forgotten
 */
export async function resend(
  deps: ResendDeps,
  tenantId: TenantId,
  subscriptionId: SubscriptionId,
  sendId: SendId,
): Promise<Send | undefined> {
  const subscription = await deps.store.subscription(tenantId, subscriptionId)
  const earlier = await deps.store.send(subscriptionId, sendId)
  if (subscription === undefined || earlier === undefined) return undefined
  const event = await deps.store.event(tenantId, earlier.eventId)
  if (event === undefined || deps.clock.now() - event.time > deps.limits.deliveryHistoryMs) return undefined
  const [made] = await makeSends(deps, [{ event, deliveryId: earlier.deliveryId }], subscription)
  await deps.store.addSend(made!.send, afterSend(deps, made!.sent))
  return made!.send
}
