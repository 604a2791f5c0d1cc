/** Control clauses (LANGUAGE, section 4), each one expanded line. Throws ScriptFaultError (syntax). */

import { defined } from '../../core/defined.ts'
import { faults } from '../fault/fault.ts'
import type { Expression } from '../syntax/expression.ts'
import { type TokenStream, tokensOf } from '../syntax/lexer.ts'
import { readArguments, readExpression, readExpressions, unexpected } from './parse-expression.ts'
import { readLabel } from './parse-prefixes.ts'
import { expectEnd, readName } from './read-name.ts'

export const GUARDS = ['when', 'unless'] as const

/** WHEN runs if all of them are true, UNLESS if it is false. */
export interface Guard {
  readonly kind: (typeof GUARDS)[number]
  readonly condition: Expression
}

export const LOOP_TESTS = ['while', 'until'] as const

export interface LoopTest {
  readonly kind: (typeof LOOP_TESTS)[number]
  readonly condition: Expression
}

export type ForEachItem =
  | { readonly kind: 'value'; readonly expression: Expression }
  | { readonly kind: 'files' | 'folders'; readonly mask: Expression }
  | { readonly kind: 'field-values'; readonly field: Expression }

export type ForClause =
  | {
      readonly kind: 'to'
      readonly variable: string
      readonly from: Expression
      readonly to: Expression
      readonly step?: Expression
    }
  | { readonly kind: 'each'; readonly variable: string; readonly items: readonly ForEachItem[] }

export const EXITS = ['script', 'sub', 'for', 'do'] as const

export interface ExitClause {
  readonly what: (typeof EXITS)[number]
  readonly guards: readonly Guard[]
}

/** IF c THEN, ELSEIF c THEN. */
export function parseCondition(text: string): Expression {
  const tokens = behindHead(text)
  const condition = readExpression(tokens)
  if (!tokens.takeWord('then')) throw unexpected(tokens, 'THEN on the same line')
  return ended(tokens, condition)
}

export function parseFor(text: string): ForClause {
  const tokens = behindHead(text)
  return ended(tokens, tokens.takeWord('each') ? readForEach(tokens) : readForTo(tokens))
}

/** NEXT, perhaps with the variable of its FOR behind it. */
export function checkNext(text: string, variable?: string): void {
  const tokens = behindHead(text)
  const at = tokens.peek()
  if (at.kind === 'end') return
  const next = ended(tokens, readName(tokens, 'the loop variable'))
  if (variable !== undefined && next !== variable) {
    throw faults.controlMismatch(`NEXT ${next} stands where FOR ${variable} ends`, at)
  }
}

/** The test behind DO or LOOP, if there is one. */
export function parseLoopTest(text: string): LoopTest | undefined {
  const tokens = behindHead(text)
  if (tokens.peek().kind === 'end') return undefined
  const kind = LOOP_TESTS.find((word) => tokens.takeWord(word))
  if (kind === undefined) throw unexpected(tokens, 'WHILE or UNTIL')
  return ended(tokens, { kind, condition: readExpression(tokens) })
}

export function parseSwitch(text: string): Expression {
  const tokens = behindHead(text)
  return ended(tokens, readExpression(tokens))
}

/** CASE e, e ... */
export function parseCase(text: string): Expression[] {
  const tokens = behindHead(text)
  return ended(tokens, readExpressions(tokens))
}

/** `name:` alone. */
export function parseLabel(text: string): string {
  const tokens = tokensOf(text)
  const label = readLabel(tokens)
  if (label === undefined) throw unexpected(tokens, 'the name of a table')
  return ended(tokens, label)
}

export interface SubClause {
  readonly name: string
  readonly formals: readonly string[]
}

export function parseSub(text: string): SubClause {
  const tokens = behindHead(text)
  const name = readName(tokens, 'the name of the sub')
  const formals: string[] = []
  const { start } = tokens.peek()
  if (tokens.takeSymbol('(') && !tokens.takeSymbol(')')) {
    do formals.push(readName(tokens, 'a parameter name'))
    while (tokens.takeSymbol(','))
    if (!tokens.takeSymbol(')')) throw unexpected(tokens, "',' or ')'")
  }
  const twice = formals.find((formal, index) => formals.indexOf(formal) !== index)
  if (twice !== undefined) {
    throw faults.syntax(`The parameter ${twice} stands twice in SUB ${name}`, tokens.since(start))
  }
  return ended(tokens, { name, formals })
}

