/**
 * A condition that is costly for each row is looked for in slices: some rows of the tenant in a turn of the
 * event loop, so that nobody waits long for the search of somebody else, however many rows there are. Rows
 * are walked by age, which never changes: one that is there all the while is seen once. A slice has as many
 * rows as the last ones let expect to be done in some milliseconds.
 */
import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Condition } from '../port/condition.ts'
import type { Listed, Page, PagePosition, Sort } from '../port/lists.ts'
import { nearPage, pageOf } from '../rule/page.ts'
import type { SqlCondition } from './condition.ts'
import type { Row } from './row.ts'

const LIST_TURN_MS = 5
const FIRST_ROWS = 10
const ROWS_MAX = 5000

/** From here on a condition is costly. A comparison that folds a text costs 1, some 0.5 µs for each row. */
const COSTLY = 4
const COST_OF_LIST = 4
const COST_OF_VALUE = 0.25

/** What is walked. */
export interface Slices {
  readonly db: DatabaseSync
  readonly table: string
  /** Its index by tenant, age and id. */
  readonly byAge: string
  readonly tenantId: string
  readonly condition: SqlCondition
}

export function isCostly(condition: Condition<string>): boolean {
  return costOf(condition) >= COSTLY
}

function costOf(condition: Condition<string>): number {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.reduce((sum, one) => sum + costOf(one), 0)
    case 'not':
      return costOf(condition.of)
    case 'has':
      return COST_OF_LIST
    case 'at-most':
      return COST_OF_VALUE
    case 'among':
    case 'contains':
    case 'begins':
      return condition.anyCase ? 1 : COST_OF_VALUE
    default:
      return 1
  }
}

/** @param expression an aggregate of some rows: those of all slices are added */
export async function sumOfSlices(slices: Slices, expression: string): Promise<number> {
  let sum = 0
  for await (const [row] of walked(slices, `${expression} AS answer`)) sum += row!.answer as number
  return sum
}

/** @param sortBy the expression of the field that is sorted by */
export async function pageOfSlices(
  slices: Slices,
  sortBy: string,
  { sort, page }: { readonly sort: Sort<string>; readonly page: Page },
): Promise<Listed<Row>> {
  const sortValue = (row: Row) => row.sort_value as PagePosition['value']
  let near: readonly IdRow[] = []
  for await (const rows of walked(slices, `*, ${sortBy} AS sort_value`)) {
    near = nearPage([...near, ...(rows as IdRow[])], sort, page, sortValue)
  }
  return pageOf(near, sort, page, sortValue)
}

/** Of many rows some in each turn. */
export async function inTurns<Item>(rows: readonly Row[], of: (row: Row) => Item): Promise<Item[]> {
  const items: Item[] = []
  let began = performance.now()
  for (const row of rows) {
    items.push(of(row))
    if (performance.now() - began < LIST_TURN_MS) continue
    await nextTurn()
    began = performance.now()
  }
  return items
}

type IdRow = Row & { readonly id: string }

async function* walked(
  { db, table, byAge, tenantId, condition }: Slices,
  columns: string,
): AsyncGenerator<readonly Row[]> {
  const last = db.prepare(`
    SELECT created_at, id FROM ${table} INDEXED BY ${byAge} WHERE tenant_id = ? AND (created_at, id) > (?, ?)
    ORDER BY created_at, id LIMIT 1 OFFSET ?`)
  const select = db.prepare(`
    SELECT ${columns} FROM ${table} INDEXED BY ${byAge}
    WHERE tenant_id = ? AND (created_at, id) > (?, ?) AND (created_at, id) <= (?, ?) AND ${condition.sql}`)
  let from: readonly [createdAt: number, id: string] = [Number.MIN_SAFE_INTEGER, '']
  for (let rows = FIRST_ROWS; ; ) {
    const began = performance.now()
    const end = last.get(tenantId, ...from, rows - 1)
    const to = end === undefined ? undefined : ([end.created_at as number, end.id as string] as const)
    yield select.all(tenantId, ...from, ...(to ?? [Number.MAX_SAFE_INTEGER, '']), ...condition.values)
    if (to === undefined) return
    from = to
    const change = LIST_TURN_MS / Math.max(performance.now() - began, LIST_TURN_MS / 2)
    rows = Math.min(ROWS_MAX, Math.max(1, Math.floor(rows * change)))
    await nextTurn()
  }
}
