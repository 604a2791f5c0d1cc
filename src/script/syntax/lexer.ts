/**
 * Tokens of an expanded statement, read one at a time: a statement mixes expressions with text that has no
 * tokens (an unquoted path), so a parser may take raw text from where it stands and go on behind it. The
 * parser decides what a quoted token means (field, variable, name, path; LANGUAGE, section 2.1). Never
 * throws: any other character is a `symbol`, an open quote an `open` token.
 */
import type { Span } from '../fault/span.ts'
import { closingMark, isBlank, quoteEnd, unquoted } from './quote.ts'

/** Its span is in the text of the statement. */
export interface Token extends Span {
  readonly kind: 'number' | 'text' | 'quoted' | 'word' | 'symbol' | 'open' | 'end'
  /** Content without marks for text and quoted, else as written; empty at the end. */
  readonly value: string
}

export interface TokenStream {
  readonly text: string
  /** The token after `ahead` others, 0 = next, without taking it. */
  peek(ahead?: number): Token
  next(): Token
  /** Whether the next token is this word, in any case. */
  atWord(...words: readonly string[]): boolean
  atSymbol(symbol: string): boolean
  /** Takes the next token if it is this word or symbol. */
  takeWord(word: string): boolean
  takeSymbol(symbol: string): boolean
  /** Offset just behind the last token taken. */
  readonly lastEnd: number
  /** From an offset to the end of the last token taken. */
  since(start: number): Span
  /** Continues at this offset. */
  seek(offset: number): void
}

/** @param from the offset to begin at */
export function tokensOf(text: string, from = 0): TokenStream {
  let ahead: Token[] = []
  let lastEnd = from
  const peek = (count = 0): Token => {
    while (ahead.length <= count) ahead.push(tokenAt(text, ahead.at(-1)?.end ?? lastEnd))
    return ahead[count]!
  }
  const next = (): Token => {
    const token = peek()
    ahead = ahead.slice(1)
    lastEnd = token.end
    return token
  }
  const atWord = (...words: readonly string[]) =>
    peek().kind === 'word' && words.includes(peek().value.toLowerCase())
  const atSymbol = (symbol: string) => peek().kind === 'symbol' && peek().value === symbol
  const take = (there: boolean) => {
    if (there) next()
    return there
  }
  return {
    text,
    peek,
    next,
    atWord,
    atSymbol,
    takeWord: (word) => take(atWord(word)),
    takeSymbol: (symbol) => take(atSymbol(symbol)),
    get lastEnd() {
      return lastEnd
    },
    since: (start) => ({ start, end: lastEnd }),
    seek(offset) {
      ahead = []
      lastEnd = offset
    },
  }
}

/** Characters of a name that needs no quotes. */
export const WORD_CHARACTER = /[\p{L}\p{M}\p{N}_.%$#@]/u
/** Sticky: set `lastIndex` before each use. */
export const WORD = /[\p{L}\p{M}\p{N}_.%$#@]+/uy
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
/** A column by byte positions: @5:12, @5:n, with a type letter. */
const POSITION = /@\d+:(?:\d+|n)[TNRIUB]?(?![\p{L}\p{N}])/iuy
const SYMBOLS = ['<>', '<=', '>=', '<<', '>>']

function tokenAt(text: string, from: number): Token {
  let start = from
  while (start < text.length && isBlank(text.charAt(start))) start += 1
  if (start >= text.length) return { kind: 'end', value: '', start, end: start }
  return (
    quotedAt(text, start) ??
    matchAt(text, start, POSITION, 'word') ??
    numberAt(text, start) ??
    matchAt(text, start, WORD, 'word') ??
    symbolAt(text, start)
  )
}

function quotedAt(text: string, start: number): Token | undefined {
  const mark = text.charAt(start)
  if (closingMark(mark) === undefined) return undefined
  const end = quoteEnd(text, start)
  if (end === undefined) return { kind: 'open', value: text.slice(start), start, end: text.length }
  return { kind: mark === "'" ? 'text' : 'quoted', value: unquoted(text.slice(start, end)), start, end }
}

/** A number followed by letters is a name: 2014Sales. */
function numberAt(text: string, start: number): Token | undefined {
  const number = matchAt(text, start, NUMBER, 'number')
  return number !== undefined && WORD_CHARACTER.test(text.charAt(number.end)) ? undefined : number
}

function matchAt(text: string, start: number, pattern: RegExp, kind: Token['kind']): Token | undefined {
  pattern.lastIndex = start
  const value = pattern.exec(text)?.[0]
  return value === undefined ? undefined : { kind, value, start, end: start + value.length }
}

function symbolAt(text: string, start: number): Token {
  const two = text.slice(start, start + 2)
  const value = SYMBOLS.includes(two) ? two : String.fromCodePoint(text.codePointAt(start)!)
  return { kind: 'symbol', value, start, end: start + value.length }
}
