/** A moment of the exploration that an action changes: the store as it is then, a draft of the next state. */
import type { DataVersion, LeaseToken, ReloadId, ScriptVersionId, WorkerId } from '../../../src/core/ids.ts'
import { DEFAULT_LIMITS } from '../../../src/core/limits.ts'
import type { Refusal, Reload } from '../../../src/core/reload.ts'
import { FINISHED_EVENT_TYPE } from '../../../src/event/event-types.ts'
import type { SettleRules } from '../../../src/outcome/settle.ts'
import type { Transition } from '../../../src/store/port/reloads.ts'
import type { Store } from '../../../src/store/port/store.ts'
import { declareLost } from '../../../src/worker/sweep.ts'
import { put, putScript } from '../../support/catalog.ts'
import {
  APP_ID,
  anApp,
  aReload,
  aSubscription,
  aTenant,
  START_MS,
  TENANT_ID,
  USER_ID,
} from '../../support/records.ts'
import type { ExplorableStore } from './explorable-store.ts'
import { msOf, type Running, type State, TICK_MS, type Worker } from './state.ts'

/** A bug planted from outside: the exploration must find it. */
export interface Planted {
  readonly store?: (store: ExplorableStore) => Store
  /** How long a lease is trusted. */
  readonly trustMs?: number
  readonly sweep?: (rules: SettleRules, reloadId: ReloadId, lease: LeaseToken) => Transition<Refusal>
  /** When an engine has written its file. */
  readonly engineCompleted?: (store: ExplorableStore, version: DataVersion) => Promise<void>
  /** What is stored lies in its place when its engine has ended. */
  readonly storesAtOnce?: true
}

export const DATA_BEFORE = 'v0' as DataVersion

export class Scene {
  readonly store: Store
  readonly trustTicks: number
  readonly rules: SettleRules
  readonly #store: ExplorableStore
  readonly #planted: Planted
  #state: State
  #drawn = 0

  constructor(store: ExplorableStore, first: State, planted: Planted) {
    this.#store = store
    this.#state = first
    this.#planted = planted
    this.store = planted.store?.(store) ?? store
    this.trustTicks = (planted.trustMs ?? DEFAULT_LIMITS.leaseTrustMs) / TICK_MS
    this.rules = {
      clock: { now: () => msOf(this.#state.now), monotonic: () => msOf(this.#state.now) },
      random: { uniform: () => 0.5, bytes: (count) => this.#bytes(count) },
      errorRequeuesMax: 1,
      taskFailuresMax: 5,
      largestSizeIndex: 0,
    }
  }

  get state(): State {
    return this.#state
  }

  get reload(): Reload {
    return this.#store.contents.reloads.rows()[0]!
  }

  begin(state: State): void {
    this.#state = state
    this.#store.putBack(state.kept)
  }

  /** The state that came of it. */
  end(): State {
    return { ...this.#state, kept: this.#store.keep() }
  }

  change(changed: Partial<State>): void {
    this.#state = { ...this.#state, ...changed }
  }

  worker(w: number, worker: Worker): void {
    this.change({ workers: this.#state.workers.with(w, worker) })
  }

  run(w: number, running: Running | undefined): void {
    const { running: _before, ...worker } = this.#state.workers[w]!
    this.worker(w, running === undefined ? worker : { ...worker, running })
  }

  loseAnswer(): void {
    this.change({ lostAnswers: this.#state.lostAnswers - 1 })
  }

  writeFile(version: DataVersion, content: 'torn' | 'whole'): void {
    this.change({ files: new Map([...this.#state.files, [version, content]]) })
  }

  removeFile(version: DataVersion): void {
    this.change({ files: new Map([...this.#state.files].filter(([name]) => name !== version)) })
  }

  async engineCompleted(version: DataVersion, read: number): Promise<void> {
    await this.#planted.engineCompleted?.(this.#store, version)
    if (this.#planted.storesAtOnce) this.change({ placed: read + 1 })
  }

  sweep(reloadId: ReloadId, lease: LeaseToken): Transition<Refusal> {
    return (this.#planted.sweep ?? declareLost)(this.rules, reloadId, lease)
  }

  workerId(w: number): WorkerId {
    return `worker ${w}` as WorkerId
  }

  /** Never the same twice. */
  #bytes(count: number): Uint8Array {
    this.#drawn += 1
    let rest = this.#drawn
    const bytes = Array.from({ length: count }, () => {
      const byte = rest % 256
      rest = Math.floor(rest / 256)
      return byte
    })
    // An id may begin with its time.
    return Uint8Array.from(bytes.reverse())
  }
}

export interface Bounds {
  readonly kills: number
  readonly lostAnswers: number
  readonly cancels: number
}

/** One reload of an app with data waits; a webhook wants its finished event; two workers look for work. */
export async function firstState(store: ExplorableStore, bounds: Bounds): Promise<State> {
  const data = { version: DATA_BEFORE, engineTime: START_MS, fileBytes: 1, tables: [] }
  const { currentScriptId: _later, ...app } = anApp({ data })
  await put(store, { tenants: [aTenant()] })
  await put(store, { apps: [app] })
  await put(store, { subscriptions: [aSubscription({ eventTypes: [FINISHED_EVENT_TYPE] })] })
  const id = '00000000-0000-4000-8000-00000000000a' as ScriptVersionId
  const version = { id, appId: APP_ID, tenantId: TENANT_ID, script: 'LET a = 1;', message: '' }
  await putScript(store, { ...version, modifierId: USER_ID, modifiedAt: START_MS })
  await store.accept([{ reload: aReload(), reloadsPerAppAndDay: 0 }])
  return {
    ...bounds,
    now: 0,
    kept: store.keep(),
    files: new Map([[DATA_BEFORE, 'whole']]),
    placed: 0,
    workers: [{ lives: true }, { lives: true }],
    canceled: false,
  }
}
