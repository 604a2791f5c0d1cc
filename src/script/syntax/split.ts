/**
 * Cuts a script into statements, before anything is expanded (LANGUAGE, section 1). Comments are dropped,
 * except in quotes, unquoted paths and raw text; their line ends stay, so that line n of a statement is line
 * n of the script. No other text is lost: between the spans of two statements stand only blanks, comments and
 * semicolons. Never throws: statements that mean nothing are for their parsers to refuse.
 */

import type { Span } from '../fault/span.ts'
import { type Head, headAt, isControl, isInclude, isRemark, labelEnd, takesLabel } from './head.ts'
import { WORD, WORD_CHARACTER } from './lexer.ts'
import { type Origin, TextMaker } from './origin.ts'
import { commentEnd, expansionEnd, isBlank, quoteEnd, skipBlank } from './quote.ts'

/** Its span is in the script, label and closing semicolon included. */
export interface RawStatement extends Span {
  readonly head: Head
  /** Without comments and outer blanks. */
  readonly text: string
  /** 1-based line of the first character of `text`. */
  readonly line: number
  /** From spans of `text` to the script. */
  readonly origin: Origin
}

export function split(script: string): RawStatement[] {
  const statements: RawStatement[] = []
  let line = 1
  let counted = 0
  for (let at = 0; ; ) {
    const start = skipEmpty(script, at)
    if (start >= script.length) return statements
    const statement = statementAt(script, start)
    line += newlines(script, counted, start)
    counted = start
    const { head, text, origin, end } = statement
    statements.push({ head, text, line, start, end, origin })
    at = end
  }
}

function statementAt(script: string, start: number) {
  const label = labelEnd(script, start)
  const behind = label === undefined ? start : skipBlank(script, label)
  const isTaken = label === undefined || takesLabel(script, behind)
  const kept = new TextMaker(script)
  if (!isTaken && !isRemark(script, start)) {
    // It waits for its LOAD, whatever stands here.
    kept.copy(start, label)
    return { head: 'label' as const, ...kept.trimmed(), end: label }
  }
  const head = headAt(script, isTaken ? behind : start)
  const end = scan(script, start, head, kept)
  return { head, ...kept.trimmed(), end }
}

/** Keeps the text of the statement at `start`. Gives the offset behind the statement, as all scanners do. */
function scan(script: string, start: number, head: Head, kept: TextMaker): number {
  if (head === 'set') return scanSet(script, start, kept)
  if (head === 'raw') return scanRaw(script, start, start, kept)
  if (head === 'include' || isControl(head)) return scanLine(script, start, head, kept)
  return scanRegular(script, start, head === 'store', kept)
}

/** A value that starts with a quote may hold semicolons (the month names of every generated script do). */
function scanSet(script: string, start: number, kept: TextMaker): number {
  const value = valueStart(script, start)
  return scanRaw(script, start, quoteEnd(script, value) ?? value, kept)
}

function valueStart(script: string, start: number): number {
  const equals = script.indexOf('=', start)
  const semicolon = script.indexOf(';', start)
  if (equals === -1 || (semicolon !== -1 && semicolon < equals)) return start
  let at = equals + 1
  while (isBlank(script.charAt(at))) at += 1
  return at
}

function scanRaw(script: string, start: number, from: number, kept: TextMaker): number {
  const semicolon = script.indexOf(';', from)
  kept.copy(start, semicolon === -1 ? script.length : semicolon)
  return semicolon === -1 ? script.length : semicolon + 1
}

