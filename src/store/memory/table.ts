/**
 * A table of the memory store: a map whose writes can be taken back. Everything written since the journal was
 * begun is undone when it is rolled back, so that a verb saves all of its batch or nothing, as a database
 * transaction does.
 */
export class Journal {
  readonly #undo: (() => void)[] = []

  note(undo: () => void): void {
    this.#undo.push(undo)
  }

  /** Runs `work`; takes back every write of it when it throws. */
  atomically<T>(work: () => T): T {
    this.#undo.length = 0
    try {
      return work()
    } catch (error) {
      for (const undo of this.#undo.reverse()) undo()
      throw error
    }
  }
}

export class Table<Row> {
  readonly #rows = new Map<string, Row>()
  readonly #journal: Journal

  constructor(journal: Journal) {
    this.#journal = journal
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id)
  }

  /** Rows in the order in which their ids were first written. */
  rows(): Row[] {
    return [...this.#rows.values()]
  }

  where(test: (row: Row) => boolean): Row[] {
    return this.rows().filter(test)
  }

  find(test: (row: Row) => boolean): Row | undefined {
    for (const row of this.#rows.values()) if (test(row)) return row
    return undefined
  }

  put(id: string, row: Row): void {
    const before = this.#rows.get(id)
    this.#rows.set(id, row)
    this.#journal.note(() => {
      if (before === undefined) this.#rows.delete(id)
      else this.#rows.set(id, before)
    })
  }

  remove(id: string): boolean {
    const before = this.#rows.get(id)
    if (before === undefined) return false
    this.#rows.delete(id)
    // Puts the row back at the end: no verb depends on the place of a row that a failed verb had removed.
    this.#journal.note(() => this.#rows.set(id, before))
    return true
  }
}