export interface CallClause {
  readonly name: string
  readonly args: readonly Expression[]
  /** For each argument the variable that gets the last value (P10): for `(v)`, an expression, none. */
  readonly variables: readonly (string | undefined)[]
}

export function parseCall(text: string): CallClause {
  const tokens = behindHead(text)
  const name = readName(tokens, 'the name of a sub')
  const inParentheses = new Set<Expression>()
  const readArgument = () => {
    const opened = tokens.atSymbol('(')
    const argument = readExpression(tokens)
    if (opened) inParentheses.add(argument)
    return argument
  }
  const args = tokens.takeSymbol('(') ? readArguments(tokens, readArgument) : []
  const variables = args.map((argument) =>
    argument.kind === 'name' && !inParentheses.has(argument) ? argument.name : undefined,
  )
  return ended(tokens, { name, args, variables })
}

export function parseExit(text: string): ExitClause {
  const tokens = behindHead(text)
  const word = tokens.next()
  const what = EXITS.find((each) => each === word.value.toLowerCase())
  if (what === undefined) throw faults.syntax('EXIT needs SCRIPT, SUB, FOR or DO behind it', word)
  return ended(tokens, { what, guards: readGuards(tokens) })
}

/** WHEN and UNLESS in front of a regular statement, and the offset where that begins (P16). */
export function parseGuarded(text: string): {
  readonly guards: readonly Guard[]
  readonly start: number
} {
  const tokens = tokensOf(text)
  const guards = readGuards(tokens)
  return { guards, start: tokens.peek().start }
}

function readGuards(tokens: TokenStream): Guard[] {
  const guards: Guard[] = []
  for (;;) {
    const colon = tokens.peek(1)
    const isName = colon.kind === 'symbol' && (colon.value === ':' || colon.value === '=')
    const kind = isName ? undefined : GUARDS.find((word) => tokens.takeWord(word))
    if (kind === undefined) return guards
    guards.push({ kind, condition: readExpression(tokens) })
  }
}

function readForTo(tokens: TokenStream): ForClause {
  const variable = readName(tokens, 'the loop variable')
  if (!tokens.takeSymbol('=')) throw unexpected(tokens, "'='")
  const from = readExpression(tokens)
  if (!tokens.takeWord('to')) throw unexpected(tokens, 'TO')
  const to = readExpression(tokens)
  const step = tokens.takeWord('step') ? readExpression(tokens) : undefined
  return { kind: 'to', variable, from, to, ...defined({ step }) }
}

function readForEach(tokens: TokenStream): ForClause {
  const variable = readName(tokens, 'the loop variable')
  if (!tokens.takeWord('in')) throw unexpected(tokens, 'IN')
  const items = [forEachItem(tokens)]
  while (tokens.takeSymbol(',')) items.push(forEachItem(tokens))
  return { kind: 'each', variable, items }
}

/** What a list of FOR EACH is of, by its function. */
export const LISTS: Readonly<Record<string, 'files' | 'folders' | 'field-values'>> = {
  filelist: 'files',
  dirlist: 'folders',
  fieldvaluelist: 'field-values',
}

function forEachItem(tokens: TokenStream): ForEachItem {
  const word = tokens.peek().kind === 'word' ? tokens.peek().value.toLowerCase() : ''
  if (!Object.hasOwn(LISTS, word) || tokens.peek(1).value !== '(') {
    return { kind: 'value', expression: readExpression(tokens) }
  }
  tokens.next()
  tokens.next()
  const argument = readExpression(tokens)
  if (!tokens.takeSymbol(')')) throw unexpected(tokens, `')': ${word} takes one argument`)
  const kind = LISTS[word]!
  return kind === 'field-values' ? { kind, field: argument } : { kind, mask: argument }
}

/** A stream behind the first word (FOR, IF, NEXT ...). */
function behindHead(text: string): TokenStream {
  const tokens = tokensOf(text)
  tokens.next()
  return tokens
}

function ended<T>(tokens: TokenStream, parsed: T): T {
  expectEnd(tokens)
  return parsed
}
