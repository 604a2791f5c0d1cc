/**
 * One expanded regular statement -> Statement (LANGUAGE, section 3). Throws ScriptFaultError: syntax, a part
 * of the language that is not supported, or an unknown statement.
 */
import { faults, type ScriptFaultError } from '../fault.ts'
import { type TokenStream, tokensOf } from './lexer.ts'
import { parseDeclare, parseDerive } from './parse-derived.ts'
import { readExpression, unexpected } from './parse-expression.ts'
import { parseLoad } from './parse-load.ts'
import {
  parseAlias,
  parseAutoNumber,
  parseForce,
  parseMap,
  parseNote,
  parseSection,
  patternList,
} from './parse-model.ts'
import { readLabel, readPartial } from './parse-prefixes.ts'
import { parseStore } from './parse-store.ts'
import { closingMark, quoteEnd, skipBlank, withoutQuotes } from './quote.ts'
import { expectEnd, readName, readNames } from './read-name.ts'
import type { RenamePair, Statement } from './statement.ts'
import { unsupported } from './unsupported.ts'

export function parseStatement(text: string): Statement {
  const tokens = tokensOf(text)
  const word = tokens.peek().kind === 'word' ? tokens.peek().value.toLowerCase() : ''
  const behind = tokens.peek(1)
  const label = behind.kind === 'symbol' && behind.value === ':'
  if (behind.kind === 'symbol' && behind.value === '=') return parseLet(text)
  if (!label && Object.hasOwn(PARSERS, word)) {
    tokens.next()
    return PARSERS[word]!(tokens, text.slice(tokens.lastEnd))
  }
  return (
    partialMap(text) ??
    parseDeclare(tokensOf(text)) ??
    (startsLoad(text) ? parseLoad(tokens) : parseLabelled(text))
  )
}

/** ADD MAP ... USING: the only statement but LOAD that takes ADD and REPLACE. */
function partialMap(text: string): Statement | undefined {
  const tokens = tokensOf(text)
  const partial = readPartial(tokens)
  return partial !== undefined && tokens.takeWord('map')
    ? parseMap(text.slice(tokens.lastEnd), partial)
    : undefined
}

/** `rest` is the text behind the head word. */
type Parser = (tokens: TokenStream, rest: string) => Statement

const PARSERS: Readonly<Record<string, Parser>> = {
  set: (_tokens, rest) => parseSet(rest),
  let: ({ text, lastEnd }) => parseLet(text, lastEnd),
  trace: (_tokens, rest) => ({ kind: 'trace', text: rest.trim() }),
  rem: () => ({ kind: 'rem' }),
  sleep: parseSleep,
  drop: parseDrop,
  rename: parseRename,
  qualify: (_tokens, rest) => ({ kind: 'qualify', patterns: patternList(rest, 'QUALIFY') }),
  unqualify: (_tokens, rest) => ({ kind: 'unqualify', patterns: patternList(rest, 'UNQUALIFY') }),
  directory: (_tokens, rest) => ({ kind: 'directory', path: withoutQuotes(rest.trim()) }),
  store: (tokens) => parseStore(tokens),
  alias: parseAlias,
  map: (_tokens, rest) => parseMap(rest),
  unmap: (_tokens, rest) => ({ kind: 'unmap', patterns: patternList(rest, 'UNMAP') }),
  nullasvalue: (_tokens, rest) => nullAsValue(rest, 'NULLASVALUE', true),
  nullasnull: (_tokens, rest) => nullAsValue(rest, 'NULLASNULL', false),
  autonumber: (_tokens, rest) => parseAutoNumber(rest),
  tag: (tokens) => parseNote(tokens, 'tag'),
  untag: (tokens) => parseNote(tokens, 'untag'),
  comment: (tokens) => parseNote(tokens, 'comment'),
  section: parseSection,
  force: parseForce,
  flushlog: parseFlushLog,
  derive: parseDerive,
}

const nullAsValue = (rest: string, verb: string, on: boolean): Statement => ({
  kind: 'null-as-value',
  patterns: patternList(rest, verb),
  on,
})

const LOAD_WORDS: ReadonlySet<string> = new Set(
  (
    'load mapping noconcatenate concatenate first sample buffer left right inner outer join keep add replace merge ' +
    'crosstable intervalmatch generic hierarchy hierarchybelongsto'
  ).split(' '),
)

/** Does a LOAD, or a prefix of one, stand behind the labels? */
function startsLoad(text: string): boolean {
  const tokens = tokensOf(text)
  while (readLabel(tokens) !== undefined);
  const { kind, value } = tokens.peek()
  return kind === 'word' && LOAD_WORDS.has(value.toLowerCase())
}

