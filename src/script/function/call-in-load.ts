/**
 * Calls in a LOAD whose meaning depends on where they stand: on the row, on other rows, on tables and files.
 */

import { type Expression, operandsOf } from '../syntax/expression.ts'
import type { Value } from '../value/value.ts'
import { listAggregation } from './collected-values.ts'
import { functionRow } from './functions.ts'
import { readMade } from './made-text.ts'
import type { Evaluator } from './site/binding.ts'
import type { CallSite, OfLoad, PartsOf } from './site/function-row.ts'
import type { LoadContext } from './site/load-context.ts'
import type { RowMultiplier } from './site/machine-state.ts'

/**
 * Returns the evaluator of a call whose function depends on where it stands; undefined for any other.
 *
 * @param name lower case
 */
export function callInLoad(
  name: string,
  args: readonly Expression[],
  place: Omit<CallSite, 'dependsOnRow' | 'compileKey'>,
  distinct = false,
): Evaluator | undefined {
  const row = functionRow(name)
  if (row === undefined) return undefined
  const compileKey = (expression: Expression) => place.compile(readMade(expression))
  const site = { ...place, dependsOnRow, compileKey }
  if (row.context !== undefined) return row.context(args, site)
  if (row.load !== undefined) return ofLoad(row.load, args.map(site.compile), site.context)
  if (row.list !== undefined) return listAggregation(row.name, row.list, args, distinct, site)
  // Rows are not multiplied in a condition (J19).
  if (row.parts === undefined || args.length > row.min || site.state.inCondition) return undefined
  return rowsOfParts(row.parts, args.map(site.compile), site)
}

/** Whether an expression may differ from row to row. */
export function dependsOnRow(expression: Expression): boolean {
  if (expression.kind === 'name') return true
  if (expression.kind === 'call' && functionRow(expression.name)?.context !== undefined) return true
  return operandsOf(expression).some(dependsOnRow)
}

function ofLoad(apply: OfLoad, args: readonly Evaluator[], context: LoadContext): Evaluator {
  const values: Value[] = args.map(() => null)
  return () => {
    for (let at = 0; at < args.length; at++) values[at] = args[at]!()
    return apply(values, context)
  }
}

const ONE_NULL: readonly Value[] = [null]

/**
 * One output row for each part, with all combinations where a LOAD has several such calls (J17, J18, B16).
 */
function rowsOfParts(partsOf: PartsOf, args: readonly Evaluator[], { context, state }: CallSite): Evaluator {
  const multiplier: RowMultiplier = {
    current: null,
    parts: () => {
      const parts = partsOf(
        args.map((evaluate) => evaluate()),
        context,
      )
      return parts.length === 0 ? ONE_NULL : parts
    },
  }
  state.multipliers.push(multiplier)
  return () => multiplier.current
}
