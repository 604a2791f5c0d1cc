/**
 * What an alert says of an event, in plain text: a subject of one line, and lines below it. Names and errors
 * are of tenants: no control character of them gets through, so that none ends a header or a line.
 */
import { cutToBytes, oneLine } from '../core/plain-text.ts'
import { FINISHED_EVENT_TYPE } from '../event/event-types.ts'
import type { CloudEvent } from '../event/stored-event.ts'

/** What the event does not tell and its reader wants to know; absent where it is gone by now. */
export interface AlertSubject {
  readonly tenantName?: string
  readonly appName?: string
  /** Address of the script log of the event's reload. */
  readonly logAddress?: string
}

export interface AlertMessage {
  readonly subject: string
  /** Facts as name and value. */
  readonly facts: readonly (readonly [name: string, value: string])[]
  /** The last lines of the error. */
  readonly error: readonly string[]
}

const SUBJECT_MAX_BYTES = 200
const ERROR_LINES_MAX = 20
const ERROR_LINE_MAX_BYTES = 500

/** Looks up what the event does not tell. */
export type AboutEvent = (event: CloudEvent) => Promise<AlertSubject>

export function alertMessage(event: CloudEvent, about: AlertSubject): AlertMessage {
  const { data } = event
  const message = String(data.errorMessage ?? data.statusDetails ?? '')
  return {
    subject: cutToBytes(oneLine(subjectOf(event, about)), SUBJECT_MAX_BYTES),
    facts: factsOf(event, about).flatMap(([name, value]) => {
      const text = typeof value === 'string' || typeof value === 'number' ? oneLine(String(value)) : ''
      return text === '' ? [] : [[name, text] as const]
    }),
    error: message
      .split(/\r\n|\r|\n/)
      .map((line) => cutToBytes(oneLine(line), ERROR_LINE_MAX_BYTES))
      .filter((line) => line !== '')
      .slice(-ERROR_LINES_MAX),
  }
}

function subjectOf({ type, test, data }: CloudEvent, { appName }: AlertSubject): string {
  if (test === 'true') return 'Test of an alert: nothing happened'
  if (type !== FINISHED_EVENT_TYPE) return `${data.name ?? appName ?? 'a task'} did not run`
  const app = appName ?? `app ${data.appId}`
  switch (data.status) {
    case 'SUCCEEDED':
      return `${app} reloads again`
    case 'EXCEEDED_LIMIT':
      return `The reload of ${app} exceeded a limit`
    default:
      return `The reload of ${app} failed`
  }
}

function factsOf({ id, type, test, time, tenantid, data }: CloudEvent, about: AlertSubject) {
  const tenant = about.tenantName === undefined ? tenantid : `${about.tenantName} (${tenantid})`
  if (test === 'true')
    return [
      ['Tenant', tenant],
      ['Time', time],
      ['Event', id],
    ] as const
  const appId = type === FINISHED_EVENT_TYPE ? data.appId : data.resourceId
  const error = data.errorCode === undefined ? data.status : `${data.status}, ${data.errorCode}`
  return [
    ['App', about.appName === undefined ? appId : `${about.appName} (${appId})`],
    ['Tenant', tenant],
    ['Time', time],
    ['Due', data.dueAt],
    ['First due', data.firstDueAt],
    ['Runs', data.count],
    ['Outcome', type === FINISHED_EVENT_TYPE ? error : undefined],
    ['Reload', type === FINISHED_EVENT_TYPE ? data.id : undefined],
    ['Log', about.logAddress],
    ['Event', id],
  ] as const
}
