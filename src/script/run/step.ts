/**
 * One statement being run: where it stands, how its faults end the run or not, and what it writes to the log
 * (LANGUAGE, section 11).
 */

import { type Fault, faultOf } from '../fault.ts'
import type { Asking, FaultPlace } from '../host.ts'
import { Lines } from '../span.ts'
import { type Origin, through } from '../syntax/origin.ts'
import type { RawStatement } from '../syntax/split.ts'
import { numberOf } from '../value/convert.ts'
import { expand } from './evaluate-script.ts'
import type { ScriptState, Unit } from './script-state.ts'

/** How deep the script stands: blocks and calls for the log, calls for the limit, loops and subs for EXIT. */
export interface Place {
  readonly depth: number
  /** Calls and included files around this place. */
  readonly calls: number
  readonly inSub: boolean
  /** Loops around this place, in the same sub. */
  readonly fors: number
  readonly dos: number
}

export interface Step {
  readonly unit: Unit
  readonly index: number
  readonly place: Place
  readonly statement: RawStatement
  /** The statement as far as it is expanded. */
  text: string
  /** From spans of `text` to the script of the unit. */
  origin: Origin
  /** Index of the last statement that belongs to it: further than its own for a stack of LOADs. */
  last: number
}

/** What happens after a statement: the next one, or leaving what EXIT names. */
export type Flow = 'go' | 'exit sub' | 'exit for' | 'exit do' | 'exit script'

/** Runs statements `from` (inclusive) to `to` (exclusive). */
export type RunRange = (unit: Unit, from: number, to: number, place: Place) => Asking<Flow>

/** Ends the run: a statement failed and ErrorMode does not let it go on. */
export class ScriptStopped extends Error {
  override readonly name = 'ScriptStopped'
  readonly fault: Fault
  readonly place: FaultPlace
  readonly statement: string

  constructor(fault: Fault, place: FaultPlace, statement: string) {
    super(fault.message)
    this.fault = fault
    this.place = place
    this.statement = statement
  }
}

/**
 * Begins the statement at `index`: tells the host where the script is, so that it can stop a script that
 * never ends.
 */
export function* beginStep(state: ScriptState, unit: Unit, index: number, place: Place): Asking<Step> {
  const step = stepAt(unit, index, place)
  state.statements += 1
  yield { kind: 'position', statement: state.statements, line: lineOf(step) }
  return step
}

export function stepAt(unit: Unit, index: number, place: Place): Step {
  const statement = unit.statements[index]!
  const { text, origin } = statement
  return { unit, index, place, statement, text, origin, last: index }
}

/** Tells whether there was anything to expand. */
export function* expandStep(state: ScriptState, step: Step): Asking<boolean> {
  const expanded = yield* expand(state, step.statement.text)
  if (expanded === undefined) return false
  step.text = expanded.text
  step.origin = through(expanded.origin, step.statement.origin)
  return true
}

/** Expands a control clause, logs it and parses it. */
export function* readClause<T>(state: ScriptState, step: Step, parse: (text: string) => T): Asking<T> {
  yield* expandStep(state, step)
  yield* logStatement(step)
  return parse(step.text)
}

/** One block further in. */
export function deeper(place: Place, loop?: 'fors' | 'dos'): Place {
  const inside = { ...place, depth: place.depth + 1 }
  return loop === undefined ? inside : { ...inside, [loop]: place[loop] + 1 }
}

/** Line of the main script. */
export function lineOf({ statement, unit }: Step): number {
  return unit.included?.line ?? statement.line
}

/**
 * Runs `body` of a statement. A fault is recorded; then the run stops, or with ErrorMode 0 goes on as if
 * `body` had given `otherwise`.
 */
export function* guarded<T>(state: ScriptState, step: Step, body: Asking<T>, otherwise: T): Asking<T> {
  try {
    return yield* body
  } catch (error) {
    const found = faultOf(error)
    if (found === undefined) throw error
    const place = placeOf(found, step)
    const fault = located(shortened(found), place, step)
    state.errors.record(fault)
    yield* logResult(step, `Error: ${fault.message}`)
    const mode = numberOf(state.variables.get('ErrorMode') ?? 1, state.variables.settings())
    if (mode !== 0) {
      const { included } = step.unit
      throw new ScriptStopped(fault, included === undefined ? place : { line: included.line }, cut(step.text))
    }
    return otherwise
  }
}

/** What is shown of a message or a statement; both may hold whole files. */
const SHOWN_MAX_CHARACTERS = 4000

const cut = (text: string) =>
  text.length <= SHOWN_MAX_CHARACTERS ? text : `${text.slice(0, SHOWN_MAX_CHARACTERS)} ...`

const shortened = (fault: Fault): Fault => ({ ...fault, message: cut(fault.message) })

/** In the script or the included file. */
function placeOf({ span }: Fault, { unit, origin }: Step): FaultPlace {
  const { start } = origin(span ?? { start: 0, end: 0 })
  const { line, column } = new Lines(unit.script).place(start)
  return span === undefined ? { line } : { line, column }
}

/** In an included file the message names the file and the place in it. */
function located(fault: Fault, { line, column }: FaultPlace, { unit }: Step): Fault {
  if (unit.included === undefined) return fault
  const at = column === undefined ? `line ${line}` : `line ${line}, column ${column}`
  return { ...fault, message: `${fault.message} (${at} of ${unit.included.path})` }
}

/**
 * Log lines of a statement: each with its own line of the script; in an included file the line that led
 * there.
 */
export function* logStatement(step: Step): Asking<void> {
  const first = lineOf(step)
  const each = step.unit.included === undefined ? 1 : 0
  for (const [index, text] of step.text.split('\n').entries()) {
    if (text.trim() === '') continue
    yield { kind: 'log', line: first + index * each, depth: step.place.depth, text: text.trimEnd() }
  }
}

/** A line of results, without a line number. */
export function* logResult(step: Step, text: string): Asking<void> {
  yield { kind: 'log', depth: step.place.depth, text }
}
