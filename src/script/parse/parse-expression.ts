/**
 * Expressions of the language (LANGUAGE, section 2.2). Words are operators only where an operator can stand,
 * so that Like, And, Not, Total remain usable as names. An unknown function, or a wrong number of
 * arguments, is a fault of the whole statement (Q5) and is reported at its position.
 */

import { faults, type ScriptFaultError } from '../fault/fault.ts'
import type { Span } from '../fault/span.ts'
import { callFault, functionRow, isAggregation } from '../function/functions.ts'
import { type BinaryOperator, type Expression, operandsOf, type UnaryOperator } from '../syntax/expression.ts'
import { beginsStatement } from '../syntax/head.ts'
import { type Token, type TokenStream, tokensOf } from '../syntax/lexer.ts'

/** All of `text` as one expression. Throws ScriptFaultError (syntax). */
export function parseExpression(text: string): Expression {
  const tokens = tokensOf(text)
  const expression = readExpression(tokens)
  if (tokens.peek().kind !== 'end') throw unexpected(tokens)
  return expression
}

/** The longest expression at the stream's position; stops before a token that cannot continue it. */
export function readExpression(tokens: TokenStream): Expression {
  const { start } = tokens.peek()
  const expression = readLevel(tokens, 0)
  if (isTooHigh(expression)) throw tooDeep(tokens.since(start))
  return expression
}

/** One or more expressions with commas between. */
export function readExpressions(tokens: TokenStream): Expression[] {
  const list = [readExpression(tokens)]
  while (tokens.takeSymbol(',')) list.push(readExpression(tokens))
  return list
}

/**
 * Arguments up to the `)`, which is taken; one that is left out is NULL.
 *
 * @param readOne reads an argument that is there
 */
export function readArguments(tokens: TokenStream, readOne = () => readExpression(tokens)): Expression[] {
  const args: Expression[] = []
  if (tokens.takeSymbol(')')) return args
  do args.push(tokens.atSymbol(',') || tokens.atSymbol(')') ? leftOut(tokens) : readOne())
  while (tokens.takeSymbol(','))
  if (!tokens.takeSymbol(')')) throw unexpected(tokens, "',' or ')'")
  return args
}

function leftOut(tokens: TokenStream): Expression {
  const { start } = tokens.peek()
  return { kind: 'call', name: 'null', args: [], distinct: false, span: { start, end: start } }
}

/** The fault for a token that cannot stand where it is. */
export function unexpected(tokens: TokenStream, expected?: string): ScriptFaultError {
  const token = tokens.peek()
  const { kind, value, start, end } = token
  const wanted = expected === undefined ? '' : `, expected ${expected}`
  if (kind === 'end') return faults.syntax(`Unexpected end of the statement${wanted}`, token)
  if (kind === 'open') return faults.syntax(`The quote is never closed: ${shortened(value)}`, token)
  const remedy = kind === 'quoted' ? undefined : (remedyOf(tokens) ?? REMEDIES[value.toLowerCase()])
  const advice = remedy === undefined ? '' : `; ${remedy}`
  const written = shortened(tokens.text.slice(start, end))
  return faults.syntax(`Unexpected token: '${written}'${wanted}${advice}`, token)
}

/** What the tokens around tell. */
function remedyOf(tokens: TokenStream): string | undefined {
  const { start, value, kind } = tokens.peek()
  const before = tokens.text.slice(0, start)
  if (value === '=' && /=\s*$/.test(before)) return 'equal is written with one ='
  const isFirst = kind === 'word' && /\n\s*$/.test(before)
  const behind = tokens.peek(1)
  const isLabel = behind.kind === 'symbol' && behind.value === ':'
  return isFirst && (isLabel || beginsStatement(tokens.text, start))
    ? "is a ';' missing before it?"
    : undefined
}

/** What to write instead of constructs of SQL and others (LANGUAGE 2.2), and of what word processors make. */
const REMEDIES: Readonly<Record<string, string>> = {
  '!': 'not equal is written <>',
  in: 'write Match(value, a, b ...) for IN',
  between: 'write value >= a and value <= b for BETWEEN',
  is: 'write IsNull(value) for IS NULL',
  when: 'write If(condition, value, other) for CASE',
  '|': 'texts are joined by &',
  '%': 'write Mod(a, b) for the rest of a division',
  '^': 'write Pow(a, b) for a power',
  '\u2018': "a text stands in straight quotes: 'text'",
  '\u2019': "a text stands in straight quotes: 'text'",
  '\u201c': 'a name stands in straight quotes: "name"',
  '\u201d': 'a name stands in straight quotes: "name"',
  '\u2013': 'minus is written -',
}

