/**
 * Keyset paging in SQL: a page is an index range behind (or before) the sort value and id of a row. Empty
 * values are the lowest, as SQLite orders them; ties are broken by id in the direction of the sort.
 */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { Listed, Page, PagePosition } from '../port/lists.ts'
import type { Row } from './row.ts'

export interface Condition {
  readonly sql: string
  readonly values: readonly SQLInputValue[]
}

export interface Listing {
  readonly table: string
  /** All of them hold; at least one. */
  readonly conditions: readonly Condition[]
  /** A column's name: from a fixed list, never from a caller. */
  readonly sortColumn: string
  readonly descending: boolean
  readonly page: Page
}

export function listPage<T>(db: DatabaseSync, listing: Listing, recordOf: (row: Row) => T): Listed<T> {
  const { page } = listing
  const backwards = page.backwards === true && page.after !== undefined
  const found = select(db, listing, page.after, backwards, page.limit + 1)
  const hasMore = found.length > page.limit
  const rows = found.slice(0, page.limit)
  if (backwards) rows.reverse()
  const first = rows[0]
  const last = rows.at(-1)
  const isAny = (from: Row | undefined, reverse: boolean): boolean =>
    from !== undefined && select(db, listing, positionOf(listing, from), reverse, 1).length > 0
  return {
    rows: rows.map(recordOf),
    hasNext: backwards ? isAny(last, false) : hasMore,
    hasPrevious: backwards ? hasMore : page.after !== undefined && isAny(first, true),
  }
}

function select(
  db: DatabaseSync,
  { table, conditions, sortColumn, descending }: Listing,
  from: PagePosition | undefined,
  reverse: boolean,
  limit: number,
): Row[] {
  const down = descending !== reverse
  const behind = from === undefined ? { sql: '1', values: [] } : behindOf(sortColumn, down, from)
  const direction = down ? 'DESC' : 'ASC'
  const where = [...conditions, behind]
  return db
    .prepare(
      `SELECT * FROM ${table} WHERE ${where.map((condition) => condition.sql).join(' AND ')}
       ORDER BY ${sortColumn} ${direction}, id ${direction} LIMIT ?`,
    )
    .all(...where.flatMap((condition) => condition.values), limit)
}

function behindOf(column: string, down: boolean, { value, id }: PagePosition): Condition {
  const compare = down ? '<' : '>'
  if (value === null) {
    const others = down ? '' : ` OR ${column} IS NOT NULL`
    return { sql: `((${column} IS NULL AND id ${compare} ?)${others})`, values: [id] }
  }
  const empty = down ? ` OR ${column} IS NULL` : ''
  return { sql: `((${column}, id) ${compare} (?, ?)${empty})`, values: [value, id] }
}

function positionOf({ sortColumn }: Listing, row: Row): PagePosition {
  return { value: row[sortColumn] as PagePosition['value'], id: row.id as string }
}
