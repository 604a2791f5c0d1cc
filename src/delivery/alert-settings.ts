/**
 * What an alert becomes when it is created or changed: the rules of its settings, and the record to save, or
 * why not. Saves nothing itself (alert.ts does).
 */
import { type Refused, refused, refusedEach } from '../catalog/refusal.ts'
import type { Caller } from '../core/caller.ts'
import { type ChatFormat, chatOrigin } from '../core/chat.ts'
import { defined } from '../core/defined.ts'
import { newUuid } from '../core/ids.ts'
import { NO_MAIL, recipientsFault } from '../core/mail-address.ts'
import type { World } from '../core/ports.ts'
import { isTenantAdmin } from '../core/rights.ts'
import { type AlertKind, type AlertOccasion, alertEventTypes } from '../event/alert.ts'
import type { Subscription } from '../event/subscription.ts'
import type { Seal } from './seal.ts'
import type { SettingsFault } from './settings-fault.ts'
import { NAME_MAX_CHARACTERS, parseSubscriptionFilter, URL_MAX_CHARACTERS } from './subscription-settings.ts'

export interface AlertDeps {
  readonly world: Pick<World, 'clock' | 'random'>
  readonly seal: Seal
  /** Undefined when the address may be a target, else the reason in words. */
  readonly checkWebhookUrl: (url: string) => string | undefined
  /** Whether the operator configured a mail server. */
  readonly sendsMail: boolean
}

/** What a caller writes of an alert; what is left out has its default. */
export interface AlertBody {
  readonly name: string
  readonly channel: AlertKind
  readonly on: readonly AlertOccasion[]
  readonly to?: readonly string[]
  readonly url?: string
  readonly format?: ChatFormat
  readonly filter?: string
  readonly level?: Subscription['level']
  readonly enabled?: boolean
}

/** Null takes the filter away. */
export type AlertChange = Partial<Omit<AlertBody, 'filter'>> & { readonly filter?: string | null }

export function newAlert(deps: AlertDeps, caller: Caller, body: AlertBody): Subscription | Refused {
  const now = deps.world.clock.now()
  return alertOf(deps, caller, body, {
    id: newUuid(deps.world.random),
    tenantId: caller.tenantId,
    ownerId: caller.user.id,
    createdAt: now,
    updatedAt: now,
    createdBy: caller.user.id,
    updatedBy: caller.user.id,
    failedSends: 0,
  })
}

export function changedAlert(
  deps: AlertDeps,
  caller: Caller,
  before: Subscription,
  change: AlertChange,
): Subscription | Refused {
  const present = bodyOf(deps, before)
  if (change.channel !== undefined && change.channel !== present.channel) {
    return refused('badRequest', 'channel cannot be changed: make another alert', { pointer: '/channel' })
  }
  const { filter, ...plain } = { ...present, ...change }
  const { failingSince, lastFailedAt, disabledReason, disabledReasonCode } = before
  const startsAnew = plain.enabled === true && !before.enabled
  return alertOf(
    deps,
    caller,
    { ...plain, ...(typeof filter === 'string' ? { filter } : {}) },
    {
      id: before.id,
      tenantId: before.tenantId,
      ownerId: before.ownerId,
      createdAt: before.createdAt,
      createdBy: before.createdBy,
      updatedAt: deps.world.clock.now(),
      updatedBy: caller.user.id,
      failedSends: startsAnew ? 0 : before.failedSends,
      ...(startsAnew ? {} : defined({ failingSince, lastFailedAt, disabledReason, disabledReasonCode })),
    },
  )
}

/** What one would have to send to leave the alert as it is. */
function bodyOf({ seal }: Pick<AlertDeps, 'seal'>, subscription: Subscription): AlertBody {
  const { name, channel, alert, filterText, level, enabled } = subscription
  const { on, to, format, sealedUrl } = alert!
  const url = sealedUrl === undefined ? undefined : seal.open(sealedUrl)
  return {
    name,
    channel: channel as AlertKind,
    on,
    level,
    enabled,
    ...defined({ to, format, url, filter: filterText }),
  }
}

