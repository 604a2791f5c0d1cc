/**
 * Parses and prints the filter subset of core/filter.ts. Attribute names, operators, `and`, `or` and `not`
 * are case-insensitive, as in SCIM (RFC 7644, section 3.4.2.2); values are JSON strings. Faults name the
 * position, counted in characters from 1. Total: every text yields a filter or a fault, in time linear in its
 * length.
 */
import type { FilterNode, FilterOperator, WideOperator } from './filter.ts'

export const FILTER_MAX_CHARACTERS = 4096
export const FILTER_MAX_COMPARISONS = 100
const NESTING_MAX = 50

export interface FilterRules<Operator extends WideOperator = FilterOperator> {
  /** Attributes as spelt in responses, each with its possible values, or 'any'. */
  readonly attributes: Readonly<Record<string, readonly string[] | 'any'>>
  readonly operators: readonly Operator[]
  /** Attributes that also accept `co`; none by default. */
  readonly searchable?: readonly string[]
  /** Takes `not ( )`, and `true` and `false` without quotes, too. */
  readonly wide?: true
}

export type ParsedFilter<Operator extends WideOperator = FilterOperator> =
  | { readonly kind: 'filter'; readonly filter: FilterNode<Operator> }
  | { readonly kind: 'fault'; readonly position: number; readonly detail: string }

export function parseFilter<Operator extends WideOperator = FilterOperator>(
  text: string,
  rules: FilterRules<Operator>,
): ParsedFilter<Operator> {
  if (text.length > FILTER_MAX_CHARACTERS) {
    return fault(FILTER_MAX_CHARACTERS, `a filter has at most ${FILTER_MAX_CHARACTERS} characters`)
  }
  try {
    const reader = new Reader(tokenize(text), rules)
    const filter = reader.readOr(0)
    reader.expectEnd()
    return { kind: 'filter', filter }
  } catch (caught) {
    if (caught instanceof Misread) return fault(caught.index, caught.message)
    throw caught
  }
}

/** Prints the filter with only the necessary parentheses, so that parsing yields the same tree. */
export function printFilter(filter: FilterNode): string {
  if (filter.kind === 'not') return `not (${printFilter(filter.of)})`
  if (filter.kind === 'compare') {
    return `${filter.attribute} ${filter.operator} ${JSON.stringify(filter.value)}`
  }
  const { kind, left, right } = filter
  const wrap = (child: FilterNode, wrapped: boolean) =>
    wrapped ? `(${printFilter(child)})` : printFilter(child)
  const weaker = (child: FilterNode) => kind === 'and' && child.kind === 'or'
  // Chains associate to the left, so an equal operator on the right needs its parentheses.
  return `${wrap(left, weaker(left))} ${kind} ${wrap(right, weaker(right) || right.kind === kind)}`
}

/** Ends parsing from any depth; never leaves this file. */
class Misread extends Error {
  readonly index: number

  constructor(index: number, detail: string) {
    super(detail)
    this.index = index
  }
}

function fault(index: number, detail: string): Extract<ParsedFilter, { kind: 'fault' }> {
  return { kind: 'fault', position: index + 1, detail: `${detail} (at character ${index + 1})` }
}

interface Token {
  readonly kind: 'word' | 'value' | 'open' | 'close' | 'end'
  readonly text: string
  readonly index: number
}

const TOKEN = /\s*(?:(\()|(\))|("(?:[^"\\]|\\.)*")|([A-Za-z][\w.-]*))/suy

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  const token = new RegExp(TOKEN)
  const length = text.trimEnd().length
  for (let at = 0; at < length; at = token.lastIndex) {
    token.lastIndex = at
    const found = token.exec(text)
    if (found === null) {
      const index = at + text.slice(at).search(/\S/)
      throw new Misread(index, misreadDetail(text.charAt(index)))
    }
    tokens.push(tokenOf(found, token.lastIndex))
  }
  return [...tokens, { kind: 'end', text: '', index: text.length }]
}

function misreadDetail(character: string): string {
  return character === '"'
    ? 'the value has no closing double quote'
    : 'an attribute, a parenthesis or a value in double quotes is expected'
}

