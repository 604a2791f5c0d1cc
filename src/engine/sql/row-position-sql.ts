/**
 * SQL of the functions of the row position, where the result is provably that of the row machine
 * (SEMANTICS I1 to I4): RecNo and RowNo, Previous of an expression without such functions, and Peek a fixed
 * number of rows back into a field that this level writes. Windows run after WHERE, over the rows in load
 * order.
 */

import type { OutputTable } from '../../script/function/site/load-context.ts'
import type { OutputItem } from '../../script/plan/row-plan.ts'
import type { Expression } from '../../script/syntax/expression.ts'
import {
  expressionSql,
  type FieldSql,
  NULL_SQL,
  numberSql,
  type SqlScope,
  type ValueSql,
} from './expression-sql.ts'

type Call = Extract<Expression, { kind: 'call' }>

/** In WHERE: only the number of the input row is known. */
export function conditionScope(field: FieldSql): SqlScope {
  return { field, call: ({ name }) => (name === 'recno' ? RECORD_NUMBER : undefined) }
}

/** In the fields of a level that writes these items; `output` undefined: its rows go to no table. */
export function fieldScope(
  field: FieldSql,
  items: readonly OutputItem[],
  output: OutputTable | undefined,
): SqlScope {
  const level = { items, output, inner: conditionScope(field) }
  return { field, call: (call) => POSITION_SQL.get(call.name)?.(call, level) }
}

interface Level {
  readonly items: readonly OutputItem[]
  readonly output: OutputTable | undefined
  /** The scope of the arguments of a call. */
  readonly inner: SqlScope
}

type PositionSql = (call: Call, level: Level) => ValueSql | undefined

const RECORD_NUMBER = numberSql('rn::DOUBLE')

/** Functions of the row's position, by name in lower case. */
export const POSITION_SQL: ReadonlyMap<string, PositionSql> = new Map<string, PositionSql>([
  ['peek', peek],
  ['previous', ({ args }, { inner }) => before(expressionSql(args[0]!, inner), 1)],
  ['recno', () => RECORD_NUMBER],
  ['rowno', (_, { output }) => rowNumber(output)],
])

function rowNumber(output: OutputTable | undefined): ValueSql {
  return numberSql(
    output === undefined ? '0::DOUBLE' : `(row_number() OVER (ORDER BY rn) + ${output.rowsBefore})::DOUBLE`,
  )
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
