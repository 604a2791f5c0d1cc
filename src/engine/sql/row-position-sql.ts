/**
 * SQL of the functions that look at the row's position, where it provably gives what the row machine gives
 * (SEMANTICS I1 to I4): RecNo and RowNo, Previous of what does not look at positions itself, and Peek a fixed
 * number of rows back into a field that this level writes. Windows run after WHERE, over the rows in load
 * order.
 */

import { NO_KINDS } from '../../script/plan/catalog-model.ts'
import type { OutputItem } from '../../script/row/level-machine.ts'
import type { OutputTable } from '../../script/row/load-context.ts'
import type { Expression } from '../../script/syntax/expression.ts'
import { expressionSql, type FieldSql, numberSql, type SqlPlace, type ValueSql } from './expression-sql.ts'

type Call = Extract<Expression, { kind: 'call' }>

/** In WHERE: only the number of the input row is known. */
export function conditionPlace(field: FieldSql): SqlPlace {
  return { field, call: ({ name }) => (name === 'recno' ? numberSql('rn::DOUBLE') : undefined) }
}

/** In the fields of a level that writes these items; `output` undefined: its rows go to no table. */
export function fieldPlace(
  field: FieldSql,
  items: readonly OutputItem[],
  output: OutputTable | undefined,
): SqlPlace {
  const inner = conditionPlace(field)
  return {
    field,
    call: (call) => {
      if (call.name === 'rowno') return rowNumber(output)
      if (call.name === 'previous') return before(expressionSql(call.args[0]!, inner), 1)
      if (call.name === 'peek') return peek(call, items, output, inner)
      return inner.call(call)
    },
  }
}

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

/** A table that has rows already would be seen too (I9): that is left to the row machine. */
function peek(
  { args }: Call,
  items: readonly OutputItem[],
  output: OutputTable | undefined,
  inner: SqlPlace,
): ValueSql | undefined {
  const [field, row] = args
  if (args.length > 2 || output?.name !== undefined) return undefined
  if (field?.kind !== 'name' && field?.kind !== 'text') return undefined
  const back = row === undefined ? 1 : rowsBack(row)
  if (back === undefined) return undefined
  const name = field.kind === 'name' ? field.name : field.value
  const item = items.find((each) => each.name === name)
  if (item === undefined) return { n: 'NULL::DOUBLE', t: 'NULL::VARCHAR', kinds: NO_KINDS }
  return before(expressionSql(item.expression, inner), back)
}

/** n of the literal -n. */
function rowsBack(row: Expression): number | undefined {
  if (row.kind !== 'unary' || row.operator !== '-' || row.operand.kind !== 'number') return undefined
  const rows = Math.trunc(row.operand.value)
  return rows >= 1 ? rows : undefined
}
