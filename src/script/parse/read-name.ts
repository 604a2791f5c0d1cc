/**
 * Names of tables, fields and variables where no expression can stand: all quoting marks mean the same
 * (LANGUAGE 2.1).
 */
import type { TokenStream } from '../syntax/lexer.ts'
import { quoteEnd, withoutQuotes } from '../syntax/quote.ts'
import { unexpected } from './parse-expression.ts'

/** `what` is named in the syntax fault. */
export function readName(tokens: TokenStream, what: string): string {
  const { kind, value } = tokens.peek()
  if (kind !== 'word' && kind !== 'quoted' && kind !== 'text' && kind !== 'number') {
    throw unexpected(tokens, what)
  }
  tokens.next()
  return value
}

export function readNames(tokens: TokenStream, what: string): string[] {
  const names = [readName(tokens, what)]
  while (tokens.takeSymbol(',')) names.push(readName(tokens, what))
  return names
}

/** What DROP, RENAME, TAG, UNTAG and COMMENT are about, by each of the words for it. */
export const OBJECTS: Readonly<Record<string, 'table' | 'field'>> = {
  table: 'table',
  tables: 'table',
  field: 'field',
  fields: 'field',
}

export function takeObject(tokens: TokenStream): 'table' | 'field' | undefined {
  const word = Object.keys(OBJECTS).find((each) => tokens.takeWord(each))
  return word === undefined ? undefined : OBJECTS[word]
}

/** Name patterns with `*` and `?`, quoted or not, with commas between. */
export function patternsOf(text: string): string[] {
  const patterns: string[] = []
  let start = 0
  for (let at = 0; at <= text.length; at = quoteEnd(text, at) ?? at + 1) {
    if (at < text.length && text.charAt(at) !== ',') continue
    patterns.push(withoutQuotes(text.slice(start, at).trim()))
    start = at + 1
  }
  return patterns.filter((pattern) => pattern !== '')
}

export function expectEnd(tokens: TokenStream): void {
  if (tokens.peek().kind !== 'end') throw unexpected(tokens, 'the end of the statement')
}
