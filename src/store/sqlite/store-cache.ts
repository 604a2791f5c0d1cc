/**
 * What steps are shown again and again, kept in memory as it is stored: active reloads with their open
 * attempts, their apps, how many reloads of an app were accepted today, and the keys that requests come with.
 * The lock on the data folder makes it safe: nobody else writes. Whoever writes such a row tells it here, in
 * the same transaction, and after a rollback everything is forgotten. It saves reading and parsing a row two
 * or three times in each reload's life, and at each request.
 *
 * Bounded: what was kept long ago goes, and is read again when it is asked for.
 */

import type { Attempt } from '../../core/attempt.ts'
import type { AppId, ReloadId } from '../../core/ids.ts'
import { isOutcome } from '../../core/outcome.ts'
import type { App } from '../../core/records.ts'
import type { Reload } from '../../core/reload.ts'
import type { KeyWithUser } from '../port/people.ts'
import { dayOf } from '../rule/accepting.ts'

/**
 * At least so many are kept, at most twice as many. Each with up to 64 KiB of progress text, though hardly
 * any has so much.
 */
const RELOADS = 1000
/** An app's record tells all its tables. */
const APPS = 250
const ACCEPTED = 1000
const CALLERS = 500

export interface CachedReload {
  readonly reload: Reload
  /** The open attempt, when there is one. */
  readonly attempt: Attempt | undefined
}

export class StoreCache {
  readonly #reloads = new Generations<ReloadId, CachedReload>(RELOADS)
  readonly #apps = new Generations<AppId, App>(APPS)
  readonly #accepted = new Generations<AppId, { readonly day: number; readonly count: number }>(ACCEPTED)
  /** By the hash of the key. */
  readonly #callers = new Generations<string, KeyWithUser>(CALLERS)

  reload(id: ReloadId): CachedReload | undefined {
    return this.#reloads.get(id)
  }

  /** An ended reload is not kept: no step changes it any more. */
  keepReload(kept: CachedReload): void {
    const { id, state } = kept.reload
    if (isOutcome(state)) this.#reloads.delete(id)
    else this.#reloads.set(id, kept)
  }

  app(id: AppId): App | undefined {
    return this.#apps.get(id)
  }

  keepApp(app: App): void {
    this.#apps.set(app.id, app)
  }

  /** A step saved this of the app's row. */
  changeApp(id: AppId, change: Partial<App>): void {
    const app = this.#apps.get(id)
    if (app !== undefined) this.#apps.set(id, { ...app, ...change })
  }

  /** To be called after every other change of the app's row. */
  forgetApp(id: AppId): void {
    this.#apps.delete(id)
  }

  /** How many reloads of the app were accepted on the day that begins then, if it was counted already. */
  acceptedSince(day: number, id: AppId): number | undefined {
    const accepted = this.#accepted.get(id)
    return accepted?.day === day ? accepted.count : undefined
  }

  keepAccepted(day: number, id: AppId, count: number): void {
    this.#accepted.set(id, { day, count })
  }

  /** One more was accepted; of another day nothing is known then. */
  countAccepted({ appId, createdAt }: Reload): void {
    const count = this.acceptedSince(dayOf(createdAt), appId)
    if (count === undefined) this.#accepted.delete(appId)
    else this.keepAccepted(dayOf(createdAt), appId, count + 1)
  }

  caller(tokenHash: string): KeyWithUser | undefined {
    return this.#callers.get(tokenHash)
  }

  keepCaller(tokenHash: string, caller: KeyWithUser): void {
    this.#callers.set(tokenHash, caller)
  }

  /** To be called after every change of a user or a key. */
  forgetCallers(): void {
    this.#callers.clear()
  }

  /** To be called after every rollback. */
  forget(): void {
    this.#reloads.clear()
    this.#apps.clear()
    this.#accepted.clear()
    this.#callers.clear()
  }
}

/**
 * A bounded map that drops by halves: what was not set again while a whole generation came goes with its
 * generation. To take out the oldest one by one costs a walk over the holes that the others left in the map.
 */
class Generations<Key, Value> {
  readonly #size: number
  #young = new Map<Key, Value>()
  #old = new Map<Key, Value>()

  constructor(size: number) {
    this.#size = size
  }

  get(key: Key): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key)
  }

  set(key: Key, value: Value): void {
    if (this.#young.size >= this.#size && !this.#young.has(key)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }

  delete(key: Key): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
  }
}
