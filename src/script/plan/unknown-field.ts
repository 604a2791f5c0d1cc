/**
 * The fault for a field that the source of a LOAD does not have (SEMANTICS E17): it lists the fields
 * of the source, first a name that differs only in case, because names are case-sensitive (F1).
 */
import { faults, type ScriptFaultError } from '../fault/fault.ts'
import type { Span } from '../fault/span.ts'
import { nearestName } from '../value/nearest-name.ts'

const NAMES_SHOWN = 10

/** Delimiters that a file may have instead of the one that the script says. */
const DELIMITERS = [';', '\t', '|', ',']

/**
 * @param known the fields of the source
 * @param isQuoted it stands in quotes, where a text may be meant
 */
export function unknownField(
  name: string,
  known: readonly string[],
  span?: Span,
  isQuoted = false,
): ScriptFaultError {
  const [only = '', second] = known
  const delimiter = second === undefined ? DELIMITERS.find((each) => only.includes(each)) : undefined
  if (delimiter !== undefined) {
    const written = delimiter === '\t' ? '\\t' : delimiter
    const message = `Field '${name}' not found: the source has one field '${only}': delimiter is '${written}'?`
    return faults.fieldNotFound(message, span)
  }
  const alike = known.find((each) => each.toLowerCase() === name.toLowerCase())
  if (alike !== undefined) {
    return faults.fieldNotFound(
      `Field '${name}' not found: names are case-sensitive, there is '${alike}'`,
      span,
    )
  }
  const near = nearestName(name, known)
  const meant = near === undefined ? '' : ` (did you mean '${near}'?)`
  const hint = isQuoted && near === undefined ? `; a text stands in single quotes: '${name}'` : meant
  const shown = known.slice(0, NAMES_SHOWN).join(', ')
  const more = known.length > NAMES_SHOWN ? ` and ${known.length - NAMES_SHOWN} more` : ''
  return faults.fieldNotFound(
    known.length === 0
      ? `Field '${name}' not found: the source has no fields`
      : `Field '${name}' not found: the source has ${shown}${more}${hint}`,
    span,
  )
}
