/**
 * SQL of the aggregations over a work table with columns `rn`, `g` (row number of the group's first row) and
 * pair columns `i0`, `i1` ... (SEMANTICS B8, B9, J5 to J12). Each returns the two sides of its result; those
 * that need a sorted or counted group add a subquery `x` keyed by `g`.
 */

import type { ValueKinds } from '../../script/model/data-model.ts'
import { type Aggregation, COLLECT } from '../../script/plan/group-plan.ts'
import type { Settings } from '../../script/value/settings.ts'
import { collectedSql } from './collected-sql.ts'
import {
  collated,
  collationKey,
  groupKey,
  isPresent,
  type PairSql,
  pairOf,
  sortTerms,
  sqlText,
} from './pair-sql.ts'

export interface AggregationSql extends PairSql {
  /** Rows (g, n, t): joined by g, and then n and t are the result. */
  readonly subquery?: string
}

/** Delimiter of Concat or rank of Min, Max, FirstSortedValue, already evaluated. */
export interface AggregationConstant {
  readonly text: string
  readonly number: number | null
}

const NO_TEXT = 'NULL::VARCHAR'
const NO_NUMBER = 'NULL::DOUBLE'

/** The displayed text of a value: a number without a text gets 14 significant digits (A6). */
export function textSql({ n, t }: PairSql, decimalSep: string): string {
  // Zero and minus zero have the same text.
  const plain = `format('{:.14g}', ${n} + 0.0)`
  const number = decimalSep === '.' ? plain : `replace(${plain}, '.', ${sqlText(decimalSep)})`
  return `CASE WHEN ${t} IS NOT NULL THEN ${t} WHEN ${n} IS NOT NULL THEN ${number} END`
}

/** The parts of an aggregation's SQL. */
interface Call {
  readonly aggregation: Aggregation
  readonly constant: AggregationConstant | undefined
  readonly table: string
  readonly value: PairSql
  /** The value's identity as two columns. */
  readonly key: readonly string[]
  /** The value as displayed. */
  readonly text: string
  /** Whose order texts are sorted in. */
  readonly locale: string
  /** Kinds that the value may have. */
  readonly kinds: ValueKinds
}

const number = (n: string): AggregationSql => ({ n, t: NO_TEXT })

const distinct = ({ aggregation }: Call): string => (aggregation.distinct ? 'DISTINCT ' : '')

const SQL: Readonly<Record<Aggregation['operation'], (call: Call) => AggregationSql>> = {
  sum: (call) => number(`coalesce(fsum(${distinct(call)}${call.value.n}), 0)`),
  average: (call) => number(`favg(${distinct(call)}${call.value.n})`),
  count: ({ aggregation, key, value, kinds }) =>
    number(
      aggregation.distinct
        ? countDistinct(key)
        : kinds.texts
          ? countWhere(isPresent(value))
          : `count(${value.n})`,
    ),
  'number-count': ({ aggregation, key, value }) =>
    number(aggregation.distinct ? `count(DISTINCT ${key[0]})` : `count(${value.n})`),
  'text-count': (call) => number(`count(${distinct(call)}${call.key[1]})`),
  // Values that are not numbers count as missing; with DISTINCT each text counts once, and so does NULL.
  'missing-count': ({ aggregation, key, value }) =>
    number(
      aggregation.distinct
        ? `count(DISTINCT ${key[1]}) + coalesce(max(CASE WHEN ${isPresent(value)} THEN 0 ELSE 1 END), 0)`
        : countWhere(`${value.n} IS NULL`),
    ),
  'null-count': ({ aggregation, value }) => {
    const missing = `NOT ${isPresent(value)}`
    return number(aggregation.distinct ? `coalesce(max((${missing})::INT), 0)` : countWhere(missing))
  },
  min: ({ value, constant }) => number(ranked(value.n, 'ASC', constant)),
  max: ({ value, constant }) => number(ranked(value.n, 'DESC', constant)),
  median: (call) => number(`median(${distinct(call)}${call.value.n})`),
  'standard-deviation': (call) => {
    const many = `count(${distinct(call)}${call.value.n}) > 1`
    return number(`CASE WHEN ${many} THEN stddev_samp(${distinct(call)}${call.value.n}) END`)
  },
  'min-text': ({ text, locale }) => ({ n: NO_NUMBER, t: `arg_min(${text}, ${collationKey(text, locale)})` }),
  'max-text': ({ text, locale }) => ({ n: NO_NUMBER, t: `arg_max(${text}, ${collationKey(text, locale)})` }),
  first: ({ value }) => ({ n: `arg_min_null(${value.n}, rn)`, t: `arg_min_null(${value.t}, rn)` }),
  last: ({ value }) => ({ n: `arg_max_null(${value.n}, rn)`, t: `arg_max_null(${value.t}, rn)` }),
  only: ({ key, value }) => {
    const one = `CASE WHEN ${countDistinct(key)} = 1 THEN`
    const first = `arg_min_null(${value.t}, rn) FILTER (WHERE ${isPresent(value)})`
    return { n: `${one} min(${value.n}) END`, t: `${one} ${first} END` }
  },
  [COLLECT]: ({ value }) => ({ n: NO_NUMBER, t: collectedSql(value) }),
  mode: ({ value, table }) => subquery(modeSql(value, table)),
  concat: ({ aggregation, constant, table, text, locale }) =>
    subquery(concatSql(aggregation, constant?.text ?? '', table, text, locale)),
  'first-sorted': ({ aggregation, constant, table }) =>
    subquery(firstSortedSql(aggregation, constant?.number ?? 1, table)),
}

