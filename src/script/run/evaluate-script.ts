/**
 * Expressions outside of LOAD, in LET, IF, FOR, CALL and `$(=...)`: names are variables, an unknown one is
 * NULL, and functions that look at tables, maps and files are put to the host before the rest is computed.
 */

import { ask } from '../ask.ts'
import { compile } from '../evaluate/compile-expression.ts'
import { faults } from '../fault/fault.ts'
import { checkCall } from '../function/functions.ts'
import type { Binding } from '../function/site/binding.ts'
import type { Asking } from '../host.ts'
import { type ExpandedText, type ExpansionScope, expand as expandText } from '../parse/expand.ts'
import type { Guard } from '../parse/parse-control.ts'
import { parseExpression } from '../parse/parse-expression.ts'
import type { Expression } from '../syntax/expression.ts'
import { isTrue, numberOf, textOf } from '../value/convert.ts'
import { numberText } from '../value/number-text.ts'
import type { Value } from '../value/value.ts'
import type { ScriptState } from './script-state.ts'

/** Throws ScriptFaultError: of the expression, or of the host. */
export function* evaluate(state: ScriptState, expression: Expression): Asking<Value> {
  const answers: Answers = new Map()
  yield* lookUp(state, expression, answers)
  return compile(expression, bindingOf(state, answers))()
}

export function* evaluateText(state: ScriptState, expression: Expression): Asking<string> {
  const value = yield* evaluate(state, expression)
  return textOf(value, state.variables.settings()) ?? ''
}

/** @param what is named in the fault when the value has no number */
export function* evaluateNumber(state: ScriptState, expression: Expression, what: string): Asking<number> {
  const number = numberOf(yield* evaluate(state, expression), state.variables.settings())
  if (number === null) throw faults.semantic(`${what} is not a number`)
  return number
}

export function* isTrueNow(state: ScriptState, condition: Expression): Asking<boolean> {
  return isTrue(yield* evaluate(state, condition), state.variables.settings())
}

/** Do all WHEN and UNLESS let the statement run? */
export function* allow(state: ScriptState, guards: readonly Guard[]): Asking<boolean> {
  for (const { kind, condition } of guards) {
    if ((yield* isTrueNow(state, condition)) !== (kind === 'when')) return false
  }
  return true
}

/**
 * The statement text with every `$(...)` replaced by what it means now; undefined: there is none in it.
 *
 * @param isRaw as in parse/expand.ts
 */
export function* expand(
  state: ScriptState,
  text: string,
  depth: number,
  isRaw: boolean,
): Asking<ExpandedText | undefined> {
  if (!text.includes('$(')) return undefined
  const { variables } = state
  const value = (name: string) => variables.get(name) ?? null
  const asNumber = (of: Value) => numberText(numberOf(of, variables.settings()) ?? 0, '.')
  const scope: ExpansionScope = {
    text: (name) => textOf(value(name), variables.settings()) ?? undefined,
    numberText: (name) => asNumber(value(name)),
    evaluate: (expression) => evaluateText(state, parseExpression(expression)),
    *evaluateNumber(expression) {
      return asNumber(yield* evaluate(state, parseExpression(expression)))
    },
    include: (path, must) => readInclude(path, must),
  }
  const expanded = yield* expandText(text, scope, isRaw)
  for (const { written, fault } of expanded.empty) {
    if (fault === undefined) continue
    yield { kind: 'log', depth, text: `Warning: ${written} is empty: ${fault.message}` }
  }
  return expanded
}

/** A missing file is empty text, or a fault when it must be there (O19). */
export function* readInclude(path: string, must: boolean): Asking<string> {
  const text = yield* ask({ kind: 'include', path, must })
  if (text === undefined && must) throw faults.fileNotFound(`Cannot open file '${path}'`)
  return text ?? ''
}

/** By the argument list of the call, which is as good as the call itself. */
type Answers = Map<readonly Expression[], Value>

/** Inner lookups first: an outer one may need their answers. */
function* lookUp(state: ScriptState, expression: Expression, answers: Answers): Asking<void> {
  switch (expression.kind) {
    case 'unary':
      return yield* lookUp(state, expression.operand, answers)
    case 'binary':
      yield* lookUp(state, expression.left, answers)
      return yield* lookUp(state, expression.right, answers)
    case 'call':
      for (const argument of expression.args) yield* lookUp(state, argument, answers)
      return yield* lookUpCall(state, expression, answers)
  }
}

function* lookUpCall(
  state: ScriptState,
  call: Extract<Expression, { kind: 'call' }>,
  answers: Answers,
): Asking<void> {
  const { outside } = checkCall(call.name, call.args.length)
  if (outside === undefined) return
  const { names = [], fields = [] } = outside
  const binding = bindingOf(state, answers)
  const args = call.args.map((argument, index) => {
    const known = argument.kind === 'name' && state.variables.get(argument.name) !== undefined
    const bare = fields.includes(index) || (names.includes(index) && !known)
    return bare && argument.kind === 'name' ? argument.name : compile(argument, binding)()
  })
  const settings = state.variables.settings()
  answers.set(call.args, yield* ask({ kind: 'lookup', name: call.name, args, settings }))
}

function bindingOf({ input, variables }: ScriptState, answers: Answers): Binding {
  return {
    settings: variables.settings(),
    clock: input.clock,
    random: input.random,
    system: input.system,
    partial: input.partial,
    unknownNameIsNull: true,
    name(name) {
      const value = variables.get(name)
      return value === undefined ? undefined : () => value
    },
    call(_name, args) {
      if (!answers.has(args)) return undefined
      const answer = answers.get(args) ?? null
      return () => answer
    },
  }
}
