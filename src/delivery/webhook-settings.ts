/**
 * What a webhook becomes when it is created, replaced, patched or given a new secret: asks the rules
 * (subscription-settings.ts, settings-patch.ts) and the caller's rights, seals what is secret, and gives the
 * record to save, or why not. Contract 04, section 2. Saves nothing itself (webhook.ts does).
 */

import { isRefused, type Refused, refused, refusedEach } from '../catalog/refusal.ts'
import type { Caller } from '../core/caller.ts'
import { defined } from '../core/defined.ts'
import { newUuid, type UserId } from '../core/ids.ts'
import type { World } from '../core/ports.ts'
import type { User } from '../core/records.ts'
import { isTenantAdmin } from '../core/rights.ts'
import type { AbuseProtection, ContentMode, Subscription } from '../event/subscription.ts'
import type { Seal } from './seal.ts'
import { type Document, type PatchOperation, type PatchRules, patchSettings } from './settings-patch.ts'
import {
  checkSecret,
  checkSettings,
  parseSubscriptionFilter,
  type SubscriptionSettings,
} from './subscription-settings.ts'

export interface WebhookDeps {
  readonly world: Pick<World, 'clock' | 'random'>
  readonly seal: Seal
  /** Undefined when the address may be a webhook's target, else the reason in words. */
  readonly checkWebhookUrl: (url: string) => string | undefined
}

/** What a caller writes of a webhook; what is left out has its default. */
export interface WebhookBody {
  readonly name: string
  readonly url: string
  readonly description?: string
  readonly eventTypes?: readonly string[]
  readonly enabled?: boolean
  readonly filter?: string
  readonly level?: Subscription['level']
  readonly ownerId?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly encryptedHeaders?: Readonly<Record<string, string>>
  readonly secret?: string
  readonly enableCloudEventDelivery?: boolean
  readonly checkCertificateRevocation?: boolean
  readonly contentMode?: ContentMode
  readonly abuseProtection?: AbuseProtection
  readonly sendsPerMinute?: number
}

export interface NewWebhook extends WebhookBody {
  readonly origin?: Subscription['origin']
}

/** Nobody may write these; sent in a PUT or named in a PATCH they are a conflict. */
export const READ_ONLY = [
  'id',
  'createdAt',
  'updatedAt',
  'createdByUserId',
  'updatedByUserId',
  'disabledReason',
  'disabledReasonCode',
  'origin',
  'secretKeyAdded',
  'previousSecretValidUntil',
] as const

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