/** A label before another statement is tolerated and ignored. */
function parseLabelled(text: string): Statement {
  const tokens = tokensOf(text)
  const label = readLabel(tokens)
  if (label === undefined) throw unknown(tokens)
  if (tokens.peek().kind === 'end') throw faults.syntax(`No statement follows the label ${label}`)
  return parseStatement(text.slice(tokens.peek().start))
}

function unknown(tokens: TokenStream): ScriptFaultError {
  const first = tokens.peek().kind === 'word' ? tokens.peek().value : ''
  const fault = unsupported(first, tokens.peek(1).value)
  if (fault !== undefined) return fault
  const line = tokens.text.trim().split('\n')[0]!.trim()
  const words = line.split(/\s+/)
  const shown = words.slice(0, 8).join(' ').slice(0, 80)
  return faults.unknownStatement(`Unknown statement: ${shown}`)
}

const COMMENTS = /\/\*[\s\S]*?\*\/|\/\/.*/g

/** Where the `=` behind the variable's name stands, and that name. */
function assignment(text: string, from: number) {
  const start = skipBlank(text, from)
  const equals = text.indexOf('=', quoteEnd(text, start) ?? start)
  const name = withoutQuotes(text.slice(start, Math.max(equals, start)).replace(COMMENTS, ' ').trim())
  if (name === '') throw faults.syntax('Expected a variable name and = behind it')
  return { name, valueAt: equals + 1, value: text.slice(equals + 1).trim() }
}

/**
 * One pair of marks around the whole value is removed (O2). `SET v=;` unsets v, which is more than an empty
 * text: NullInterpret tells the two apart (B12).
 */
function parseSet(rest: string): Statement {
  const { name, value } = assignment(rest, 0)
  if (value === '') return { kind: 'let', name }
  const mark = closingMark(value.charAt(0))
  const whole = mark !== undefined && value.charAt(0) !== '`' && quoteEnd(value, 0) === value.length
  return { kind: 'set', name, text: whole ? value.slice(1, -1) : value }
}

/** What stands behind LET, which ends at `from`; the whole of an assignment without the word. */
export function parseLet(text: string, from = 0): Statement {
  const { name, value, valueAt } = assignment(text, from)
  if (value === '') return { kind: 'let', name }
  const tokens = tokensOf(text)
  tokens.seek(valueAt)
  const expression = readExpression(tokens)
  expectEnd(tokens)
  return { kind: 'let', name, expression }
}

function parseSleep(tokens: TokenStream): Statement {
  const milliseconds = readExpression(tokens)
  expectEnd(tokens)
  return { kind: 'sleep', milliseconds }
}

/** Every line of the log is written as it comes: there is nothing to flush. */
function parseFlushLog(tokens: TokenStream): Statement {
  expectEnd(tokens)
  return { kind: 'rem' }
}

function parseDrop(tokens: TokenStream): Statement {
  const what = readObject(tokens, 'drop')
  const names = readNames(tokens, `a ${what} name`)
  const tables = what === 'field' && tokens.takeWord('from') ? readNames(tokens, 'a table name') : undefined
  expectEnd(tokens)
  if (what === 'table') return { kind: 'drop-tables', tables: names }
  return { kind: 'drop-fields', fields: names, ...(tables === undefined ? {} : { tables }) }
}

function parseRename(tokens: TokenStream): Statement {
  const what = readObject(tokens, 'rename')
  if (tokens.takeWord('using')) {
    const map = readName(tokens, 'the name of a mapping table')
    expectEnd(tokens)
    return { kind: what === 'table' ? 'rename-tables-using' : 'rename-fields-using', map }
  }
  const pairs: RenamePair[] = []
  do {
    const from = readName(tokens, `a ${what} name`)
    if (!tokens.takeWord('to')) throw unexpected(tokens, 'TO')
    pairs.push({ from, to: readName(tokens, `a ${what} name`) })
  } while (tokens.takeSymbol(','))
  expectEnd(tokens)
  return { kind: what === 'table' ? 'rename-tables' : 'rename-fields', pairs }
}

function readObject(tokens: TokenStream, verb: string): 'table' | 'field' {
  if (tokens.takeWord('table') || tokens.takeWord('tables')) return 'table'
  if (tokens.takeWord('field') || tokens.takeWord('fields')) return 'field'
  const fault = unsupported(verb, tokens.peek().value)
  throw fault ?? unexpected(tokens, 'TABLE, TABLES, FIELD or FIELDS')
}