type Standing = Omit<
  Subscription,
  | 'name'
  | 'description'
  | 'url'
  | 'eventTypes'
  | 'enabled'
  | 'level'
  | 'headers'
  | 'sealedHeaders'
  | 'origin'
  | 'checkCertificateRevocation'
>

function alertOf(
  deps: AlertDeps,
  caller: Caller,
  body: AlertBody,
  standing: Standing,
): Subscription | Refused {
  const { name, channel, to, url, format, filter = '', level = 'user', enabled = true } = body
  const on = [...new Set(body.on)]
  const eventTypes = alertEventTypes(on)
  const parsed = filter === '' ? undefined : parseSubscriptionFilter(filter, eventTypes)
  const faults = [
    ...nameFaults(name),
    ...(on.length === 0 ? [{ pointer: '/on', detail: 'on must name at least one occasion' }] : []),
    ...(channel === 'mail' ? mailFaults(deps, body) : chatFaults(deps, body)),
    ...(parsed?.kind === 'fault' ? [{ pointer: '/filter', detail: `filter: ${parsed.detail}` }] : []),
  ]
  if (faults.length > 0) return refusedEach('badRequest', faults)
  if (level === 'tenant' && !isTenantAdmin(caller.user)) {
    return refused('forbidden', 'level tenant needs TenantAdmin: send level user', { pointer: '/level' })
  }
  const sealedUrl = url === undefined ? undefined : deps.seal.seal(url)
  return {
    ...standing,
    channel,
    alert: { on, ...defined({ to, format, sealedUrl }) },
    name,
    description: '',
    // Who knows the whole address of a chat may write into it.
    url: chatOrigin(url ?? ''),
    eventTypes,
    enabled,
    level,
    headers: {},
    sealedHeaders: {},
    checkCertificateRevocation: false,
    origin: 'api',
    ...(parsed?.kind === 'filter' ? { filterText: filter, filter: parsed.filter } : {}),
  }
}

function nameFaults(name: string): SettingsFault[] {
  const fits = name.trim() !== '' && name.length <= NAME_MAX_CHARACTERS
  return fits ? [] : [{ pointer: '/name', detail: `name must have 1 to ${NAME_MAX_CHARACTERS} characters` }]
}

function mailFaults({ sendsMail }: AlertDeps, { to = [], url, format }: AlertBody): SettingsFault[] {
  const wrong = recipientsFault(to)
  return [
    ...(sendsMail ? [] : [{ pointer: '/channel', detail: NO_MAIL }]),
    ...(wrong === undefined
      ? []
      : [{ pointer: wrong.at === undefined ? '/to' : `/to/${wrong.at}`, detail: wrong.detail }]),
    ...ofOthers({ url, format }, 'chat'),
  ]
}

function chatFaults({ checkWebhookUrl }: AlertDeps, { to, url, format }: AlertBody): SettingsFault[] {
  const tooLong = (url ?? '').length > URL_MAX_CHARACTERS
  const badUrl = tooLong
    ? `url must have at most ${URL_MAX_CHARACTERS} characters`
    : checkWebhookUrl(url ?? '')
  return [
    ...(badUrl === undefined ? [] : [{ pointer: '/url', detail: badUrl }]),
    ...(format === undefined
      ? [{ pointer: '/format', detail: 'format must be slack, teams or discord' }]
      : []),
    ...ofOthers({ to }, 'mail'),
  ]
}

function ofOthers(given: Readonly<Record<string, unknown>>, kind: AlertKind): SettingsFault[] {
  return Object.entries(given).flatMap(([field, value]) =>
    value === undefined ? [] : [{ pointer: `/${field}`, detail: `${field} is for channel ${kind} alone` }],
  )
}
