/** Planted bugs of engine processes, of workers short of memory, and of limits that change. */

import { DAY } from '../../../src/core/units.ts'
import type { Change, TenantView } from '../../../src/store/port/change.ts'
import { type ClaimRequest, OVER_BUDGET } from '../../../src/store/port/queue.ts'
import type { ReloadView } from '../../../src/store/port/reloads.ts'
import type { ObservedStore } from '../observed-store.ts'
import { type Canary, overriding } from './canary.ts'

export const ENGINE_CANARIES: readonly Canary[] = [
  {
    name: 'silence-unnoticed',
    plants: 'an engine that gives no sign of life is waited for',
    foundBy: ['silence-noticed'],
    withinSeeds: 30,
    pool: (deps) => ({ ...deps, silenceMs: DAY }),
  },
  {
    name: 'ready-not-asked',
    plants: 'a ready engine process is given without an answer of its own',
    foundBy: ['engine-answers'],
    withinSeeds: 60,
    pool: (deps) => ({
      ...deps,
      start: (heard) => Object.assign(deps.start(heard), { ping: async () => {} }),
    }),
  },
  {
    name: 'one-process-more',
    plants: 'one engine process more than it may is kept ready',
    foundBy: ['process-ceiling'],
    withinSeeds: 10,
    pool: (deps) => ({ ...deps, warm: deps.warm + 1 }),
  },
  {
    name: 'memory-counted-twice',
    plants: 'a worker takes engines of twice the memory that it has',
    foundBy: ['engine-memory'],
    withinSeeds: 10,
    worker: (deps) => ({ ...deps, memoryBytes: 2 * deps.memoryBytes }),
  },
  {
    name: 'refusal-forgotten',
    plants: 'every other claim does not look at a reload that needs much memory: it never waits for a minute',
    foundBy: ['memory-kept'],
    withinSeeds: 100,
    worker: (deps) => {
      let claims = 0
      return {
        ...deps,
        store: overriding(deps.store, {
          claim: (request: ClaimRequest) => {
            claims += 1
            const blind = claims % 2 === 0
            return deps.store.claim({
              ...request,
              step: (view: ReloadView) =>
                blind && view.reload.sizeIndex > 0 ? { refused: OVER_BUDGET } : request.step(view),
            })
          },
        }),
      }
    },
  },
  {
    name: 'old-limits',
    plants: 'a changed limit of a tenant holds from the next start of the store',
    foundBy: ['tenant-limit', 'due-claimed'],
    withinSeeds: 30,
    store: (store) =>
      overriding(store, { change: (batch) => store.change(batch.map((one) => behindTurns(store, one))) }),
  },
  {
    name: 'own-limits-passed-over',
    plants: 'a run is limited by the time of all tenants, not by that of its own',
    foundBy: ['run-time-kept'],
    withinSeeds: 10,
    store: (store) =>
      overriding(store, {
        claim: async (request) =>
          (await store.claim(request)).map(({ tenant: { limits: _own, ...tenant }, ...rest }) => ({
            ...rest,
            tenant,
          })),
      }),
  },
]

/** Saves the tenant apart, behind the back of those who count. */
function behindTurns<Answer>(store: ObservedStore, change: Change<Answer>): Change<Answer> {
  if (change.kind !== 'tenant') return change
  return {
    ...change,
    step: (view: TenantView) => {
      const decided = change.step(view)
      const { tenants = [], ...put } = decided.put ?? {}
      if (view.tenant === undefined || tenants.length === 0) return decided
      for (const row of tenants) store.contents.tenants.put(row.id, row)
      return { ...decided, put }
    },
  }
}
