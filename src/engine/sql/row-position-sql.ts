/**
 * SQL of the functions of the row position, where the result is provably that of the row machine
 * (SEMANTICS I1 to I4): RecNo and RowNo, Previous of an expression without such functions, and Peek a fixed
 * number of rows back into a field that this level writes. Windows run over the rows in load order, after
 * WHERE; only Previous also sees the rows that WHERE drops, so that its window runs in the query's source.
 */

import type { OutputTable } from '../../script/function/site/load-context.ts'
import type { OutputItem } from '../../script/plan/row-plan.ts'
import type { Expression } from '../../script/syntax/expression.ts'
import type { Settings } from '../../script/value/settings.ts'
import {
  expressionSql,
  type FieldSql,
  NULL_SQL,
  numberSql,
  type SqlScope,
  type ValueSql,
} from './expression-sql.ts'
import { pairOf } from './pair-sql.ts'

type Call = Extract<Expression, { kind: 'call' }>

/** In WHERE: only the number of the input row is known. */
export function conditionScope(field: FieldSql, settings: Settings): SqlScope {
  return { field, settings, call: ({ name }) => (name === 'recno' ? RECORD_NUMBER : undefined) }
}

/**
 * In the fields of a level that writes these items.
 *
 * @param output undefined: its rows go to no table
 * @param earlier takes the columns that the source of the query must have besides its own
 */
export function fieldScope(
  field: FieldSql,
  items: readonly OutputItem[],
  output: OutputTable | undefined,
  settings: Settings,
  earlier: string[],
): SqlScope {
  const level = { items, output, inner: conditionScope(field, settings), earlier }
  return { field, settings, call: (call) => POSITION_SQL.get(call.name)?.(call, level) }
}

interface Level {
  readonly items: readonly OutputItem[]
  readonly output: OutputTable | undefined
  /** The scope of the arguments of a call. */
  readonly inner: SqlScope
  readonly earlier: string[]
}

type PositionSql = (call: Call, level: Level) => ValueSql | undefined

const RECORD_NUMBER = numberSql('rn::DOUBLE')

/** Functions of the row's position, by name in lower case. */
export const POSITION_SQL: ReadonlyMap<string, PositionSql> = new Map<string, PositionSql>([
  ['peek', peek],
  ['previous', previous],
  ['recno', () => RECORD_NUMBER],
  ['rowno', (_, { output }) => rowNumber(output)],
])

function rowNumber(output: OutputTable | undefined): ValueSql {
  return numberSql(
    output === undefined ? '0::DOUBLE' : `(row_number() OVER (ORDER BY rn) + ${output.rowsBefore})::DOUBLE`,
  )
}

/** Of the row before in the source, whether WHERE keeps it or not. */
function previous({ args }: Call, { inner, earlier }: Level): ValueSql | undefined {
  const value = before(expressionSql(args[0]!, inner), 1)
  if (value === undefined) return undefined
  const { n, t } = pairOf(`e${earlier.length}`)
  earlier.push(`${value.n} AS ${n}`, `${value.t} AS ${t}`)
  return { n, t, kinds: value.kinds }
}

function before(value: ValueSql | undefined, rows: number): ValueSql | undefined {
  if (value === undefined) return undefined
  const lag = (side: string) => `lag(${side}, ${rows}) OVER (ORDER BY rn)`
  return { n: lag(value.n), t: lag(value.t), kinds: value.kinds }
}

/** Peek also sees rows that the table already has (I9): that is left to the row machine. */
function peek({ args }: Call, { items, output, inner }: Level): ValueSql | undefined {
  const [field, row] = args
  if (args.length > 2 || output?.name !== undefined) return undefined
  if (field?.kind !== 'name' && field?.kind !== 'text') return undefined
  const back = row === undefined ? 1 : rowsBack(row)
  if (back === undefined) return undefined
  const name = field.kind === 'name' ? field.name : field.value
  const item = items.find((each) => each.name === name)
  if (item === undefined) return NULL_SQL
  return before(expressionSql(item.expression, inner), back)
}

/** Returns n for the literal -n. */
function rowsBack(row: Expression): number | undefined {
  if (row.kind !== 'unary' || row.operator !== '-' || row.operand.kind !== 'number') return undefined
  const rows = Math.trunc(row.operand.value)
  return rows >= 1 ? rows : undefined
}
