/** Planted bugs of accepting, claiming and canceling. */
import { OVER_BUDGET } from '../../../src/store/port/queue.ts'
import { type Canary, overriding, saving, seeing } from './canary.ts'

export const QUEUE_CANARIES: readonly Canary[] = [
  {
    name: 'accepted-too-early',
    plants: 'a reload is answered as accepted, and one in ten is never saved',
    foundBy: ['acceptance-kept'],
    withinSeeds: 3,
    store: (store, world) =>
      overriding(store, {
        accept: async (batch) => {
          const [one] = batch
          if (one !== undefined && world.chance(0.1)) return [{ kind: 'accepted', reload: one.reload }]
          return store.accept(batch)
        },
      }),
  },
  {
    name: 'key-ignored',
    plants: 'the idempotency key of a repeated request is ignored',
    foundBy: ['one-request-one-reload'],
    withinSeeds: 110,
    store: (store) =>
      overriding(store, {
        accept: (batch) => store.accept(batch.map(({ idempotencyKey: _ignored, ...rest }) => rest)),
      }),
  },
  {
    name: 'cancel-loses',
    plants: 'a reload that completes while it is being canceled succeeds',
    foundBy: ['state-moves', 'cancel-holds'],
    withinSeeds: 5,
    store: (store) =>
      seeing(store, (view) =>
        view.reload.state === 'CANCELING'
          ? { ...view, reload: { ...view.reload, state: 'RELOADING' } }
          : view,
      ),
  },
  {
    name: 'cancel-not-told',
    plants: 'the worker is not told that somebody canceled',
    foundBy: ['cancel-reached'],
    withinSeeds: 40,
    store: (store) =>
      overriding(store, {
        renewLeases: async (batch) =>
          (await store.renewLeases(batch)).map((answer) => (answer === 'canceling' ? 'held' : answer)),
      }),
  },
  {
    name: 'limit-off-by-one',
    plants: 'one reload more than its limit is claimed of a tenant',
    foundBy: ['tenant-limit'],
    withinSeeds: 5,
    store: (store) =>
      overriding(store, {
        claim: (request) =>
          store.claim({ ...request, concurrentReloadsPerTenant: request.concurrentReloadsPerTenant + 1 }),
      }),
  },
  {
    name: 'slots-off-by-one',
    plants: 'a worker takes one reload more than it has slots',
    foundBy: ['worker-slots'],
    withinSeeds: 10,
    worker: (deps) => ({ ...deps, slots: deps.slots + 1 }),
  },
  {
    name: 'first-passed-over',
    plants: 'a claim passes over the reload whose turn it is',
    foundBy: ['heavier-first', 'first-slot', 'due-claimed'],
    withinSeeds: 5,
    store: (store) =>
      overriding(store, {
        claim: (request) => {
          let shown = 0
          return store.claim({
            ...request,
            step: (view) => {
              shown += 1
              return shown === 1 ? { refused: 'the first is passed over' } : request.step(view)
            },
          })
        },
      }),
  },
  {
    name: 'starved-tenant',
    plants: 'one tenant is passed over while others have work',
    foundBy: ['first-slot'],
    withinSeeds: 10,
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
    foundBy: ['first-slot'],
    withinSeeds: 90,
    store: (store) =>
      overriding(store, {
        claim: (request) => {
          let served = false
          return store.claim({
            ...request,
            step: (view) => {
              if (served && view.tenant.id.endsWith('1')) return { refused: OVER_BUDGET }
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
    foundBy: ['heavier-first'],
    withinSeeds: 30,
    store: (store) => overriding(store, { claim: (request) => store.claim({ ...request, ageingMs: 1 }) }),
  },
  {
    name: 'back-off-ignored',
    plants: 'a reload is due again at once after a fault',
    foundBy: ['back-off-kept'],
    withinSeeds: 5,
    store: (store) =>
      saving(store, (saved) =>
        saved.reload.state === 'QUEUED'
          ? { ...saved, reload: { ...saved.reload, notBefore: saved.reload.queuedAt } }
          : saved,
      ),
  },
  {
    name: 'counter-forgotten',
    plants: 'a requeue forgets the faults before it: the wait is always the shortest',
    foundBy: ['back-off-kept'],
    withinSeeds: 10,
    store: (store) =>
      saving(store, (saved) =>
        saved.reload.state === 'QUEUED' ? { ...saved, reload: { ...saved.reload, faultRequeues: 0 } } : saved,
      ),
  },
  {
    name: 'budget-off-by-one',
    plants: 'a worker gives a reload one try more than the budget of retries allows',
    foundBy: ['tries-bounded'],
    withinSeeds: 55,
    worker: (deps) => ({
      ...deps,
      limits: { ...deps.limits, errorRequeuesMax: deps.limits.errorRequeuesMax + 1 },
    }),
  },
  {
    name: 'claim-stops',
    plants: 'after the faults a claim finds nothing any more',
    foundBy: ['due-claimed'],
    withinSeeds: 5,
    store: (store, world) =>
      overriding(store, {
        claim: async (request) => (world.faults ? store.claim(request) : []),
      }),
  },
]
