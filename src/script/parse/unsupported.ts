/**
 * Statements and prefixes of the language that this engine does not support. They are never skipped
 * silently: a script that uses one gets a semantic fault (ScriptError 16) that names it.
 */
import { faults, type ScriptFaultError } from '../fault/fault.ts'
import type { TokenStream } from '../syntax/lexer.ts'

/** Upper case, as named in the fault; the longest match from the start of a statement counts. */
export const UNSUPPORTED_STATEMENTS: readonly string[] = [
  'SQL',
  'SELECT',
  'QSL',
  'LIB CONNECT',
  'CONNECT',
  'CONNECT32',
  'CONNECT64',
  'OLEDB CONNECT',
  'OLEDB CONNECT32',
  'OLEDB CONNECT64',
  'ODBC CONNECT',
  'ODBC CONNECT32',
  'ODBC CONNECT64',
  'CUSTOM CONNECT',
  'BDI CONNECT',
  'IMPORT LIVE',
  'DISCONNECT',
  'SQLTABLES',
  'SQLCOLUMNS',
  'SQLTYPES',
  'DIRECT QUERY',
  'EXECUTE',
  'SEARCH',
  'STAR',
  'LOOSEN',
  'INPUTFIELD',
  'CREATE RELATIONSHIP',
  'DROP RELATIONSHIP',
  'CREATE MEASURE',
  'DROP MEASURE',
  'MEASURE',
  'CREATE DIMENSION',
  'DROP DIMENSION',
  'DIMENSION',
]

export const UNSUPPORTED_PREFIXES: readonly string[] = ['SEMANTIC', 'INFO', 'BUNDLE', 'IMAGE_SIZE']

const KNOWN: ReadonlyMap<string, string> = new Map([
  ...UNSUPPORTED_STATEMENTS.map((name) => [name, `The statement ${name} is not supported`] as const),
  ...UNSUPPORTED_PREFIXES.map((name) => [name, `The prefix ${name} is not supported`] as const),
])

/**
 * The fault for the statement at the stream's position; undefined if it does not belong to the language.
 *
 * @param verb the word before the stream
 */
export function unsupported(tokens: TokenStream, verb?: string): ScriptFaultError | undefined {
  const next = tokens.peek()
  const one = (verb ?? (next.kind === 'word' ? next.value : '')).toUpperCase()
  const two = (verb === undefined ? tokens.peek(1) : next).value.toUpperCase()
  const message = KNOWN.get(`${one} ${two}`) ?? KNOWN.get(one)
  return message === undefined ? undefined : faults.notSupported(message, next)
}
