/**
 * Planted bugs: each breaks one promise from outside the product's code, and the simulator must find it. A canary that
 * survives means that the net has a hole.
 */
import type { Limits } from '../../src/core/limits.ts'
import { NO_ROOM, type Saving, type Store, type Transition } from '../../src/store/store.ts'
import type { World } from './world.ts'

export interface Canary {
  readonly name: string
  readonly plants: string
  readonly limits?: Partial<Limits>
  readonly store?: (store: Store, world: World) => Store
}

export const CANARIES: readonly Canary[] = [
  {
    name: 'no-fence',
    plants: 'the store does not compare lease tokens: a stalled worker settles over another attempt',
    store: (store) =>
      overriding(store, {
        transition: (batch) => store.transition(batch.map(({ reloadId, step }) => ({ reloadId, step }))),
      }),
  },
  {
    name: 'event-apart',
    plants: 'events and deliveries are saved in a second transaction after the outcome',
    store: (store, world) => overriding(store, { transition: (batch) => apart(store, world, batch) }),
  },
  {
    name: 'lease-trusted-too-long',
    plants: 'a worker trusts its lease longer than the store honours it',
    limits: { leaseTrustMs: 60_000 },
  },
  {
    name: 'lost-delivery',
    plants: 'one of several deliveries of an event is not saved',
    store: (store) =>
      overriding(store, {
        transition: (batch) =>
          store.transition(
            batch.map((one) =>
              changed(one, (saving) => ({ ...saving, deliveries: saving.deliveries?.slice(1) ?? [] })),
            ),
          ),
      }),
  },
  {
    name: 'starved-tenant',
    plants: 'one tenant is passed over while others have work',
    store: (store, world) =>
      overriding(store, {
        claim: (request) =>
          store.claim({
            ...request,
            step: (view) =>
              world.faults && view.tenant.id.endsWith('1') ? { refused: 'passed over' } : request.step(view),
          }),
      }),
  },
  {
    name: 'favoured-tenant',
    plants: 'of tenants that are equal it is always the same one that is served',
    store: (store) =>
      overriding(store, {
        claim: (request) => {
          let served = false
          return store.claim({
            ...request,
            step: (view) => {
              if (served && view.tenant.id.endsWith('1')) return { refused: NO_ROOM }
              served ||= view.tenant.id.endsWith('0')
              return request.step(view)
            },
          })
        },
      }),
  },
  {
    name: 'age-before-weight',
    plants: 'the oldest reload of a tenant is taken, not the heaviest',
    store: (store) => overriding(store, { claim: (request) => store.claim({ ...request, ageingMs: 1 }) }),
  },
  {
    name: 'blind-discard',
    plants: 'after a lost answer the worker does not see that the app points at its data, and deletes it',
    store: (store) => overriding(store, { app: async () => undefined }),
  },
]

function overriding(store: Store, verbs: Partial<Store>): Store {
  return new Proxy(store, {
    get(target, name) {
      const planted = Reflect.get(verbs, name)
      if (planted !== undefined) return planted
      const member = Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

function changed<R>(one: Transition<R>, change: (saving: Saving) => Saving): Transition<R> {
  return {
    ...one,
    step: (view) => {
      const result = one.step(view)
      const saves = typeof result === 'object' && result !== null && 'reload' in result
      return saves ? change(result) : result
    },
  }
}

async function apart<R>(store: Store, world: World, batch: readonly Transition<R>[]) {
  const later: Transition<never>[] = []
  const first = batch.map((one) =>
    changed(one, ({ events = [], deliveries = [], ...rest }) => {
      if (events.length > 0) {
        later.push({ reloadId: one.reloadId, step: ({ reload }) => ({ reload, events, deliveries }) })
      }
      return rest
    }),
  )
  const answers = await store.transition(first)
  if (later.length > 0) {
    world.after(20, () => {
      world.changed = true
      void store.transition(later)
      return true
    })
  }
  return answers
}
