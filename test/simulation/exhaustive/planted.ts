/** Bugs that the exhaustive exploration must find, each planted from outside. */
import { settleStep } from '../../../src/outcome/settle.ts'
import { put } from '../../support/catalog.ts'
import { START_MS } from '../../support/records.ts'
import { overriding, saving, seeing } from '../canary/canary.ts'
import type { Bounds, Planted } from './scene.ts'

export interface PlantedBug extends Planted {
  readonly name: string
  /** The rule that is broken. */
  readonly breaks: RegExp
  /** What has to go wrong for it to show; one kill when absent. */
  readonly bounds?: Bounds
}

export const PLANTED: readonly PlantedBug[] = [
  {
    name: 'the store does not compare lease tokens',
    breaks: /^3 an attempt ends with its own data/,
    store: (store) =>
      overriding(store, {
        transition: (batch) => store.transition(batch.map(({ fence: _ignored, ...rest }) => rest)),
      }),
  },
  {
    name: 'a lease is trusted for longer than the store honours it',
    breaks: /^3 a worker that trusts its lease has it/,
    trustMs: 20_000,
  },
  {
    name: 'a sweep declares attempts lost before their leases run out',
    breaks: /^3 a worker that trusts its lease has it/,
    store: (store) =>
      overriding(store, { expiredLeases: (now, max) => store.expiredLeases(now + 10_000, max) }),
    sweep: (rules, reloadId, fence) => ({
      reloadId,
      fence,
      step: settleStep(rules, { kind: 'end-attempt', end: { kind: 'lost' } }),
    }),
  },
  {
    name: 'a lease that ran out is not found',
    breaks: /^7 the end can be reached/,
    store: (store) => overriding(store, { expiredLeases: async () => [] }),
  },
  {
    name: 'the app points at new data when its file is whole, before the attempt is settled',
    breaks: /^2 the app points at new data exactly when the reload succeeded/,
    async engineCompleted(store, version) {
      const [app] = store.contents.apps.rows()
      const data = { version, engineTime: START_MS, fileBytes: 1, tables: [] }
      await put(store, { apps: [{ ...app!, data }] })
    },
  },
  {
    name: 'what an attempt stores lies in its place before the attempt is settled',
    breaks: /^11 a file is stored once, and with the success/,
    storesAtOnce: true,
  },
  {
    name: 'a worker whose answer was lost deletes its data without looking at the app',
    breaks: /^9 the data of the app is there and whole/,
    bounds: { kills: 0, lostAnswers: 1, cancels: 0 },
    store: (store) => overriding(store, { app: async () => undefined }),
  },
  {
    name: 'the outcome is saved without its event',
    breaks: /^2 the finished event is there exactly when the outcome is/,
    store: (store) => saving(store, ({ events: _none, deliveries: _neither, ...rest }) => rest),
  },
  {
    name: 'a reload that completes while it is being canceled succeeds',
    bounds: { kills: 0, lostAnswers: 0, cancels: 1 },
    breaks: /^1 what was canceled ends CANCELED/,
    store: (store) =>
      seeing(store, (view) =>
        view.reload.state === 'CANCELING'
          ? { ...view, reload: { ...view.reload, state: 'RELOADING' } }
          : view,
      ),
  },
]
