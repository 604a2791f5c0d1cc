/** Planted bugs of events and deliveries. */
import { newTimeUuid } from '../../../src/core/ids.ts'
import { FINISHED_EVENT_TYPE } from '../../../src/event/event-types.ts'
import type { Subscription } from '../../../src/event/subscription.ts'
import { later } from './apart.ts'
import { type Canary, overriding, saving, seeing } from './canary.ts'

export const EVENT_CANARIES: readonly Canary[] = [
  {
    name: 'event-apart',
    plants: 'events and deliveries are saved in a second transaction after the outcome',
    foundBy: ['one-finished-event'],
    withinSeeds: 3,
    store: (store, world) =>
      later(store, world, ({ events = [], deliveries = [], ...rest }) =>
        events.length === 0
          ? { now: rest }
          : { now: rest, after: ({ reload }) => ({ reload, events, deliveries }) },
      ),
  },
  {
    name: 'event-twice',
    plants: 'a settling whose answer is late is told again, with an event of another id',
    foundBy: ['one-finished-event'],
    withinSeeds: 10,
    store: (store, world) =>
      saving(store, (saved) => {
        const event = saved.events?.find(({ type }) => type === FINISHED_EVENT_TYPE)
        if (event !== undefined && world.chance(0.1)) {
          const id = newTimeUuid<'event'>({ uniform: world.uniform, bytes: bytesOf(world) }, event.time)
          const again = { ...event, id, sequence: 0, body: { ...event.body, id } }
          // Past the assertions of the store.
          world.after(20, () => {
            store.contents.events.put(id, again)
            return true
          })
        }
        return saved
      }),
  },
  {
    name: 'lost-delivery',
    plants: 'one of several deliveries of an event is not saved',
    foundBy: ['delivery-per-match'],
    withinSeeds: 5,
    store: (store) => saving(store, (saved) => ({ ...saved, deliveries: saved.deliveries?.slice(1) ?? [] })),
  },
  {
    name: 'old-subscriptions',
    plants: 'the fan-out works with the subscriptions of up to a minute ago',
    foundBy: ['delivery-per-match'],
    withinSeeds: 5,
    store: (store, world) => {
      const known = new Map<string, { readonly at: number; readonly rows: readonly Subscription[] }>()
      return seeing(store, (view) => {
        const seen = known.get(view.tenant.id)
        const { now } = world.scheduler
        if (seen !== undefined && now - seen.at < 60_000) return { ...view, subscriptions: seen.rows }
        known.set(view.tenant.id, { at: now, rows: view.subscriptions })
        return view
      })
    },
  },
  {
    name: 'marked-before-sent',
    plants: 'a delivery is marked before it is sent, and one send in ten is forgotten',
    foundBy: ['delivered-arrived'],
    withinSeeds: 5,
    sender: (deps, world) => ({
      ...deps,
      channel: {
        send: async (...given) => (world.chance(0.1) ? { ok: true } : deps.channel.send(...given)),
      },
    }),
  },
  {
    name: 'id-remade',
    plants: 'every send gives the event a new id',
    foundBy: ['sent-as-saved'],
    withinSeeds: 5,
    sender: (deps) => ({
      ...deps,
      channel: {
        send: (events, ...rest) =>
          deps.channel.send(
            events.map((event) => ({ ...event, id: newTimeUuid<'event'>(deps.random, deps.clock.now()) })),
            ...rest,
          ),
      },
    }),
  },
  {
    name: 'gives-up-early',
    plants: 'a delivery whose first send failed counts as exhausted',
    foundBy: ['reachable-delivered'],
    withinSeeds: 5,
    store: (store) =>
      overriding(store, {
        recordSends: (batch) =>
          store.recordSends(
            batch.map((one) =>
              one.send?.status === 'fail' && one.delivery.state === 'pending'
                ? { ...one, delivery: { ...one.delivery, state: 'exhausted' as const } }
                : one,
            ),
          ),
      }),
  },
  {
    name: 'sender-asleep',
    plants: 'after the faults nobody looks for due deliveries',
    foundBy: ['due-sent', 'due-probed'],
    withinSeeds: 5,
    store: (store, world) =>
      overriding(store, {
        claimDeliveries: async (request) => (world.faults ? store.claimDeliveries(request) : []),
      }),
  },
  {
    name: 'never-pulled-back',
    plants: 'what a clock that was ahead has stamped stays due as it was stamped',
    foundBy: ['back-off-kept', 'due-in-time', 'all-ends'],
    withinSeeds: 60,
    store: (store) =>
      overriding(store, { pullBack: async () => ({ reloads: 0, deliveries: 0, taskRuns: 0 }) }),
  },
  {
    name: 'clock-believed',
    plants: 'a clock that is far ahead is believed without the word of an operator',
    foundBy: ['history-kept'],
    withinSeeds: 130,
    history: (deps) => ({ ...deps, clockIsRight: { how: '', taken: async () => true } }),
  },
]

function bytesOf(world: { readonly uniform: () => number }): (count: number) => Uint8Array {
  return (count) => Uint8Array.from({ length: count }, () => Math.floor(world.uniform() * 256))
}
