/**
 * The fault for a field that the source of a LOAD does not have (SEMANTICS E17): it lists the fields
 * of the source, first a name that differs only in case, because names are case-sensitive (F1).
 */
import { faults, type ScriptFaultError } from '../fault/fault.ts'
import type { Span } from '../fault/span.ts'
import { nearestName } from '../value/nearest-name.ts'

const NAMES_SHOWN = 10

/** @param known the fields of the source */
export function unknownField(name: string, known: readonly string[], span?: Span): ScriptFaultError {
  const alike = known.find((each) => each.toLowerCase() === name.toLowerCase())
  if (alike !== undefined) {
    return faults.fieldNotFound(
      `Field '${name}' not found: names are case-sensitive, there is '${alike}'`,
      span,
    )
  }
  const near = nearestName(name, known)
  const hint = near === undefined ? '' : ` (did you mean '${near}'?)`
  const shown = known.slice(0, NAMES_SHOWN).join(', ')
  const more = known.length > NAMES_SHOWN ? ` and ${known.length - NAMES_SHOWN} more` : ''
  return faults.fieldNotFound(
    known.length === 0
      ? `Field '${name}' not found: the source has no fields`
      : `Field '${name}' not found: the source has ${shown}${more}${hint}`,
    span,
  )
}
