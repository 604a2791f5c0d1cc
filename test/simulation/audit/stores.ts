/** Audits of what scripts store: invariant 11. */
import type { StoredInto } from '../engine.ts'
import type { World } from '../world.ts'
import { type Changes, type Copy, hasEnded } from './copy.ts'

export class StoresAudit {
  readonly #world: World
  readonly #copy: Copy
  /** What reloads that succeeded stored, by file, in the order of their outcomes. */
  readonly #committed = new Map<string, string[]>()
  /** Which of these each file holds. */
  readonly #held = new Map<string, number>()

  constructor(world: World, copy: Copy) {
    this.#world = world
    this.#copy = copy
  }

  look({ reloads }: Changes): void {
    for (const { id, before, after } of reloads) {
      if (after?.state !== 'SUCCEEDED' || hasEnded(before)) continue
      const attempt = this.#copy.attemptsOf(id).at(-1)
      const session = attempt && this.#world.engines.session(attempt.reloadId, attempt.number)
      for (const stored of session?.stores ?? []) this.#succeeded(id, stored)
    }
  }

  #succeeded(id: string, { key, content, isOwn }: StoredInto): void {
    const committed = this.#committed.get(key) ?? []
    const before = committed.at(-1)
    const whole = before === undefined ? id : `${before} ${id}`
    if (isOwn && content !== whole) {
      this.#world.violate('effect-once', `reload ${id} stored "${content}" into ${key} after "${before}"`)
    }
    this.#committed.set(key, [...committed, content])
  }

  /** Files that were written since the last step. */
  lookAtFiles(): void {
    const { touched, placed } = this.#world.files
    for (const key of touched) {
      const content = placed.get(key)!
      const held = this.#held.get(key) ?? -1
      const at = (this.#committed.get(key) ?? []).indexOf(content, Math.max(0, held))
      if (at >= held && at >= 0) this.#held.set(key, at)
      else this.#world.violate('stores-with-success', `${key} holds "${content}" out of turn`)
    }
    touched.clear()
  }

  /** Looked at once, when all is settled and every machine had time to publish. */
  finish(): void {
    for (const [key, contents] of this.#committed) {
      const found = this.#world.files.placed.get(key)
      if (found === contents.at(-1)) continue
      this.#world.violate('stores-kept', `${key} holds "${found}", not "${contents.at(-1)}"`)
    }
  }

  /** Nothing that succeeded waits for its place. */
  settled(): boolean {
    return [...this.#committed].every(
      ([key, contents]) => this.#world.files.placed.get(key) === contents.at(-1),
    )
  }
}
