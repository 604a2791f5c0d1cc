/**
 * Telling, after a commit, which loops it may concern: gathered while verbs run, told once after all commits
 * of a turn, never inside a transaction. A needless telling is harmless, a missing one is not.
 */
import type { CommitNotice } from '../port/store.ts'

export class Notices {
  readonly #listeners = new Set<(changed: CommitNotice) => void>()
  /** Of the verb that runs; kept only when it saves. */
  #noted: CommitNotice = NOTHING
  /** Of the verbs that saved since the listeners were told last. */
  #saved: CommitNotice = NOTHING

  listen(listener: (changed: CommitNotice) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  note(changed: Partial<CommitNotice>): void {
    this.#noted = either(this.#noted, changed)
  }

  discard(): void {
    this.#noted = NOTHING
  }

  publish(): void {
    const noted = this.#noted
    this.#noted = NOTHING
    this.notifySoon(noted)
  }

  notifySoon(changed: Partial<CommitNotice>): void {
    const told = isSomething(this.#saved)
    this.#saved = either(this.#saved, changed)
    if (!told && isSomething(this.#saved)) void Promise.resolve().then(() => this.#flush())
  }

  #flush(): void {
    const changed = this.#saved
    this.#saved = NOTHING
    for (const listener of [...this.#listeners]) listener(changed)
  }
}

const NOTHING: CommitNotice = {
  queued: false,
  canceling: false,
  events: false,
  deliveries: false,
  tasks: false,
  ended: false,
  automations: false,
}

function isSomething(changed: CommitNotice): boolean {
  return Object.values(changed).includes(true)
}

function either(left: CommitNotice, right: Partial<CommitNotice>): CommitNotice {
  return {
    queued: left.queued || (right.queued ?? false),
    canceling: left.canceling || (right.canceling ?? false),
    events: left.events || (right.events ?? false),
    deliveries: left.deliveries || (right.deliveries ?? false),
    tasks: left.tasks || (right.tasks ?? false),
    ended: left.ended || (right.ended ?? false),
    automations: left.automations || (right.automations ?? false),
  }
}