export function aggregationSql(
  aggregation: Aggregation,
  constant: AggregationConstant | undefined,
  table: string,
  { decimalSep, collationLocale }: Settings,
  kinds: ValueKinds = ANY_KIND,
): AggregationSql {
  const value = pairOf(`i${aggregation.value}`)
  const text = textSql(value, decimalSep)
  return SQL[aggregation.operation]({
    aggregation,
    constant,
    table,
    value,
    key: groupKey(value),
    text,
    locale: collationLocale,
    kinds,
  })
}

const subquery = (sql: string): AggregationSql => ({ n: 'n', t: 't', subquery: sql })

const countWhere = (condition: string) => `count(*) FILTER (WHERE ${condition})`

const countDistinct = (key: readonly string[]) => key.map((side) => `count(DISTINCT ${side})`).join(' + ')

function ranked(n: string, direction: 'ASC' | 'DESC', rank: AggregationConstant | undefined): string {
  if (rank === undefined) return direction === 'ASC' ? `min(${n})` : `max(${n})`
  if (rank.number === null || rank.number < 1) return NO_NUMBER
  return `(list(DISTINCT ${n} ORDER BY ${n} ${direction}) FILTER (WHERE ${n} IS NOT NULL))[${Math.floor(rank.number)}]`
}

/** The value that occurs most often; NULL when several do (J10). */
function modeSql(value: PairSql, table: string): string {
  const counted = `SELECT g, min(${value.n}) n, arg_min_null(${value.t}, rn) t, count(*) times FROM ${table}
    WHERE ${isPresent(value)} GROUP BY g, ${groupKey(value).join(', ')}`
  const best = `SELECT *, rank() OVER (PARTITION BY g ORDER BY times DESC) standing FROM (${counted})`
  return `SELECT g, CASE WHEN count(*) = 1 THEN min(n) END n, CASE WHEN count(*) = 1 THEN min(t) END t
    FROM (${best}) WHERE standing = 1 GROUP BY g`
}

/** By weight, then by value; DISTINCT takes each text at its lowest weight (J7, J8). */
function concatSql(
  aggregation: Aggregation,
  delimiter: string,
  table: string,
  text: string,
  locale: string,
): string {
  const value = pairOf(`i${aggregation.value}`)
  const weight = aggregation.weight === undefined ? NO_NUMBER : pairOf(`i${aggregation.weight}`).n
  const rows = `SELECT g, ${value.n} n, ${value.t} t, ${text} shown, ${weight} w FROM ${table}
    WHERE ${isPresent(value)}`
  const chosen = aggregation.distinct
    ? `SELECT g, min(n) n, min(t) t, shown, min(w) w FROM (${rows}) GROUP BY g, shown`
    : rows
  const order = ['w NULLS LAST', ...sortTerms({ n: 'n', t: 't' }, collated('t', locale))].join(', ')
  return `SELECT g, ${NO_NUMBER} n, string_agg(shown, ${sqlText(delimiter)} ORDER BY ${order}) t
    FROM (${chosen}) GROUP BY g`
}

