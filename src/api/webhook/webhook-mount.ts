/**
 * What the routes of webhooks share under either prefix: where they are mounted, and finding the webhook of a
 * path. A caller sees its own webhooks, a TenantAdmin all of the tenant; somebody else's is not found
 * (contract 04, section 2.1).
 */
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Caller } from '../../catalog/records.ts'
import { isTenantAdmin } from '../../catalog/rights.ts'
import type { SubscriptionId } from '../../core/ids.ts'
import type { Subscription } from '../../event/subscription.ts'
import { all, type Condition, is } from '../../store/port/condition.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { refuse } from '../http/problem.ts'
import type { Prefix } from './webhook-changes.ts'

/** One prefix as it is registered: where, and with which manners. */
export interface Mount {
  readonly server: ApiServer
  readonly deps: ApiDeps
  readonly prefix: Prefix
  readonly path: string
  readonly about: { readonly tags: string[]; readonly deprecated: boolean }
}

export const ById = Type.Object({ id: Type.String() })

/** @throws refusal 404 */
export async function findSubscription(deps: ApiDeps, request: FastifyRequest): Promise<Subscription> {
  const caller = callerOf(request)
  const { id } = request.params as Static<typeof ById>
  const found = await deps.store.subscription(caller.tenantId, id as SubscriptionId)
  if (found === undefined || !isVisible(caller, found)) throw unknownWebhook()
  return found
}

/** Brokers are no webhooks: nobody sees them here. */
function isVisible({ user }: Caller, { channel, ownerId }: Subscription): boolean {
  return channel === undefined && (isTenantAdmin(user) || ownerId === user.id)
}

/** The same as a condition of the list. */
export function visibleWebhooks({ user }: Caller): Condition<FieldOf<'subscriptions'>> {
  return all(is('channel', null), isTenantAdmin(user) ? undefined : is('ownerId', user.id))
}

export function unknownWebhook(): Error {
  return refuse('notFound', { detail: 'there is no webhook with this id', parameter: 'id' })
}
