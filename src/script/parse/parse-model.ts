/**
 * Statements about how later loads store fields, and what is noted about fields and tables: ALIAS, MAP,
 * UNMAP, NULLASVALUE, NULLASNULL, AUTONUMBER, TAG, UNTAG, COMMENT, SECTION, FORCE (LANGUAGE, section 3).
 */

import { defined } from '../../core/defined.ts'
import { faults } from '../fault/fault.ts'
import { type TokenStream, tokensOf } from '../syntax/lexer.ts'
import type { NoteKind, PartialPrefix, RenamePair, Statement } from '../syntax/statement.ts'
import type { Letters } from '../value/letters.ts'
import { unexpected } from './parse-expression.ts'
import { expectEnd, patternsOf, readName, readNames, takeObject } from './read-name.ts'

/**
 * Name patterns from where the stream stands.
 *
 * @param end the offset to stop before
 */
export function readPatterns(tokens: TokenStream, verb: string, end = tokens.text.length): string[] {
  const start = tokens.lastEnd
  const patterns = patternsOf(tokens.text.slice(start, end))
  if (patterns.length === 0) throw faults.syntax(`${verb} needs field names, or * for all`, { start, end })
  tokens.seek(end)
  return patterns
}

/** `old AS new, ...`. The stream stands behind ALIAS. */
export function parseAlias(tokens: TokenStream): Statement {
  const pairs: RenamePair[] = []
  do {
    const from = readName(tokens, 'a field name')
    if (!tokens.takeWord('as')) throw unexpected(tokens, 'AS')
    pairs.push({ from, to: readName(tokens, 'a field name') })
  } while (tokens.takeSymbol(','))
  expectEnd(tokens)
  return { kind: 'alias', pairs }
}

/** The stream stands behind MAP. */
export function parseMap(tokens: TokenStream, partial?: PartialPrefix): Statement {
  const { lastEnd, text } = tokens
  const using = findUsing(tokens)
  if (using === undefined) {
    const span = { start: lastEnd, end: text.length }
    throw faults.syntax('MAP needs USING and the name of a mapping table', span)
  }
  const patterns = readPatterns(tokens, 'MAP', using)
  return {
    kind: 'map',
    patterns,
    map: readUsing(tokens, 'the name of a mapping table'),
    ...defined({ partial }),
  }
}

/** The stream stands behind AUTONUMBER. */
export function parseAutoNumber(tokens: TokenStream): Statement {
  const using = findUsing(tokens)
  const patterns = readPatterns(tokens, 'AUTONUMBER', using)
  if (using === undefined) return { kind: 'auto-number', patterns }
  return { kind: 'auto-number', patterns, namespace: readUsing(tokens, 'a namespace') }
}

export const SECTIONS = ['access', 'application'] as const

/** The stream stands behind SECTION. */
export function parseSection(tokens: TokenStream): Statement {
  const section = SECTIONS.find((word) => tokens.takeWord(word))
  if (section === undefined) throw unexpected(tokens, 'ACCESS or APPLICATION')
  expectEnd(tokens)
  return { kind: 'section', section }
}

export const FORCED_CASES = ['upper', 'lower', 'mixed'] as const

/** FORCE CAPITALIZATION, or CASE UPPER, LOWER or MIXED. */
export function parseForce(tokens: TokenStream): Statement {
  const letters = tokens.takeWord('capitalization') ? 'capitalized' : forcedCase(tokens)
  expectEnd(tokens)
  return { kind: 'force', letters }
}

function forcedCase(tokens: TokenStream): Letters {
  if (!tokens.takeWord('case')) throw unexpected(tokens, 'CAPITALIZATION or CASE')
  const letters = FORCED_CASES.find((word) => tokens.takeWord(word))
  if (letters === undefined) throw unexpected(tokens, 'UPPER, LOWER or MIXED')
  return letters
}

/** The stream stands behind TAG, UNTAG or COMMENT. */
export function parseNote(tokens: TokenStream, note: NoteKind): Statement {
  const of = takeObject(tokens) ?? 'field'
  if (tokens.takeWord('using')) {
    const map = readName(tokens, 'the name of a mapping table')
    expectEnd(tokens)
    return { kind: 'note-using', note, of, map }
  }
  const names = readNames(tokens, `a ${of} name`)
  if (!tokens.takeWord('with')) throw unexpected(tokens, 'WITH')
  const texts = note === 'comment' ? [readName(tokens, 'a text')] : readNames(tokens, 'a tag')
  expectEnd(tokens)
  return { kind: 'note', note, of, names, texts }
}

/** Offset of the word USING behind the stream, wherever it is no part of a quoted text. */
function findUsing({ text, lastEnd }: TokenStream): number | undefined {
  const tokens = tokensOf(text, lastEnd)
  for (; tokens.peek().kind !== 'end'; tokens.next()) if (tokens.atWord('using')) return tokens.peek().start
  return undefined
}

/** The name behind USING, with which the statement ends. */
function readUsing(tokens: TokenStream, what: string): string {
  tokens.next()
  const name = readName(tokens, what)
  expectEnd(tokens)
  return name
}