const shortened = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}...` : text)

/** Binary operators from the loosest to the tightest; `not` stands between `and` and the comparisons. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ['or', 'xor'],
  ['and'],
  ['=', '<>', '<', '<=', '>', '>=', 'like', 'precedes', 'follows'],
  ['&'],
  ['+', '-'],
  ['*', '/'],
  ['bitand', 'bitor', 'bitxor', '<<', '>>'],
]
const COMPARISON = 2

/** Parentheses, calls and signs within each other. */
const EXPRESSION_DEPTH_MAX = 200
/** Height of a tree: a long chain of operators makes a deep one, and walking it recurses. */
const MAX_HEIGHT = 1000

const tooDeep = (span: Span) =>
  faults.syntax('The expression is nested too deeply, or has too many operators in a row', span)

function isTooHigh(expression: Expression): boolean {
  let level: readonly Expression[] = [expression]
  for (let height = 0; level.length > 0; height += 1) {
    if (height > MAX_HEIGHT) return true
    level = level.flatMap(operandsOf)
  }
  return false
}

function readLevel(tokens: TokenStream, level: number, depth = 0): Expression {
  if (depth > EXPRESSION_DEPTH_MAX) throw tooDeep(tokens.peek())
  const operators = LEVELS[level]
  if (operators === undefined) return readUnary(tokens, depth)
  const { start } = tokens.peek()
  if (level === COMPARISON && atNot(tokens)) {
    tokens.next()
    const operand = readLevel(tokens, COMPARISON, depth + 1)
    return { kind: 'unary', operator: 'not', operand, span: tokens.since(start) }
  }
  let left = readLevel(tokens, level + 1, depth)
  for (;;) {
    const operator = operatorOf(tokens.peek(), operators)
    if (operator === undefined) return left
    tokens.next()
    const right = atNot(tokens)
      ? readLevel(tokens, Math.min(level + 1, COMPARISON), depth + 1)
      : readLevel(tokens, level + 1, depth)
    left = { kind: 'binary', operator, left, right, span: tokens.since(start) }
  }
}

function operatorOf(token: Token, operators: readonly BinaryOperator[]): BinaryOperator | undefined {
  if (token.kind !== 'word' && token.kind !== 'symbol') return undefined
  const written = token.value.toLowerCase()
  return operators.find((operator) => operator === written)
}

/** `not` before an operand; otherwise it is a name. */
function atNot(tokens: TokenStream): boolean {
  return tokens.atWord('not') && startsOperand(tokens.peek(1))
}

function startsOperand(token: Token): boolean {
  if (token.kind === 'symbol') return token.value === '(' || token.value === '-' || token.value === '+'
  return token.kind !== 'end' && token.kind !== 'open'
}

/** `Count(*)` counts rows: every row has the value 1. */
function allRows(tokens: TokenStream, name: string): Expression | undefined {
  const { start } = tokens.peek()
  if (name !== 'count' || !tokens.takeSymbol('*')) return undefined
  return { kind: 'number', value: 1, span: tokens.since(start) }
}

const UNARY: Readonly<Record<string, UnaryOperator>> = { '+': '+', '-': '-', bitnot: 'bitnot' }

function readUnary(tokens: TokenStream, depth: number): Expression {
  if (depth > EXPRESSION_DEPTH_MAX) throw tooDeep(tokens.peek())
  const token = tokens.peek()
  const written = token.value.toLowerCase()
  const sign = token.kind === 'symbol' || (written === 'bitnot' && startsOperand(tokens.peek(1)))
  if (!sign || !Object.hasOwn(UNARY, written)) return readOperand(tokens, depth)
  tokens.next()
  const operand = readUnary(tokens, depth + 1)
  return { kind: 'unary', operator: UNARY[written]!, operand, span: tokens.since(token.start) }
}

function readOperand(tokens: TokenStream, depth: number): Expression {
  const token = tokens.peek()
  const { kind, value, start, end } = token
  const span = { start, end }
  switch (kind) {
    case 'number':
      tokens.next()
      return { kind, value: numberOf(token), span }
    case 'text':
      tokens.next()
      return { kind, value, span }
    case 'quoted':
      tokens.next()
      return { kind: 'name', name: value, quoted: true, span }
    case 'word':
      tokens.next()
      if (tokens.atSymbol('(')) return readCall(tokens, token, depth)
      return { kind: 'name', name: value, quoted: false, span }
    default:
      if (!tokens.takeSymbol('(')) throw unexpected(tokens, 'a value, a name or a function')
      return closed(tokens, readLevel(tokens, 0, depth + 1))
  }
}

function numberOf({ value, start, end }: Token): number {
  const number = Number(value)
  if (!Number.isFinite(number)) throw faults.syntax(`The number ${value} is too large`, { start, end })
  return number
}

function closed(tokens: TokenStream, expression: Expression): Expression {
  if (!tokens.takeSymbol(')')) throw unexpected(tokens, "')'")
  return expression
}

function readCall(tokens: TokenStream, { value, start }: Token, depth: number): Expression {
  const name = value.toLowerCase()
  tokens.next()
  const distinct = readQualifiers(tokens, name)
  const args = readArguments(tokens, () => allRows(tokens, name) ?? readLevel(tokens, 0, depth + 1))
  const span = tokens.since(start)
  const fault = callFault(name, args.length)
  if (fault !== undefined) throw fault.at(span)
  return { kind: 'call', name, args, distinct, span }
}

/** What may stand before the first argument of an aggregation. */
export const QUALIFIERS = ['distinct', 'total', 'all'] as const

/** TOTAL and ALL look beyond the dimensions and selections of a chart, which a script does not have. */
function readQualifiers(tokens: TokenStream, name: string): boolean {
  let distinct = false
  if (!isAggregation(functionRow(name))) return distinct
  while (tokens.atWord(...QUALIFIERS) && isQualified(tokens.peek(1))) {
    const word = tokens.next()
    distinct = word.value.toLowerCase() === 'distinct'
    if (distinct) continue
    throw faults.notSupported(`${word.value.toUpperCase()} is not supported: it is for charts`, word)
  }
  return distinct
}

/** Sum(Total x) qualifies x, while Sum(Total), Sum(Total - x) and Sum(Total and x) read a field. */
function isQualified(token: Token): boolean {
  if (token.kind === 'symbol') return token.value === '('
  const operator = LEVELS.some((operators) => operatorOf(token, operators) !== undefined)
  return !operator && token.kind !== 'end' && token.kind !== 'open'
}
