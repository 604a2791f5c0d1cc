/** Label and prefixes in front of LOAD, in any order (LANGUAGE, section 5), and which of them go together. */
import { defined } from '../../core/defined.ts'
import { faults } from '../fault/fault.ts'
import type { Span } from '../fault/span.ts'
import type { TokenStream } from '../syntax/lexer.ts'
import type { LoadPrefixes, LoadStatement, PartialPrefix } from '../syntax/statement.ts'
import { readExpression, unexpected } from './parse-expression.ts'
import { readTransform } from './parse-transform.ts'
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

function readPrefix(tokens: TokenStream): LoadPrefixes | undefined {
  if (tokens.peek().kind !== 'word' || tokens.atWord('load', 'sql', 'select')) return undefined
  if (tokens.takeWord('mapping')) return { mapping: true }
  if (tokens.takeWord('noconcatenate')) return { noConcatenate: true }
  if (tokens.takeWord('concatenate')) return { concatenate: readTarget(tokens) }
  if (tokens.takeWord('first')) return { first: readExpression(tokens) }
  if (tokens.takeWord('sample')) return { sample: readExpression(tokens) }
  if (tokens.takeWord('buffer')) return readBuffer(tokens)
  const transform = readTransform(tokens)
  if (transform !== undefined) return { transform }
  if (tokens.atWord('left', 'right', 'inner', 'outer', 'join', 'keep')) return readJoin(tokens)
  if (tokens.takeWord('merge')) return readMerge(tokens)
  const partial = readPartial(tokens)
  if (partial !== undefined) return { partial }
  const fault = unsupported(tokens)
  if (fault !== undefined) throw fault
  return undefined
}

/** ADD or REPLACE, perhaps with ONLY. */
export function readPartial(tokens: TokenStream): PartialPrefix | undefined {
  if (!tokens.atWord('add', 'replace')) return undefined
  const kind = tokens.next().value.toLowerCase() === 'add' ? 'add' : 'replace'
  return { kind, only: tokens.takeWord('only') }
}

/** `MERGE [ONLY] [(sequence field [, variable])] ON key, ...` */
function readMerge(tokens: TokenStream): LoadPrefixes {
  const partial = { kind: 'merge', only: tokens.takeWord('only') } as const
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

/** `(INCREMENTAL)`, `(STALE AFTER 2 DAYS)`: how old a cached result may be. */
function readBuffer(tokens: TokenStream): LoadPrefixes {
  if (tokens.takeSymbol('(')) {
    while (tokens.peek().kind === 'word' || tokens.peek().kind === 'number') tokens.next()
    if (!tokens.takeSymbol(')')) throw unexpected(tokens, "')'")
  }
  return { buffer: true }
}

function readJoin(tokens: TokenStream): LoadPrefixes {
  const { start } = tokens.peek()
  const word = tokens.next().value.toLowerCase()
  const type = word === 'left' || word === 'right' || word === 'inner' ? word : 'outer'
  const plain = word === 'join' || word === 'keep'
  const verb = plain ? word : tokens.next().value.toLowerCase()
  if (verb === 'join') return { join: { type, ...readTarget(tokens) } }
  if (verb !== 'keep') {
    const message = `${word.toUpperCase()} needs JOIN or KEEP behind it, not '${verb}'`
    throw faults.syntax(message, tokens.since(start))
  }
  if (type === 'outer') {
    throw faults.prefixes('KEEP needs INNER, LEFT or RIGHT before it', tokens.since(start))
  }
  return { keep: { type, ...readTarget(tokens) } }
}

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
  if (all.transform?.kind === 'generic' && first !== undefined && first !== 'noConcatenate') {
    throw faults.prefixes(`GENERIC makes tables of its own: it cannot stand with ${first}`, span)
  }
  return all
}

/** NOCONCATENATE LEFT KEEP LOAD: a kept table is a table of its own, so both may stand together. */
function noConcatenateKeep(prefixes: LoadPrefixes, name: (typeof TARGETS)[number]): boolean {
  return name === 'noConcatenate' && prefixes.keep !== undefined
}
