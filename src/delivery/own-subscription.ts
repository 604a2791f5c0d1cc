/**
 * Subscriptions that people own, webhooks and alerts: a caller sees and changes its own, a TenantAdmin all of
 * the tenant; somebody else's is not found (contract 04, section 2.1). A change is made to the record as it
 * is stored, so that none undoes what sends noted of it meanwhile.
 */
import { changeOne } from '../catalog/deps.ts'
import { isRefused, type Refused, refused } from '../catalog/refusal.ts'
import type { Caller } from '../core/caller.ts'
import type { SubscriptionId } from '../core/ids.ts'
import type { Limits } from '../core/limits.ts'
import { isTenantAdmin } from '../core/rights.ts'
import type { Subscription } from '../event/subscription.ts'
import type { ChangeStore, Decided } from '../store/port/change.ts'

type Answer = Subscription | Refused

export interface SubscriptionKind {
  readonly noun: string
  readonly has: (subscription: Subscription) => boolean
}

export function visible(kind: SubscriptionKind, { user }: Caller, found: Subscription | undefined): Answer {
  const isSeen = found !== undefined && kind.has(found) && (isTenantAdmin(user) || found.ownerId === user.id)
  return isSeen ? found : refused('notFound', `there is no ${kind.noun} with this id`, { parameter: 'id' })
}

export function createOwn(
  { store, limits }: { readonly store: ChangeStore; readonly limits: Pick<Limits, 'webhooksPerUser'> },
  made: Subscription,
): Promise<Answer> {
  return changeOne<Answer>(store, {
    kind: 'subscription',
    tenantId: made.tenantId,
    id: made.id,
    step: ({ all }) => {
      const most = limits.webhooksPerUser
      if (all.filter(({ ownerId }) => ownerId === made.ownerId).length >= most) {
        const detail = `a user has at most ${most} webhooks and alerts: delete one`
        return { answer: refused('forbidden', detail) }
      }
      return { answer: made, put: { subscriptions: [made] } }
    },
  })
}

export function changeOwn(
  store: ChangeStore,
  kind: SubscriptionKind,
  caller: Caller,
  id: string,
  change: (before: Subscription) => Answer,
): Promise<Answer> {
  return stepOf(store, kind, caller, id, (before) => {
    const after = change(before)
    return isRefused(after) ? { answer: after } : { answer: after, put: { subscriptions: [after] } }
  })
}

/** Deliveries still open are given up. */
export function removeOwn(
  store: ChangeStore,
  kind: SubscriptionKind,
  caller: Caller,
  id: string,
): Promise<Answer> {
  return stepOf(store, kind, caller, id, (before) => ({
    answer: before,
    remove: { subscriptions: [before.id] },
  }))
}

function stepOf(
  store: ChangeStore,
  kind: SubscriptionKind,
  caller: Caller,
  id: string,
  step: (before: Subscription) => Decided<Answer>,
): Promise<Answer> {
  return changeOne<Answer>(store, {
    kind: 'subscription',
    tenantId: caller.tenantId,
    id: id as SubscriptionId,
    step: ({ subscription }) => {
      const found = visible(kind, caller, subscription)
      return isRefused(found) ? { answer: found } : step(found)
    },
  })
}
