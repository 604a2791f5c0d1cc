/** What is done with alerts: create, change, remove. Who may is as of webhooks (own-subscription.ts). */
import { isRefused, type Refused } from '../catalog/refusal.ts'
import type { Caller } from '../core/caller.ts'
import type { SubscriptionId } from '../core/ids.ts'
import type { Limits } from '../core/limits.ts'
import type { Subscription } from '../event/subscription.ts'
import type { ChangeStore } from '../store/port/change.ts'
import type { SubscriptionStore } from '../store/port/subscriptions.ts'
import { type AlertBody, type AlertChange, type AlertDeps, changedAlert, newAlert } from './alert-settings.ts'
import { changeOwn, createOwn, removeOwn, type SubscriptionKind, visible } from './own-subscription.ts'

export interface AlertUseDeps extends AlertDeps {
  readonly store: ChangeStore & SubscriptionStore
  readonly limits: Pick<Limits, 'webhooksPerUser'>
}

const ALERTS: SubscriptionKind = { noun: 'alert', has: ({ alert }) => alert !== undefined }

type Answer = Subscription | Refused

export async function createAlert(deps: AlertUseDeps, caller: Caller, body: AlertBody): Promise<Answer> {
  const made = newAlert(deps, caller, body)
  return isRefused(made) ? made : createOwn(deps, made)
}

export function changeAlert(
  deps: AlertUseDeps,
  caller: Caller,
  id: string,
  change: AlertChange,
): Promise<Answer> {
  return changeOwn(deps.store, ALERTS, caller, id, (before) => changedAlert(deps, caller, before, change))
}

export function removeAlert({ store }: AlertUseDeps, caller: Caller, id: string): Promise<Answer> {
  return removeOwn(store, ALERTS, caller, id)
}

export async function findAlert({ store }: AlertUseDeps, caller: Caller, id: string): Promise<Answer> {
  return visible(ALERTS, caller, await store.subscription(caller.tenantId, id as SubscriptionId))
}
