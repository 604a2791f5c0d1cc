/**
 * Events that a webhook has not had, because it was disabled when they happened (contract 07, row 7): they
 * are stored for as long as history is, so that a recovery can offer them.
 */
import { defined } from '../core/defined.ts'
import type { Random } from '../core/ports.ts'
import type { Delivery } from '../event/delivery.ts'
import { fanOut, type Listeners } from '../event/fan-out.ts'
import type { StoredEvent } from '../event/stored-event.ts'
import type { Subscription } from '../event/subscription.ts'
import type { Store } from '../store/port/store.ts'

export interface MissedDeps {
  readonly store: Pick<Store, 'eventsAfter' | 'eventsBefore' | 'app' | 'user' | 'space' | 'assignmentsOf'>
  readonly random: Random
}

/** How many events are looked at in one step: bounds the memory. */
const WINDOW = 500

/**
 * Deliveries, due at once, of the events since a time that match the subscription as it is now, oldest first,
 * some at a time; of some there may have been one before.
 * @param since epoch ms
 */
export async function* missedDeliveries(
  deps: MissedDeps,
  subscription: Subscription,
  since: number,
): AsyncGenerator<readonly Delivery[]> {
  const asEnabled = { ...subscription, enabled: true }
  for (let at = await lastBefore(deps, subscription, since); ; ) {
    const events = await deps.store.eventsAfter(subscription.tenantId, at, WINDOW)
    const found: Delivery[] = []
    for (const event of events) {
      if (event.time < since || !asEnabled.eventTypes.includes(event.type)) continue
      found.push(...fanOut([event], await listenersOf(deps, asEnabled, event), deps.random))
    }
    if (found.length > 0) yield found
    if (events.length < WINDOW) return
    at = events.at(-1)!.sequence
  }
}

/** A sequence before all events since a time. */
async function lastBefore({ store }: MissedDeps, { tenantId }: Subscription, since: number): Promise<number> {
  for (let at = Number.MAX_SAFE_INTEGER; ; ) {
    const events = await store.eventsBefore(tenantId, at, WINDOW)
    const before = events.find(({ time }) => time < since)
    if (before !== undefined) return before.sequence
    if (events.length < WINDOW) return 0
    at = events.at(-1)!.sequence
  }
}

/** What decides whether the owner of a subscription of user level may read what the event is about. */
async function listenersOf(
  { store }: MissedDeps,
  subscription: Subscription,
  { tenantId, topLevelResourceId }: StoredEvent,
): Promise<Listeners> {
  const subscriptions = [subscription]
  if (subscription.level === 'tenant') return { subscriptions }
  const app = await store.app(tenantId, topLevelResourceId as never)
  const user = await store.user(tenantId, subscription.ownerId)
  if (app === undefined || user === undefined) return { subscriptions }
  const space = app.spaceId === undefined ? undefined : await store.space(tenantId, app.spaceId)
  const assignments = await store.assignmentsOf(user)
  const readers = { users: [user], assignments, ...defined({ space }) }
  return { subscriptions, app, readers }
}
