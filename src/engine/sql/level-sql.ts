/**
 * One level of a LOAD over a table as a single query, if all its expressions have SQL of the same meaning.
 */

import type { OutputTable } from '../../script/function/site/load-context.ts'
import type { ValueKinds } from '../../script/model/data-model.ts'
import type { LevelRules } from '../../script/plan/row-plan.ts'
import type { Settings } from '../../script/value/settings.ts'
import { conditionSql, expressionSql, type FieldSql } from './expression-sql.ts'
import { conditionScope, fieldScope } from './row-position-sql.ts'

export interface LevelQuery {
  /** Returns `rn` from 1 and the pair columns, in any order. */
  readonly sql: string
  /** Kinds that may occur, one for each column. */
  readonly kinds: readonly ValueKinds[]
}

export interface LevelTable {
  readonly sqlName: string
  readonly names: readonly string[]
  readonly columns: readonly string[]
  readonly kinds: readonly ValueKinds[]
}

/**
 * Positions in the input of the fields of a level that only picks and renames fields; undefined for any other
 * level.
 */
export function pickedFields(
  { items, where, while: repeats, sample }: LevelRules,
  names: readonly string[],
): number[] | undefined {
  if (where !== undefined || repeats !== undefined || sample !== undefined) return undefined
  const positions = items.map(({ expression }) =>
    expression.kind === 'name' ? names.indexOf(expression.name) : -1,
  )
  return positions.includes(-1) ? undefined : positions
}

/**
 * @param columns the column that each item is written to
 * @param output the table that the rows go to; undefined: none
 * @returns undefined if the level needs the row machine
 */
export function levelQuery(
  { items, where, while: repeats, first, sample }: LevelRules,
  table: LevelTable,
  columns: readonly string[],
  output: OutputTable | undefined,
  settings: Settings,
): LevelQuery | undefined {
  if (repeats !== undefined || sample !== undefined) return undefined
  const positions = new Map(table.names.map((name, index) => [name, index]))
  const field: FieldSql = (name) => {
    const index = positions.get(name)
    return index === undefined ? undefined : { column: table.columns[index]!, kinds: table.kinds[index]! }
  }
  const earlier: string[] = []
  const scope = fieldScope(field, items, output, settings, earlier)
  const values = items.map((item) => expressionSql(item.expression, scope))
  if (values.includes(undefined)) return undefined
  const condition = where && conditionSql(where, conditionScope(field, settings))
  if (where !== undefined && condition === undefined) return undefined
  const conditions = [
    ...(first === undefined ? [] : [`rn <= ${first}`]),
    ...(condition === undefined ? [] : [condition]),
  ]
  const number = condition === undefined ? 'rn' : 'row_number() OVER (ORDER BY rn) AS rn'
  const sides = values.flatMap((value, i) => [
    `${value!.n} AS ${columns[i]}_n`,
    `${value!.t} AS ${columns[i]}_t`,
  ])
  const filter = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  const from =
    earlier.length === 0 ? table.sqlName : `(SELECT *, ${earlier.join(', ')} FROM ${table.sqlName})`
  return {
    sql: `SELECT ${[number, ...sides].join(', ')} FROM ${from}${filter}`,
    kinds: values.map((value) => value!.kinds),
  }
}
