/**
 * One statement being run: where it stands, how its faults end the run or not, and what it writes to the log
 * (LANGUAGE, section 11).
 */

import { type Fault, faultOf } from '../fault/fault.ts'
import { pointedLine } from '../fault/pointed-line.ts'
import { Lines, type Span } from '../fault/span.ts'
import type { Asking, FaultPosition } from '../host.ts'
import { takesText } from '../syntax/head.ts'
import { type Origin, through } from '../syntax/origin.ts'
import { numberOf } from '../value/convert.ts'
import { expand } from './evaluate-script.ts'
import type { CurrentStatement, Nesting, ScriptState, Unit } from './script-state.ts'

/** What happens after a statement: the next one, or leaving what EXIT names. */
export type Flow = 'go' | 'exit sub' | 'exit for' | 'exit do' | 'exit script'

/** Runs statements `from` (inclusive) to `to` (exclusive). */
export type RunRange = (unit: Unit, from: number, to: number, nesting: Nesting) => Asking<Flow>

/** Ends the run: a statement failed and ErrorMode does not let it go on. */
export class ScriptStopped extends Error {
  override readonly name = 'ScriptStopped'
  readonly fault: Fault
  readonly position: FaultPosition
  readonly statement: string

  constructor(fault: Fault, position: FaultPosition, statement: string) {
    super(fault.message)
    this.fault = fault
    this.position = position
    this.statement = statement
  }
}

/**
 * Begins the statement at `index`: tells the host where the script is, so that it can stop a script that
 * never ends.
 */
export function* beginStatement(
  state: ScriptState,
  unit: Unit,
  index: number,
  nesting: Nesting,
): Asking<CurrentStatement> {
  const current = statementAt(unit, index, nesting)
  state.statements += 1
  yield { kind: 'position', statement: state.statements, line: lineOf(current), text: cut(current.text) }
  return current
}

export function statementAt(unit: Unit, index: number, nesting: Nesting): CurrentStatement {
  const statement = unit.statements[index]!
  const { text, origin } = statement
  return { unit, index, nesting, statement, text, origin, empty: [] }
}

/** Tells whether there was anything to expand. */
export function* expandStatement(state: ScriptState, current: CurrentStatement): Asking<boolean> {
  const { statement, nesting } = current
  const expanded = yield* expand(state, statement.text, nesting.depth, takesText(statement.head))
  if (expanded === undefined) return false
  current.text = expanded.text
  current.origin = through(expanded.origin, statement.origin)
  current.empty = expanded.empty
  return true
}

/** Expands a control clause, logs it and parses it. */
export function* readClause<T>(
  state: ScriptState,
  current: CurrentStatement,
  parse: (text: string) => T,
): Asking<T> {
  yield* expandStatement(state, current)
  yield* logStatement(current)
  return parse(current.text)
}

/** One block further in. */
export function deeper(nesting: Nesting, loop?: 'fors' | 'dos'): Nesting {
  const inside = { ...nesting, depth: nesting.depth + 1 }
  return loop === undefined ? inside : { ...inside, [loop]: nesting[loop] + 1 }
}

/** Line of the main script. */
export function lineOf({ statement, unit }: CurrentStatement): number {
  return unit.included?.line ?? statement.line
}

/**
 * Runs `body` of a statement. A fault is recorded; then the run stops, or with ErrorMode 0 goes on as if
 * `body` had given `otherwise`.
 */
export function* guarded<T>(
  state: ScriptState,
  current: CurrentStatement,
  body: Asking<T>,
  otherwise: T,
): Asking<T> {
  try {
    return yield* body
  } catch (error) {
    const thrown = faultOf(error)
    if (thrown === undefined) throw error
    const { found, place } = blamed(thrown, current)
    const position = positionOf(place, current)
    const fault = located(shortened(found), position, current)
    state.errors.record(fault)
    yield* logResult(current, `Error: ${withPosition(fault, position, current)}`)
    yield* logPlace(current, position)
    const mode = numberOf(state.variables.get('ErrorMode') ?? 1, state.variables.settings())
    if (mode !== 0) {
      const { included } = current.unit
      throw new ScriptStopped(
        fault,
        included === undefined ? position : { line: included.line },
        cut(current.text),
      )
    }
    return otherwise
  }
}