function tokenOf(found: RegExpExecArray, end: number): Token {
  const [, open, close, value, word] = found
  const text = (open ?? close ?? value ?? word)!
  const index = end - text.length
  if (open !== undefined) return { kind: 'open', text, index }
  if (close !== undefined) return { kind: 'close', text, index }
  if (word !== undefined) return { kind: 'word', text, index }
  return { kind: 'value', text: stringValue(text, index), index }
}

function stringValue(quoted: string, index: number): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    throw new Misread(index, 'the value is not a JSON string')
  }
}

function asValue(token: Token): Token {
  const word = ['true', 'false'].find((one) => isWord(token, one))
  return word === undefined ? token : { ...token, kind: 'value', text: word }
}

function isWord({ kind, text }: Token, word: string): boolean {
  return kind === 'word' && text.toLowerCase() === word
}

class Reader<Operator extends WideOperator> {
  readonly #tokens: readonly Token[]
  readonly #rules: FilterRules<Operator>
  #next = 0
  #comparisons = 0

  constructor(tokens: readonly Token[], rules: FilterRules<Operator>) {
    this.#tokens = tokens
    this.#rules = rules
  }

  readOr(depth: number): FilterNode<Operator> {
    let left = this.#readAnd(depth)
    while (this.#takeWord('or')) left = { kind: 'or', left, right: this.#readAnd(depth) }
    return left
  }

  expectEnd(): void {
    const token = this.#peek()
    if (token.kind !== 'end') throw new Misread(token.index, 'and, or, or the end is expected')
  }

  #readAnd(depth: number): FilterNode<Operator> {
    let left = this.#readPrimary(depth)
    while (this.#takeWord('and')) left = { kind: 'and', left, right: this.#readPrimary(depth) }
    return left
  }

  #readPrimary(depth: number): FilterNode<Operator> {
    const token = this.#take()
    if (token.kind === 'open') return this.#readGroup(token, depth)
    if (this.#rules.wide && isWord(token, 'not') && this.#peek().kind === 'open') {
      return { kind: 'not', of: this.#readGroup(this.#take(), depth) }
    }
    if (token.kind !== 'word') throw new Misread(token.index, 'an attribute is expected')
    return this.#readComparison(token)
  }

  #readGroup(open: Token, depth: number): FilterNode<Operator> {
    if (depth === NESTING_MAX) throw new Misread(open.index, `parentheses nest at most ${NESTING_MAX} deep`)
    const inner = this.readOr(depth + 1)
    const close = this.#take()
    if (close.kind !== 'close') throw new Misread(close.index, 'a closing parenthesis is expected')
    return inner
  }

  #readComparison(token: Token): FilterNode<Operator> {
    this.#comparisons += 1
    if (this.#comparisons > FILTER_MAX_COMPARISONS) {
      throw new Misread(token.index, `a filter has at most ${FILTER_MAX_COMPARISONS} comparisons`)
    }
    const { attributes, searchable = [] } = this.#rules
    const names = Object.keys(attributes)
    const attribute = names.find((name) => name.toLowerCase() === token.text.toLowerCase())
    if (attribute === undefined) {
      throw new Misread(token.index, `the attribute must be one of ${names.join(', ')}`)
    }
    const operators: readonly Operator[] = searchable.includes(attribute)
      ? [...this.#rules.operators, 'co' as Operator]
      : this.#rules.operators
    const operatorToken = this.#take()
    const operator = operators.find((known) => known === operatorToken.text.toLowerCase())
    if (operatorToken.kind !== 'word' || operator === undefined) {
      throw new Misread(operatorToken.index, `the operator must be ${operators.join(' or ')}`)
    }
    const value = this.#rules.wide ? asValue(this.#take()) : this.#take()
    if (value.kind !== 'value') throw new Misread(value.index, 'a value in double quotes is expected')
    const values = attributes[attribute]!
    if (values !== 'any' && !values.includes(value.text)) {
      throw new Misread(value.index, `the value of ${attribute} must be one of ${values.join(', ')}`)
    }
    return { kind: 'compare', attribute, operator, value: value.text }
  }

  #peek(): Token {
    return this.#tokens[this.#next]!
  }

  #take(): Token {
    const token = this.#peek()
    if (token.kind !== 'end') this.#next += 1
    return token
  }

  #takeWord(word: 'and' | 'or'): boolean {
    if (!isWord(this.#peek(), word)) return false
    this.#next += 1
    return true
  }
}
