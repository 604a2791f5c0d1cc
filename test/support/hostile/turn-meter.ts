/**
 * Measures what each turn of this thread's event loop costs in processor time, which other threads and other
 * processes do not disturb. The system counts it in steps of some milliseconds.
 */

export interface Turn {
  readonly costMs: number
  /** What `doing` said when the turn began, and when it was over. */
  readonly doing: readonly [number, number]
}

export class TurnMeter {
  readonly #doing: () => number
  #stopped = false
  #longest: Turn[] = []

  /** @param doing number of what is going on, asked before and after each turn */
  constructor(doing: () => number) {
    this.#doing = doing
  }

  /** Looks every millisecond until `stop`: a long turn is all that happens between two looks. */
  start(): void {
    let began = { usage: process.threadCpuUsage(), doing: this.#doing() }
    const turn = () => {
      const { user, system } = process.threadCpuUsage(began.usage)
      const doing = this.#doing()
      this.#note({ costMs: (user + system) / 1000, doing: [began.doing, doing] })
      began = { usage: process.threadCpuUsage(), doing }
      if (!this.#stopped) setTimeout(turn, 1)
    }
    setTimeout(turn, 1)
  }

  stop(): void {
    this.#stopped = true
  }

  /** The most expensive turns, first the worst. */
  get longest(): readonly Turn[] {
    return this.#longest
  }

  #note(turn: Turn): void {
    const kept = 100
    if (this.#longest.length === kept && turn.costMs <= this.#longest[kept - 1]!.costMs) return
    this.#longest = [...this.#longest, turn].sort((a, b) => b.costMs - a.costMs).slice(0, kept)
  }
}