/**
 * The value at the n-th lowest weight; NULL when several rows, with DISTINCT several values, share it (J9).
 */
function firstSortedSql(aggregation: Aggregation, rank: number, table: string): string {
  const value = pairOf(`i${aggregation.value}`)
  const weight = pairOf(`i${aggregation.weight!}`).n
  const ordered = `SELECT g, rn, ${value.n} n, ${value.t} t, dense_rank() OVER (PARTITION BY g ORDER BY ${weight}) standing
    FROM ${table} WHERE ${weight} IS NOT NULL`
  const one = aggregation.distinct ? `${countDistinct(groupKey({ n: 'n', t: 't' }))} = 1` : 'count(*) = 1'
  return `SELECT g, CASE WHEN ${one} THEN min(n) END n, CASE WHEN ${one} THEN arg_min_null(t, rn) END t
    FROM (${ordered}) WHERE standing = ${Math.floor(rank)} GROUP BY g`
}

/**
 * The whole aggregation: from a work table with `rn` and the input columns to rows with `rn` and the pair
 * columns `k0` ... (keys) and `a0` ... (results), ordered by first appearance (J6). Without keys there is
 * always one row (J5).
 *
 * @param table of `groupedRowsSql` if an aggregation adds a subquery; otherwise the work table itself,
 * or a subquery, which is faster
 * @param kinds of the input columns, as far as they are known: a side that no value has is left out
 */
export function groupSql(
  table: string,
  keys: number,
  aggregations: readonly AggregationSql[],
  kinds: readonly ValueKinds[] = [],
): string {
  const simple = aggregations.flatMap((each, index) =>
    each.subquery === undefined ? [`${each.n} AS a${index}_n`, `${each.t} AS a${index}_t`] : [],
  )
  const keyColumns = Array.from({ length: keys }, (_, index) => index).flatMap((index) => [
    `min(i${index}_n) AS k${index}_n`,
    `${keyText(index, kinds[index])} AS k${index}_t`,
  ])
  const base = `SELECT ${keys === 0 ? '0' : 'min(rn)'} AS g, ${[...keyColumns, ...simple, 'count(*) AS c'].join(', ')}
    FROM ${table}${keys === 0 ? '' : ` GROUP BY ${keyParts(keys, kinds).join(', ')}`}`
  const joins = aggregations.flatMap((each, index) =>
    each.subquery === undefined ? [] : [`LEFT JOIN (${each.subquery}) x${index} ON x${index}.g = b.g`],
  )
  const results = aggregations.flatMap((each, index) =>
    each.subquery === undefined
      ? [`b.a${index}_n::DOUBLE AS a${index}_n`, `b.a${index}_t AS a${index}_t`]
      : [`x${index}.n::DOUBLE AS a${index}_n`, `x${index}.t AS a${index}_t`],
  )
  const keyResults = Array.from({ length: keys }, (_, index) => `b.k${index}_n, b.k${index}_t`)
  const columns = ['row_number() OVER (ORDER BY b.g) AS rn', ...keyResults, ...results].join(', ')
  return `SELECT ${columns} FROM (${base}) b ${joins.join(' ')}`
}

function keyParts(keys: number, kinds: readonly ValueKinds[]): string[] {
  return Array.from({ length: keys }, (_, index) => {
    const value = pairOf(`i${index}`)
    const { numbers, texts } = kinds[index] ?? ANY_KIND
    return !texts ? [value.n] : !numbers ? [value.t] : groupKey(value)
  }).flat()
}

/** Duals of one number may have several texts: the first one is the key's. */
function keyText(index: number, { numbers, texts, duals } = ANY_KIND): string {
  const { t } = pairOf(`i${index}`)
  if (!texts && !duals) return NO_TEXT
  return numbers ? `arg_min_null(${t}, rn)` : `min(${t})`
}

const ANY_KIND: ValueKinds = { numbers: true, texts: true, duals: true }

/** The work table's rows with `g`: the row number of the first row with the same keys, 0 without keys. */
export function groupedRowsSql(table: string, keys: number): string {
  if (keys === 0) return `SELECT *, 0 AS g FROM ${table}`
  return `SELECT *, min(rn) OVER (PARTITION BY ${keyParts(keys, []).join(', ')}) AS g FROM ${table}`
}