/** @param asked the user whom `ownerId` names, when the tenant has one */
export function newSubscription(
  deps: WebhookDeps,
  caller: Caller,
  body: NewWebhook,
  asked: User | undefined,
): Subscription | Refused {
  const settings = settingsOf(body, 'tenant')
  const ownerId = ownerOf(caller, settings.level, body.ownerId, caller.user.id, asked)
  if (isRefused(ownerId)) return ownerId
  const refusal = refuseSettings(deps, caller, settings)
  if (refusal !== undefined) return refusal
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
export function replacedSubscription(
  deps: WebhookDeps,
  caller: Caller,
  before: Subscription,
  body: WebhookBody & Document,
  prefix: Prefix,
  asked: User | undefined,
): Subscription | Refused {
  const readOnly = READ_ONLY.filter((field) => body[field] !== undefined)
  if (readOnly.length > 0) {
    const faults = readOnly.map((field) => ({ detail: `${field} is read-only`, pointer: `/${field}` }))
    return refusedEach('conflict', faults)
  }
  // Omission keeps CloudEvents for old clients of the old prefix (contract 04, section 7).
  if (
    body.enableCloudEventDelivery !== true &&
    (prefix === 'core' || body.enableCloudEventDelivery === false)
  ) {
    return cloudEventsStay()
  }
  return changed(deps, caller, before, body, asked)
}

/**
 * The webhook as a patch would leave it; a refusal when the patch cannot be applied. Its shape is the
 * caller's to check.
 */
export function patchedDocument(
  deps: WebhookDeps,
  before: Subscription,
  operations: readonly PatchOperation[],
  prefix: Prefix,
): Document | Refused {
  const patched = patchSettings(documentOf(deps, before), operations, PATCHABLE[prefix])
  if (patched.kind === 'fault') return refusedEach('badRequest', [patched.fault])
  if (patched.kind === 'read-only') {
    const pointer = `/${patched.index}/path`
    return refused('conflict', `${patched.path} is read-only`, { pointer })
  }
  const { document, encryptedNamesSet } = patched
  if (document.url !== before.url && encryptedNamesSet !== 'all') {
    const stale = Object.keys(document.encryptedHeaders ?? {}).filter((name) => !encryptedNamesSet.has(name))
    if (stale.length > 0) {
      const detail = `a new url needs each encrypted header set anew or removed in the same patch: ${stale.join(', ')}`
      return refused('badRequest', detail, { pointer: '/encryptedHeaders' })
    }
  }
  return document
}

/** @param body what `patchedDocument` gave, of the shape of a webhook */
export function patchedSubscription(
  deps: WebhookDeps,
  caller: Caller,
  before: Subscription,
  body: WebhookBody,
  asked: User | undefined,
): Subscription | Refused {
  if (body.enableCloudEventDelivery !== true) return cloudEventsStay()
  return changed(deps, caller, before, body, asked)
}

function changed(
  deps: WebhookDeps,
  caller: Caller,
  before: Subscription,
  body: WebhookBody,
  asked: User | undefined,
): Subscription | Refused {
  const settings = settingsOf(body, before.level)
  const ownerId = ownerOf(caller, settings.level, body.ownerId, before.ownerId, asked)
  if (isRefused(ownerId)) return ownerId
  const refusal = refuseSettings(deps, caller, settings)
  if (refusal !== undefined) return refusal
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
  { seal, world }: WebhookDeps,
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
  { seal, world }: WebhookDeps,
  caller: Caller,
  before: Subscription,
  secret: string,
  overlapHours: number,
): Subscription | Refused {
  const fault = checkSecret(secret)[0]
  if (fault !== undefined) return refusedEach('badRequest', [fault])
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

function withSettings(deps: WebhookDeps, settings: SubscriptionSettings, standing: Standing): Subscription {
  const { filter: filterText, encryptedHeaders, secret, ...plain } = settings
  const filter =
    filterText === undefined ? undefined : parseSubscriptionFilter(filterText, settings.eventTypes)
  const sealed = Object.entries(encryptedHeaders).map(([name, value]) => [name, deps.seal.seal(value)])
  return {
    ...standing,
    ...plain,
    ...defined({ filterText }),
    ...(filter?.kind === 'filter' ? { filter: filter.filter } : {}),
    sealedHeaders: Object.fromEntries(sealed),
    ...(secret === undefined ? {} : { sealedSecret: deps.seal.seal(secret) }),
  }
}

/** What a PUT would have to send to leave the webhook as it is: what a patch is applied to. */
function documentOf(deps: WebhookDeps, subscription: Subscription): Document {
  const { filterText, sealedSecret, sealedHeaders, sendsPerMinute } = subscription
  const opened = Object.entries(sealedHeaders).map(([name, sealed]) => [name, deps.seal.open(sealed)])
  return {
    name: subscription.name,
    url: subscription.url,
    description: subscription.description,
    eventTypes: subscription.eventTypes,
    enabled: subscription.enabled,
    ...defined({ filter: filterText }),
    level: subscription.level,
    ownerId: subscription.ownerId,
    headers: subscription.headers,
    encryptedHeaders: Object.fromEntries(opened),
    ...(sealedSecret === undefined ? {} : { secret: deps.seal.open(sealedSecret) }),
    enableCloudEventDelivery: true,
    checkCertificateRevocation: subscription.checkCertificateRevocation,
    contentMode: subscription.contentMode ?? 'qlik',
    abuseProtection: subscription.abuseProtection ?? 'off',
    ...defined({ sendsPerMinute }),
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
    ...defined({ secret }),
    checkCertificateRevocation: body.checkCertificateRevocation ?? false,
    contentMode: body.contentMode ?? 'qlik',
    abuseProtection: body.abuseProtection ?? 'off',
    ...defined({ sendsPerMinute: body.sendsPerMinute }),
  }
}

function refuseSettings(
  deps: WebhookDeps,
  caller: Caller,
  settings: SubscriptionSettings,
): Refused | undefined {
  const faults = checkSettings(settings, deps.checkWebhookUrl)
  if (faults.length > 0) return refusedEach('badRequest', faults)
  if (settings.level === 'tenant' && !isTenantAdmin(caller.user)) {
    return refused('forbidden', 'level tenant needs TenantAdmin: send level user', { pointer: '/level' })
  }
  return undefined
}

/** Only a TenantAdmin hands a webhook to another user, and only one of user level. */
function ownerOf(
  caller: Caller,
  level: Subscription['level'],
  wanted: string | undefined,
  present: UserId,
  asked: User | undefined,
): UserId | Refused {
  if (wanted === undefined || wanted === present) return present
  const where = { pointer: '/ownerId' }
  if (level === 'tenant') {
    return refused('badRequest', 'only a webhook of level user has another owner', where)
  }
  if (!isTenantAdmin(caller.user)) {
    return refused('forbidden', 'handing a webhook to another user needs TenantAdmin', where)
  }
  if (asked?.id !== wanted || asked.status !== 'active') {
    return refused('badRequest', 'ownerId must be an active user of the tenant', where)
  }
  return asked.id
}

function cloudEventsStay(): Refused {
  const detail = 'enableCloudEventDelivery cannot be switched off: send true'
  return refused('forbidden', detail, { pointer: '/enableCloudEventDelivery' })
}
