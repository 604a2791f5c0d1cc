/**
 * Keyset paging in SQL: a page is an index range behind (or before) the sort value and id of a row. Empty
 * values are the lowest, as SQLite orders them; ties are broken by id in the direction of the sort.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Listed, Page, PagePosition } from '../port/lists.ts'
import type { SqlCondition } from './condition.ts'
import type { Row } from './row.ts'

export interface Listing {
  readonly table: string
  /** All of them hold; at least one. */
  readonly conditions: readonly SqlCondition[]
  /** A column or expression: from a fixed list, never from a caller. */
  readonly sortBy: string
  /** It may be NULL. */
  readonly nullable: boolean
  readonly descending: boolean
  readonly page: Page
  /**
   * Finds the ids first and then their rows: for a table whose indexes have all that its lists ask for, so
   * that rows which a condition passes over are not read. Its key is `id`.
   */
  readonly idsFirst?: true
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
    from !== undefined && select(db, listing, positionOf(from), reverse, 1).length > 0
  return {
    rows: rows.map(recordOf),
    hasNext: backwards ? isAny(last, false) : hasMore,
    hasPrevious: backwards ? hasMore : page.after !== undefined && isAny(first, true),
  }
}

function select(
  db: DatabaseSync,
  listing: Listing,
  from: PagePosition | undefined,
  reverse: boolean,
  limit: number,
): Row[] {
  const { sql, values } = pageSql(listing, from, reverse)
  return db.prepare(sql).all(...values, limit)
}

/** The rows behind a position, or before it; the limit is its last parameter. */
export function pageSql(
  { table, conditions, sortBy, nullable, descending, idsFirst }: Listing,
  from: PagePosition | undefined,
  reverse: boolean,
): SqlCondition {
  const down = descending !== reverse
  const direction = down ? 'DESC' : 'ASC'
  const where = from === undefined ? conditions : [...conditions, behindOf(sortBy, nullable, down, from)]
  const values = where.flatMap((condition) => condition.values)
  const rows = `SELECT ${idsFirst ? 'id' : '*'}, ${sortBy} AS sort_value FROM ${table}
    WHERE ${where.map((condition) => condition.sql).join(' AND ')}
    ORDER BY ${sortBy} ${direction}, id ${direction} LIMIT ?`
  if (!idsFirst) return { sql: rows, values }
  const sql = `SELECT ${table}.*, sort_value
    FROM (${rows}) AS page CROSS JOIN ${table} ON ${table}.id = page.id
    ORDER BY sort_value ${direction}, page.id ${direction}`
  return { sql, values }
}

function behindOf(
  sortBy: string,
  nullable: boolean,
  down: boolean,
  { value, id }: PagePosition,
): SqlCondition {
  const compare = down ? '<' : '>'
  if (value === null) {
    const others = down ? '' : ` OR ${sortBy} IS NOT NULL`
    return { sql: `((${sortBy} IS NULL AND id ${compare} ?)${others})`, values: [id] }
  }
  // A pair of values enters an index of columns at once, an index of an expression not at all.
  const isColumn = /^\w+$/.test(sortBy)
  const near = isColumn ? '' : `${sortBy} ${compare}= ? AND `
  const behind = `${near}(${sortBy}, id) ${compare} (?, ?)`
  const sql = down && nullable ? `((${behind}) OR ${sortBy} IS NULL)` : behind
  return { sql, values: isColumn ? [value, id] : [value, value, id] }
}

function positionOf(row: Row): PagePosition {
  return { value: row.sort_value as PagePosition['value'], id: row.id as string }
}
