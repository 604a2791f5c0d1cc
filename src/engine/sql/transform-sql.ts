/**
 * SQL of the prefixes that transform loaded rows: CROSSTABLE, INTERVALMATCH, GENERIC and MERGE
 * (SEMANTICS N, S6). Only generated names occur in it, plus field names as literals where they become values.
 * Input and output are work tables with columns i0, i1 ...
 */
import { columnList, groupKey, isPresent, joinKey, pairOf, sqlText } from './pair-sql.ts'

const pairAs = (column: string, as: string, alias?: string): string => {
  const { n, t } = pairOf(column, alias)
  return `${n} AS ${as}_n, ${t} AS ${as}_t`
}

/**
 * One row for each value behind the first `qualifiers` columns, row by row and in the order of the columns;
 * NULL gives none (N4). The name of the column is a text, never read as a number (D6).
 */
export function crosstableSql(table: string, names: readonly string[], qualifiers: number): string {
  const kept = Array.from({ length: qualifiers }, (_, index) => `i${index}`)
  const data = names.slice(qualifiers).map((_, index) => pairOf(`i${qualifiers + index}`))
  const list = (items: readonly string[]) => `unnest([${items.join(', ')}])`
  const attribute = `i${qualifiers}`
  const value = `i${qualifiers + 1}`
  const unfolded = [
    'rn',
    ...kept.map((column) => pairAs(column, column)),
    `${list(data.map((_, index) => String(index)))} AS ordinal`,
    `${list(names.slice(qualifiers).map(sqlText))} AS ${attribute}_t`,
    `${list(data.map(({ n }) => n))} AS ${value}_n`,
    `${list(data.map(({ t }) => t))} AS ${value}_t`,
  ]
  const result = [
    'row_number() OVER (ORDER BY rn, ordinal) AS rn',
    ...kept.map((column) => pairAs(column, column)),
    `NULL::DOUBLE AS ${attribute}_n, ${attribute}_t`,
    pairAs(value, value),
  ]
  return `SELECT ${result.join(', ')} FROM (SELECT ${unfolded.join(', ')} FROM ${table})
    WHERE ${isPresent(pairOf(value))}`
}

/** Rows of an earlier table that came in with one load: `columns` are the point field and the keys. */
export interface PointPart {
  readonly table: string
  readonly columns: readonly string[]
  readonly first: number
  readonly last: number
}

/**
 * Points with their keys, each once, in load order: columns p0 (the point, a number), p1 ... `parts`: oldest
 * load first.
 */
export function pointsSql(parts: readonly PointPart[]): string {
  const columns = parts[0]!.columns.map((_, index) => `p${index}`)
  const rows = parts.map(({ table, columns: from, first, last }, part) => {
    const pairs = from.map((column, index) => pairAs(column, `p${index}`))
    return `SELECT ${part} AS part, rn AS row, ${pairs.join(', ')} FROM ${table}
      WHERE rn BETWEEN ${first} AND ${last} AND ${pairOf(from[0]!).n} IS NOT NULL`
  })
  const values = columns.map((column) => {
    const { n, t } = pairOf(column)
    return `any_value(${n}) AS ${n}, arg_min_null(${t}, (part, row)) AS ${t}`
  })
  const keys = columns.flatMap((column) => groupKey(pairOf(column)))
  return `SELECT row_number() OVER (ORDER BY min((part, row))) AS rn, ${values.join(', ')}
    FROM (${rows.join(' UNION ALL ')}) GROUP BY ${keys.join(', ')}`
}

/**
 * Each point with every interval that it lies in: closed, with two numbers as its limits (N1, N2), and with
 * the same keys. The loaded columns are lower limit, upper limit and, for each key of the points in turn,
 * `keys`.
 */
