/** File paths and format specifications of FROM, INLINE and STORE (LANGUAGE, section 7). */
import { faults } from '../fault/fault.ts'
import type { Token, TokenStream } from '../syntax/lexer.ts'
import { rawPathEnd } from '../syntax/split.ts'
import type { FileFormat, TextSize } from '../syntax/statement.ts'
import { unexpected } from './parse-expression.ts'

/** The path behind FROM or INTO: quoted, or raw text up to what ends it. */
export function readPath(tokens: TokenStream): string {
  const { kind } = tokens.peek()
  if (kind === 'text' || kind === 'quoted') return tokens.next().value
  const start = tokens.peek().start
  const end = rawPathEnd(tokens.text, start)
  const path = tokens.text.slice(start, end).trim()
  if (path === '') throw unexpected(tokens, 'a file path')
  tokens.seek(end)
  return path
}

/** `(item, item ...)`, if present. */
export function readFormat(tokens: TokenStream): FileFormat {
  let format: FileFormat = {}
  if (!tokens.takeSymbol('(')) return format
  while (!tokens.atSymbol(')')) {
    const { start } = tokens.peek()
    const item = formatItem(readItem(tokens))
    const twice = (Object.keys(item) as (keyof FileFormat)[]).find(
      (key) => format[key] !== undefined && !equal(format[key], item[key]),
    )
    if (twice !== undefined) {
      throw faults.semantic('The format says two things of one kind', tokens.since(start))
    }
    format = { ...format, ...item }
    if (!tokens.takeSymbol(',') && !tokens.atSymbol(')')) throw unexpected(tokens, "',' or ')'")
  }
  tokens.next()
  return format
}

const equal = (a: FileFormat[keyof FileFormat], b: FileFormat[keyof FileFormat]): boolean =>
  JSON.stringify(a) === JSON.stringify(b)

/** Tokens up to the next `,` or `)`; `delimiter is ,` without quotes takes the comma itself. */
function readItem(tokens: TokenStream): Token[] {
  const item: Token[] = []
  for (;;) {
    const { kind, value } = tokens.peek()
    if (kind === 'end' || kind === 'open') throw unexpected(tokens, "')'")
    const isDelimiter = item.length === 2 && item[0]?.value.toLowerCase() === 'delimiter'
    if (kind === 'symbol' && (value === ')' || value === '(' || (value === ',' && !isDelimiter))) {
      if (item.length === 0) throw unexpected(tokens, 'a format item')
      if (value === '(') throw faults.notSupported(`The format item ${item[0]?.value} is not supported`)
      return item
    }
    item.push(tokens.next())
  }
}

const TYPES: ReadonlySet<string> = new Set(
  'txt csv qvd qvx parquet fix dif biff ooxml html json kml xml xmlsimple xmlsax xmlgeneric'.split(' '),
)
const ENCODINGS: ReadonlySet<string> = new Set('utf8 utf7 ansi oem mac unicode symbol'.split(' '))
const FIXED: Readonly<Record<string, Partial<FileFormat>>> = {
  'embedded labels': { labels: 'embedded' },
  'explicit labels': { labels: 'explicit' },
  'no labels': { labels: 'none' },
  msq: { quoting: 'msq' },
  'no quotes': { quoting: 'none' },
  'no eof': { eof: 'data' },
}

const SETTINGS: ReadonlySet<string> = new Set(
  'delimiter codepage table comment compression header record tab'.split(' '),
)

/** Every item of the grammar: types, whole words, and those that take a value behind IS. */
export const FORMAT_ITEMS = {
  types: TYPES,
  words: new Set([...ENCODINGS, ...Object.keys(FIXED)]),
  settings: SETTINGS,
} as const

function formatItem(item: readonly Token[]): Partial<FileFormat> {
  const words = item.map((token) => token.value.toLowerCase())
  const written = words.join(' ')
  if (TYPES.has(written)) return { type: written }
  if (ENCODINGS.has(written)) return { encoding: written }
  if (written === 'utf - 8') return { encoding: 'utf8' }
  if (Object.hasOwn(FIXED, written)) return FIXED[written]!
  if (words[1] === 'is' && SETTINGS.has(words[0]!)) return settingItem(words[0]!, item.slice(2))
  throw faults.notSupported(`The format item "${written}" is not supported`)
}

function settingItem(name: string, value: readonly Token[]): Partial<FileFormat> {
  const text = value.map((token) => token.value).join('')
  if (text === '') throw faults.syntax(`The format item ${name} has no value`)
  switch (name) {
    case 'delimiter':
      return { delimiter: text.replaceAll('\\t', '\t').replaceAll('\\\\', '\\') }
    case 'codepage':
      return { encoding: text === '65001' ? 'utf8' : `cp${text}` }
    case 'table':
      return { table: text }
    case 'comment':
      return { comment: text }
    case 'compression':
      return { compression: text.toLowerCase() }
    case 'header':
      return { header: sizeItem('header', text.toLowerCase()) }
    case 'record':
      return { record: sizeItem('record', text.toLowerCase(), 1) }
    default:
      return { tabWidth: sizeItem('tab', text, 1).size }
  }
}

/** `header is 2 lines`, `record is line`, or a number of bytes. */
function sizeItem(name: string, text: string, least = 0): TextSize {
  const match = /^(\d*)(lines?)?$/.exec(text)
  const size = match === null ? Number.NaN : match[1] === '' ? 1 : Number(match[1])
  if (!(size >= least && size <= MAX_SIZE)) {
    throw faults.syntax(`${name} is takes a number of bytes or lines, ${least} to ${MAX_SIZE}, not "${text}"`)
  }
  return { size, of: match![2] === undefined ? 'bytes' : 'lines' }
}

const MAX_SIZE = 16 * 1024 * 1024
