/**
 * Clauses and prefixes of LOAD act beside every source and every other prefix, or are refused there: what
 * acts alone must not be lost in company. Of the prefixes among themselves some run by day and
 * all by night.
 */
import { describe, expect, it } from 'vitest'
import { CLAUSE_READERS, SOURCES } from '../../../src/script/parse/parse-load.ts'
import { PREFIXES } from '../../../src/script/parse/parse-prefixes.ts'
import { runLength } from '../../support/run-length.ts'
import type { Scene } from './outcome.ts'
import { type Judged, judged, pairOf } from './pairs.ts'

const TABLES =
  't: LOAD * INLINE [k,a,b\n1,x,10\n2,y,20\n3,x,30\n3,x,30\n3,w,5];\nu: NOCONCATENATE LOAD * INLINE [k,c\n2,p\n3,r\n9,q];\n'
const FILES: Scene = { files: { 'f.csv': 'k,a\n1,x\n2,y\n3,x\n3,x\n' } }

/** A LOAD with room for DISTINCT and clauses: `field` is one of its input, with values that come again. */
interface Load {
  readonly before?: string
  /** A LOAD on top of it. */
  readonly above?: string
  readonly items: (field: string) => string
  readonly field: string
  /** What GROUP BY groups by. */
  readonly group?: string
  /** What ORDER BY sorts by; absent: the field. */
  readonly order?: string
  readonly source: string
  readonly after?: string
}

const plain = (source: string, field = 'k'): Load => ({ field, source, items: (value) => `${value} AS z` })

const FROM_SOURCES: Readonly<Record<string, Load>> = {
  from: plain('FROM [lib://d/f.csv] (txt)'),
  resident: { ...plain('RESIDENT t'), items: (value) => `${value} AS z, a AS y`, order: 'b' },
  autogenerate: plain('AUTOGENERATE 4', 'Mod(RecNo(), 3)'),
  inline: plain('INLINE [k\n1\n2\n3\n3]'),
  from_field: plain('FROM_FIELD (t, k) (txt, no labels)', '@1'),
  'LOAD above': {
    ...plain('RESIDENT t'),
    above: 'LOAD *;',
    items: (value) => `${value} AS z, a AS y`,
    order: 'b',
  },
  'LOAD below': { ...plain('', 'k'), after: '; LOAD k, a RESIDENT t' },
}

const threeFields = (before: string, after = ''): Load => ({
  before,
  after,
  field: 'k',
  source: 'RESIDENT t',
  order: 'b',
  items: (value) => `${value} AS k, a, 5 AS b`,
})

const TWO_KEYS = "LOAD ApplyMap('r', 3, 'none') AS three, ApplyMap('r', 2, 'none') AS two AUTOGENERATE 1"

/** Each prefix before a LOAD that suits it. */
const WITH_PREFIXES: Readonly<Record<string, Load>> = {
  mapping: { ...threeFields('MAPPING', `; ${TWO_KEYS}`), items: (value) => `${value} AS k, a` },
  noconcatenate: threeFields('NOCONCATENATE'),
  concatenate: threeFields('CONCATENATE (u)'),
  first: threeFields('FIRST 3'),
  sample: threeFields('SAMPLE 1'),
  join: threeFields('JOIN (u)'),
  left: threeFields('LEFT JOIN (u)'),
  right: threeFields('RIGHT JOIN (u)'),
  inner: threeFields('INNER JOIN (u)'),
  outer: threeFields('OUTER JOIN (u)'),
  keep: threeFields('LEFT KEEP (u)'),
  buffer: {
    before: 'BUFFER',
    field: 'k',
    source: 'FROM [lib://d/f.csv] (txt)',
    items: (value) => `${value} AS k`,
  },
  add: threeFields('ADD'),
  replace: threeFields('REPLACE'),
  merge: { ...threeFields('MERGE ON k'), items: (value) => `'I' AS o, ${value} AS k, a` },
  generic: threeFields('GENERIC'),
  crosstable: threeFields('CROSSTABLE (x, y)'),
  intervalmatch: {
    ...threeFields('INTERVALMATCH (k)'),
    items: (value) => `${value} AS from, 99 AS to`,
  },
  hierarchy: { ...threeFields('HIERARCHY (k, p, n)'), items: (value) => `${value} AS k, '' AS p, a AS n` },
  hierarchybelongsto: {
    ...threeFields('HIERARCHYBELONGSTO (k, p, n, x, y)'),
    items: (value) => `${value} AS k, '' AS p, a AS n`,
  },
}