const THEN = /then(?![\p{L}\p{M}\p{N}_.%$#@])/iuy

/** A control clause ends with its line; IF and ELSEIF behind THEN, ELSE and a lone THEN behind the word. */
function scanLine(script: string, start: number, head: Head, kept: TextMaker): number {
  let at = start
  const keep = (end: number) => {
    kept.copy(at, end)
    at = end
    return at
  }
  if (head === 'else' || head === 'then') return keep(start + 4)
  while (at < script.length) {
    const character = script.charAt(at)
    if (character === ';' || character === '\n') return at + 1
    if ((head === 'if' || head === 'elseif') && thenAt(script, at)) return keep(at + 4)
    const quote = quoteEnd(script, at)
    const comment = script.charAt(at - 1) === ':' ? undefined : commentEnd(script, at)
    if (quote !== undefined && newlines(script, at, quote) === 0) keep(quote)
    else if (comment !== undefined) {
      kept.replace(at, comment, blankFor(script, at, comment))
      at = comment
    } else keep(at + 1)
  }
  return script.length
}

function thenAt(script: string, at: number): boolean {
  THEN.lastIndex = at
  return THEN.test(script) && !WORD_CHARACTER.test(script.charAt(at - 1))
}

/** Behind these words an operand is to come, so that FROM is a field there: LOAD From, To RESIDENT t. */
const BEFORE_OPERAND =
  /^(?:load|distinct|as|and|or|xor|not|like|precedes|follows|where|while|by|when|unless|bit\w+)$/i

/** Up to the semicolon outside of quotes, brackets, INLINE bodies, comments and unquoted paths. */
function scanRegular(script: string, start: number, store: boolean, kept: TextMaker): number {
  const guarded = /^(?:when|unless)\s/i.test(script.slice(start, start + 7))
  let loads = false
  let stores = store
  let operand = false
  let at = start
  const keep = (end: number) => {
    kept.copy(at, end)
    at = end
  }
  while (at < script.length) {
    const character = script.charAt(at)
    if (character === ';') return at + 1
    const comment = commentEnd(script, at)
    const quote = quoteEnd(script, at)
    const word = wordAt(script, at)
    if (comment !== undefined) {
      kept.replace(at, comment, blankFor(script, at, comment))
      at = comment
    } else if (script.startsWith('$(', at)) {
      // The path of an Include may hold `//` and apostrophes without being quoted.
      keep((isInclude(script, at) ? expansionEnd(script, at) : undefined) ?? at + 2)
      operand = false
    } else if (quote !== undefined) {
      keep(quote)
      operand = true
    } else if (word !== undefined) {
      const head = guarded && operand ? headAt(script, at) : 'regular'
      // Behind WHEN and its condition.
      if (head === 'set') return scanSet(script, at, kept)
      if (head === 'raw') return scanRaw(script, at, at, kept)
      keep(at + word.length)
      if (operand && startsPath(word, loads, stores)) at = keepPath(script, at, kept)
      stores ||= head === 'store'
      loads ||= /^load$/i.test(word)
      operand = !BEFORE_OPERAND.test(word)
    } else {
      keep(at + 1)
      if (!isBlank(character)) operand = character === ')' || character === '*'
    }
  }
  return script.length
}

function wordAt(script: string, at: number): string | undefined {
  WORD.lastIndex = at
  return WORD.exec(script)?.[0]
}

function startsPath(word: string, loads: boolean, store: boolean): boolean {
  return (loads && /^from$/i.test(word)) || (store && /^into$/i.test(word))
}

/**
 * Keeps an unquoted path up to what ends it; a quoted one is left to the caller. Gives the offset to go on
 * from.
 */
function keepPath(script: string, from: number, kept: TextMaker): number {
  const start = skipBlank(script, from)
  const end = rawPathEnd(script, start)
  kept.replace(from, start, blankFor(script, from, start))
  kept.copy(start, end)
  return end
}

const CLAUSE = /(?:where|while|group\s+by|order\s+by)(?![\p{L}\p{M}\p{N}_.%$#@])/iuy

/**
 * Offset behind the unquoted path that starts at `start`: it may hold blanks, `//`, `/*` and apostrophes, and
 * ends at `(`, a clause word, a comment behind a blank, or the semicolon. `start` itself when a quoted path
 * stands there.
 */
export function rawPathEnd(script: string, start: number): number {
  if (quoteEnd(script, start) !== undefined) return start
  let at = start
  while (at < script.length) {
    const character = script.charAt(at)
    if (character === ';' || character === '(') return at
    if (script.startsWith('$(', at)) {
      at = expansionEnd(script, at) ?? script.length
      continue
    }
    if (at > start && isBlank(script.charAt(at - 1))) {
      CLAUSE.lastIndex = at
      if (CLAUSE.test(script) || commentEnd(script, at) !== undefined) return at
    }
    at += 1
  }
  return at
}

function skipEmpty(script: string, from: number): number {
  let at = skipBlank(script, from)
  while (script.charAt(at) === ';') at = skipBlank(script, at + 1)
  return at
}

/** What stands for a comment: a blank, and its line ends. */
function blankFor(script: string, start: number, end: number): string {
  return ` ${'\n'.repeat(newlines(script, start, end))}`
}

function newlines(script: string, start: number, end: number): number {
  let count = 0
  for (let at = script.indexOf('\n', start); at !== -1 && at < end; at = script.indexOf('\n', at + 1))
    count += 1
  return count
}
