/** Label and prefixes in front of LOAD, in any order (LANGUAGE, section 5), and which of them go together. */
import { defined } from '../../core/defined.ts'
import { faults } from '../fault/fault.ts'
import type { Span } from '../fault/span.ts'
import { PREFIX_WORDS, type PrefixWord } from '../syntax/head.ts'
import type { TokenStream } from '../syntax/lexer.ts'
import type { LoadPrefixes, LoadStatement, PartialPrefix, Transform } from '../syntax/statement.ts'
import { readExpression, unexpected } from './parse-expression.ts'
import { TRANSFORMS } from './parse-transform.ts'
import { readName, readNames } from './read-name.ts'
import { unsupported } from './unsupported.ts'

export interface LoadHead {
  readonly label?: string
  readonly prefixes: LoadPrefixes
  readonly prefixSpans: LoadStatement['prefixSpans']
}

/**
 * Reads up to LOAD, or to what is no prefix. Throws ScriptFaultError: syntax, prefixes, or one that is not
 * supported.
 */
export function parsePrefixes(tokens: TokenStream): LoadHead {
  let head: LoadHead = { prefixes: {}, prefixSpans: {} }
  for (;;) {
    const { start } = tokens.peek()
    const label = readLabel(tokens)
    const prefix = label === undefined ? readPrefix(tokens) : undefined
    if (label !== undefined) head = { ...head, label: oneLabel(head.label, label, tokens.since(start)) }
    else if (prefix === undefined) return head
    else {
      const span = tokens.since(start)
      const spans = Object.fromEntries(Object.keys(prefix).map((name) => [name, span]))
      const prefixes = together(head.prefixes, prefix, span)
      head = { ...head, prefixes, prefixSpans: { ...head.prefixSpans, ...spans } }
    }
  }
}

/** The one of two labels that is there; a table has no two, and none is lost in silence. */
export function oneLabel(before: string | undefined, label: string, span?: Span): string {
  if (before === undefined) return label
  throw faults.syntax(`No LOAD follows the label '${before}' before the label '${label}'`, span)
}

/** A name with a colon behind it. */
export function readLabel(tokens: TokenStream): string | undefined {
  const behind = tokens.peek(1)
  if (tokens.peek().kind === 'open' || behind.kind !== 'symbol' || behind.value !== ':') return undefined
  const label = readName(tokens, 'a table name')
  tokens.next()
  return label
}

/** The stream stands behind the word, which begins at `start`. */
type PrefixReader = (tokens: TokenStream, start: number) => LoadPrefixes

export const PREFIXES: Readonly<Record<PrefixWord, PrefixReader>> = {
  mapping: () => ({ mapping: true }),
  noconcatenate: () => ({ noConcatenate: true }),
  concatenate: (tokens) => ({ concatenate: readTarget(tokens) }),
  first: (tokens) => ({ first: readExpression(tokens) }),
  sample: (tokens) => ({ sample: readExpression(tokens) }),
  buffer: readBuffer,
  join: (tokens) => ({ join: { type: 'outer', ...readTarget(tokens) } }),
  left: (tokens, start) => readSided(tokens, start, 'left'),
  right: (tokens, start) => readSided(tokens, start, 'right'),
  inner: (tokens, start) => readSided(tokens, start, 'inner'),
  outer: (tokens, start) => readSided(tokens, start, 'outer'),
  keep: (tokens, start) => {
    throw withoutSide(tokens, start)
  },
  add: (tokens) => ({ partial: partialOf('add', tokens) }),
  replace: (tokens) => ({ partial: partialOf('replace', tokens) }),
  merge: readMerge,
  generic: transformed(TRANSFORMS.generic),
  crosstable: transformed(TRANSFORMS.crosstable),
  intervalmatch: transformed(TRANSFORMS.intervalmatch),
  hierarchy: transformed(TRANSFORMS.hierarchy),
  hierarchybelongsto: transformed(TRANSFORMS.hierarchybelongsto),
}

function transformed(read: (tokens: TokenStream) => Transform): PrefixReader {
  return (tokens) => ({ transform: read(tokens) })
}

function readPrefix(tokens: TokenStream): LoadPrefixes | undefined {
  const { kind, value, start } = tokens.peek()
  if (kind !== 'word' || tokens.atWord('load', 'sql', 'select')) return undefined
  const word = PREFIX_WORDS.find((each) => each === value.toLowerCase())
  if (word !== undefined) {
    tokens.next()
    return PREFIXES[word](tokens, start)
  }
  const fault = unsupported(tokens)
  if (fault !== undefined) throw fault
  return undefined
}

/** ADD or REPLACE, perhaps with ONLY; undefined: neither stands there. */
export function readPartial(tokens: TokenStream): PartialPrefix | undefined {
  for (const kind of ['add', 'replace'] as const) if (tokens.takeWord(kind)) return partialOf(kind, tokens)
  return undefined
}

