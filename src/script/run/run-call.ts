/** SUB, CALL and included files (LANGUAGE, section 4; SEMANTICS P10 to P15, O19, O20). */

import { faults } from '../fault/fault.ts'
import type { Asking } from '../host.ts'
import { includeOf } from '../parse/expand.ts'
import { parseCall, parseSub } from '../parse/parse-control.ts'
import type { Block } from '../syntax/block.ts'
import { through } from '../syntax/origin.ts'
import { type RawStatement, split } from '../syntax/split.ts'
import { variableName } from '../value/system-variables.ts'
import type { Value } from '../value/value.ts'
import { deeper, type Flow, lineOf, logStatement, type RunRange, readClause } from './current-statement.ts'
import { evaluate, expand, readInclude } from './evaluate-script.ts'
import type { CurrentStatement, Nesting, ScriptState, Sub } from './script-state.ts'

/** How deep calls and included files may nest (P15). */
export const MAX_CALLS = 256

/** Keeps the sub for later calls; one of the same name is replaced (P13). */
export function* defineSub(state: ScriptState, current: CurrentStatement, { end }: Block): Asking<void> {
  const { name, formals } = yield* readClause(state, current, parseSub)
  state.subs.set(name.toLowerCase(), { unit: current.unit, from: current.index + 1, to: end, formals })
}

/**
 * Runs the body; then plain variables among the arguments get the parameters' last values (P10, P12). Throws
 * ScriptFaultError: no such sub, too many arguments, too deep, or a fault in an argument.
 */
export function* runCall(state: ScriptState, current: CurrentStatement, run: RunRange): Asking<Flow> {
  const { name, args, variables } = yield* readClause(state, current, parseCall)
  const sub = findSub(state, name, args.length)
  const nesting = { ...enclosed(current.nesting, `The call of ${name}`), inSub: true, fors: 0, dos: 0 }
  const parameters = new Map<string, Value>()
  for (const [index, formal] of sub.formals.entries()) {
    const argument = args[index]
    parameters.set(formal, argument === undefined ? null : yield* evaluate(state, argument))
  }
  state.variables.enter(parameters)
  const flow = yield* run(sub.unit, sub.from, sub.to, nesting)
  const last = state.variables.leave()
  for (const [index, variable] of variables.entries()) {
    if (variable === undefined || state.variables.isReadOnly(variable)) continue
    state.variables.set(variable, last.get(variableName(sub.formals[index] ?? '')) ?? null)
  }
  return flow === 'exit sub' ? 'go' : flow
}

function findSub(state: ScriptState, name: string, count: number): Sub {
  const sub = state.subs.get(name.toLowerCase())
  if (sub === undefined) throw faults.subNotFound(`The sub ${name} is not defined before this CALL`)
  const { length } = sub.formals
  if (count > length) throw faults.semantic(`The sub ${name} takes ${length} argument(s), got ${count}`)
  return sub
}

/** Runs the text of the file as if it stood here; a missing one is a fault only for Must_Include. */
export function* runInclude(state: ScriptState, current: CurrentStatement, run: RunRange): Asking<Flow> {
  const written = current.statement.text.slice(2, -1)
  const inner = (yield* expand(state, written, current.nesting.depth, true))?.text ?? written
  const include = includeOf(inner)
  if (include === undefined) throw faults.syntax('Expected $(Include=path) or $(Must_Include=path)')
  const { path, must } = include
  current.text = `$(${inner})`
  yield* logStatement(current)
  const nesting = enclosed(current.nesting, `The included file ${path}`)
  const script = yield* readInclude(path, must)
  const statements = split(script)
  const included = { path, line: lineOf(current) }
  return yield* run({ script, statements, included }, 0, statements.length, nesting)
}

/** Runs what a macro expanded to when that is more than one statement, or a block. */
export function* runPieces(
  current: CurrentStatement,
  pieces: readonly RawStatement[],
  run: RunRange,
): Asking<Flow> {
  const first = current.statement.line - 1
  const statements = pieces.map((piece) => ({
    ...piece,
    line: first + piece.line,
    origin: through(piece.origin, current.origin),
  }))
  const nesting = enclosed(current.nesting, 'What the macro expands to')
  return yield* run({ ...current.unit, statements }, 0, statements.length, nesting)
}

/** The nesting inside: it may still EXIT the loop around it. Throws ScriptFaultError when it is too deep. */
function enclosed(nesting: Nesting, what: string): Nesting {
  if (nesting.calls >= MAX_CALLS) throw faults.general(`${what} is nested more than ${MAX_CALLS} deep`)
  return { ...deeper(nesting), calls: nesting.calls + 1 }
}
