/**
 * SQL of the set-based steps that put loaded rows into the data model: appending, joining, keeping, DISTINCT,
 * and the rule that the first text of a number wins. Only generated names occur; `rn` is dense from 1 in
 * every table before and after.
 */
import type { ColumnPair, JoinColumns } from '../../script/plan/merge-fields.ts'
import { collated, columnList, groupKey, isPresent, joinKey, pairOf, sortTerms } from './pair-sql.ts'

export function createTableSql(table: string, columns: readonly string[], temporary = false): string {
  const pairs = columns.map((column) => `${column}_n DOUBLE, ${column}_t VARCHAR`)
  return `CREATE ${temporary ? 'TEMP ' : ''}TABLE ${table} (${['rn BIGINT', ...pairs].join(', ')})`
}

/**
 * Adds the rows of `from` behind those of `table`. `columns`: target (left) and source (right) of each field.
 */
export function appendSql(
  table: string,
  from: string,
  columns: readonly ColumnPair[],
  rowsBefore: number,
): string {
  const targets = columnList(columns.map(({ left }) => left))
  const sources = columnList(columns.map(({ right }) => right))
  return `INSERT INTO ${table} (rn, ${targets}) SELECT rn + ${rowsBefore}, ${sources} FROM ${from} ORDER BY rn`
}

const JOINS = { inner: 'INNER', left: 'LEFT', right: 'RIGHT', outer: 'FULL' } as const

/**
 * Rows of the target, each with its new rows, then new rows without a partner (G1, G9). Both stand grouped by
 * key: the keys as they first came, and the rows of each in their order (FACTS 23).
 */
export function joinSql(
  left: string,
  right: string,
  type: keyof typeof JOINS,
  { keys, result }: JoinColumns,
): string {
  const columns = result.flatMap(({ from, column, as }) => {
    if (from !== 'key') {
      const { n, t } = pairOf(column, from === 'left' ? 'a' : 'b')
      return [`${n} AS ${as}_n`, `${t} AS ${as}_t`]
    }
    const other = keys.find((key) => key.left === column)!.right
    const a = pairOf(column, 'a')
    const b = pairOf(other, 'b')
    const side = (x: string, y: string) => `CASE WHEN a.rn IS NULL THEN ${y} ELSE ${x} END`
    return [`${side(a.n, b.n)} AS ${as}_n`, `${side(a.t, b.t)} AS ${as}_t`]
  })
  const condition = keys.map(
    (key) => `${joinKey(pairOf(key.left, 'a'))} = ${joinKey(pairOf(key.right, 'b'))}`,
  )
  const sides = [
    groupedRows(
      left,
      keys.map((key) => key.left),
    ),
    groupedRows(
      right,
      keys.map((key) => key.right),
    ),
  ]
  const joined =
    keys.length === 0
      ? crossSql(left, right, type)
      : `${sides[0]} a ${JOINS[type]} JOIN ${sides[1]} b ON ${condition.join(' AND ')}`
  const order = keys.length === 0 ? ['a.rn', 'b.rn'] : ['a.first_rn', 'a.rn', 'b.first_rn', 'b.rn']
  const number = `row_number() OVER (ORDER BY ${order.map((term) => `${term} NULLS LAST`).join(', ')})`
  return `SELECT ${number} AS rn, ${columns.join(', ')} FROM ${joined}`
}

/** The rows of a table with the number of the first one that has the same key. */
function groupedRows(table: string, columns: readonly string[]): string {
  const keys = columns.flatMap((column) => groupKey(pairOf(column)))
  return `(SELECT *, min(rn) OVER (PARTITION BY ${keys.join(', ')}) AS first_rn FROM ${table})`
}

/** Without common fields every row meets every row; an outer side also survives an empty other side. */
const crossSql = (left: string, right: string, type: keyof typeof JOINS): string =>
  type === 'inner' ? `${left} a CROSS JOIN ${right} b` : `${left} a ${JOINS[type]} JOIN ${right} b ON true`

/**
 * The rows of `table` that have a partner in `other`, renumbered. Without common fields: all if `other` has
 * any row.
 */
export function keepSql(
  table: string,
  columns: readonly string[],
  other: string,
  keys: readonly ColumnPair[],
): string {
  const condition = keys.map(
    (key) => `${joinKey(pairOf(key.left, 'a'))} = ${joinKey(pairOf(key.right, 'b'))}`,
  )
  const where = condition.length === 0 ? '' : ` WHERE ${condition.join(' AND ')}`
  return `SELECT row_number() OVER (ORDER BY a.rn) AS rn, ${columnList(columns, 'a')} FROM ${table} a
    WHERE EXISTS (SELECT 1 FROM ${other} b${where})`
}

