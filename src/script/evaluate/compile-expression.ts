/**
 * Room `script/evaluate`: expressions become values, one row at a time. Compilation and operators enter;
 * where rows come from is left to the caller.
 *
 * Turns a syntax tree into an evaluator: names and context functions by the binding, operators and functions
 * by the rules of SEMANTICS blocks A to C. Parts that do not depend on the row are computed once, in
 * advance. Faults are raised here, never while rows are evaluated, except by the binding's own functions.
 */
import { faultOf, faults, placedAt, type ScriptFaultError } from '../fault/fault.ts'
import { checkCall, isAggregation } from '../function/functions.ts'
import type { Binding, Evaluator } from '../function/site/binding.ts'
import type { FunctionRow, Scalar } from '../function/site/function-row.ts'
import { parseExpression } from '../parse/parse-expression.ts'
import type { Expression } from '../syntax/expression.ts'
import { formatsOf } from '../value/formats.ts'
import { readIfText } from '../value/interpret-text.ts'
import type { Value } from '../value/value.ts'
import { type Compiled, compileOperator } from './compile-operator.ts'

/**
 * @throws ScriptFaultError syntax for an unknown function or a wrong number of arguments (Q5), field not
 *   found for a name the binding does not know
 */
export function compile(expression: Expression, binding: Binding): Evaluator {
  return compileNode(expression, binding).evaluate
}

function compileNode(expression: Expression, binding: Binding): Compiled {
  return placedAt(expression.span, () => compileKind(expression, binding))
}

function compileKind(expression: Expression, binding: Binding): Compiled {
  switch (expression.kind) {
    case 'number':
    case 'text':
      return constant(expression.value)
    case 'name':
      return compileName(expression.name, expression.quoted, binding)
    case 'read': {
      const operand = compileNode(expression.operand, binding)
      return folded(compileRead(operand.evaluate, binding), [operand])
    }
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

/** Computes calls with constant arguments in advance. */
function folded(evaluate: Evaluator, operands: readonly Compiled[]): Compiled {
  return operands.every((operand) => operand.constant) ? constant(evaluate()) : { evaluate, constant: false }
}

function compileRead(evaluate: Evaluator, { settings }: Binding): Evaluator {
  const { readText } = formatsOf(settings)
  return () => readIfText(evaluate(), readText)
}

function compileName(name: string, quoted: boolean, binding: Binding): Compiled {
  const bound = binding.name(name, quoted)
  if (bound !== undefined) return { evaluate: bound, constant: false }
  if (binding.unknownNameIsNull) return constant(null)
  throw faults.fieldNotFound(`Field '${name}' not found`)
}

type Call = Extract<Expression, { kind: 'call' }>

function compileCall(call: Call, binding: Binding): Compiled {
  const row = checkCall(call.name, call.args.length)
  const compileArgument = (expression: Expression) => compile(expression, binding)
  const offered = binding.call(call.name, call.args, compileArgument, call.distinct)
  if (offered !== undefined) return { evaluate: offered, constant: false }
  const { scalar, lazy, changing } = row
  if (scalar === undefined && lazy === undefined) throw misplaced(row)
  const args = call.args.map((argument) => compileNode(argument, binding))
  const evaluators = args.map((argument) => argument.evaluate)
  const evaluate =
    scalar === undefined
      ? lazy!(evaluators, {
          settings: binding.settings,
          compileText: (source) => compileOrNull(source, binding),
        })
      : compileScalar(scalar, evaluators, binding)
  return changing ? { evaluate, constant: false } : folded(evaluate, args)
}

function misplaced(row: FunctionRow): ScriptFaultError {
  return isAggregation(row)
    ? faults.syntax(`${row.name}() is an aggregation: it belongs in a LOAD with GROUP BY`)
    : faults.syntax(`${row.name}() has no meaning here`)
}

function compileScalar(scalar: Scalar, evaluators: readonly Evaluator[], binding: Binding): Evaluator {
  const values: Value[] = evaluators.map(() => null)
  const count = evaluators.length
  return () => {
    for (let index = 0; index < count; index++) values[index] = evaluators[index]!()
    return scalar(values, binding)
  }
}

/** The evaluator of a text as an expression; NULL for an invalid one. */
function compileOrNull(source: string, binding: Binding): Evaluator {
  try {
    return compile(parseExpression(source), binding)
  } catch (error) {
    if (faultOf(error) !== undefined) return () => null
    throw error
  }
}
