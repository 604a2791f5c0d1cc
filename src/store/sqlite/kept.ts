/**
 * What steps are shown again and again, kept in memory as it is stored: active reloads with their open attempts, their apps,
 * and how many reloads of an app were accepted today. The lock on the data folder makes it safe: nobody else writes. Whoever writes such a row tells it here, and after a
 * rollback everything is forgotten. It saves reading and parsing a row two or three times in each reload's life.
 *
 * Bounded: what was kept first goes first, and is read again when it is asked for.
 */
import type { App } from '../../catalog/records.ts'
import type { Attempt } from '../../core/attempt.ts'
import type { AppId, ReloadId } from '../../core/ids.ts'
import { isOutcome } from '../../core/outcome.ts'
import type { Reload } from '../../core/reload.ts'

/** Each with up to 64 KiB of progress text, though hardly any has so much. */
const RELOADS_MAX = 2000
/** An app's record tells all its tables. */
const APPS_MAX = 500

export interface KeptReload {
  readonly reload: Reload
  /** The open attempt, when there is one. */
  readonly attempt: Attempt | undefined
}

export class Kept {
  readonly #reloads = new Map<ReloadId, KeptReload>()
  readonly #apps = new Map<AppId, App>()
  readonly #accepted = new Map<AppId, { readonly day: number; readonly count: number }>()

  reload(id: ReloadId): KeptReload | undefined {
    return this.#reloads.get(id)
  }

  /** An ended reload is not kept: no step changes it any more. */
  keepReload(kept: KeptReload): void {
    const { id, state } = kept.reload
    if (isOutcome(state)) this.#reloads.delete(id)
    else keep(this.#reloads, RELOADS_MAX, id, kept)
  }

  app(id: AppId): App | undefined {
    return this.#apps.get(id)
  }

  keepApp(app: App): void {
    keep(this.#apps, APPS_MAX, app.id, app)
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

  /** How many reloads of the app were accepted on the day, as far as it was counted already. */
  acceptedOn(day: number, id: AppId): number | undefined {
    const accepted = this.#accepted.get(id)
    return accepted?.day === day ? accepted.count : undefined
  }

  keepAccepted(day: number, id: AppId, count: number): void {
    keep(this.#accepted, APPS_MAX, id, { day, count })
  }

  /** A reload of the app was accepted that is not counted. */
  forgetAccepted(id: AppId): void {
    this.#accepted.delete(id)
  }

  /** To be called after every rollback. */
  forget(): void {
    this.#reloads.clear()
    this.#apps.clear()
    this.#accepted.clear()
  }
}

function keep<Key, Value>(kept: Map<Key, Value>, max: number, key: Key, value: Value): void {
  if (kept.size >= max && !kept.has(key)) {
    for (const first of kept.keys()) {
      kept.delete(first)
      break
    }
  }
  kept.set(key, value)
}
