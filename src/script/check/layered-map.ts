/**
 * A map that can be forked at every branch of a script for the price of what the branch changes, and joined
 * again. A map that was forgotten is open: whatever it does not hold may be there, or not.
 */
export class LayeredMap<Entry> {
  readonly #below: LayeredMap<Entry> | undefined
  readonly #own = new Map<string, Entry>()
  /** Nothing below this layer counts any more. */
  #open: boolean

  constructor(open = false, below?: LayeredMap<Entry>) {
    this.#open = open
    this.#below = below
  }

  get isOpen(): boolean {
    for (const layer of this.#layers()) if (layer.#open) return true
    return false
  }

  get(name: string): Entry | undefined {
    for (const layer of this.#layers()) {
      if (layer.#own.has(name)) return layer.#own.get(name)
    }
    return undefined
  }

  set(name: string, entry: Entry): void {
    this.#own.set(name, entry)
  }

  forget(): void {
    this.#own.clear()
    this.#open = true
  }

  names(): string[] {
    return [...new Set([...this.#layers()].flatMap((layer) => [...layer.#own.keys()]))]
  }

  /** What is set in the fork is not seen here until both are joined. */
  fork(): LayeredMap<Entry> {
    return new LayeredMap(false, this)
  }

  /** What was changed in the forks above `base`. */
  since(base: LayeredMap<Entry>): LayeredMap<Entry> {
    const changes = new LayeredMap<Entry>()
    for (const layer of this.#layers()) {
      if (layer === base) break
      for (const [name, entry] of layer.#own) if (!changes.#own.has(name)) changes.#own.set(name, entry)
      changes.#open ||= layer.#open
      if (layer.#open) break
    }
    return changes
  }

  /**
   * Takes over what one of the alternatives did, it is not known which.
   * @param together of entries that differ; undefined: one has none
   */
  join(
    alternatives: readonly LayeredMap<Entry>[],
    together: (left: Entry, right: Entry | undefined) => Entry,
  ) {
    const entries = new Map<string, Entry>()
    for (const name of new Set(alternatives.flatMap((each) => [...each.#own.keys()]))) {
      const [first, ...others] = alternatives.map((each) =>
        each.#own.has(name) ? each.#own.get(name) : each.#open ? undefined : this.get(name),
      )
      let entry = first
      for (const other of others) {
        if (entry === undefined) entry = other && together(other, undefined)
        else if (entry !== other) entry = together(entry, other)
      }
      if (entry !== undefined) entries.set(name, entry)
    }
    if (alternatives.some((each) => each.#open)) this.forget()
    for (const [name, entry] of entries) this.#own.set(name, entry)
  }

  /** From the top to the first that is open. */
  *#layers(): Generator<LayeredMap<Entry>, void, undefined> {
    for (let layer: LayeredMap<Entry> | undefined = this; layer !== undefined; layer = layer.#below) {
      yield layer
      if (layer.#open) return
    }
  }
}
