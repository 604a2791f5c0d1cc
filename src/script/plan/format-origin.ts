/**
 * Where a field of a LOAD has the format of its numbers from: a field of the source that it passes on, or the
 * function that makes it.
 */
import { functionRow } from '../function/functions.ts'
import type { Expression } from '../syntax/expression.ts'
import type { FieldFormat } from '../value/field-format.ts'
import type { Settings } from '../value/settings.ts'

export type FormatOrigin = { readonly field: string } | { readonly format: FieldFormat } | undefined

/** @param below the origin of a field of the level's input */
export function formatOrigin(
  expression: Expression,
  below: (field: string) => FormatOrigin,
  settings: Settings,
): FormatOrigin {
  switch (expression.kind) {
    case 'name':
      return below(expression.name)
    case 'read':
      return formatOrigin(expression.operand, below, settings)
    case 'call': {
      const format = functionRow(expression.name)?.shows?.(expression.args, settings)
      return format && { format }
    }
    default:
      return undefined
  }
}
