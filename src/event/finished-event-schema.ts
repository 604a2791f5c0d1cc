/**
 * The JSON Schema of the finished event, draft 2020-12, as contract 01 section 5 gives it: the seed's requirements,
 * CloudEvents' four, and `data`. Open to newer fields. What ties fields together is tested in code.
 */
import { OUTCOMES } from '../core/outcome.ts'
import { TRIGGERS } from '../core/trigger.ts'
import { FINISHED_EVENT_SOURCE, FINISHED_EVENT_TYPE } from './catalogue.ts'

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const dateTime = { type: 'string', format: 'date-time' } as const
const count = { type: 'integer', minimum: 0 } as const

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

export const FINISHED_EVENT_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:reload:finished-event',
  type: 'object',
  required: ['specversion', 'id', 'type', 'source', 'tenantid', 'data'],
  patternProperties: { '^[a-z0-9]{1,20}$': true },
  additionalProperties: false,
  properties: {
    specversion: { const: '1.0' },
    id: { type: 'string', minLength: 1 },
    type: { const: FINISHED_EVENT_TYPE },
    source: { const: FINISHED_EVENT_SOURCE },
    time: dateTime,
    datacontenttype: { const: 'application/json' },
    host: text,
    ownerid: text,
    originip: { type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
    reason: text,
    userid: text,
    spaceid: text,
    authtype: text,
    clientid: text,
    tenantid: { type: 'string', minLength: 1 },
    sessionid: text,
    authclaims: { type: 'string', contentMediaType: 'application/json' },
    tracestate: text,
    traceparent: { type: 'string', pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$' },
    toplevelresourceid: text,
    data: FINISHED_DATA_SCHEMA,
  },
} as const
