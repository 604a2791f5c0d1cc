/**
 * Every statement, prefix, source, clause and variable of the language acts or is refused, and none is
 * accepted and ignored: two scripts that differ in it only differ in what they do. The items are those of
 * the parser's own tables, so that none can be forgotten; what the documentation says has no effect is listed
 * with that sentence. The items of formats have a test of their own, format-items.test.ts.
 */
import { describe, expect, it } from 'vitest'
import { LANGUAGE_ELEMENTS } from '../../../docs/generate/language-elements.ts'
import { EXITS, GUARDS, LISTS, LOOP_TESTS } from '../../../src/script/parse/parse-control.ts'
import { DERIVED_FROM } from '../../../src/script/parse/parse-derived.ts'
import { QUALIFIERS } from '../../../src/script/parse/parse-expression.ts'
import { CLAUSE_READERS, ORDERS, SOURCES } from '../../../src/script/parse/parse-load.ts'
import { FORCED_CASES, SECTIONS } from '../../../src/script/parse/parse-model.ts'
import { BUFFER_OPTIONS, PREFIXES } from '../../../src/script/parse/parse-prefixes.ts'
import { PARSERS } from '../../../src/script/parse/parse-statement.ts'
import { OBJECTS } from '../../../src/script/parse/read-name.ts'
import { UNSUPPORTED_PREFIXES, UNSUPPORTED_STATEMENTS } from '../../../src/script/parse/unsupported.ts'
import { HEADS, PREFIX_WORDS } from '../../../src/script/syntax/head.ts'
import { SYSTEM_VARIABLES } from '../../../src/script/value/system-variables.ts'
import { CLAUSE_ROWS, PREFIX_ROWS, SOURCE_ROWS } from './load-rows.ts'
import { judged, pairOf } from './pairs.ts'
import type { Row } from './rows.ts'
import { CONTROL, STATEMENTS } from './statement-rows.ts'
import { VARIABLE_ROWS } from './variable-rows.ts'

const ALL: Readonly<Record<string, readonly Row[]>> = {
  Statements: STATEMENTS,
  'Control statements': CONTROL,
  Prefixes: PREFIX_ROWS,
  'Sources of LOAD': SOURCE_ROWS,
  'Clauses of LOAD': CLAUSE_ROWS,
  'Variables of the system': VARIABLE_ROWS,
}

/** The items of a group, in upper case, from the tables that the parser reads by. */
const grammar = (): Readonly<Record<string, readonly string[]>> => {
  const upper = (words: Iterable<string>, before = '') =>
    [...words].map((word) => before + word.toUpperCase())
  const exits = upper(EXITS, 'EXIT ')
  return {
    'Statements and control statements': [
      ...upper(Object.keys(PARSERS)),
      ...upper(HEADS.keys()),
      ...UNSUPPORTED_STATEMENTS,
      ...upper(SECTIONS, 'SECTION '),
      ...upper(FORCED_CASES, 'FORCE CASE '),
      ...upper(Object.keys(DERIVED_FROM), 'DERIVE FROM '),
      ...exits,
      ...GUARDS.flatMap((guard) => [
        ...upper([guard]),
        ...exits.map((exit) => `${exit} ${guard.toUpperCase()}`),
      ]),
      ...LOOP_TESTS.flatMap((test) => upper([test], 'DO ').concat(upper([test], 'LOOP '))),
      ...upper(Object.keys(LISTS)),
    ],
    Prefixes: [
      ...upper(Object.keys(PREFIXES)),
      ...upper(Object.keys(BUFFER_OPTIONS), 'BUFFER '),
      ...UNSUPPORTED_PREFIXES,
    ],
    'Sources of LOAD': upper(Object.keys(SOURCES)),
    'Clauses of LOAD': [
      ...upper(Object.keys(CLAUSE_READERS)),
      ...upper(Object.keys(ORDERS)),
      ...QUALIFIERS.map((word) => `${word.toUpperCase()} in an aggregation`),
    ],
    'Variables of the system': SYSTEM_VARIABLES,
  }
}

const isCovered = (item: string, rows: readonly string[]): boolean =>
  rows.some((name) => name === item || name.startsWith(`${item} `))

