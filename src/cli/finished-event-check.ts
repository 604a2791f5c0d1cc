/**
 * Checks a finished event against the JSON Schema of the contract and the rules that tie its fields together
 * (contract 01, section 3.3); tells one text per fault.
 */
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { utf8Bytes } from '../core/utf8.ts'
import { FINISHED_EVENT_SCHEMA } from '../event/finished-event-schema.ts'
import type { CloudEvent } from '../event/stored-event.ts'

export function finishedEventFaults(event: unknown): string[] {
  return finishedEventCheck()(event)
}

/** For many events: the schema is compiled once. */
export function finishedEventCheck(): (event: unknown) => string[] {
  const ajv = new Ajv2020({ allErrors: true, strict: false })
  formats.default(ajv)
  const matchesSchema = ajv.compile(FINISHED_EVENT_SCHEMA)
  return (event) => {
    if (matchesSchema(event))
      return RULES.filter(([, holds]) => !holds(event as CloudEvent)).map(([rule]) => rule)
    const errors = matchesSchema.errors ?? []
    return errors.map(({ instancePath, message }) => `${instancePath || 'the event'} ${message}`)
  }
}

const MAX_BYTES = 64 * 1024

type Rule = readonly [rule: string, holds: (event: CloudEvent) => boolean]

/** Of an event that matches the schema; a field that is left out ties nothing. */
const RULES: readonly Rule[] = [
  [
    'succeeded means status SUCCEEDED',
    ({ data }) => !has(data, 'status') || data.succeeded === succeeded(data),
  ],
  [
    'lastReloadTime comes with SUCCEEDED, and only then',
    ({ data }) => has(data, 'lastReloadTime') === succeeded(data),
  ],
  [
    'errorCode and errorMessage come together, with FAILED and EXCEEDED_LIMIT and only then',
    ({ data }) => {
      const failed = data.status === 'FAILED' || data.status === 'EXCEEDED_LIMIT'
      return has(data, 'errorCode') === failed && has(data, 'errorMessage') === failed
    },
  ],
  [
    'creationTime <= startTime <= time',
    ({ time, data }) => ascending(data.creationTime, data.startTime, time),
  ],
  ['lastReloadTime <= time', ({ time, data }) => ascending(data.lastReloadTime, time)],
  ['tenantid is data.tenantId', ({ tenantid, data }) => agree(tenantid, data.tenantId)],
  ['userid is data.userId', ({ userid, data }) => agree(userid, data.userId)],
  [
    'toplevelresourceid is data.appId',
    ({ toplevelresourceid, data }) => agree(toplevelresourceid, data.appId),
  ],
  ['requeuesWithErrors <= requeuesTotal', ({ data }) => countersHold(data.requeueCounters)],
  ['what is unknown is left out: no null, no empty text', (event) => !holdsNothing(event)],
  [
    'taskId comes with the types of tasks only',
    ({ data }) => !has(data, 'taskId') || TYPES_OF_TASKS.includes(String(data.type)),
  ],
  [
    'tracestate comes with traceparent only',
    (event) => !has(event, 'tracestate') || has(event, 'traceparent'),
  ],
  ['an attribute has neither control characters nor lone surrogates', (event) => !holdsControls(event)],
  ['it is smaller than 64 KiB in every encoding', (event) => largestEncoding(event) < MAX_BYTES],
]

const TYPES_OF_TASKS = ['chronos', 'data-refresh', 'choreographer']

type Members = Readonly<Record<string, unknown>>

function has(members: object, name: string): boolean {
  return name in members
}

function succeeded({ status }: Members): boolean {
  return status === 'SUCCEEDED'
}

function agree(left: unknown, right: unknown): boolean {
  return left === undefined || right === undefined || left === right
}

function ascending(...times: readonly unknown[]): boolean {
  const known = times.filter((time) => typeof time === 'string').map((time) => Date.parse(time))
  return known.every((time, index) => index === 0 || known[index - 1]! <= time)
}

function countersHold(counters: unknown): boolean {
  const { requeuesTotal = 0, requeuesWithErrors = 0 } = (counters ?? {}) as Readonly<Record<string, number>>
  return requeuesWithErrors <= requeuesTotal
}

function holdsNothing({ data, ...attributes }: CloudEvent): boolean {
  return [...Object.values(attributes), ...Object.values(data)].some(
    (value) => value === null || value === '',
  )
}

function holdsControls({ data: _data, ...attributes }: CloudEvent): boolean {
  return Object.values(attributes).some((value) => /[\p{Cc}\p{Surrogate}]/u.test(String(value)))
}

/** Bytes in the least efficient encoding: percent-encoded attributes as headers, and the data as JSON. */
function largestEncoding({ data, ...attributes }: CloudEvent): number {
  const headers = Object.entries(attributes).map(
    ([name, value]) => `ce-${name}: ${encodeURIComponent(wellFormed(value))}`,
  )
  return utf8Bytes(headers.join('\r\n') + JSON.stringify(data))
}

function wellFormed(value: unknown): string {
  return String(value).replaceAll(/\p{Surrogate}/gu, '')
}
