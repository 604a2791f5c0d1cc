/**
 * Creates, replaces and patches a webhook: decodes what was sent, asks the rules
 * (delivery/subscription-settings.ts, delivery/settings-patch.ts) and the caller's rights, seals what is
 * secret, and gives the record to save. Contract 04, section 2. Throws refusals only; saves nothing itself.
 */
import type { Static } from 'typebox'
import type { Caller } from '../../catalog/records.ts'
import { isTenantAdmin } from '../../catalog/rights.ts'
import { newUuid, type UserId } from '../../core/ids.ts'
import type { SettingsFault } from '../../delivery/settings-fault.ts'
import {
  type Document,
  type PatchOperation,
  type PatchRules,
  patchSettings,
} from '../../delivery/settings-patch.ts'
import {
  checkSecret,
  checkSettings,
  parseSubscriptionFilter,
  type SubscriptionSettings,
} from '../../delivery/subscription-settings.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { ApiDeps } from '../http/deps.ts'
import { refuse, refuseEach } from '../http/problem.ts'
import { type NewWebhook, READ_ONLY, type WebhookBody } from './webhook-wire.ts'

/** The deprecated prefix keeps its old manners where the contract tells them apart. */
export type Prefix = 'v1' | 'core'

const V1_FIELDS = [
  'name',
  'url',
  'description',
  'eventTypes',
  'enabled',
  'headers',
  'encryptedHeaders',
  'secret',
  'enableCloudEventDelivery',
]

/** Ours: not in the contract. */
const EXTENSIONS = ['contentMode', 'abuseProtection', 'sendsPerMinute']

const PATCHABLE: Readonly<Record<Prefix, PatchRules>> = {
  v1: { fields: V1_FIELDS, maps: [], readOnly: READ_ONLY },
  core: {
    fields: [...V1_FIELDS, 'filter', 'level', 'ownerId', 'checkCertificateRevocation', ...EXTENSIONS],
    maps: ['headers', 'encryptedHeaders'],
    readOnly: READ_ONLY,
  },
}

export async function newSubscription(
  deps: ApiDeps,
  caller: Caller,
  body: Static<typeof NewWebhook>,
): Promise<Subscription> {
  const settings = settingsOf(body, 'tenant')
  const ownerId = await ownerOf(deps, caller, settings.level, body.ownerId, caller.user.id)
  assertSound(deps, caller, settings)
  const now = deps.world.clock.now()
  return withSettings(deps, settings, {
    id: newUuid(deps.world.random),
    tenantId: caller.tenantId,
    ownerId,
    origin: body.origin ?? 'api',
    createdAt: now,
    updatedAt: now,
    createdBy: caller.user.id,
    updatedBy: caller.user.id,
    failedSends: 0,
  })
}

/** @param body as sent: read-only fields among it are refused */
export async function replacedSubscription(
  deps: ApiDeps,
  caller: Caller,
  before: Subscription,
  body: WebhookBody & Document,
  prefix: Prefix,
): Promise<Subscription> {
  const readOnly = READ_ONLY.filter((field) => body[field] !== undefined)
  if (readOnly.length > 0) {
    throw refuseEach(
      'conflict',
      readOnly.map((field) => ({ detail: `${field} is read-only`, pointer: `/${field}` })),
    )
  }
  // Omission keeps CloudEvents for old clients of the old prefix (contract 04, section 7).
  if (
    body.enableCloudEventDelivery !== true &&
    (prefix === 'core' || body.enableCloudEventDelivery === false)
  ) {
    throw cloudEventsStay()
  }
  return changed(deps, caller, before, body)
}

