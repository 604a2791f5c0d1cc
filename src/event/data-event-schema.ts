/** The JSON Schema of the data event, draft 2020-12 (contract 01, section 7). */

import { count, dateTime, envelopeSchema, text } from './envelope-schema.ts'
import { DATA_EVENT_TYPE, ENGINE_EVENT_SOURCE } from './event-types.ts'

export const APP_DATA_UPDATED_SCHEMA = envelopeSchema(
  'urn:reload:data-event',
  DATA_EVENT_TYPE,
  ENGINE_EVENT_SOURCE,
  {
    type: 'object',
    properties: {
      id: text,
      name: text,
      spaceId: text,
      size: { type: 'object', properties: { file: count, memory: count } },
      lastReloadTime: dateTime,
    },
  } as const,
)
