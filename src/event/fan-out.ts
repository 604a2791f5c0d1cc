/**
 * Who gets an event: one delivery for each subscription that matches it, decided once, in the transaction that saves the
 * event (contract 04, sections 4 and 7). A later edit of a subscription changes nothing about deliveries already saved.
 */
import type { App } from '../catalog/records.ts'
import { matchesFilter } from '../core/filter.ts'
import { newUuid } from '../core/ids.ts'
import type { Random } from '../core/ports.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { Subscription } from '../delivery/subscription.ts'
import type { EventDraft } from './stored-event.ts'

/** Pending deliveries, due at the event's own time. `app` is absent when it was deleted. */
export function fanOut(
  events: readonly EventDraft[],
  subscriptions: readonly Subscription[],
  app: App | undefined,
  random: Random,
): Delivery[] {
  return events.flatMap((event) =>
    subscriptions
      .filter((subscription) => wants(subscription, event, app))
      .map((subscription) => ({
        id: newUuid<'delivery'>(random),
        tenantId: event.tenantId,
        eventId: event.id,
        subscriptionId: subscription.id,
        state: 'pending' as const,
        sends: 0,
        dueAt: event.time,
        createdAt: event.time,
      })),
  )
}

/** Enabled, of the tenant, the type listed, the level allows it, the filter matches. */
export function wants(subscription: Subscription, event: EventDraft, app: App | undefined): boolean {
  return (
    subscription.enabled &&
    subscription.tenantId === event.tenantId &&
    subscription.eventTypes.includes(event.type) &&
    levelAllows(subscription, event, app) &&
    (subscription.filter === undefined ||
      matchesFilter(subscription.filter, (name) => filterAttribute(event, name)))
  )
}

/**
 * A user-level subscription gets only events of apps that its owner can read (contract 04, section 2.1). What the
 * settling transaction knows for certain: who owns the app, and who asked for the reload.
 */
function levelAllows(subscription: Subscription, event: EventDraft, app: App | undefined): boolean {
  if (subscription.level === 'tenant') return true
  return subscription.ownerId === event.userId || subscription.ownerId === app?.ownerId
}

/** Attributes of contract 04, section 4; names without regard to case, values as they are. */
export function filterAttribute(event: EventDraft, name: string): string | undefined {
  const { data } = event.body
  switch (name.toLowerCase()) {
    case 'id':
      return event.resourceId
    case 'spaceid':
      return event.spaceId
    case 'toplevelresourceid':
      return event.topLevelResourceId
    case 'data.status':
      return textOf(data.status)
    case 'data.type':
      return textOf(data.type)
    case 'data.appusage':
      return textOf(data.appUsage)
    default:
      return undefined
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
