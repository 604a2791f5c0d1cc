/**
 * Splits a LOAD that aggregates into three steps: expressions computed per input row (group keys and
 * arguments of aggregations), the aggregations themselves, and expressions over their results, such as
 * `Sum(x) / Count(y)`. A field outside an aggregation must be grouped, itself or as part of a grouped
 * expression (SEMANTICS J4).
 */

import { defined } from '../../core/defined.ts'
import { faults, type ScriptFaultError } from '../fault/fault.ts'
import { functionRow, isAggregation } from '../function/functions.ts'
import { readMade } from '../function/made-text.ts'
import type { Fold, FoldOperation } from '../function/site/function-row.ts'
import { type Expression, expressionKey, operandsOf } from '../syntax/expression.ts'
import type { Report } from './findings.ts'
import type { OutputItem } from './row-plan.ts'

/**
 * Gathers all values of the group into one text, for the aggregations that need them at once
 * (collected-values.ts).
 */
export const COLLECT = 'collect'

export interface Aggregation {
  readonly operation: FoldOperation | typeof COLLECT
  /** Of the function, for faults. */
  readonly name: string
  readonly distinct: boolean
  /** Index of the input column of each argument that depends on the row. */
  readonly value: number
  readonly weight?: number
  /** Rank of Min, Max, FirstSortedValue; delimiter of Concat: the same for all rows. */
  readonly constant?: Expression
}

export interface GroupPlan {
  /** Evaluated per input row: first the keys, then arguments. */
  readonly inputs: readonly Expression[]
  readonly keys: number
  readonly aggregations: readonly Aggregation[]
  /** Over a row with the columns named by `keyName` and `aggregationName`. */
  readonly outputs: readonly OutputItem[]
}

/** Names that cannot occur in a script, for the columns between the steps. */
export const keyName = (index: number): string => `\0key${index}`
export const aggregationName = (index: number): string => `\0aggregation${index}`

/** The fields that the step before grouping writes. */
export const inputItems = ({ inputs }: GroupPlan): OutputItem[] =>
  inputs.map((expression, index) => ({ name: `i${index}`, expression }))

/** The fields of the grouped rows: keys, then aggregations. */
export const resultNames = ({ keys, aggregations }: GroupPlan): string[] => [
  ...Array.from({ length: keys }, (_, index) => keyName(index)),
  ...aggregations.map((_, index) => aggregationName(index)),
]

export function hasAggregation(expression: Expression): boolean {
  const { kind } = expression
  return (
    (kind === 'call' && isAggregation(functionRow(expression.name))) ||
    operandsOf(expression).some(hasAggregation)
  )
}

/** Replaces an expression with a fault, so that it is reported once. */
const NOTHING: Expression = { kind: 'number', value: 0 }

const notGrouped = ({ name, span }: Expression & { kind: 'name' }): ScriptFaultError =>
  faults.groupBy(`Field '${name}' must be aggregated or stand in GROUP BY`, span)

export function groupPlan(
  items: readonly OutputItem[],
  groupBy: readonly Expression[],
  report: Report,
): GroupPlan {
  const keys = new Map(groupBy.map((key, index) => [expressionKey(key), index]))
  const inputs: Expression[] = groupBy.map(readMade)
  const aggregations: Aggregation[] = []
  const known = new Map<string, number>()

  const input = (expression: Expression): number => {
    if (hasAggregation(expression)) {
      report(faults.groupBy('An aggregation cannot stand inside an aggregation', expression.span))
      return inputs.push(NOTHING) - 1
    }
    return inputs.push(readMade(expression)) - 1
  }

  const column = (text: string, make: () => Aggregation): Expression => {
    const index = known.get(text) ?? aggregations.push(make()) - 1
    known.set(text, index)
    return { kind: 'name', name: aggregationName(index), quoted: true }
  }

  const aggregation = (call: Expression & { kind: 'call' }): Expression => {
    const { name, fold } = functionRow(call.name)!
    if (fold !== undefined) return column(expressionKey(call), () => aggregationOf(name, fold, call, input))
    // The call stays, over columns that hold all values of each argument.
    const args = call.args.map((argument) =>
      column(`${COLLECT} ${expressionKey(argument)}`, () => ({
        operation: COLLECT,
        name,
        distinct: false,
        value: input(argument),
      })),
    )
    return { ...call, args }
  }

  const rewrite = (expression: Expression): Expression => {
    const key = keys.get(expressionKey(expression))
    if (key !== undefined) return { kind: 'name', name: keyName(key), quoted: true }
    switch (expression.kind) {
      case 'name': {
        const same = groupBy.findIndex((each) => each.kind === 'name' && each.name === expression.name)
        if (same >= 0) return { kind: 'name', name: keyName(same), quoted: true }
        report(notGrouped(expression))
        return NOTHING
      }
      case 'read':
      case 'unary':
        return { ...expression, operand: rewrite(expression.operand) }
      case 'binary':
        return { ...expression, left: rewrite(expression.left), right: rewrite(expression.right) }
      case 'call':
        if (isAggregation(functionRow(expression.name))) return aggregation(expression)
        return { ...expression, args: expression.args.map(rewrite) }
      default:
        return expression
    }
  }

  const outputs = items.map(({ name, expression }) => ({ name, expression: rewrite(expression) }))
  if (aggregations.length === 0) {
    report(faults.groupBy('GROUP BY needs at least one aggregation', groupBy[0]?.span))
  }
  return { inputs, keys: groupBy.length, aggregations, outputs }
}

function aggregationOf(
  name: string,
  { operation, weight, constant }: Fold,
  { args, distinct }: Expression & { kind: 'call' },
  input: (expression: Expression) => number,
): Aggregation {
  const value = input(args[0]!)
  const ordering = weight === undefined ? undefined : args[weight]
  const fixed = constant === undefined ? undefined : args[constant]
  return {
    operation,
    name,
    distinct,
    value,
    ...(ordering === undefined ? {} : { weight: input(ordering) }),
    ...defined({ constant: fixed }),
  }
}