/** The line of the script with a caret. */
function* logPlace(current: CurrentStatement, { line, column }: FaultPosition): Asking<void> {
  if (column === undefined) return
  const written = current.unit.script.split('\n')[line - 1] ?? ''
  for (const text of pointedLine(written, column)) yield* logResult(current, text)
}

/** What is shown of a message or a statement; both may hold whole files. */
export const SHOWN_MAX_CHARACTERS = 4000

const cut = (text: string) =>
  text.length <= SHOWN_MAX_CHARACTERS ? text : `${text.slice(0, SHOWN_MAX_CHARACTERS)} ...`

const shortened = (fault: Fault): Fault => ({ ...fault, message: cut(fault.message) })

/** Where a fault is. */
interface FaultPlace {
  readonly span: Span | undefined
  /** Of the text that `span` is in. */
  readonly origin: Origin
}

/** Faults that text which is missing may have made. */
const OF_TEXT: ReadonlySet<Fault['code']> = new Set(['Syntax', 'UnknownStatement'])
const OF_PATHS: ReadonlySet<Fault['code']> = new Set(['FileNotFound', 'ConnectionNotFound', 'PathInvalid'])
const IN_PATH = /(?:lib:|from\s|into\s|directory\s|include\s*=)[^\n(;]*$/i

/** A `$(...)` without a value is named, and not only what its empty text breaks. */
function blamed(found: Fault, { statement, origin, empty }: CurrentStatement) {
  const first = OF_TEXT.has(found.code)
    ? empty[0]
    : empty.find(({ span }) => OF_PATHS.has(found.code) && IN_PATH.test(statement.text.slice(0, span.start)))
  if (first === undefined) return { found, place: { span: found.span, origin } }
  const { written, span, fault } = first
  const why = fault === undefined ? '' : ` (${fault.message})`
  const message = `${written} has no value${why}: ${found.message}`
  return { found: { ...found, message }, place: { span, origin: statement.origin } }
}

/** In the script or the included file. */
function positionOf({ span, origin }: FaultPlace, { unit }: CurrentStatement): FaultPosition {
  const { start } = origin(span ?? { start: 0, end: 0 })
  const { line, column } = new Lines(unit.script).at(start)
  return span === undefined ? { line } : { line, column }
}

/** In an included file the message names the file and the position in it. */
function located(fault: Fault, position: FaultPosition, { unit }: CurrentStatement): Fault {
  if (unit.included === undefined) return fault
  return { ...fault, message: `${fault.message} (${positionText(position)} of ${unit.included.path})` }
}

/** For the log, which shows the statement: its line is known there, the column is not. */
function withPosition({ message }: Fault, position: FaultPosition, { unit }: CurrentStatement): string {
  const isTold = unit.included !== undefined || position.column === undefined
  return isTold ? message : `${message} (${positionText(position)})`
}

const positionText = ({ line, column }: FaultPosition) =>
  column === undefined ? `line ${line}` : `line ${line}, column ${column}`

/**
 * Log lines of a statement: each with its own line of the script; in an included file the line that led
 * there.
 */
export function* logStatement(current: CurrentStatement): Asking<void> {
  const first = lineOf(current)
  const each = current.unit.included === undefined ? 1 : 0
  for (const [index, text] of current.text.split('\n').entries()) {
    if (text.trim() === '') continue
    yield { kind: 'log', line: first + index * each, depth: current.nesting.depth, text: text.trimEnd() }
  }
}

/** A line of results, without a line number. */
export function* logResult(current: CurrentStatement, text: string): Asking<void> {
  yield { kind: 'log', depth: current.nesting.depth, text }
}