/** @param checkShape throws the refusal for a document that is no webhook body */
export async function patchedSubscription(
  deps: ApiDeps,
  caller: Caller,
  before: Subscription,
  operations: readonly PatchOperation[],
  prefix: Prefix,
  checkShape: (document: unknown) => asserts document is WebhookBody,
): Promise<Subscription> {
  const patched = patchSettings(documentOf(deps, before), operations, PATCHABLE[prefix])
  if (patched.kind === 'fault') throw refuse('badRequest', patched.fault)
  if (patched.kind === 'read-only') {
    throw refuse('conflict', { detail: `${patched.path} is read-only`, pointer: `/${patched.index}/path` })
  }
  const { document, encryptedNamesSet } = patched
  checkShape(document)
  if (document.enableCloudEventDelivery !== true) throw cloudEventsStay()
  if (document.url !== before.url && encryptedNamesSet !== 'all') {
    const stale = Object.keys(document.encryptedHeaders ?? {}).filter((name) => !encryptedNamesSet.has(name))
    if (stale.length > 0) {
      throw refuse('badRequest', {
        detail: `a new url needs each encrypted header set anew or removed in the same patch: ${stale.join(', ')}`,
        pointer: '/encryptedHeaders',
      })
    }
  }
  return changed(deps, caller, before, document)
}

async function changed(
  deps: ApiDeps,
  caller: Caller,
  before: Subscription,
  body: WebhookBody,
): Promise<Subscription> {
  const settings = settingsOf(body, before.level)
  const ownerId = await ownerOf(deps, caller, settings.level, body.ownerId, before.ownerId)
  assertSound(deps, caller, settings)
  const { disabledReason, disabledReasonCode, failingSince, lastFailedAt } = before
  const startsAnew = settings.enabled && !before.enabled
  return withSettings(deps, settings, {
    id: before.id,
    tenantId: before.tenantId,
    ownerId,
    origin: before.origin,
    createdAt: before.createdAt,
    createdBy: before.createdBy,
    updatedAt: deps.world.clock.now(),
    updatedBy: caller.user.id,
    // Enabling is a new start: reasons and failures are forgotten.
    failedSends: startsAnew ? 0 : before.failedSends,
    ...keptOverlap(deps, before, settings.secret),
    ...(settings.enabled || disabledReason === undefined ? {} : { disabledReason }),
    ...(settings.enabled || disabledReasonCode === undefined ? {} : { disabledReasonCode }),
    ...(failingSince === undefined || startsAnew ? {} : { failingSince }),
    ...(lastFailedAt === undefined || startsAnew ? {} : { lastFailedAt }),
  })
}

/**
 * A secret that stays keeps the one before it for as long as it was to overlap; a new one without rotation is
 * alone.
 */
function keptOverlap(
  { seal, world }: ApiDeps,
  { sealedSecret, previousSecret }: Subscription,
  secret: string | undefined,
): Pick<Subscription, 'previousSecret'> {
  const stays = sealedSecret !== undefined && seal.open(sealedSecret) === secret
  return stays && previousSecret !== undefined && world.clock.now() < previousSecret.until
    ? { previousSecret }
    : {}
}

/** The webhook with a new secret, beside which the present one signs for so many hours more. */
export function rotatedSubscription(
  { seal, world }: ApiDeps,
  caller: Caller,
  before: Subscription,
  secret: string,
  overlapHours: number,
): Subscription {
  const fault = checkSecret(secret)[0]
  if (fault !== undefined) throw refuse('badRequest', fault)
  const { previousSecret: _older, sealedSecret, ...rest } = before
  const now = world.clock.now()
  const until = now + overlapHours * 3_600_000
  return {
    ...rest,
    sealedSecret: seal.seal(secret),
    ...(sealedSecret === undefined || overlapHours === 0
      ? {}
      : { previousSecret: { sealed: sealedSecret, until } }),
    updatedAt: now,
    updatedBy: caller.user.id,
  }
}

type Standing = Omit<
  Subscription,
  keyof SubscriptionSettings | 'filterText' | 'filter' | 'sealedHeaders' | 'sealedSecret'
>

function withSettings(deps: ApiDeps, settings: SubscriptionSettings, standing: Standing): Subscription {
  const { filter: filterText, encryptedHeaders, secret, ...plain } = settings
  const filter =
    filterText === undefined ? undefined : parseSubscriptionFilter(filterText, settings.eventTypes)
  const sealed = Object.entries(encryptedHeaders).map(([name, value]) => [name, deps.seal.seal(value)])
  return {
    ...standing,
    ...plain,
    ...(filterText === undefined ? {} : { filterText }),
    ...(filter?.kind === 'filter' ? { filter: filter.filter } : {}),
    sealedHeaders: Object.fromEntries(sealed),
    ...(secret === undefined ? {} : { sealedSecret: deps.seal.seal(secret) }),
  }
}

