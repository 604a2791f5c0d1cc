/** Time that passes only when a test says so, and a store that tells how many follow its commits. */
import type { World } from '../../src/core/ports.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'

const START = Date.UTC(2026, 10, 2, 4, 6, 0)

/** Waits that end when the test lets time pass. */
export class ManualTime {
  #now = 0
  #waits = new Set<{ readonly at: number; readonly end: () => void }>()

  world(base: World): World {
    return {
      ...base,
      clock: { now: () => START + this.#now, monotonic: () => this.#now },
      timers: {
        wait: (ms) => {
          let end = () => {}
          const done = new Promise<void>((resolve) => {
            const wait = { at: this.#now + ms, end: () => end() }
            this.#waits.add(wait)
            end = () => {
              this.#waits.delete(wait)
              resolve()
            }
          })
          return { done, end: () => end() }
        },
      },
    }
  }

  get waiting(): number {
    return this.#waits.size
  }

  advance(ms: number): void {
    this.#now += ms
    for (const wait of this.#waits) if (wait.at <= this.#now) wait.end()
  }
}

/** A memory store that tells how many follow its commits. */
export class WatchedStore extends MemoryStore {
  listeners = 0

  override onCommit(listener: Parameters<MemoryStore['onCommit']>[0]): () => void {
    const forget = super.onCommit(listener)
    this.listeners += 1
    return () => {
      this.listeners -= 1
      forget()
    }
  }
}

export async function eventually(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('it never came true')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