const written = (
  { before = '', above = '', items, field, source, after = '' }: Load,
  { prefix = '', distinct = '', clause = '', value = field } = {},
): string =>
  `${TABLES}r: ${prefix} ${before} ${above} LOAD ${distinct} ${items(value)} ${source} ${clause}${after};`

/** By the first word of the clause, and DISTINCT. */
const CLAUSES: Readonly<Record<string, (load: Load) => string>> = {
  distinct: (load) => written(load, { distinct: '«DISTINCT»' }),
  where: (load) => written(load, { clause: `«WHERE ${load.field} > 1»` }),
  while: (load) => written(load, { clause: `«WHILE IterNo() < ${load.field}»` }),
  group: (load) =>
    written(load, {
      value: `Max(${load.field})`,
      clause: `«GROUP BY ${load.group ?? (load.order === undefined ? load.field : `${load.field}, a`)}»`,
    }),
  order: (load) => written(load, { clause: `«ORDER BY ${load.order ?? load.field}»` }),
}

/** What tells nothing of its own beside another one, with why. */
const CLAUSE_EXCEPTIONS: Readonly<Record<string, string>> = {
  'distinct mapping': 'Of equal keys the first row of a mapping table counts: equal rows say nothing more.',
}

const told = (judgement: Judged): string => JSON.stringify(judgement.outcomes.with)

const LOADS = { ...FROM_SOURCES, ...WITH_PREFIXES }

describe('the combinations', () => {
  it('are of all clauses, sources and prefixes of the parser', () => {
    expect(Object.keys(CLAUSES).sort()).toEqual(['distinct', ...Object.keys(CLAUSE_READERS)].sort())
    expect(Object.keys(FROM_SOURCES)).toEqual(
      expect.arrayContaining(Object.keys(SOURCES).filter((word) => word !== 'extension')),
    )
    expect(Object.keys(WITH_PREFIXES)).toEqual(expect.arrayContaining(Object.keys(PREFIXES)))
  })
})

describe.each(Object.entries(LOADS))('every clause in a LOAD with %s', (name, load) => {
  it.each(Object.entries(CLAUSES))('%s', async (clause, write) => {
    const { verdict, outcomes } = await judged(pairOf(write(load)), FILES)
    const why = CLAUSE_EXCEPTIONS[`${clause} ${name}`]
    const told = JSON.stringify(outcomes.with)
    if (why === undefined) expect(['acts', 'refused'], told).toContain(verdict)
    else expect(verdict, why).toBe('ignored')
  })
})

/** A LOAD that has a clause already, by the first word of that. */
const WITH_CLAUSES: Readonly<Record<string, Load>> = {
  distinct: { ...plain('RESIDENT t'), order: 'b', items: (value) => `DISTINCT ${value} AS z, a AS y` },
  where: { ...plain('RESIDENT t WHERE b > 4'), order: 'b', items: (value) => `${value} AS z, a AS y` },
  while: { ...plain('RESIDENT t WHILE IterNo() < 3'), order: 'b', items: (value) => `${value} AS z, a AS y` },
  group: {
    ...plain('RESIDENT t GROUP BY k, a'),
    order: 'b',
    items: () => 'Count(b) AS z, FirstValue(a) AS y',
  },
  order: { ...plain('RESIDENT t ORDER BY b DESC'), items: (value) => `${value} AS z, a AS y`, group: 'k, a' },
}

