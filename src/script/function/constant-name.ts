/**
 * Names of fields and tables in the arguments of functions. They must be known when the LOAD is compiled,
 * because their data is fetched before the first row: a name that depends on the row is a fault.
 */
import { faults } from '../fault/fault.ts'
import type { Expression } from '../syntax/expression.ts'
import { textOf } from '../value/convert.ts'
import type { CallSite } from './site/function-row.ts'

/** The text of a name argument; a bare name stands for itself. */
export function constantName(expression: Expression, site: CallSite, called: string): string {
  if (expression.kind === 'text') return expression.value
  if (expression.kind === 'name') return expression.name
  if (site.dependsOnRow(expression)) {
    throw faults.semantic(`${called}: names of fields and tables must not depend on the row`)
  }
  return textOf(site.compile(expression)(), site.context.settings) ?? ''
}
