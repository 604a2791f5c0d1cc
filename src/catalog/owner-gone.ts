/**
 * What goes with a user that is disabled or deleted, in that commit (contract 05, section 5): its webhooks
 * and alerts are disabled, its login sessions end, and the keys of a deleted one are revoked. Keys of a
 * disabled one stay as they are: they open nothing, and open again with their user. What it made for others
 * stays: apps, spaces, OAuth clients. Reloads that run finish.
 */
import type { Random } from '../core/ports.ts'
import type { User } from '../core/records.ts'
import { brokerOf, type Subscription } from '../event/subscription.ts'
import { disabledEvent } from '../event/webhook-disabled-event.ts'
import type { CatalogSaving, UserView } from '../store/port/change.ts'
import { toldWith } from './told-with.ts'

/** @param after the user as it is saved: disabled or deleted */
export function withoutOwner(
  view: UserView,
  after: User,
  random: Random,
  now: number,
): Pick<CatalogSaving, 'put' | 'remove' | 'events' | 'deliveries'> {
  const gone = view
    .owned()
    // Brokers are the operator's, whoever they were made for.
    .filter((subscription) => subscription.enabled && brokerOf(subscription) === undefined)
    .map((subscription) => ownerGone(subscription, after, now))
  const ids = new Set(gone.map(({ id }) => id))
  const events = gone.map((subscription) => disabledEvent(subscription, view.tenant, { random, now }))
  const subscriptions = view.subscriptions.filter(({ id }) => !ids.has(id))
  const open = view.keys().filter(({ revokedAt }) => after.status === 'deleted' && revokedAt === undefined)
  return {
    put: { users: [after], subscriptions: gone, keys: open.map((key) => ({ ...key, revokedAt: now })) },
    remove: { loginSessions: view.loginSessions().map(({ id }) => id) },
    ...toldWith({ random }, { subscriptions }, events),
  }
}

function ownerGone(subscription: Subscription, { status }: User, now: number): Subscription {
  return {
    ...subscription,
    enabled: false,
    disabledReasonCode: 'OWNER-GONE',
    disabledReason: `its owner was ${status}`,
    updatedAt: now,
  }
}
