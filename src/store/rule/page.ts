/** Keyset paging over rows in memory: the model of what the SQL stores do with an index. */
import type { Listed, Page, PagePosition, Sort } from '../port/lists.ts'

/** Orders by the sort value, empty values lowest, ties by id in the same direction; gives the wanted page. */
export function pageOf<Row extends { readonly id: string }>(
  rows: readonly Row[],
  sort: Sort<string>,
  page: Page,
  sortValue: (row: Row) => PagePosition['value'],
): Listed<Row> {
  const direction = sort.descending ? -1 : 1
  const order = (left: PagePosition, right: PagePosition) =>
    direction * (compareValues(left.value, right.value) || compareValues(left.id, right.id))
  const position = (row: Row): PagePosition => ({ value: sortValue(row), id: row.id })
  const sorted = [...rows].sort((left, right) => order(position(left), position(right)))
  const { after, limit } = page
  if (after === undefined) return slice(sorted, 0, limit)
  if (page.backwards === true) {
    const end = sorted.filter((row) => order(position(row), after) < 0).length
    return slice(sorted, Math.max(0, end - limit), end)
  }
  const start = sorted.filter((row) => order(position(row), after) <= 0).length
  return slice(sorted, start, start + limit)
}

/** A page without rows has no neighbours: there is no row to stand before or after. */
function slice<Row>(sorted: readonly Row[], start: number, end: number): Listed<Row> {
  const rows = sorted.slice(start, end)
  return {
    rows,
    hasPrevious: rows.length > 0 && start > 0,
    hasNext: rows.length > 0 && start + rows.length < sorted.length,
  }
}

function compareValues(left: PagePosition['value'], right: PagePosition['value']): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? -1 : 1
  if (typeof left === 'string' && typeof right === 'string') return compareTexts(left, right)
  return left < right ? -1 : left > right ? 1 : 0
}

/** By code points, as databases compare the bytes of UTF-8; JavaScript compares the units of UTF-16. */
export function compareTexts(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at++) {
    const [one, other] = [left.charCodeAt(at), right.charCodeAt(at)]
    if (one !== other) return rankOf(one) - rankOf(other)
  }
  return left.length - right.length
}

/** Surrogates stand for code points above all others. */
function rankOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
