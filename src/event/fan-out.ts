/**
 * Makes one delivery of an event for each matching subscription, in the transaction that saves the event
 * (contract 04, sections 4 and 7). Later edits of a subscription do not affect saved deliveries.
 */

import { matchesFilter } from '../core/filter.ts'
import { newTimeUuid } from '../core/ids.ts'
import type { IncidentChange } from '../core/incident.ts'
import type { Random } from '../core/ports.ts'
import type { App, Space, SpaceAssignment, User } from '../core/records.ts'
import { mayUseApp, standingOf } from '../core/rights.ts'
import { isOccasion } from './alert.ts'
import type { Delivery } from './delivery.ts'
import { AUTOMATION_RUN_TYPE, TASK_EVENT_SOURCE, WEBHOOK_DISABLED_TYPE } from './event-types.ts'
import type { EventDraft } from './stored-event.ts'
import type { Subscription } from './subscription.ts'

/** What decides who gets an event. */
export interface Listeners {
  readonly subscriptions: readonly Subscription[]
  /** The app that the event is about; absent when it was deleted. */
  readonly app?: App
  readonly readers?: Readers
  /** What the reload that ended did to the incident of its app. */
  readonly incident?: IncidentChange
}

/** Who may be able to read the app: owners of user-level subscriptions, its space and that one's members. */
export interface Readers {
  readonly users: readonly User[]
  readonly space?: Space
  readonly assignments: readonly SpaceAssignment[]
}

/**
 * Returns pending deliveries, due at the event's time. Their ids are in the order of the events, in which
 * they are claimed.
 */
export function fanOut(events: readonly EventDraft[], listeners: Listeners, random: Random): Delivery[] {
  const wanted = events.flatMap((event) =>
    listeners.subscriptions
      .filter((subscription) => wants(subscription, event, listeners))
      .map((subscription) => ({ event, subscription })),
  )
  const ids = wanted.map(({ event }) => newTimeUuid<'delivery'>(random, event.time)).sort()
  return wanted.map(({ event, subscription }, i) => ({
    id: ids[i]!,
    tenantId: event.tenantId,
    eventId: event.id,
    subscriptionId: subscription.id,
    state: 'pending' as const,
    sends: 0,
    dueAt: event.time,
    createdAt: event.time,
  }))
}

/**
 * True if the subscription is enabled, of the tenant, lists the type, and its level and filter match; of an
 * alert, if the event is an occasion for it, too.
 */
export function wants(subscription: Subscription, event: EventDraft, listeners: Listeners): boolean {
  return (
    subscription.enabled &&
    subscription.tenantId === event.tenantId &&
    subscription.eventTypes.includes(event.type) &&
    (subscription.alert === undefined || isOccasion(subscription.alert, event, listeners.incident)) &&
    (subscription.level === 'tenant' || isForOwner(subscription, event, listeners)) &&
    (subscription.filter === undefined ||
      matchesFilter(subscription.filter, (name) => filterAttribute(event, name)))
  )
}

/**
 * A user-level subscription gets only events of apps that its owner can read now (contract 04, section 2.1),
 * and events about the owner's own webhooks, tasks and automations.
 */
function isForOwner(subscription: Subscription, event: EventDraft, { app, readers }: Listeners): boolean {
  if (event.type === WEBHOOK_DISABLED_TYPE || event.type === AUTOMATION_RUN_TYPE) {
    return event.userId === subscription.ownerId
  }
  if (event.body.source === TASK_EVENT_SOURCE && event.body.ownerid === subscription.ownerId) return true
  const user = readers?.users.find((one) => one.id === subscription.ownerId)
  if (app === undefined || readers === undefined || user?.status !== 'active') return false
  const { space, assignments } = readers
  const standing = space === undefined ? undefined : standingOf(user, space, assignments)
  return mayUseApp(user, app, standing, 'read')
}

/** Attributes of contract 04, section 4; names are case-insensitive. */
export function filterAttribute(event: EventDraft, name: string): string | undefined {
  const { data } = event.body
  switch (name.toLowerCase()) {
    case 'id':
      return event.resourceId
    case 'spaceid':
      return event.spaceId
    case 'toplevelresourceid':
      return event.topLevelResourceId
    default:
      return /^data\./i.test(name) ? dataAttribute(data, name.slice('data.'.length)) : undefined
  }
}

/**
 * The value of an attribute of the data as text; undefined if the event has none.
 * @param path below `data`, its names in any case
 */
function dataAttribute(data: Readonly<Record<string, unknown>>, path: string): string | undefined {
  let value: unknown = data
  for (const step of path.toLowerCase().split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.entries(value).find(([name]) => name.toLowerCase() === step)?.[1]
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined
}