/** The stream stands behind the word. */
const partialOf = (kind: PartialPrefix['kind'], tokens: TokenStream): PartialPrefix => ({
  kind,
  only: tokens.takeWord('only'),
})

/** `MERGE [ONLY] [(sequence field [, variable])] ON key, ...` */
function readMerge(tokens: TokenStream): LoadPrefixes {
  const partial = partialOf('merge', tokens)
  let sequence: string | undefined
  let variable: string | undefined
  if (tokens.takeSymbol('(')) {
    sequence = readName(tokens, 'the field with the sequence')
    if (tokens.takeSymbol(',')) variable = readName(tokens, 'a variable')
    if (!tokens.takeSymbol(')')) throw unexpected(tokens, "')'")
  }
  if (!tokens.takeWord('on')) throw unexpected(tokens, 'ON')
  const keys = readNames(tokens, 'a key field')
  return { partial, merge: { keys, ...defined({ sequence, variable }) } }
}

/** How old a cached result may be; there is no cache here, so that each result is as new as can be. */
export const BUFFER_OPTIONS: Readonly<Record<string, (tokens: TokenStream) => void>> = {
  incremental: () => {},
  stale(tokens) {
    tokens.takeWord('after')
    readExpression(tokens)
    if (!tokens.takeWord('days')) tokens.takeWord('hours')
  },
}

/** `(INCREMENTAL)`, `(STALE AFTER 2 DAYS)`, or both. */
function readBuffer(tokens: TokenStream): LoadPrefixes {
  if (!tokens.takeSymbol('(')) return { buffer: true }
  do {
    const word = tokens.peek().value.toLowerCase()
    if (!Object.hasOwn(BUFFER_OPTIONS, word)) throw unexpected(tokens, 'INCREMENTAL or STALE')
    tokens.next()
    BUFFER_OPTIONS[word]!(tokens)
  } while (tokens.takeSymbol(','))
  if (!tokens.takeSymbol(')')) throw unexpected(tokens, "',' or ')'")
  return { buffer: true }
}

function readSided(
  tokens: TokenStream,
  start: number,
  type: 'left' | 'right' | 'inner' | 'outer',
): LoadPrefixes {
  if (tokens.takeWord('join')) return { join: { type, ...readTarget(tokens) } }
  if (!tokens.takeWord('keep')) {
    const { value } = tokens.next()
    throw faults.syntax(
      `${type.toUpperCase()} needs JOIN or KEEP behind it, not '${value}'`,
      tokens.since(start),
    )
  }
  if (type === 'outer') throw withoutSide(tokens, start)
  return { keep: { type, ...readTarget(tokens) } }
}

const withoutSide = (tokens: TokenStream, start: number) =>
  faults.prefixes('KEEP needs INNER, LEFT or RIGHT before it', tokens.since(start))

/** `(table)`, if present. */
function readTarget(tokens: TokenStream): { readonly table?: string } {
  if (!tokens.takeSymbol('(')) return {}
  const table = readName(tokens, 'a table name')
  if (!tokens.takeSymbol(')')) throw unexpected(tokens, "')'")
  return { table }
}

/** At most one of these may choose where the rows go. */
const TARGETS = ['mapping', 'noConcatenate', 'concatenate', 'join', 'keep'] as const

const MERGE_INTO: Readonly<Partial<Record<(typeof TARGETS)[number], true>>> = {
  noConcatenate: true,
  concatenate: true,
}

function together(prefixes: LoadPrefixes, added: LoadPrefixes, span: Span): LoadPrefixes {
  const twice = Object.keys(added).find((name) => Object.hasOwn(prefixes, name))
  if (twice !== undefined) throw faults.prefixes(`The prefix ${twice} stands twice`, span)
  const all = { ...prefixes, ...added }
  const [first, second] = TARGETS.filter((name) => all[name] !== undefined && !noConcatenateKeep(all, name))
  if (second !== undefined) {
    throw faults.prefixes(`The prefixes ${first} and ${second} exclude each other`, span)
  }
  const merged = all.merge !== undefined && TARGETS.find((name) => all[name] && MERGE_INTO[name] !== true)
  if (merged) throw faults.prefixes(`The prefixes merge and ${merged} exclude each other`, span)
  const into = first === 'noConcatenate' ? undefined : first
  const chosen = all.merge === undefined ? into : 'merge'
  if (all.transform?.kind === 'generic' && chosen !== undefined) {
    throw faults.prefixes(`GENERIC makes tables of its own: it cannot stand with ${chosen}`, span)
  }
  return all
}

/** NOCONCATENATE LEFT KEEP LOAD: a kept table is a table of its own, so both may stand together. */
function noConcatenateKeep(prefixes: LoadPrefixes, name: (typeof TARGETS)[number]): boolean {
  return name === 'noConcatenate' && prefixes.keep !== undefined
}
