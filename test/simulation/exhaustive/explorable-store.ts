/** The memory store with contents that can be kept and put back: to go on from one state in many ways. */
import { MemoryStore } from '../../../src/store/memory/memory-store.ts'
import type { Table } from '../../../src/store/memory/table.ts'

/** Those that change while a reload runs; all others are as they were furnished. */
const MOVING = ['reloads', 'attempts', 'apps', 'events', 'deliveries', 'publications', 'counters'] as const
type Moving = (typeof MOVING)[number]

/** Rows by id, by table. Rows are never changed, so that states share them. */
export type Kept = { readonly [Name in Moving]: ReadonlyMap<string, Row<Name>> }
type Row<Name extends Moving> = MemoryStore['tables'][Name] extends Table<infer Of> ? Of : never

const COUNTERS = ['sequence', 'forgotten', 'letInAt']

export class ExplorableStore extends MemoryStore {
  #kept: Kept | undefined

  get contents(): MemoryStore['tables'] {
    return this.tables
  }

  /** What is as it was kept last is shared with it. */
  keep(): Kept {
    const { reloads, attempts, apps, events, deliveries, publications, counters } = this.tables
    const before = this.#kept
    const values = new Map(COUNTERS.flatMap((name) => entryOf(name, counters.get(name))))
    this.#kept = {
      reloads: shared(
        before?.reloads,
        kept(reloads, ({ id }) => id),
      ),
      attempts: shared(
        before?.attempts,
        kept(attempts, ({ reloadId, number }) => `${reloadId}/${number}`),
      ),
      apps: shared(
        before?.apps,
        kept(apps, ({ id }) => id),
      ),
      events: shared(
        before?.events,
        kept(events, ({ id }) => id),
      ),
      deliveries: shared(
        before?.deliveries,
        kept(deliveries, ({ id }) => id),
      ),
      publications: shared(
        before?.publications,
        kept(publications, ({ id }) => id),
      ),
      counters: shared(before?.counters, values),
    }
    return this.#kept
  }

  /** What is counted in memory is counted anew, as after a rollback. */
  putBack(wanted: Kept): void {
    const now = this.#kept ?? this.keep()
    if (now === wanted) return
    for (const name of MOVING) replace(this.tables[name] as Table<unknown>, now[name], wanted[name])
    this.#kept = wanted
    this.turns.forget()
  }
}

function kept<Row>(table: Table<Row>, keyOf: (row: Row) => string): ReadonlyMap<string, Row> {
  return new Map(table.rows().map((row) => [keyOf(row), row]))
}

function entryOf(name: string, value: number | undefined): [string, number][] {
  return value === undefined ? [] : [[name, value]]
}

type Rows<Row> = ReadonlyMap<string, Row>

function shared<Row>(before: Rows<Row> | undefined, now: Rows<Row>): Rows<Row> {
  if (before?.size !== now.size) return now
  for (const [id, row] of now) if (before.get(id) !== row) return now
  return before
}

/** Also what a verb took back stands where it stood. */
function replace(table: Table<unknown>, before: Rows<unknown>, after: Rows<unknown>): void {
  if (before === after) return
  for (const id of before.keys()) if (!after.has(id)) table.remove(id)
  for (const [id, row] of after) if (table.get(id) !== row) table.put(id, row)
}
