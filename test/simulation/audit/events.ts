/** Audits of events, deliveries and what arrives: invariants 2, 5 and 6. */
import type { SubscriptionId } from '../../../src/core/ids.ts'
import type { Reload } from '../../../src/core/reload.ts'
import type { Delivery } from '../../../src/event/delivery.ts'
import type { StoredEvent } from '../../../src/event/stored-event.ts'
import type { World } from '../world.ts'
import { type Change, type Changes, type Copy, FINISHED, hasEnded } from './copy.ts'

export class EventAudit {
  readonly #world: World
  readonly #copy: Copy
  /** Ids of the events that the broker has. */
  readonly #stored = new Set<string>()

  constructor(world: World, copy: Copy) {
    this.#world = world
    this.#copy = copy
  }

  look({ reloads, events, deliveries }: Changes): void {
    for (const { before, after } of reloads) {
      if (after !== undefined && hasEnded(after) && !hasEnded(before)) this.#outcomeIsTold(after)
    }
    for (const change of events) this.#eventChanged(change)
    for (const change of deliveries) this.#deliveryChanged(change)
  }

  /** In the step in which the outcome appears. */
  #outcomeIsTold({ id, state }: Reload): void {
    const events = this.#copy.finishedOf(id)
    if (events.length !== 1) {
      this.#world.violate(
        'one-finished-event',
        `reload ${id} is ${state} with ${events.length} finished events`,
      )
    }
  }

  #eventChanged({ id, before, after }: Change<StoredEvent>): void {
    if (after === undefined) return
    if (before !== undefined) {
      this.#world.violate('event-tells-truth', `event ${id} changed`)
      return
    }
    if (after.type === FINISHED) this.#finishedEventSaved(after)
    this.#isDelivered(after)
  }

  #finishedEventSaved({ body }: StoredEvent): void {
    const { data } = body
    const reload = this.#copy.reloads.get(String(data.id))
    if (this.#copy.finishedOf(String(data.id)).length > 1 || !hasEnded(reload)) {
      this.#world.violate(
        'one-finished-event',
        `reload ${data.id} is ${reload?.state}, another event tells its end`,
      )
    }
    if (reload?.state !== data.status) {
      this.#world.violate('event-tells-truth', `an event says ${data.status}, ${data.id} is ${reload?.state}`)
    }
    const started = String(data.startTime ?? data.creationTime)
    if (String(data.creationTime) > started || started > body.time) {
      this.#world.violate('event-tells-truth', `the times of the event of ${data.id} are out of order`)
    }
  }

  /** One delivery for each subscription that matched when the event was saved. */
  #isDelivered(event: StoredEvent): void {
    const wanted = [...this.#copy.subscriptions.values()]
      .filter((one) => one.tenantId === event.tenantId && one.enabled && one.eventTypes.includes(event.type))
      .filter(
        ({ filterText }) => filterText === undefined || filterText.includes(`"${event.body.data.status}"`),
      )
      .map((one) => one.id)
    const ids = this.#copy.deliveriesOf(event.id).map((row) => row.subscriptionId)
    if (ids.length === wanted.length && wanted.every((id) => ids.includes(id))) return
    this.#world.violate(
      'delivery-per-match',
      `event ${event.id} has deliveries for [${ids}], wanted by [${wanted}]`,
    )
  }

  #deliveryChanged({ id, before, after }: Change<Delivery>): void {
    if (after === undefined) {
      // It is forgotten with its event, when it has ended.
      if (before?.state === 'pending' || this.#copy.events.has(before?.eventId ?? '')) {
        this.#world.violate('delivery-per-match', `delivery ${id} disappeared`)
      }
      return
    }
    if (before === undefined) {
      const same = this.#copy.deliveriesOf(after.eventId)
      if (same.filter((row) => row.subscriptionId === after.subscriptionId).length > 1) {
        this.#world.violate(
          'delivery-per-match',
          `event ${after.eventId} has two deliveries for one subscription`,
        )
      }
    } else if (before.state !== 'pending' && after.state !== before.state) {
      this.#world.violate('delivered-arrived', `delivery ${id} changed after its end`)
    }
    if (after.state === 'delivered' && !this.#world.receivers.has(after.subscriptionId, after.eventId)) {
      this.#world.violate('delivered-arrived', `delivery ${id} counts as delivered, it never arrived`)
    }
  }

  /** A message counts as an arrival at the broker's subscription of its tenant. */
  lookAtBroker(): void {
    for (const { id, event, subject } of this.#world.broker.stored.splice(0)) {
      if (this.#stored.has(id))
        this.#world.violate('stored-once', `event ${id} is stored twice as ${subject}`)
      this.#stored.add(id)
      const to = this.#copy.deliveriesOf(id).find(({ subscriptionId }) => this.#isBroker(subscriptionId))
      const subscriptionId = to?.subscriptionId ?? ('no broker' as SubscriptionId)
      this.#world.receivers.arrive({ subscriptionId, event })
    }
  }

  #isBroker(id: SubscriptionId): boolean {
    return this.#copy.subscriptions.get(id)?.channel !== undefined
  }

  /** What arrived since the last step is what was saved, for those who wanted it. */
  lookAtArrivals(): void {
    for (const { subscriptionId, event } of this.#world.receivers.arrived.splice(0)) {
      const saved = this.#copy.events.get(event.id)
      const same = saved?.body === event || JSON.stringify(saved?.body) === JSON.stringify(event)
      const wanted = this.#copy.deliveriesOf(event.id).some((row) => row.subscriptionId === subscriptionId)
      if (same && wanted) continue
      const why =
        saved === undefined ? 'was never saved' : same ? 'was not for it' : 'was saved with another body'
      this.#world.violate('sent-as-saved', `event ${event.id} arrived at ${subscriptionId} and ${why}`)
    }
  }

  finish(): void {
    for (const row of this.#copy.deliveries.values()) {
      const wanted = this.#copy.subscriptions.get(row.subscriptionId)
      const reachable = wanted?.enabled && !this.#world.receivers.gone.has(row.subscriptionId)
      const gaveUpByRule = row.state === 'given-up' && this.#copy.wereOff.has(row.subscriptionId)
      if (!reachable || row.state === 'delivered' || gaveUpByRule) continue
      this.#world.violate(
        'reachable-delivered',
        `delivery ${row.id} ended ${row.state}, its target can be reached`,
      )
    }
  }
}