/** The first of equal rows, renumbered (J1, J3). */
export function distinctSql(table: string, columns: readonly string[]): string {
  const keys = columns.flatMap((column) => groupKey(pairOf(column)))
  const names = columnList(columns)
  const numbered = `SELECT *, row_number() OVER (PARTITION BY ${keys.join(', ')} ORDER BY rn) AS repeated FROM ${table}`
  return `SELECT row_number() OVER (ORDER BY rn) AS rn, ${names} FROM (${numbered}) WHERE repeated = 1`
}

export interface SortedColumn {
  readonly column: string
  readonly descending: boolean
  /** It may hold texts. */
  readonly texts: boolean
}

/**
 * The table sorted and renumbered: equal rows stay in load order (I10). Texts are sorted once each, since the
 * order of a locale is dear, and the rows by the places of their texts.
 */
export function sortedSql(
  table: string,
  columns: readonly string[],
  order: readonly SortedColumn[],
  locale: string,
): string {
  const places = order.flatMap(({ column, texts }, index) =>
    texts ? [`LEFT JOIN (${placesSql(table, column, locale)}) p${index} ON p${index}.t = a.${column}_t`] : [],
  )
  const terms = order.flatMap(({ column, descending, texts }, index) =>
    sortTerms(pairOf(column, 'a'), texts ? [`p${index}.place`] : [], descending),
  )
  const names = columns.length === 0 ? '' : `, ${columnList(columns, 'a')}`
  const number = `row_number() OVER (ORDER BY ${[...terms, 'a.rn'].join(', ')})`
  return `SELECT ${number} AS rn${names} FROM ${table} a ${places.join(' ')}`
}

/** The texts of a column and the place of each in the order of the locale. */
function placesSql(table: string, column: string, locale: string): string {
  const { n, t } = pairOf(column)
  const order = collated('t', locale).join(', ')
  const texts = `SELECT DISTINCT ${t} AS t FROM ${table} WHERE ${n} IS NULL AND ${t} IS NOT NULL`
  return `SELECT t, row_number() OVER (ORDER BY ${order}) AS place FROM (${texts})`
}

/**
 * Gives every number of a freshly loaded column the text that the field already has for it in other tables,
 * or else that of its first row (SEMANTICS A2, A15). `known`: the columns of the field in other tables, which
 * are in that state already.
 */
export function firstTextSql(
  table: string,
  column: string,
  known: readonly { readonly table: string; readonly column: string }[],
): string {
  const { n, t } = pairOf(column)
  const others = known.map((each) => {
    const pair = pairOf(each.column)
    return `SELECT ${pair.n} n, ${pair.t} t FROM ${each.table} WHERE ${pair.n} IS NOT NULL`
  })
  const before =
    others.length === 0 ? 'SELECT NULL::DOUBLE n, NULL::VARCHAR t WHERE false' : others.join(' UNION ALL ')
  return `WITH known AS (SELECT n, any_value(t) t FROM (${before}) GROUP BY n),
    fresh AS (SELECT ${n} n, arg_min_null(${t}, rn) t FROM ${table} WHERE ${n} IS NOT NULL GROUP BY ${n}),
    canonical AS (SELECT fresh.n, CASE WHEN known.n IS NULL THEN fresh.t ELSE known.t END t
      FROM fresh LEFT JOIN known ON known.n = fresh.n)
    UPDATE ${table} SET ${t} = canonical.t FROM canonical
    WHERE ${table}.${n} = canonical.n AND ${table}.${t} IS DISTINCT FROM canonical.t`
}

/**
 * Distinct values of a field over tables, in load order: rows (n, t). `parts` are row ranges, oldest load
 * first.
 */
export function fieldValuesSql(
  parts: readonly {
    readonly table: string
    readonly column: string
    readonly first: number
    readonly last: number
  }[],
): string {
  const rows = parts.map(({ table, column, first, last }, index) => {
    const pair = pairOf(column)
    return `SELECT ${index} part, rn, ${pair.n} n, ${pair.t} t FROM ${table}
      WHERE rn BETWEEN ${first} AND ${last} AND ${isPresent(pair)}`
  })
  return `SELECT n, first(t ORDER BY part, rn) t FROM (${rows.join(' UNION ALL ')})
    GROUP BY n, CASE WHEN n IS NULL THEN t END ORDER BY min((part, rn))`
}