export function intervalMatchSql(points: string, table: string, keys: readonly string[]): string {
  const result = [
    pairAs('p0', 'i0', 'p'),
    pairAs('i0', 'i1', 'w'),
    pairAs('i1', 'i2', 'w'),
    ...keys.map((column, index) => pairAs(column, `i${index + 3}`, 'w')),
  ]
  const same = keys.map(
    (column, index) => ` AND ${joinKey(pairOf(`p${index + 1}`, 'p'))} = ${joinKey(pairOf(column, 'w'))}`,
  )
  return `SELECT row_number() OVER (ORDER BY p.rn, w.rn) AS rn, ${result.join(', ')} FROM ${points} p JOIN ${table} w
    ON p.p0_n >= w.i0_n AND p.p0_n <= w.i1_n${same.join('')}`
}

/** The first row of each attribute that is not NULL: rows (rn, n, t) in load order (N5). */
export function attributesSql(table: string, attribute: string): string {
  const { n, t } = pairOf(attribute)
  return `SELECT min(rn) AS row, arg_min(${n}, rn), arg_min(${t}, rn) FROM ${table}
    WHERE ${isPresent(pairOf(attribute))} GROUP BY ${groupKey(pairOf(attribute)).join(', ')} ORDER BY row`
}

/** The keys and the value of the rows with the attribute of row `row`: columns c1, c2 ... */
export function attributeRowsSql(table: string, keys: number, row: number): string {
  const attribute = joinKey(pairOf(`i${keys}`))
  const columns = Array.from({ length: keys }, (_, index) => pairAs(`i${index}`, `c${index + 1}`))
  return `SELECT row_number() OVER (ORDER BY rn) AS rn, ${[...columns, pairAs(`i${keys + 1}`, `c${keys + 1}`)].join(', ')}
    FROM ${table} WHERE ${attribute} = (SELECT ${attribute} FROM ${table} WHERE rn = ${row})`
}

/** MERGE: rows whose first column is not a valid operation. */
export const operationsSql = (table: string): string =>
  `SELECT count(*) FROM ${table} WHERE coalesce(lower(i0_t), '') NOT IN (${[...WRITES, ...DELETES].join(', ')})`

const WRITES = ["'insert'", "'update'", "'i'", "'u'"]
const DELETES = ["'delete'", "'d'"]

/** The newest row of each key: by the sequence where there is one, else the last (S6). */
export function newestSql(table: string, keys: readonly string[], sequence: string | undefined): string {
  const order = [...(sequence === undefined ? [] : [`${pairOf(sequence).n} DESC NULLS LAST`]), 'rn DESC']
  const partition = keys.flatMap((key) => groupKey(pairOf(key)))
  return `SELECT * EXCLUDE (age) FROM (SELECT *, row_number() OVER (PARTITION BY ${partition.join(', ')}
    ORDER BY ${order.join(', ')}) AS age FROM ${table}) WHERE age = 1`
}

/** The rows that are inserted or updated, renumbered, without their operation. */
export function writtenRowsSql(newest: string, columns: readonly string[]): string {
  const kept = columns.slice(1).map((column, index) => pairAs(column, `i${index}`))
  return `SELECT row_number() OVER (ORDER BY rn) AS rn, ${kept.join(', ')} FROM ${newest}
    WHERE lower(i0_t) IN (${WRITES.join(', ')})`
}

/**
 * The rows of a table whose keys are not among those of the newest rows, renumbered. `keys`: table (left),
 * newest (right).
 */
export function untouchedSql(
  table: string,
  columns: readonly string[],
  newest: string,
  keys: readonly { readonly left: string; readonly right: string }[],
): string {
  const same = keys.map(({ left, right }) => `${joinKey(pairOf(left, 'a'))} = ${joinKey(pairOf(right, 'b'))}`)
  return `SELECT row_number() OVER (ORDER BY a.rn) AS rn, ${columnList(columns, 'a')} FROM ${table} a
    WHERE NOT EXISTS (SELECT 1 FROM ${newest} b WHERE ${same.join(' AND ')})`
}

/** One row: the value with the highest number (n, t). */
export const highestSql = (table: string, column: string): string =>
  `SELECT max(${pairOf(column).n}), arg_max_null(${pairOf(column).t}, ${pairOf(column).n}) FROM ${table}`
