/**
 * Room `intake`: a request becomes an accepted reload, or is canceled. Everything that makes reloads enters,
 * so that no way in passes a rule of admission by.
 *
 * Accepts a request for a reload: asks every rule of admission, builds the QUEUED reload with what must be
 * remembered of the request, and stores it. Nothing else creates a reload, so no trigger passes a rule by.
 * When it answers `accepted` the reload is durable; the daily quota and the pending reload of the app are
 * judged by the store inside the accepting transaction.
 */

import { may, type SpaceReads } from '../catalog/standing.ts'
import { checkReloadFields, effectiveWeight, type NotAdmitted, refuseApp } from '../core/admission.ts'
import { defined } from '../core/defined.ts'
import { type AppId, newHexId, type ReloadId } from '../core/ids.ts'
import { WEIGHT_DEFAULT } from '../core/limits.ts'
import type { Clock, Random } from '../core/ports.ts'
import type { App, User } from '../core/records.ts'
import type { Provenance, Reload } from '../core/reload.ts'
import { isTenantAdmin } from '../core/rights.ts'
import { sha256Hex } from '../core/sha256.ts'
import type { ResourceType, Trigger } from '../core/trigger.ts'
import type { AppStore } from '../store/port/apps.ts'
import type { Accepted, ReloadStore } from '../store/port/reloads.ts'
import { triggerOf } from './provenance.ts'

export interface AcceptDeps {
  readonly store: Pick<ReloadStore, 'accept'> & Pick<AppStore, 'app'> & SpaceReads
  readonly clock: Clock
  readonly random: Random
  readonly reloadsPerAppAndDay: number
}

export interface ReloadRequest {
  /** Drawn before by whoever must not ask twice; a new one when absent. */
  readonly id?: ReloadId
  readonly appId: AppId
  /** Who asks, or for whom a trigger asks: needs the right to reload the app. */
  readonly user: User
  readonly provenance: Provenance
  readonly partial?: boolean
  readonly weight?: number
  readonly variables?: Readonly<Record<string, string>>
  readonly resourceId?: string
  readonly resourceType?: ResourceType
  readonly idempotencyKey?: string
}

export type AcceptAnswer = Accepted | NotAdmitted

export async function acceptReload(deps: AcceptDeps, request: ReloadRequest): Promise<AcceptAnswer> {
  const faults = checkReloadFields(request)
  if (faults.length > 0) return { kind: 'invalid', faults }
  const { store } = deps
  const { user, partial = false, idempotencyKey } = request
  const app = await store.app(user.tenantId, request.appId)
  const asked = app && { usage: app.usage, mayReload: await may(store, user, app, 'reload') }
  const asking = { isActive: user.status === 'active', seesAllApps: isTenantAdmin(user) }
  const refusal = refuseApp(asking, asked, partial)
  if (refusal !== undefined) return refusal
  const [answer] = await store.accept([
    {
      reload: queuedReload(
        deps,
        { ...request, trigger: triggerOf(request.provenance, request.resourceType) },
        app!,
        deps.clock.now(),
      ),
      reloadsPerAppAndDay: deps.reloadsPerAppAndDay,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey, payload: payloadDigest(request) }),
    },
  ])
  if (answer === undefined) throw new Error('the store gave no answer to an acceptance')
  return answer
}

/** SHA-256, in hex, of what is asked for; whether a default was sent or left out makes no difference. */
function payloadDigest(request: ReloadRequest): string {
  const { appId, partial = false, weight = WEIGHT_DEFAULT, variables = {}, resourceId = null } = request
  const { resourceType = 'api' } = request
  const named = Object.entries(variables).sort(([one], [other]) => (one < other ? -1 : 1))
  return sha256Hex(JSON.stringify([appId, partial, weight, named, resourceId, resourceType]))
}

/** What a reload is made of, whoever asks for it. */
export interface QueuedRequest
  extends Pick<
    ReloadRequest,
    'id' | 'user' | 'provenance' | 'partial' | 'weight' | 'variables' | 'resourceId' | 'resourceType'
  > {
  readonly trigger: Trigger
  /** The task that makes it. */
  readonly taskId?: string
}

/** The reload as it enters the queue. */
export function queuedReload(
  { random }: Pick<AcceptDeps, 'random'>,
  request: QueuedRequest,
  app: App,
  now: number,
): Reload {
  const { provenance } = request
  return {
    id: request.id ?? newHexId(random, now),
    tenantId: app.tenantId,
    appId: app.id,
    userId: request.user.id,
    trigger: request.trigger,
    weight: effectiveWeight(request.weight, app.spaceId === undefined),
    partial: request.partial ?? false,
    variables: request.variables ?? {},
    ...defined({ resourceId: request.resourceId, taskId: request.taskId }),
    resourceType: request.resourceType ?? 'api',
    appUsage: app.usage,
    provenance: {
      ...provenance,
      appOwnerId: app.ownerId,
      ...defined({ appSpaceId: app.spaceId }),
    },
    state: 'QUEUED',
    createdAt: now,
    queuedAt: now,
    waitedMs: 0,
    notBefore: now,
    attempts: 0,
    requeuesTotal: 0,
    requeuesWithErrors: 0,
    faultRequeues: 0,
    sizeIndex: 0,
    engine: {},
    sessionAsked: false,
    crashedOnMaxSizeEngine: false,
    log: '',
  }
}
