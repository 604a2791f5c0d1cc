/**
 * What is done with webhooks (contract 04, section 2): create, replace, patch, rotate the secret, remove. A
 * change is made to the webhook as it is stored, so that none undoes what sends noted of it meanwhile. A
 * caller changes its own webhooks, a TenantAdmin all of the tenant; somebody else's is not found.
 */
import { isRefused, type Refused } from '../catalog/refusal.ts'
import type { Caller } from '../core/caller.ts'
import type { SubscriptionId, UserId } from '../core/ids.ts'
import type { Limits } from '../core/limits.ts'
import type { User } from '../core/records.ts'
import type { Subscription } from '../event/subscription.ts'
import type { ChangeStore } from '../store/port/change.ts'
import type { PeopleStore } from '../store/port/people.ts'
import type { SubscriptionStore } from '../store/port/subscriptions.ts'
import { changeOwn, createOwn, removeOwn, type SubscriptionKind, visible } from './own-subscription.ts'
import type { Document, PatchOperation } from './settings-patch.ts'
import {
  type NewWebhook,
  newSubscription,
  type Prefix,
  patchedDocument,
  patchedSubscription,
  replacedSubscription,
  rotatedSubscription,
  type WebhookBody,
  type WebhookDeps,
} from './webhook-settings.ts'

export interface WebhookUseDeps extends WebhookDeps {
  readonly store: ChangeStore & Pick<PeopleStore, 'user'> & Pick<SubscriptionStore, 'subscription'>
  readonly limits: Pick<Limits, 'webhooksPerUser'>
}

type Answer = Subscription | Refused

export async function createWebhook(deps: WebhookUseDeps, caller: Caller, body: NewWebhook): Promise<Answer> {
  const made = newSubscription(deps, caller, body, await userAsked(deps, caller, body.ownerId))
  if (isRefused(made)) return made
  return createOwn(deps, made)
}

export async function replaceWebhook(
  deps: WebhookUseDeps,
  caller: Caller,
  id: string,
  body: WebhookBody & Document,
  prefix: Prefix,
): Promise<Answer> {
  const asked = await userAsked(deps, caller, body.ownerId)
  return changeWebhook(deps, caller, id, (before) =>
    replacedSubscription(deps, caller, before, body, prefix, asked),
  )
}

/** @param checkShape throws when what the patch made is no webhook body */
export async function patchWebhook(
  deps: WebhookUseDeps,
  caller: Caller,
  id: string,
  operations: readonly PatchOperation[],
  prefix: Prefix,
  checkShape: (document: unknown) => asserts document is WebhookBody,
): Promise<Answer> {
  const seen = await findWebhook(deps, caller, id)
  if (isRefused(seen)) return seen
  const wanted = patchedDocument(deps, seen, operations, prefix)
  if (isRefused(wanted)) return wanted
  checkShape(wanted)
  const asked = await userAsked(deps, caller, wanted.ownerId)
  return changeWebhook(deps, caller, id, (before) => {
    const document = patchedDocument(deps, before, operations, prefix)
    if (isRefused(document)) return document
    checkShape(document)
    return patchedSubscription(deps, caller, before, document, asked)
  })
}

/** The present secret signs beside the new one for so many hours more. */
export function rotateSecret(
  deps: WebhookUseDeps,
  caller: Caller,
  id: string,
  secret: string,
  overlapHours: number,
): Promise<Answer> {
  return changeWebhook(deps, caller, id, (before) =>
    rotatedSubscription(deps, caller, before, secret, overlapHours),
  )
}

/** Deliveries still open are given up. */
export function removeWebhook(deps: WebhookUseDeps, caller: Caller, id: string): Promise<Answer> {
  return removeOwn(deps.store, WEBHOOKS, caller, id)
}

export async function findWebhook(
  { store }: Pick<WebhookUseDeps, 'store'>,
  caller: Caller,
  id: string,
): Promise<Answer> {
  return visible(WEBHOOKS, caller, await store.subscription(caller.tenantId, id as SubscriptionId))
}

/** Brokers and alerts are no webhooks: nobody sees them here. */
const WEBHOOKS: SubscriptionKind = { noun: 'webhook', has: ({ channel }) => channel === undefined }

function changeWebhook(
  { store }: WebhookUseDeps,
  caller: Caller,
  id: string,
  change: (before: Subscription) => Answer,
): Promise<Answer> {
  return changeOwn(store, WEBHOOKS, caller, id, change)
}

/** The user whom a body names as owner. */
async function userAsked(
  { store }: WebhookUseDeps,
  { tenantId }: Caller,
  ownerId: string | undefined,
): Promise<User | undefined> {
  return ownerId === undefined ? undefined : store.user(tenantId, ownerId as UserId)
}
