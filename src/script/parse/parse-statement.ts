/**
 * Room `script/parse`: from the text of a statement to its tree: expansion and parsing. Whatever follows
 * from the text alone enters, including names of functions; the meaning of statements is in `script/plan`.
 *
 * One expanded regular statement -> Statement (LANGUAGE, section 3). Throws ScriptFaultError: syntax, a part
 * of the language that is not supported, or an unknown statement.
 */
import { defined } from '../../core/defined.ts'
import { faults, type ScriptFaultError } from '../fault/fault.ts'
import { canBeAssigned, isRemark, startsLoad } from '../syntax/head.ts'
import { type TokenStream, tokensOf } from '../syntax/lexer.ts'
import { closingMark, enclosed, quoteEnd, skipBlank, withoutQuotes } from '../syntax/quote.ts'
import type { RenamePair, Statement } from '../syntax/statement.ts'
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
  readPatterns,
} from './parse-model.ts'
import { readLabel, readPartial } from './parse-prefixes.ts'
import { parseStore } from './parse-store.ts'
import { expectEnd, readName, readNames, takeObject } from './read-name.ts'
import { unsupported } from './unsupported.ts'

/** @param from the offset of the statement in the text, behind WHEN and UNLESS */
export function parseStatement(text: string, from = 0): Statement {
  const tokens = tokensOf(text, from)
  const word = tokens.peek().kind === 'word' ? tokens.peek().value.toLowerCase() : ''
  const behind = tokens.peek(1)
  const isAssigned = behind.kind === 'symbol' && behind.value === '=' && canBeAssigned(word)
  if (isAssigned) return parseLet(text, from)
  const loads = isLoad(tokensOf(text, from))
  const isLabelled = behind.kind === 'symbol' && behind.value === ':'
  const isRemarked = isRemark(text, tokens.peek().start) && !loads
  if (Object.hasOwn(PARSERS, word) && (!isLabelled || isRemarked)) {
    tokens.next()
    return PARSERS[word]!(tokens)
  }
  const statement = partialMap(tokensOf(text, from)) ?? parseDeclare(tokensOf(text, from))
  if (statement !== undefined) return statement
  if (!loads) throw unknown(tokens)
  return parseLoad(tokens)
}

/** ADD MAP ... USING: the only statement but LOAD that takes ADD and REPLACE. */
function partialMap(tokens: TokenStream): Statement | undefined {
  const partial = readPartial(tokens)
  return partial !== undefined && tokens.takeWord('map') ? parseMap(tokens, partial) : undefined
}

/** The stream stands behind the head word. */
type Parser = (tokens: TokenStream) => Statement

/** Every statement but LOAD and DECLARE by its first word, in lower case. */
export const PARSERS: Readonly<Record<string, Parser>> = {
  set: parseSet,
  let: ({ text, lastEnd }) => parseLet(text, lastEnd),
  trace: (tokens) => ({ kind: 'trace', text: restOf(tokens).trim() }),
  rem: () => ({ kind: 'rem' }),
  sleep: parseSleep,
  drop: parseDrop,
  rename: parseRename,
  qualify: (tokens) => ({ kind: 'qualify', patterns: readPatterns(tokens, 'QUALIFY') }),
  unqualify: (tokens) => ({ kind: 'unqualify', patterns: readPatterns(tokens, 'UNQUALIFY') }),
  directory: (tokens) => ({ kind: 'directory', path: withoutQuotes(restOf(tokens).trim()) }),
  binary: parseBinary,
  store: parseStore,
  alias: parseAlias,
  map: (tokens) => parseMap(tokens),
  unmap: (tokens) => ({ kind: 'unmap', patterns: readPatterns(tokens, 'UNMAP') }),
  nullasvalue: (tokens) => nullAsValue(tokens, 'NULLASVALUE', true),
  nullasnull: (tokens) => nullAsValue(tokens, 'NULLASNULL', false),
  autonumber: parseAutoNumber,
  tag: (tokens) => parseNote(tokens, 'tag'),
  untag: (tokens) => parseNote(tokens, 'untag'),
  comment: (tokens) => parseNote(tokens, 'comment'),
  section: parseSection,
  force: parseForce,
  flushlog: parseFlushLog,
  derive: parseDerive,
}

const restOf = ({ text, lastEnd }: TokenStream): string => text.slice(lastEnd)

function parseBinary(tokens: TokenStream): Statement {
  const app = withoutQuotes(restOf(tokens).trim()).trim()
  if (app === '') throw faults.syntax('BINARY needs an app', tokens.peek())
  return { kind: 'binary', app }
}