/** What a PUT would have to send to leave the webhook as it is: what a patch is applied to. */
function documentOf(deps: ApiDeps, subscription: Subscription): Document {
  const { filterText, sealedSecret, sealedHeaders, sendsPerMinute } = subscription
  const opened = Object.entries(sealedHeaders).map(([name, sealed]) => [name, deps.seal.open(sealed)])
  return {
    name: subscription.name,
    url: subscription.url,
    description: subscription.description,
    eventTypes: subscription.eventTypes,
    enabled: subscription.enabled,
    ...(filterText === undefined ? {} : { filter: filterText }),
    level: subscription.level,
    ownerId: subscription.ownerId,
    headers: subscription.headers,
    encryptedHeaders: Object.fromEntries(opened),
    ...(sealedSecret === undefined ? {} : { secret: deps.seal.open(sealedSecret) }),
    enableCloudEventDelivery: true,
    checkCertificateRevocation: subscription.checkCertificateRevocation,
    contentMode: subscription.contentMode ?? 'qlik',
    abuseProtection: subscription.abuseProtection ?? 'off',
    ...(sendsPerMinute === undefined ? {} : { sendsPerMinute }),
  }
}

/** @param levelBefore the level when none is sent: a replacement does not widen or narrow whom it serves */
function settingsOf(body: WebhookBody, levelBefore: Subscription['level']): SubscriptionSettings {
  const { filter = '', secret } = body
  return {
    name: body.name,
    url: body.url,
    description: body.description ?? '',
    eventTypes: [...new Set(body.eventTypes ?? [])],
    enabled: body.enabled ?? false,
    ...(filter === '' ? {} : { filter }),
    level: body.level ?? levelBefore,
    headers: body.headers ?? {},
    encryptedHeaders: body.encryptedHeaders ?? {},
    ...(secret === undefined ? {} : { secret }),
    checkCertificateRevocation: body.checkCertificateRevocation ?? false,
    contentMode: body.contentMode ?? 'qlik',
    abuseProtection: body.abuseProtection ?? 'off',
    ...(body.sendsPerMinute === undefined ? {} : { sendsPerMinute: body.sendsPerMinute }),
  }
}

function assertSound(deps: ApiDeps, caller: Caller, settings: SubscriptionSettings): void {
  const faults: SettingsFault[] = checkSettings(settings, deps.checkWebhookUrl)
  if (faults.length > 0) throw refuseEach('badRequest', faults)
  if (settings.level === 'tenant' && !isTenantAdmin(caller.user)) {
    throw refuse('forbidden', {
      detail: 'level tenant needs TenantAdmin: send level user',
      pointer: '/level',
    })
  }
}

/** Only a TenantAdmin hands a webhook to another user, and only one of user level. */
async function ownerOf(
  deps: ApiDeps,
  caller: Caller,
  level: Subscription['level'],
  asked: string | undefined,
  present: UserId,
): Promise<UserId> {
  if (asked === undefined || asked === present) return present
  const pointer = '/ownerId'
  if (level === 'tenant') {
    throw refuse('badRequest', { detail: 'only a webhook of level user has another owner', pointer })
  }
  if (!isTenantAdmin(caller.user)) {
    throw refuse('forbidden', { detail: 'handing a webhook to another user needs TenantAdmin', pointer })
  }
  const owner = await deps.store.user(caller.tenantId, asked as UserId)
  if (owner?.status !== 'active') {
    throw refuse('badRequest', { detail: 'ownerId must be an active user of the tenant', pointer })
  }
  return owner.id
}

function cloudEventsStay(): Error {
  return refuse('forbidden', {
    detail: 'enableCloudEventDelivery cannot be switched off: send true',
    pointer: '/enableCloudEventDelivery',
  })
}