/** Items that no row is about. */
function forgotten(): string[] {
  const names = (group: string) =>
    Object.entries(ALL).flatMap(([title, rows]) =>
      group.toLowerCase().includes(title.toLowerCase()) ? rows.map(({ name }) => name) : [],
    )
  return Object.entries(grammar()).flatMap(([group, items]) =>
    items.filter((item) => !isCovered(item, names(group))),
  )
}

describe('the rows', () => {
  it('are about every item of the tables of the parser', () => {
    expect(forgotten()).toEqual([])
  })

  it('are about every element that the coverage of the language counts', () => {
    for (const [group, elements] of Object.entries(LANGUAGE_ELEMENTS)) {
      const rows = ALL[group]!.map(({ name }) => name)
      expect(elements.map(([name]) => name).filter((name) => !isCovered(name, rows))).toEqual([])
    }
  })

  it('say for each exception which sentence of the documentation allows it', () => {
    for (const { name, changesNothing } of Object.values(ALL).flat()) {
      if (changesNothing === undefined) continue
      expect(changesNothing.says.length, name).toBeGreaterThan(20)
      expect(changesNothing.at, name).toMatch(/^https:\/\//)
    }
  })
})

describe.each(Object.entries(ALL))('%s act or are refused', (_group, rows) => {
  it.each(rows)('$name', async ({ script, changesNothing, ...scene }) => {
    const { verdict, outcomes } = await judged(pairOf(script), scene)
    const told = JSON.stringify(outcomes.with)
    if (changesNothing !== undefined) expect(verdict, told).toBe('ignored')
    else expect(['acts', 'refused'], told).toContain(verdict)
    // A refusal names what is not done, or where the statement is wrong: its code says which.
    if (verdict === 'refused') expect(outcomes.with.message).not.toBe('')
  })
})

/** What DROP, RENAME, TAG, UNTAG and COMMENT take, by each word for tables and fields. */
const VERBS: Readonly<Record<string, (word: string, name: string) => string>> = {
  drop: (word, name) => `DROP ${word} ${name};`,
  rename: (word, name) => `RENAME ${word} ${name} TO z;`,
  tag: (word, name) => `TAG ${word} ${name} WITH 'x';`,
  untag: (word, name) => `UNTAG ${word} ${name} WITH 'old';`,
  comment: (word, name) => `COMMENT ${word} ${name} WITH 'x';`,
}

describe('every word for tables and fields acts', () => {
  const before = "t: LOAD 1 AS f, 2 AS g AUTOGENERATE 1; TAG TABLE t WITH 'old'; TAG FIELD f WITH 'old';"
  it.each(
    Object.keys(VERBS).flatMap((verb) => Object.entries(OBJECTS).map(([word, of]) => ({ verb, word, of }))),
  )('$verb $word', async ({ verb, word, of }) => {
    const statement = VERBS[verb]!(word, of === 'table' ? 't' : 'f')
    expect((await judged(pairOf(`${before} «${statement}»`))).verdict).toBe('acts')
  })
})

describe('what is planted is found', () => {
  /** A statement and a prefix that are accepted and do nothing. */
  const planted = async (look: () => Promise<void> | void) => {
    const statements = PARSERS as Record<string, unknown>
    const prefixes = PREFIXES as Record<string, unknown>
    const known: readonly string[] = PREFIX_WORDS
    const words = known as string[]
    words.push('idly')
    statements.shrug = () => ({ kind: 'rem' })
    prefixes.idly = () => ({})
    try {
      await look()
    } finally {
      delete statements.shrug
      delete prefixes.idly
      words.pop()
    }
  }

  it('as an item without a row', async () => {
    await planted(() => expect(forgotten()).toEqual(['SHRUG', 'IDLY']))
  })

  it('as an item that is ignored', async () => {
    await planted(async () => {
      expect((await judged(pairOf('«SHRUG it;» TRACE text;'))).verdict).toBe('ignored')
      expect((await judged(pairOf('«IDLY» LOAD 1 AS a AUTOGENERATE 1;'))).verdict).toBe('ignored')
    })
  })

  it('only where it is', async () => {
    expect((await judged(pairOf('«SHRUG it;» TRACE other;'))).verdict).toBe('refused')
    expect((await judged(pairOf('«IDLY» LOAD 2 AS a AUTOGENERATE 1;'))).verdict).toBe('refused')
  })
})
