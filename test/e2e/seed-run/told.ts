/**
 * What a finished event has to tell of a story: every attribute and field, each from what the story did or
 * from the record of its reload. A field that is not named here must not be there.
 */
import { once } from 'node:events'
import { expect } from 'vitest'
import type { ReloadRecord } from '../../../src/cli/client.ts'
import { finishedEventFaults } from '../../../src/cli/finished-event-check.ts'
import { defined } from '../../../src/core/defined.ts'
import type { Outcome } from '../../../src/core/outcome.ts'
import type { Trigger } from '../../../src/core/trigger.ts'
import { FINISHED_EVENT_TYPE } from '../../../src/event/event-types.ts'
import type { CloudEvent } from '../../../src/event/stored-event.ts'
import type { Place } from './place.ts'

/** What a story knows of its reload. */
export interface Told {
  readonly type: Trigger
  readonly reason: string
  readonly status: Outcome
  /** Somebody who signed in asked, in the session with this id. */
  readonly sessionId?: string
  /** An OAuth client asked, as its own user and for an app of its own. */
  readonly oauth?: { readonly clientId: string; readonly userId: string }
  /** No request asked for it: a task or an automation made it. */
  readonly bySystem?: true
  readonly taskId?: string
  readonly resourceId?: string
  readonly resourceType: string
  readonly inSpace?: true
  readonly trace?: { readonly traceparent: string; readonly tracestate?: string }
  readonly weight?: number
  readonly partial?: true
  readonly appUsage?: string
  /** How far it came: never taken off the queue, refused without an engine, or its script began to run. */
  readonly came: 'queued' | 'refused' | 'ran'
  readonly requeues?: number
  /** engineSizingReason; no_metadata, of an app without data, by default. */
  readonly sizing?: string
  readonly error?: { readonly code: string; readonly message: RegExp }
}

/** A story that was lived through, with the finished event as the receiver has it. */
export interface Lived {
  readonly name: string
  readonly place: Place
  readonly told: Told
  readonly event: CloudEvent
}

/** Longer than any story takes on a busy machine. */
const PATIENCE_MS = 90_000

/** Waits for the finished event that the condition holds for: what was received, with its signature. */
export async function see(
  place: Place,
  name: string,
  told: Told,
  condition: (event: CloudEvent) => boolean,
): Promise<Lived> {
  const seen = place.receiver.waitFor((event) => event.type === FINISHED_EVENT_TYPE && condition(event))
  const late = AbortSignal.timeout(PATIENCE_MS)
  const { event, verified } = await Promise.race([
    seen,
    once(late, 'abort').then(() => Promise.reject(new Error(`no finished event came of "${name}"`))),
  ])
  if (!verified) throw new Error(`the signature of the event of "${name}" does not hold`)
  return { name, place, told, event }
}

export function ofReload(id: string): (event: CloudEvent) => boolean {
  return ({ data }) => data.id === id
}

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
/** Between session and clock of the same machine. */
const CLOCK_ERROR_MS = 100

export async function expectTold({ event, told, place }: Lived): Promise<void> {
  const record = await place.client.reload(String(event.data.id))
  expect(finishedEventFaults(event)).toEqual([])
  const { data, ...attributes } = event
  expect(attributes).toEqual({
    specversion: '1.0',
    id: expect.stringMatching(UUID_V7),
    type: 'com.qlik.v1.reload.finished',
    source: 'com.qlik/reloads',
    time: record.endTime,
    datacontenttype: 'application/json',
    ...defined({ host: place.host }),
    tenantid: place.tenantId,
    userid: askedBy(told, place),
    ownerid: askedBy(told, place),
    ...(told.inSpace ? { spaceid: place.spaceId } : {}),
    toplevelresourceid: record.appId,
    reason: told.reason,
    ...principal(told, place),
  })
  expect(data).toEqual(dataOf(told, record, place))
  if (told.came === 'ran') expectTimes(event, record)
}

function askedBy({ oauth }: Told, { userId }: Place): string {
  return oauth?.userId ?? userId
}

function principal(told: Told, place: Place) {
  const { bySystem, sessionId, oauth, trace } = told
  if (bySystem) return { authtype: 'system' }
  const subType = oauth === undefined ? 'user' : 'client'
  return {
    authtype: oauth !== undefined ? 'service_account' : sessionId === undefined ? 'api_key' : 'user',
    originip: '127.0.0.1',
    ...defined({ sessionid: sessionId, clientid: oauth?.clientId }),
    authclaims: JSON.stringify({ iss: place.host, sub: askedBy(told, place), subType }),
    ...trace,
  }
}

function dataOf(told: Told, record: ReloadRecord, place: Place): Record<string, unknown> {
  const { tenantId } = place
  const { status, taskId, came, sizing = 'no_metadata', error } = told
  const succeeded = status === 'SUCCEEDED'
  const requeues = told.requeues ?? 0
  const ran = {
    startTime: expect.stringMatching(DATE_TIME),
    durationSeconds: expect.any(Number),
    enginePoolName: expect.stringMatching(/^engine-(256|512)m$/),
    engineSizingReason: sizing,
  }
  const attempted = {
    crashedOnMaxSizeEngine: came === 'refused',
    requeueCounters: { requeuesTotal: requeues, requeuesWithErrors: requeues },
  }
  return {
    id: record.id,
    type: told.type,
    appId: record.appId,
    status,
    userId: askedBy(told, place),
    succeeded,
    weight: told.weight ?? 1,
    partial: told.partial ?? false,
    appUsage: told.appUsage ?? 'ANALYTICS',
    tenantId,
    creationTime: record.creationTime,
    resourceType: told.resourceType,
    ...defined({ taskId, resourceId: told.resourceId ?? taskId }),
    ...(succeeded ? { lastReloadTime: record.engineTime } : {}),
    ...(error === undefined
      ? {}
      : { errorCode: error.code, errorMessage: expect.stringMatching(error.message) }),
    ...(came === 'queued' ? {} : attempted),
    ...(came === 'ran' ? ran : {}),
  }
}

/** The run of the deciding attempt lies between acceptance and end, and its length fits in. */
function expectTimes({ time, data }: CloudEvent, record: ReloadRecord): void {
  const [claimed, started, ended] = [record.startTime, data.startTime, time].map((text) =>
    Date.parse(String(text)),
  )
  expect(started).toBeGreaterThanOrEqual(claimed! - CLOCK_ERROR_MS)
  expect(data.durationSeconds).toBeGreaterThan(0)
  expect(Number(data.durationSeconds) * 1000).toBeLessThanOrEqual(ended! - claimed! + CLOCK_ERROR_MS)
}
