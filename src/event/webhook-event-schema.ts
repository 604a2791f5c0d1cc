/** The JSON Schema of the event about a disabled webhook, draft 2020-12. */

import { count, dateTime, envelopeSchema, text } from './envelope-schema.ts'
import { WEBHOOK_DISABLED_TYPE, WEBHOOK_EVENT_SOURCE } from './event-types.ts'

export const WEBHOOK_DISABLED_SCHEMA = envelopeSchema(
  'urn:reload:webhook-disabled',
  WEBHOOK_DISABLED_TYPE,
  WEBHOOK_EVENT_SOURCE,
  {
    type: 'object',
    required: ['id', 'disabledReasonCode'],
    properties: {
      id: text,
      name: text,
      disabledReasonCode: text,
      disabledReason: text,
      failedSends: count,
      failingSince: dateTime,
    },
  } as const,
)
