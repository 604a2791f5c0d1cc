/**
 * Webhooks and their deliveries as the JSON of the contract (04, sections 2 and 5.3). A secret and the values
 * of encrypted headers go in and never come out: an answer tells whether there is a secret, and the names of
 * the headers.
 */

import { type Static, Type } from 'typebox'
import { defined } from '../../core/defined.ts'
import { timeText } from '../../core/time-text.ts'
import {
  DESCRIPTION_MAX_CHARACTERS,
  NAME_MAX_CHARACTERS,
  SECRET_MAX_CHARACTERS,
  SECRET_MIN_CHARACTERS,
  SENDS_PER_MINUTE_MAX,
  URL_MAX_CHARACTERS,
} from '../../delivery/subscription-settings.ts'
import type { Send } from '../../event/delivery.ts'
import { ABUSE_PROTECTIONS, CONTENT_MODES, type Subscription } from '../../event/subscription.ts'

export const ORIGINS = ['api', 'automations', 'management-console'] as const
export const EVENT_TYPES_MAX = 100
export const LEVELS = ['tenant', 'user'] as const

const HeaderMap = (description: string) =>
  Type.Unsafe<Record<string, string>>({
    type: 'object',
    additionalProperties: { type: 'string' },
    description,
  })

const writable = {
  name: Type.String({ minLength: 1, maxLength: NAME_MAX_CHARACTERS }),
  url: Type.String({ maxLength: URL_MAX_CHARACTERS, description: 'https address of a fully qualified name' }),
  description: Type.Optional(Type.String({ maxLength: DESCRIPTION_MAX_CHARACTERS })),
  eventTypes: Type.Optional(
    Type.Array(Type.String(), { maxItems: EVENT_TYPES_MAX, description: 'Empty: never fires' }),
  ),
  enabled: Type.Optional(Type.Boolean({ description: 'false by default' })),
  filter: Type.Optional(
    Type.String({
      description: 'SCIM filter on id, spaceId and topLevelResourceId with eq, ne, and, or, ( )',
      examples: ['spaceId eq "65aa00112233445566778899"'],
    }),
  ),
  level: Type.Optional(Type.Enum(LEVELS, { description: 'tenant by default, which needs TenantAdmin' })),
  ownerId: Type.Optional(Type.String({ description: 'Of user-level webhooks; the caller by default' })),
  headers: Type.Optional(HeaderMap('Sent with every delivery')),
  encryptedHeaders: Type.Optional(HeaderMap('Kept encrypted, sent like headers, shown as names only')),
  secret: Type.Optional(
    Type.String({
      minLength: SECRET_MIN_CHARACTERS,
      maxLength: SECRET_MAX_CHARACTERS,
      description: 'Key of the signatures; never shown again',
    }),
  ),
  enableCloudEventDelivery: Type.Optional(
    Type.Boolean({ description: 'Always true: events are CloudEvents' }),
  ),
  checkCertificateRevocation: Type.Optional(Type.Boolean()),
  contentMode: Type.Optional(
    Type.Enum(CONTENT_MODES, {
      description:
        'Extension. qlik (default): one JSON object as application/json; structured, binary, batched: the modes of CloudEvents.',
    }),
  ),
  abuseProtection: Type.Optional(
    Type.Enum(ABUSE_PROTECTIONS, {
      description:
        'Extension. Whether the target is asked with OPTIONS before events are sent (CloudEvents webhook specification). off by default; required sends nothing without consent.',
    }),
  ),
  sendsPerMinute: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: SENDS_PER_MINUTE_MAX,
      description: 'Extension. Most sends a minute.',
    }),
  ),
}

/** What replaces a webhook; the result of a patch has to fit it too. */
export const WebhookBody = Type.Object(writable, { title: 'WebhookChange' })
export type WebhookBody = Static<typeof WebhookBody>

export const NewWebhook = Type.Object(
  { ...writable, origin: Type.Optional(Type.Enum(ORIGINS)) },
  { title: 'NewWebhook' },
)

