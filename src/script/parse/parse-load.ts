/**
 * LOAD with its label, prefixes and stack (LANGUAGE, sections 5 and 6). Label and prefixes may come in any
 * order. A stack of preceding loads is one text with semicolons between its levels; when the last level has
 * no source of its own, the stack is not complete and the caller has to add the next statement.
 */
import { defined } from '../../core/defined.ts'
import { faults } from '../fault/fault.ts'
import type { TokenStream } from '../syntax/lexer.ts'
import {
  type LoadItem,
  type LoadLevel,
  type LoadSource,
  type LoadStatement,
  NO_SOURCE,
  type OrderItem,
} from '../syntax/statement.ts'
import { readExpression, readExpressions, unexpected } from './parse-expression.ts'
import { readFormat, readPath } from './parse-format.ts'
import { oneLabel, parsePrefixes } from './parse-prefixes.ts'
import { readName } from './read-name.ts'
import { unsupported } from './unsupported.ts'

/** The stream stands at the first token of the statement. */
export function parseLoad(tokens: TokenStream): LoadStatement {
  const { prefixes, prefixSpans, ...head } = parsePrefixes(tokens)
  let { label } = head
  const levels = [readLevel(tokens)]
  while (tokens.takeSymbol(';')) {
    if (levels.at(-1)?.source.kind !== 'preceding') throw unexpected(tokens, 'the end of the statement')
    const { start } = tokens.peek()
    const lower = readLowerLevel(tokens, levels.at(-1)!)
    if (lower.label !== undefined) label = oneLabel(label, lower.label, { start, end: start })
    levels.push(lower.level)
  }
  if (tokens.peek().kind !== 'end') throw unexpected(tokens, expectedClause(levels.at(-1)!))
  return { kind: 'load', ...defined({ label }), prefixes, prefixSpans, levels }
}

/** Prefixes belong to the top level (J16). A label may stand before any: it is that of the whole stack. */
function readLowerLevel(
  tokens: TokenStream,
  above: LoadLevel,
): { readonly label: string | undefined; readonly level: LoadLevel } {
  const { label, prefixSpans } = parsePrefixes(tokens)
  const [prefix] = Object.entries(prefixSpans)
  if (prefix !== undefined) {
    const [name, span] = prefix
    throw faults.prefixes(`The prefix ${name} must stand at the top of a stack of LOADs`, span)
  }
  if (!tokens.atWord('load')) throw unsupported(tokens) ?? faults.syntax(NO_SOURCE, above.source.span)
  return { label, level: readLevel(tokens) }
}

function readLevel(tokens: TokenStream): LoadLevel {
  const { start } = tokens.peek()
  if (!tokens.takeWord('load')) throw unsupported(tokens) ?? unexpected(tokens, 'LOAD')
  const distinct = takeDistinct(tokens)
  const items = readItems(tokens)
  const source = readSource(tokens) ?? { kind: 'preceding', span: tokens.since(start) }
  const clauses = readClauses(tokens)
  return { distinct, items, source, ...clauses, span: tokens.since(start) }
}

/** DISTINCT is a field where a comma, AS or a source follows. */
function takeDistinct(tokens: TokenStream): boolean {
  const { kind, value } = tokens.peek(1)
  const field = kind === 'end' || (kind === 'symbol' && value !== '*' && value !== '(' && value !== '-')
  const followed = kind === 'word' && /^(?:as|from|resident|inline|autogenerate)$/i.test(value)
  return !field && !followed && tokens.takeWord('distinct')
}

function readItems(tokens: TokenStream): LoadItem[] {
  const items: LoadItem[] = []
  do items.push(readItem(tokens))
  while (tokens.takeSymbol(','))
  return items
}

function readItem(tokens: TokenStream): LoadItem {
  const { start } = tokens.peek()
  if (tokens.takeSymbol('*')) return { kind: 'all', span: tokens.since(start) }
  const expression = readExpression(tokens)
  const written = tokens.text.slice(start, tokens.lastEnd)
  const name = tokens.takeWord('as')
    ? readName(tokens, 'a field name')
    : expression.kind === 'name'
      ? expression.name
      : written
  return { kind: 'field', expression, name, span: tokens.since(start) }
}