const nullAsValue = (tokens: TokenStream, verb: string, on: boolean): Statement => ({
  kind: 'null-as-value',
  patterns: readPatterns(tokens, verb),
  on,
})

/** Does a LOAD, or a prefix of one, stand behind the labels? */
function isLoad(tokens: TokenStream): boolean {
  while (readLabel(tokens) !== undefined);
  const { kind, value } = tokens.peek()
  return kind === 'word' && startsLoad(value.toLowerCase())
}

function unknown(tokens: TokenStream): ScriptFaultError {
  while (readLabel(tokens) !== undefined);
  const fault = unsupported(tokens)
  if (fault !== undefined) return fault
  const line = restOf(tokens).trim().split('\n')[0]!.trim()
  const words = line.split(/\s+/)
  const shown = words.slice(0, 8).join(' ').slice(0, 80)
  return faults.unknownStatement(`Unknown statement: ${shown}`, tokens.peek())
}

const COMMENTS = /\/\*[\s\S]*?\*\/|\/\/.*/g

/** The variable's name, and the value behind `=`. A name alone has an empty one. */
function assignment(text: string, from: number) {
  const start = skipBlank(text, from)
  const equals = text.indexOf('=', quoteEnd(text, start) ?? start)
  const end = equals === -1 ? text.length : equals
  const written = text.slice(start, end).replace(COMMENTS, ' ').trim()
  const isAlone = equals !== -1 || enclosed(written) || !/\s/.test(written)
  if (written === '' || !isAlone) {
    throw faults.syntax('Expected a variable name and = behind it', { start, end: text.length })
  }
  const valueAt = Math.min(end + 1, text.length)
  return { name: withoutQuotes(written), valueAt, value: text.slice(valueAt).trim() }
}

/**
 * One pair of marks around the whole value is removed (O2). `SET v=;` unsets v, which is more than an empty
 * text: NullInterpret tells the two apart (B12).
 */
function parseSet({ text, lastEnd }: TokenStream): Statement {
  const { name, value } = assignment(text, lastEnd)
  if (value === '') return { kind: 'let', name }
  const mark = closingMark(value.charAt(0))
  const whole = mark !== undefined && value.charAt(0) !== '`' && quoteEnd(value, 0) === value.length
  return { kind: 'set', name, text: whole ? value.slice(1, -1) : value }
}

/** What stands behind LET, which ends at `from`; the whole of an assignment without the word. */
export function parseLet(text: string, from = 0): Statement {
  const { name, value, valueAt } = assignment(text, from)
  if (value === '') return { kind: 'let', name }
  const tokens = tokensOf(text, valueAt)
  const expression = readExpression(tokens)
  expectEnd(tokens)
  return { kind: 'let', name, expression }
}

function parseSleep(tokens: TokenStream): Statement {
  const milliseconds = readExpression(tokens)
  expectEnd(tokens)
  return { kind: 'sleep', milliseconds }
}

/** Each log line is written at once, so there is nothing to flush. */
function parseFlushLog(tokens: TokenStream): Statement {
  expectEnd(tokens)
  return { kind: 'rem' }
}

function parseDrop(tokens: TokenStream): Statement {
  if (tokens.takeWord('variable') || tokens.takeWord('variables')) {
    return ended(tokens, { kind: 'drop-variables', variables: distinct(readNames(tokens, 'a variable')) })
  }
  if (tokens.takeWord('mapping')) {
    if (!tokens.takeWord('table') && !tokens.takeWord('tables')) throw unexpected(tokens, 'TABLE or TABLES')
    const maps = distinct(readNames(tokens, 'the name of a mapping table'))
    return ended(tokens, { kind: 'drop-maps', maps })
  }
  const what = readObject(tokens, 'drop')
  const names = distinct(readNames(tokens, `a ${what} name`))
  if (what === 'table') return ended(tokens, { kind: 'drop-tables', tables: names })
  const tables = tokens.takeWord('from') ? distinct(readNames(tokens, 'a table name')) : undefined
  return ended(tokens, { kind: 'drop-fields', fields: names, ...defined({ tables }) })
}

/** What is named twice is dropped once. */
const distinct = (names: readonly string[]): string[] => [...new Set(names)]

function ended(tokens: TokenStream, statement: Statement): Statement {
  expectEnd(tokens)
  return statement
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
  const object = takeObject(tokens)
  if (object !== undefined) return object
  throw unsupported(tokens, verb) ?? unexpected(tokens, 'TABLE, TABLES, FIELD or FIELDS')
}