describe.each(Object.entries(WITH_CLAUSES))('every clause beside %s', (name, load) => {
  it.each(Object.entries(CLAUSES).filter(([clause]) => clause !== name))('%s', async (_clause, write) => {
    const judgement = await judged(pairOf(write(load)), FILES)
    expect(['acts', 'refused'], told(judgement)).toContain(judgement.verdict)
  })
})

/** Each prefix as it is added to a LOAD that has another one. */
const ADDED: Readonly<Record<string, string>> = {
  mapping: 'MAPPING',
  concatenate: 'CONCATENATE (u)',
  first: 'FIRST 1',
  sample: 'SAMPLE 0',
  join: 'JOIN (u)',
  left: 'LEFT JOIN (u)',
  right: 'RIGHT JOIN (u)',
  inner: 'INNER JOIN (u)',
  keep: 'INNER KEEP (u)',
  merge: 'MERGE ON k',
  generic: 'GENERIC',
  crosstable: 'CROSSTABLE (xx, yy)',
  intervalmatch: 'INTERVALMATCH (k)',
  hierarchy: 'HIERARCHY (k, a, b)',
  hierarchybelongsto: 'HIERARCHYBELONGSTO (k, a, b, xxx, yyy)',
  'add only': 'ADD ONLY',
  'replace only': 'REPLACE ONLY',
  'merge only': 'MERGE ONLY ON k',
}

/** Said in the rows of the prefixes, or without effect in a full reload. */
const NOT_ADDED: Readonly<Record<string, string>> = {
  buffer: 'It changes no result.',
  outer: 'It is what JOIN means.',
  add: 'In a full reload such a LOAD runs as any other.',
  replace: 'In a full reload such a LOAD runs as any other.',
  noconcatenate: 'It tells where rows of equal fields go: below.',
}

/** What changes nothing there, with why. */
const PREFIX_EXCEPTIONS: Readonly<Record<string, string>> = {
  'mapping ADD': 'Mapping tables are loaded in every partial reload, as nothing remains of them.',
  'mapping REPLACE': 'Mapping tables are loaded in every partial reload, as nothing remains of them.',
  'keep noconcatenate': 'KEEP keeps two tables apart: its rows never go into an earlier one.',
  'generic noconcatenate': 'GENERIC makes tables of its own: its rows never go into an earlier one.',
}

async function expectMatters(name: string, added: string, script: string, scene: Scene): Promise<void> {
  const judgement = await judged(pairOf(script), scene)
  const why = PREFIX_EXCEPTIONS[`${name} ${added}`]
  if (why === undefined) expect(['acts', 'refused'], told(judgement)).toContain(judgement.verdict)
  else expect(judgement.verdict, why).toBe('ignored')
}

/** A day's run takes every thirtieth pair, a night's all of them. */
const EACH = runLength(30, 1)

describe('every prefix beside every other', () => {
  it('is tried', () => {
    const tried = [...Object.keys(ADDED), ...Object.keys(NOT_ADDED)]
    expect(tried).toEqual(expect.arrayContaining(Object.keys(PREFIXES)))
  })

  describe.each(Object.entries(WITH_PREFIXES))('in a LOAD with %s', (name, load) => {
    const place = Object.keys(WITH_PREFIXES).indexOf(name)
    const others = Object.entries(ADDED).filter(([added], at) => added !== name && (at + place) % EACH === 0)
    it.each(others)('%s', async (added, text) => {
      await expectMatters(name, added, written(load, { prefix: `«${text}»` }), FILES)
    })

    it('noconcatenate', async () => {
      // The same LOAD twice: the second one is added to the table of the first unless it must not be.
      const second = written(load, { prefix: '«NOCONCATENATE»' }).slice(TABLES.length)
      await expectMatters(name, 'noconcatenate', `${written(load)} ${second}`, FILES)
    })

    it.each(['ADD', 'REPLACE'])('%s in a partial reload', async (text) => {
      const script = written(load, { prefix: `«${text}»` }).slice(TABLES.length)
      await expectMatters(name, text, script, { ...FILES, before: TABLES })
    })
  })
})
