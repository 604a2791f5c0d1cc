/**
 * The JSON Schema of the finished event, draft 2020-12 (contract 01, section 5): the seed's requirements,
 * CloudEvents' four, and `data`. Open to newer fields. Rules between fields are tested in code.
 */
import { OUTCOMES } from '../core/outcome.ts'
import { TRIGGERS } from '../core/trigger.ts'
import { count, dateTime, envelopeSchema, flag, text } from './envelope-schema.ts'
import { FINISHED_EVENT_SOURCE, FINISHED_EVENT_TYPE } from './event-types.ts'

export const FINISHED_DATA_SCHEMA = {
  type: 'object',
  required: ['id', 'appId', 'userId', 'succeeded'],
  properties: {
    id: text,
    appId: text,
    userId: text,
    succeeded: flag,
    type: { enum: TRIGGERS },
    status: { enum: OUTCOMES },
    taskId: text,
    weight: { type: 'integer', minimum: 1, maximum: 10 },
    partial: flag,
    appUsage: text,
    tenantId: text,
    errorCode: text,
    errorMessage: text,
    startTime: dateTime,
    creationTime: dateTime,
    lastReloadTime: dateTime,
    durationSeconds: { type: 'number', minimum: 0 },
    crashedOnMaxSizeEngine: flag,
    resourceId: text,
    resourceType: text,
    licenseNumber: text,
    enginePoolName: text,
    engineSizingReason: text,
    requeueCounters: {
      type: 'object',
      properties: { requeuesTotal: count, requeuesWithErrors: count },
    },
    reloadPacksFactor: { type: 'number' },
    reloadPacksConsumed: { type: 'integer' },
  },
} as const

export const FINISHED_EVENT_SCHEMA = envelopeSchema(
  'urn:reload:finished-event',
  FINISHED_EVENT_TYPE,
  FINISHED_EVENT_SOURCE,
  FINISHED_DATA_SCHEMA,
)
