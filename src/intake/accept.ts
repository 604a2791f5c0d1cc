/**
 * Accepts a request for a reload: checks its own fields, builds the QUEUED reload with what must be
 * remembered of the request, and stores it. Nothing else creates a reload. When it answers `accepted` the
 * reload is durable; the daily quota and the pending reload of the app are judged by the store inside the
 * accepting transaction.
 *
 * It does not ask for rights: the API has done so before.
 */
import type { App } from '../catalog/records.ts'
import { type AdmissionFault, checkReloadFields, effectiveWeight } from '../core/admission.ts'
import { newHexId, type UserId } from '../core/ids.ts'
import type { Clock, Random } from '../core/ports.ts'
import type { Provenance, Reload } from '../core/reload.ts'
import type { AuthType, ResourceType, Trigger } from '../core/trigger.ts'
import type { Accepted, ReloadStore } from '../store/port/reloads.ts'

export interface AcceptDeps {
  readonly store: Pick<ReloadStore, 'accept'>
  readonly clock: Clock
  readonly random: Random
  readonly reloadsPerAppAndDay: number
}

export interface ReloadRequest {
  readonly app: App
  readonly userId: UserId
  readonly provenance: Provenance
  readonly partial?: boolean
  readonly weight?: number
  readonly variables?: Readonly<Record<string, string>>
  readonly resourceId?: string
  readonly resourceType?: ResourceType
  readonly idempotencyKey?: string
}

export type AcceptAnswer = Accepted | { readonly kind: 'invalid'; readonly faults: readonly AdmissionFault[] }

export async function acceptReload(deps: AcceptDeps, request: ReloadRequest): Promise<AcceptAnswer> {
  const faults = checkReloadFields(request)
  if (faults.length > 0) return { kind: 'invalid', faults }
  const [answer] = await deps.store.accept([
    {
      reload: queuedReload(deps, request),
      reloadsPerAppAndDay: deps.reloadsPerAppAndDay,
      ...(request.idempotencyKey === undefined ? {} : { idempotencyKey: request.idempotencyKey }),
    },
  ])
  if (answer === undefined) throw new Error('the store gave no answer to an acceptance')
  return answer
}

/** What initiated the reload (contract 01, section 3.1): kept apart by the kind of authentication. */
export function triggerOf(authType: AuthType, resourceType: ResourceType | undefined): Trigger {
  if (resourceType === 'automate') return 'automations'
  return authType === 'user' ? 'hub' : 'external'
}

function queuedReload(deps: AcceptDeps, request: ReloadRequest): Reload {
  const { app, provenance } = request
  const now = deps.clock.now()
  return {
    id: newHexId(deps.random, now),
    tenantId: app.tenantId,
    appId: app.id,
    userId: request.userId,
    trigger: triggerOf(provenance.authType, request.resourceType),
    weight: effectiveWeight(request.weight, app.spaceId === undefined),
    partial: request.partial ?? false,
    variables: request.variables ?? {},
    ...(request.resourceId === undefined ? {} : { resourceId: request.resourceId }),
    resourceType: request.resourceType ?? 'api',
    appUsage: app.usage,
    provenance: {
      ...provenance,
      appOwnerId: app.ownerId,
      ...(app.spaceId === undefined ? {} : { appSpaceId: app.spaceId }),
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
