/** Keyset paging over rows in memory: the model of what the SQL stores do with an index. */
import type { Listed, Page, PagePosition, Sort } from '../port/lists.ts'

/** Orders by the sort value, empty values lowest, ties by id in the same direction; gives the wanted page. */
export function pageOf<Row extends { readonly id: string }>(
  rows: readonly Row[],
  sort: Sort<string>,
  page: Page,
  sortValue: (row: Row) => PagePosition['value'],
): Listed<Row> {
  const { sorted, start, end } = placed(rows, sort, page, sortValue)
  const found = sorted.slice(start, end)
  // A page without rows has no neighbours: there is no row to stand before or after.
  return {
    rows: found,
    hasPrevious: found.length > 0 && start > 0,
    hasNext: found.length > 0 && start + found.length < sorted.length,
  }
}

/** The page with its neighbours: what is to be kept of some of the rows until the others are seen as well. */
export function nearPage<Row extends { readonly id: string }>(
  rows: readonly Row[],
  sort: Sort<string>,
  page: Page,
  sortValue: (row: Row) => PagePosition['value'],
): readonly Row[] {
  const { sorted, start, end } = placed(rows, sort, page, sortValue)
  return sorted.slice(Math.max(0, start - 1), end + 1)
}

/** All rows in their order, and from where to where the page goes. */
function placed<Row extends { readonly id: string }>(
  rows: readonly Row[],
  sort: Sort<string>,
  { after, limit, backwards }: Page,
  sortValue: (row: Row) => PagePosition['value'],
): { readonly sorted: readonly Row[]; readonly start: number; readonly end: number } {
  const direction = sort.descending ? -1 : 1
  const order = (left: PagePosition, right: PagePosition) =>
    direction * (compareValues(left.value, right.value) || compareValues(left.id, right.id))
  const position = (row: Row): PagePosition => ({ value: sortValue(row), id: row.id })
  const sorted = [...rows].sort((left, right) => order(position(left), position(right)))
  if (after === undefined) return { sorted, start: 0, end: limit }
  if (backwards === true) {
    const end = sorted.filter((row) => order(position(row), after) < 0).length
    return { sorted, start: Math.max(0, end - limit), end }
  }
  const start = sorted.filter((row) => order(position(row), after) <= 0).length
  return { sorted, start, end: start + limit }
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
