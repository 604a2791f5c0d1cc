/**
 * Alerts: subscriptions that people read. An alert tells occasions, each at most once for what happened: that
 * an app began to fail, that it runs again, that something that should have run did not.
 */
import type { ChatFormat } from '../core/chat.ts'
import type { IncidentChange } from '../core/incident.ts'
import type { NoRunReason } from '../core/task/run.ts'
import { FINISHED_EVENT_TYPE, TASK_NOT_RUN_TYPE } from './event-types.ts'
import type { EventDraft } from './stored-event.ts'

export const ALERT_KINDS = ['mail', 'chat'] as const
export type AlertKind = (typeof ALERT_KINDS)[number]

export const ALERT_OCCASIONS = ['failure', 'recovery', 'didNotRun'] as const
export type AlertOccasion = (typeof ALERT_OCCASIONS)[number]

/** What an alert adds to a subscription. */
export interface Alert {
  readonly on: readonly AlertOccasion[]
  /** Of mail: addresses. */
  readonly to?: readonly string[]
  /** Of chat: the address that takes messages, sealed, for who knows it may write there. */
  readonly sealedUrl?: string
  /** Of chat. */
  readonly format?: ChatFormat
}

/**
 * Events of these types tell that something did not run, and why: only what nobody asked for is told, and not
 * what an active reload keeps from running at every instant of a schedule.
 */
const DID_NOT_RUN_TYPES: readonly string[] = [TASK_NOT_RUN_TYPE]
const UNASKED: readonly NoRunReason[] = ['late']

const INCIDENT_OCCASIONS: Readonly<Record<IncidentChange, AlertOccasion>> = {
  opened: 'failure',
  closed: 'recovery',
}

/** The event types among which an alert finds its occasions. */
export function alertEventTypes(on: readonly AlertOccasion[]): string[] {
  return [
    ...(on.includes('failure') || on.includes('recovery') ? [FINISHED_EVENT_TYPE] : []),
    ...(on.includes('didNotRun') ? DID_NOT_RUN_TYPES : []),
  ]
}

/** @param incident what the event's reload did to the incident of its app */
export function isOccasion(
  { on }: Alert,
  { type, body }: Pick<EventDraft, 'type' | 'body'>,
  incident: IncidentChange | undefined,
): boolean {
  if (type === FINISHED_EVENT_TYPE) return incident !== undefined && on.includes(INCIDENT_OCCASIONS[incident])
  const unasked = UNASKED.some((reason) => reason === body.data.reason)
  return on.includes('didNotRun') && DID_NOT_RUN_TYPES.includes(type) && unasked
}