/** What stands behind the word of each source. */
export const SOURCES: Readonly<Record<string, (tokens: TokenStream) => LoadSource>> = {
  from(tokens) {
    const { start } = tokens.peek()
    return { kind: 'file', path: readPath(tokens), span: tokens.since(start), format: readFormat(tokens) }
  },
  resident(tokens) {
    const { start } = tokens.peek()
    return { kind: 'resident', table: readName(tokens, 'a table name'), span: tokens.since(start) }
  },
  autogenerate(tokens) {
    const { start } = tokens.peek()
    return { kind: 'autogenerate', count: readExpression(tokens), span: tokens.since(start) }
  },
  inline(tokens) {
    const { kind, start } = tokens.peek()
    if (kind !== 'text' && kind !== 'quoted') throw unexpected(tokens, 'table text in [ ]')
    const text = tokens.next().value
    return { kind: 'inline', text, span: tokens.since(start), format: readFormat(tokens) }
  },
  from_field: readFieldSource,
  extension(tokens) {
    const start = tokens.lastEnd - 'extension'.length
    throw faults.notSupported('The source EXTENSION is not supported', tokens.since(start))
  },
}

/** Returns undefined without a source: the level below is the source. */
function readSource(tokens: TokenStream): LoadSource | undefined {
  const { kind, value } = tokens.peek()
  const word = value.toLowerCase()
  if (kind !== 'word' || !Object.hasOwn(SOURCES, word)) return undefined
  tokens.next()
  return SOURCES[word]!(tokens)
}

/** `FROM_FIELD (table, field) (format)`. */
function readFieldSource(tokens: TokenStream): LoadSource {
  const { start } = tokens.peek()
  if (!tokens.takeSymbol('(')) throw unexpected(tokens, "'('")
  const table = readName(tokens, 'a table name')
  if (!tokens.takeSymbol(',')) throw unexpected(tokens, "','")
  const field = readName(tokens, 'a field name')
  if (!tokens.takeSymbol(')')) throw unexpected(tokens, "')'")
  return { kind: 'field', table, field, span: tokens.since(start), format: readFormat(tokens) }
}

type Clauses = Pick<LoadLevel, 'where' | 'while' | 'groupBy' | 'orderBy'>

function readClauses(tokens: TokenStream): Clauses {
  let clauses: Clauses = {}
  for (;;) {
    const { value, start } = tokens.peek()
    const clause = readClause(tokens)
    if (clause === undefined) return clauses
    if (Object.keys(clause).some((name) => Object.hasOwn(clauses, name))) {
      throw faults.syntax(`${value.toUpperCase()} stands twice in one LOAD`, tokens.since(start))
    }
    clauses = { ...clauses, ...clause }
    if (clauses.where !== undefined && clauses.while !== undefined) {
      throw faults.syntax('WHERE and WHILE cannot stand in the same LOAD', tokens.since(start))
    }
  }
}

/** What stands behind the first word of each clause. */
export const CLAUSE_READERS: Readonly<Record<string, (tokens: TokenStream) => Clauses>> = {
  where: (tokens) => ({ where: readExpression(tokens) }),
  while: (tokens) => ({ while: readExpression(tokens) }),
  group: (tokens) => ({ groupBy: readExpressions(readBy(tokens)) }),
  order: (tokens) => ({ orderBy: readOrder(readBy(tokens)) }),
}

function readClause(tokens: TokenStream): Clauses | undefined {
  const { kind, value } = tokens.peek()
  const word = value.toLowerCase()
  if (kind !== 'word' || !Object.hasOwn(CLAUSE_READERS, word)) return undefined
  tokens.next()
  return CLAUSE_READERS[word]!(tokens)
}

function readBy(tokens: TokenStream): TokenStream {
  if (!tokens.takeWord('by')) throw unexpected(tokens, 'BY')
  return tokens
}

/** Whether an order is descending, by the word behind its field. */
export const ORDERS: Readonly<Record<string, boolean>> = { asc: false, desc: true }

function readOrder(tokens: TokenStream): OrderItem[] {
  const items: OrderItem[] = []
  do {
    const expression = readExpression(tokens)
    const order = Object.keys(ORDERS).find((word) => tokens.takeWord(word))
    items.push({ expression, descending: order !== undefined && ORDERS[order]! })
  } while (tokens.takeSymbol(','))
  return items
}

function expectedClause({ source, items, ...clauses }: LoadLevel): string {
  if (source.kind !== 'preceding') return CLAUSES
  const clause = Object.keys(clauses).some((name) => name === 'where' || name === 'groupBy')
  if (clause) return `${CLAUSES}; FROM and RESIDENT stand before WHERE and GROUP BY`
  const last = items.at(-1)!
  const word =
    last.kind === 'field' ? /^(?:from|resident|inline|autogenerate)$/i.exec(last.name)?.[0] : undefined
  const advice = word === undefined ? '' : `; ${word} is taken for a field: remove the ',' or AS before it`
  return `',', AS, FROM, RESIDENT, INLINE, AUTOGENERATE or ';'${advice}`
}

const CLAUSES = 'WHERE, WHILE, GROUP BY, ORDER BY or the end of the statement'
