/**
 * What the routes of webhooks share under either prefix: where they are mounted, and finding the webhook of a
 * path. A caller sees its own webhooks, a TenantAdmin all of the tenant; somebody else's is not found
 * (contract 04, section 2.1).
 */
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Caller } from '../../core/caller.ts'
import { isTenantAdmin } from '../../core/rights.ts'
import { findWebhook } from '../../delivery/webhook.ts'
import type { Prefix } from '../../delivery/webhook-settings.ts'
import type { Subscription } from '../../event/subscription.ts'
import { all, type Condition, is } from '../../store/port/condition.ts'
import type { FieldOf } from '../../store/port/list-fields.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done } from '../http/problem.ts'

/** One prefix as it is registered: where, and with which manners. */
export interface Mount {
  readonly server: ApiServer
  readonly deps: ApiDeps
  readonly prefix: Prefix
  readonly path: string
  /** What the schema of every route has; the operation's name within its prefix. */
  readonly about: (name: string) => { operationId: string; tags: string[]; deprecated: boolean }
}

export const ById = Type.Object({ id: Type.String() })

/** @throws refusal 404 */
export async function findSubscription(deps: ApiDeps, request: FastifyRequest): Promise<Subscription> {
  const caller = callerOf(request)
  const { id } = request.params as Static<typeof ById>
  return done(await findWebhook(deps, caller, id))
}

/** Webhooks that the caller sees, as a condition of the list. */
export function visibleWebhooks({ user }: Caller): Condition<FieldOf<'subscriptions'>> {
  return all(is('channel', null), isTenantAdmin(user) ? undefined : is('ownerId', user.id))
}
