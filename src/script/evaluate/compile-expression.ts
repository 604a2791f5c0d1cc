/**
 * Turns a syntax tree into an evaluator: names and context functions by the binding, operators and functions
 * by the rules of SEMANTICS blocks A to C. What does not depend on the row is computed once, ahead. Faults
 * are raised here, never while rows are evaluated, except by the binding's own functions.
 */
import { faultOf, faults } from '../fault.ts'
import { checkCall, scalarFunction } from '../function/functions.ts'
import type { Expression } from '../syntax/expression.ts'
import { parseExpression } from '../syntax/parse-expression.ts'
import { isTrue, numberOf, textOf } from '../value/convert.ts'
import type { Value } from '../value/value.ts'
import { type Compiled, compileOperator } from './compile-operator.ts'
import type { Binding, Evaluator } from './evaluate.ts'

/**
 * @throws ScriptFaultError syntax for an unknown function or a wrong number of arguments (Q5), field not
 *   found for a name the binding does not know
 */
export function compile(expression: Expression, binding: Binding): Evaluator {
  return compileNode(expression, binding).evaluate
}

function compileNode(expression: Expression, binding: Binding): Compiled {
  switch (expression.kind) {
    case 'number':
    case 'text':
      return constant(expression.value)
    case 'name':
      return compileName(expression.name, expression.quoted, binding)
    case 'unary':
    case 'binary': {
      const operands =
        expression.kind === 'unary' ? [expression.operand] : [expression.left, expression.right]
      const compiled = operands.map((operand) => compileNode(operand, binding))
      return folded(compileOperator(expression, compiled, binding.settings), compiled)
    }
    case 'call':
      return compileCall(expression, binding)
  }
}

function constant(value: Value): Compiled {
  return { evaluate: () => value, constant: true }
}

/** Computes ahead what depends on constants only. */
function folded(evaluate: Evaluator, operands: readonly Compiled[]): Compiled {
  return operands.every((operand) => operand.constant) ? constant(evaluate()) : { evaluate, constant: false }
}

function compileName(name: string, quoted: boolean, binding: Binding): Compiled {
  const bound = binding.name(name, quoted)
  if (bound !== undefined) return { evaluate: bound, constant: false }
  if (binding.unknownNameIsNull) return constant(null)
  throw faults.fieldNotFound(`Field '${name}' not found`)
}

type Call = Extract<Expression, { kind: 'call' }>

function compileCall(call: Call, binding: Binding): Compiled {
  const signature = checkCall(call.name, call.args.length)
  const compileArgument = (expression: Expression) => compile(expression, binding)
  const offered = binding.call(call.name, call.args, compileArgument, call.distinct)
  if (offered !== undefined) return { evaluate: offered, constant: false }
  if (signature.kind === 'aggregation') {
    throw faults.syntax(`${signature.name}() is an aggregation: it belongs in a LOAD with GROUP BY`)
  }
  if (signature.kind === 'context') throw faults.syntax(`${signature.name}() has no meaning here`)
  const args = call.args.map((argument) => compileNode(argument, binding))
  if (call.name === 'evaluate')
    return { evaluate: compileEvaluate(args[0]!.evaluate, binding), constant: false }
  if (signature.kind === 'lazy') return folded(compileLazy(call.name, args, binding), args)
  return compileScalar(call.name, args, binding)
}

function compileScalar(name: string, args: readonly Compiled[], binding: Binding): Compiled {
  const row = scalarFunction(name)
  if (row === undefined) throw new Error(`no evaluator for the scalar function ${name}`)
  const evaluators = args.map((argument) => argument.evaluate)
  const values: Value[] = evaluators.map(() => null)
  const count = evaluators.length
  const evaluate = () => {
    for (let index = 0; index < count; index++) values[index] = evaluators[index]!()
    return row.evaluate(values, binding)
  }
  return row.changing ? { evaluate, constant: false } : folded(evaluate, args)
}

function compileLazy(name: string, args: readonly Compiled[], binding: Binding): Evaluator {
  const evaluators = args.map((argument) => argument.evaluate)
  switch (name) {
    case 'if':
      return compileIf(evaluators, binding)
    case 'alt':
      return compileAlt(evaluators)
    case 'coalesce':
      return compileCoalesce(evaluators)
    case 'pick':
      return compilePick(evaluators, binding)
    default:
      throw new Error(`no compiler for the function ${name}`)
  }
}

/** A NULL condition takes the else branch (B5). */
function compileIf(args: readonly Evaluator[], { settings }: Binding): Evaluator {
  const [condition, then, otherwise = () => null] = args
  return () => (isTrue(condition!(), settings) ? then!() : otherwise())
}

/** The first argument with a number side, else the last (A13). */
function compileAlt(args: readonly Evaluator[]): Evaluator {
  return () => {
    let value: Value = null
    for (const evaluate of args) {
      value = evaluate()
      if (value !== null && typeof value !== 'string') return value
    }
    return value
  }
}

function compileCoalesce(args: readonly Evaluator[]): Evaluator {
  return () => {
    for (const evaluate of args) {
      const value = evaluate()
      if (value !== null) return value
    }
    return null
  }
}

/** Out of range is NULL (K16). */
function compilePick([position, ...choices]: readonly Evaluator[], { settings }: Binding): Evaluator {
  return () => {
    const number = numberOf(position!(), settings)
    return number === null ? null : (choices[Math.trunc(number) - 1]?.() ?? null)
  }
}

/**
 * Runs a text as an expression in the same place; NULL when it is none (K17). The last text stays compiled.
 */
function compileEvaluate(given: Evaluator, binding: Binding): Evaluator {
  let last: string | null = null
  let evaluate: Evaluator = () => null
  return () => {
    const source = textOf(given(), binding.settings)
    if (source !== last) {
      last = source
      evaluate = source === null ? () => null : compileOrNull(source, binding)
    }
    return evaluate()
  }
}

function compileOrNull(source: string, binding: Binding): Evaluator {
  try {
    return compile(parseExpression(source), binding)
  } catch (error) {
    if (faultOf(error) !== undefined) return () => null
    throw error
  }
}