export const Patch = Type.Array(
  Type.Object({
    op: Type.Enum(['add', 'remove', 'replace']),
    path: Type.String(),
    value: Type.Optional(Type.Unknown()),
  }),
  { title: 'WebhookPatch', maxItems: 200 },
)

const Time = Type.String({ format: 'date-time' })

export const Webhook = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    url: Type.String(),
    description: Type.String(),
    eventTypes: Type.Array(Type.String()),
    enabled: Type.Boolean(),
    filter: Type.Optional(Type.String()),
    level: Type.Enum(LEVELS),
    ownerId: Type.String(),
    headers: HeaderMap('Sent with every delivery'),
    encryptedHeaders: Type.Array(Type.String(), { description: 'Names only' }),
    secretKeyAdded: Type.Boolean(),
    enableCloudEventDelivery: Type.Boolean(),
    checkCertificateRevocation: Type.Boolean(),
    contentMode: Type.Enum(CONTENT_MODES),
    abuseProtection: Type.Enum(ABUSE_PROTECTIONS),
    sendsPerMinute: Type.Optional(Type.Integer()),
    previousSecretValidUntil: Type.Optional(Time),
    origin: Type.Enum(ORIGINS),
    createdAt: Time,
    updatedAt: Time,
    createdByUserId: Type.String(),
    updatedByUserId: Type.String(),
    disabledReason: Type.Optional(Type.String()),
    disabledReasonCode: Type.Optional(Type.String()),
  },
  { title: 'Webhook' },
)

export function webhookRecord(subscription: Subscription): Static<typeof Webhook> {
  const { disabledReason, disabledReasonCode, filterText, sendsPerMinute, previousSecret } = subscription
  return {
    id: subscription.id,
    name: subscription.name,
    url: subscription.url,
    description: subscription.description,
    eventTypes: [...subscription.eventTypes],
    enabled: subscription.enabled,
    ...defined({ filter: filterText }),
    level: subscription.level,
    ownerId: subscription.ownerId,
    headers: subscription.headers,
    encryptedHeaders: Object.keys(subscription.sealedHeaders),
    secretKeyAdded: subscription.sealedSecret !== undefined,
    enableCloudEventDelivery: true,
    checkCertificateRevocation: subscription.checkCertificateRevocation,
    contentMode: subscription.contentMode ?? 'qlik',
    abuseProtection: subscription.abuseProtection ?? 'off',
    ...defined({ sendsPerMinute }),
    ...(previousSecret === undefined ? {} : { previousSecretValidUntil: timeText(previousSecret.until) }),
    origin: subscription.origin,
    createdAt: timeText(subscription.createdAt),
    updatedAt: timeText(subscription.updatedAt),
    createdByUserId: subscription.createdBy,
    updatedByUserId: subscription.updatedBy,
    ...defined({ disabledReason, disabledReasonCode }),
  }
}

export const SEND_STATUSES = ['success', 'fail'] as const

/** What users see as a delivery is one send of it. */
export const DeliveryRecord = Type.Object(
  {
    id: Type.String(),
    webhookId: Type.String(),
    eventType: Type.String(),
    status: Type.Enum(SEND_STATUSES),
    statusMessage: Type.Optional(Type.String()),
    triggeredAt: Time,
    request: Type.Optional(
      Type.Object({
        url: Type.String(),
        headers: HeaderMap('As sent; secrets omitted'),
        body: Type.Unknown(),
      }),
    ),
    response: Type.Optional(
      Type.Object({ statusCode: Type.Integer(), headers: HeaderMap('As received'), body: Type.String() }),
    ),
  },
  { title: 'WebhookDelivery' },
)

export function deliveryRecord(send: Send): Static<typeof DeliveryRecord> {
  const { statusMessage, request, response } = send
  return {
    id: send.id,
    webhookId: send.subscriptionId,
    eventType: send.eventType,
    status: send.status,
    ...defined({ statusMessage }),
    triggeredAt: timeText(send.triggeredAt),
    ...defined({ request, response }),
  }
}
