/**
 * Virtual time: a heap of (time, sequence). Nothing in a simulation moves but through here, so one seed gives
 * one history.
 *
 * A step is one event that did something: it pops the earliest entry, moves the clock, lets it act, and waits
 * until every promise that follows has settled. A timer that was ended early, a message to a machine that is
 * dead, and a message that a stalled machine only puts off are no steps. Most steps are the small work of a
 * service that waits (a loop looks, the store answers that there is nothing); reports tell beside them how
 * many commits changed the store.
 */
interface Entry {
  readonly time: number
  readonly sequence: number
  /** Answers false when there was nothing to do any more. */
  readonly act: () => boolean
}

export class Scheduler {
  now: number
  steps = 0
  /** Of the times and order of all steps so far: equal for equal histories. 32 bits. */
  fingerprint = 0
  readonly #heap: Entry[] = []
  #sequence = 0

  constructor(startMs: number) {
    this.now = startMs
  }

  /** Lets `act` happen at the time; in the order of the calls where times are equal. */
  at(time: number, act: () => boolean): void {
    this.#sequence += 1
    this.#push({ time: Math.max(time, this.now), sequence: this.#sequence, act })
  }

  /** @returns false when nothing is left to happen */
  async step(): Promise<boolean> {
    for (;;) {
      const entry = this.#pop()
      if (entry === undefined) return false
      this.now = entry.time
      if (!entry.act()) continue
      this.steps += 1
      this.fingerprint = Math.imul(this.fingerprint ^ entry.time, 16777619) ^ entry.sequence
      await settled()
      return true
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let at = heap.push(entry) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (before(heap[parent]!, entry)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = entry
  }

  #pop(): Entry | undefined {
    const heap = this.#heap
    const top = heap[0]
    const last = heap.pop()
    if (top === undefined || last === undefined || heap.length === 0) return top
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1
      if (before(last, heap[child]!)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return top
  }
}

function before(left: Entry, right: Entry): boolean {
  return left.time < right.time || (left.time === right.time && left.sequence < right.sequence)
}

/** All microtasks run before an immediate does. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
