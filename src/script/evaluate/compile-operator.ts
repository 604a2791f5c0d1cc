/**
 * Evaluators of the operators (LANGUAGE, section 2.2; SEMANTICS A7 to A9 and block C). Total: no operator
 * raises a fault.
 */

import type { Evaluator } from '../function/site/binding.ts'
import type { BinaryOperator, Expression, UnaryOperator } from '../syntax/expression.ts'
import {
  type ComparisonOperator,
  compareTexts,
  compareValues,
  finiteOrNull,
  holds,
  isTrue,
  numberOf,
  textOf,
  truth,
} from '../value/convert.ts'
import type { Settings } from '../value/settings.ts'
import type { Value } from '../value/value.ts'
import { matchesWildcard } from '../value/wildcard.ts'

/** An evaluator, and whether its value is the same for every row. */
export interface Compiled {
  readonly evaluate: Evaluator
  readonly constant: boolean
}

type Operation = Extract<Expression, { kind: 'unary' | 'binary' }>

/** @param operands the compiled operands, one or two as the operation has */
export function compileOperator(
  operation: Operation,
  operands: readonly Compiled[],
  settings: Settings,
): Evaluator {
  const left = operands[0]!
  if (operation.kind === 'unary') return compileUnary(operation.operator, left.evaluate, settings)
  return compileBinary(operation.operator, left, operands[1]!, settings)
}

function compileUnary(operator: UnaryOperator, operand: Evaluator, settings: Settings): Evaluator {
  if (operator === 'not') return () => truth(!isTrue(operand(), settings))
  const apply: (number: number) => number =
    operator === '-' ? (n) => -n : operator === 'bitnot' ? (n) => ~n : (n) => n
  return () => {
    const number = numberOf(operand(), settings)
    return number === null ? null : apply(number)
  }
}

function compileBinary(
  operator: BinaryOperator,
  left: Compiled,
  right: Compiled,
  settings: Settings,
): Evaluator {
  switch (operator) {
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compileComparison(operator, left, right, settings)
    case 'and':
    case 'or':
    case 'xor':
      return compileLogic(operator, left.evaluate, right.evaluate, settings)
    case 'like':
      return compileLike(left.evaluate, right, settings)
    case 'precedes':
      return compileOrder((relation) => relation < 0, left.evaluate, right.evaluate, settings)
    case 'follows':
      return compileOrder((relation) => relation > 0, left.evaluate, right.evaluate, settings)
    case '&':
      return compileJoin(left.evaluate, right.evaluate, settings)
    default:
      return compileArithmetic(ARITHMETIC[operator], left.evaluate, right.evaluate, settings)
  }
}

const ARITHMETIC: Readonly<
  Record<
    '+' | '-' | '*' | '/' | 'bitand' | 'bitor' | 'bitxor' | '<<' | '>>',
    (a: number, b: number) => number
  >
> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  // 32 bits; larger numbers wrap around (C9), as in JavaScript.
  bitand: (a, b) => a & b,
  bitor: (a, b) => a | b,
  bitxor: (a, b) => a ^ b,
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
}

function compileArithmetic(
  apply: (a: number, b: number) => number,
  left: Evaluator,
  right: Evaluator,
  settings: Settings,
): Evaluator {
  return () => {
    const a = numberOf(left(), settings)
    const b = numberOf(right(), settings)
    return a === null || b === null ? null : finiteOrNull(apply(a, b))
  }
}

function compileLogic(
  operator: 'and' | 'or' | 'xor',
  left: Evaluator,
  right: Evaluator,
  settings: Settings,
): Evaluator {
  switch (operator) {
    case 'and':
      return () => truth(isTrue(left(), settings) && isTrue(right(), settings))
    case 'or':
      return () => truth(isTrue(left(), settings) || isTrue(right(), settings))
    case 'xor':
      return () => truth(isTrue(left(), settings) !== isTrue(right(), settings))
  }
}

/** `&` joins the texts and ignores NULL (A8, B3). */
function compileJoin(left: Evaluator, right: Evaluator, settings: Settings): Evaluator {
  return () => {
    const a = textOf(left(), settings)
    const b = textOf(right(), settings)
    return a === null ? (b ?? '') : b === null ? a : a + b
  }
}

/** A constant side is interpreted once; if it is not a number, texts are compared (C1). */
function compileComparison(
  operator: ComparisonOperator,
  left: Compiled,
  right: Compiled,
  settings: Settings,
): Evaluator {
  const [a, b] = [left.evaluate, right.evaluate]
  const fixed = right.constant ? b() : null
  if (fixed === null) return () => compareValues(operator, a(), b(), settings)
  const fixedNumber = numberOf(fixed, settings)
  const fixedText = textOf(fixed, settings) ?? ''
  return () => {
    const value = a()
    if (value === null) return truth(operator === '<>')
    if (fixedNumber !== null) {
      const number = numberOf(value, settings)
      if (number !== null) return truth(holds(operator, number - fixedNumber))
    }
    return truth(holds(operator, compareTexts(textOf(value, settings) ?? '', fixedText)))
  }
}

/** Compares texts, even those that look like numbers (C2); NULL as in the other comparisons (C3). */
function compileOrder(
  holds: (relation: number) => boolean,
  left: Evaluator,
  right: Evaluator,
  settings: Settings,
): Evaluator {
  return () => withTexts(left(), right(), settings, (a, b) => holds(compareTexts(a, b)))
}

/** Case does not matter (C6). */
function compileLike(left: Evaluator, right: Compiled, settings: Settings): Evaluator {
  const fixed = right.constant ? textOf(right.evaluate(), settings) : null
  if (fixed === null) {
    return () =>
      withTexts(left(), right.evaluate(), settings, (text, pattern) =>
        matchesWildcard(pattern.toLowerCase(), text.toLowerCase()),
      )
  }
  const pattern = fixed.toLowerCase()
  return () => {
    const text = textOf(left(), settings)
    return truth(text !== null && matchesWildcard(pattern, text.toLowerCase()))
  }
}

function withTexts(
  left: Value,
  right: Value,
  settings: Settings,
  test: (left: string, right: string) => boolean,
): Value {
  const a = textOf(left, settings)
  const b = textOf(right, settings)
  if (a === null || b === null) return a === b ? null : truth(false)
  return truth(test(a, b))
}
