/**
 * A planted bug: breaks one promise from outside the product's code, and the simulator must find it, by the
 * audit that is there for it. A canary that survives means that the net has a hole.
 */
import type { Limits } from '../../../src/core/limits.ts'
import type { DeliverDeps } from '../../../src/delivery/deliver.ts'
import type { ProcessPoolDeps } from '../../../src/engine/process-pool.ts'
import type { HistoryDeps } from '../../../src/history/forget.ts'
import type { ReloadView, Saving, Transition } from '../../../src/store/port/reloads.ts'
import type { Store } from '../../../src/store/port/store.ts'
import type { WorkerDeps } from '../../../src/worker/worker.ts'
import type { AuditName } from '../audit/audits.ts'
import type { Publish } from '../broker-channel.ts'
import type { SimProcess } from '../engine-process.ts'
import type { Commit } from '../group-commit.ts'
import type { ObservedStore } from '../observed-store.ts'
import type { World } from '../world.ts'

export interface Canary {
  readonly name: string
  readonly plants: string
  /** Who must find it; the first that sees one bug may be any of several. */
  readonly foundBy: readonly AuditName[]
  /** Found within so many seeds, from 1 on: about three times what was measured. */
  readonly withinSeeds: number
  readonly limits?: Partial<Limits>
  readonly store?: (truth: ObservedStore, world: World) => Store
  /** What comes of a commit that the disk refuses. */
  readonly commit?: Commit
  readonly worker?: (deps: WorkerDeps, world: World) => WorkerDeps
  /** Of the engine processes of a machine. */
  readonly pool?: (deps: ProcessPoolDeps<SimProcess>) => ProcessPoolDeps<SimProcess>
  readonly history?: (deps: HistoryDeps) => HistoryDeps
  /** How a machine publishes to the broker. */
  readonly publish?: (publish: Publish, world: World) => Publish
  readonly sender?: (deps: DeliverDeps, world: World) => DeliverDeps
}

/** The store with some verbs of one's own. */
export function overriding(store: Store, verbs: Partial<Store>): Store {
  return new Proxy(store, {
    get(target, name) {
      const planted = Reflect.get(verbs, name)
      if (planted !== undefined) return planted
      const member = Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

/** Each step sees another view than the true one. */
export function seeing(store: Store, change: (view: ReloadView) => ReloadView): Store {
  return overriding(store, {
    transition: (batch) =>
      store.transition(batch.map((one) => ({ ...one, step: (view) => one.step(change(view)) }))),
  })
}

/** Each step saves something else than it decided. */
export function saving(store: Store, change: (saving: Saving, view: ReloadView) => Saving): Store {
  return overriding(store, {
    transition: (batch) => store.transition(batch.map((one) => changed(one, change))),
  })
}

export function changed<R>(
  one: Transition<R>,
  change: (saving: Saving, view: ReloadView) => Saving,
): Transition<R> {
  return {
    ...one,
    step: (view) => {
      const result = one.step(view)
      const saves = typeof result === 'object' && result !== null && 'reload' in result
      return saves ? change(result, view) : result
    },
  }
}
