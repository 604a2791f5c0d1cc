/**
 * What waits for the next LOAD that runs, whatever control statements stand between: a label, and LOADs
 * without a source of their own, whose source it is. Neither is ever lost in silence: another label, a
 * statement about tables, or the end of the script makes a fault of it.
 */
import { faults, type ScriptFaultError } from '../fault/fault.ts'
import type { Span } from '../fault/span.ts'
import { oneLabel } from '../parse/parse-prefixes.ts'
import { type DerivedText, joined } from '../syntax/origin.ts'
import { type LoadStatement, NO_SOURCE, type Statement } from '../syntax/statement.ts'

/** A statement that waits, as the interpreter or a checker keeps it. */
interface Waits<Place> {
  /** Where it begins. */
  readonly place: Place
}

export interface WaitingLabel<Place> extends Waits<Place> {
  readonly name: string
}

/** The upper levels of a stack, with semicolons between. */
interface Levels extends DerivedText {
  readonly count: number
}

export interface WaitingLoads<Place> extends Waits<Place>, Levels {
  /** The top level, in the text of its statement. */
  readonly level: Span
  /** WHEN or UNLESS before the top leaves out the whole stack. */
  readonly isLeftOut: boolean
}

/** Does the next LOAD belong to this one? The bottom of a stack of LOADs has a source of its own. */
export function isIncomplete(statement: LoadStatement): boolean {
  return statement.levels.at(-1)!.source.kind === 'preceding'
}

/** A loop may go on for ever. */
const WAITING_LOADS_MAX = 1000

/**
 * The stack with one more level. Throws ScriptFaultError: too many.
 *
 * @param start where the LOAD begins in its text
 */
export function stackedOn(above: Levels | undefined, { text, origin }: DerivedText, start: number): Levels {
  const level = { text: text.slice(start), origin: (span: Span) => origin(moved(span, start)), count: 1 }
  if (above === undefined) return level
  const count = above.count + 1
  if (count > WAITING_LOADS_MAX)
    throw faults.general(`More than ${WAITING_LOADS_MAX} LOADs wait for a source`)
  const upper = `${above.text};\n`
  return { text: upper + level.text, origin: joined(above.origin, upper.length, level.origin), count }
}

const moved = ({ start, end }: Span, by: number): Span => ({ start: start + by, end: end + by })

/** LOADs wait over what neither loads nor changes tables; behind others their source is forgotten. */
export function mayStandBetween({ kind }: Statement): boolean {
  return BETWEEN.has(kind)
}

const BETWEEN: ReadonlySet<Statement['kind']> = new Set([
  'set',
  'let',
  'drop-variables',
  'trace',
  'rem',
  'sleep',
  'directory',
])

export const noSource = (level: Span): ScriptFaultError => faults.syntax(NO_SOURCE, level)

export const noLoad = (label: string): ScriptFaultError =>
  faults.syntax(`No LOAD follows the label '${label}'`, { start: 0, end: 0 })

/**
 * Whether the label stands directly before the statement at `place`. Such a label is of that LOAD alone: if
 * WHEN or UNLESS leaves the LOAD out, the label goes with it.
 */
export function isLabelOf<At extends { readonly unit: unknown; readonly index: number }>(
  label: WaitingLabel<At> | undefined,
  place: At,
): boolean {
  return label !== undefined && label.place.unit === place.unit && label.place.index === place.index - 1
}

/** The LOAD with the label that waits for it. Throws ScriptFaultError: it has one of its own. */
export function labelled(statement: LoadStatement, waiting: string | undefined): LoadStatement {
  if (waiting === undefined) return statement
  if (statement.label !== undefined) oneLabel(waiting, statement.label, { start: 0, end: 0 })
  return { ...statement, label: waiting }
}
