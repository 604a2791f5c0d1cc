/** The JSON Schema of the attempt event, draft 2020-12 (contract 01, section 6). */

import { count, dateTime, envelopeSchema, flag, text } from './envelope-schema.ts'
import { ATTEMPT_EVENT_TYPE, ENGINE_EVENT_SOURCE } from './event-types.ts'

export const APP_RELOAD_FINISHED_SCHEMA = envelopeSchema(
  'urn:reload:attempt-event',
  ATTEMPT_EVENT_TYPE,
  ENGINE_EVENT_SOURCE,
  {
    type: 'object',
    properties: {
      name: text,
      status: { enum: ['ok', 'error'] },
      reloadId: text,
      endTime: dateTime,
      duration: { ...count, description: 'Milliseconds.' },
      usage: text,
      size: { type: 'object', properties: { memory: count } },
      peakMemoryBytes: count,
      endedWithMemoryConstraint: flag,
      isPartialReload: flag,
      isSkipStore: flag,
      isSessionApp: flag,
      isDirectQueryMode: flag,
      rowLimit: { type: 'integer', minimum: -1 },
      errors: {
        type: 'array',
        maxItems: 5,
        items: {
          type: 'object',
          properties: { description: text, error: text, line: text, lineNumber: count },
        },
      },
      warnings: { type: 'array', maxItems: 5 },
      statements: { type: 'array', maxItems: 0 },
    },
  } as const,
)
