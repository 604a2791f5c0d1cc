/**
 * CollationLocale: "which locale to use for sort order" (help, SystemVariables/CollationLocale). The engine
 * sorts tables and groups, the row machine the texts of a row: both must hold the same order.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Database } from '../../src/engine/duckdb/database.ts'
import { collated, sqlText } from '../../src/engine/sql/pair-sql.ts'
import { collateTexts, knownLocale } from '../../src/script/value/collation.ts'
import { describeScripts, inline } from '../support/script-under-test.ts'

const LETTERS = [
  ..."abcdefghijklmnopqrstuvwxyzABZåäöæøéèêßñçłşžčđþðÅÖıİабвіёαβωאבابتあか日本語中文가01_-. '&",
]
const WORDS =
  'co-op coop cote coté côte côté Müller Mueller Muller aa az Aa ch cz ci ll lz dž nj ng 10 9 ss straße va wa vb'

/** Every language that has a code, and some with a region. */
const LOCALES = (() => {
  const letters = [...'abcdefghijklmnopqrstuvwxyz']
  const two = letters.flatMap((first) => letters.map((second) => first + second))
  const three = two.flatMap((code) => letters.map((letter) => code + letter))
  const regions = 'en-US en-GB de-AT de-CH fr-CA es-MX pt-BR sv-FI nb-NO nn-NO zh-CN zh-TW zh-HK sr-RS ar-SA'
  const known = [...two, ...three, ...regions.split(' ')].map((code) => knownLocale(code))
  return [...new Set(known.filter((locale) => locale !== undefined))]
})()

describe('the order of the engine and that of the row machine', () => {
  let folder: string
  let database: Database
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'reprise-order-'))
    database = await Database.open({ file: ':memory:', privateFolder: folder, threads: 1 })
  })
  afterAll(async () => {
    database.close()
    await rm(folder, { recursive: true })
  })

  const byEngine = async (texts: readonly string[], locale: string) => {
    const list = texts.map(sqlText).join(', ')
    const rows = await database.rows(
      `SELECT t FROM (SELECT unnest([${list}]) t) ORDER BY ${collated('t', locale).join(', ')}`,
    )
    return rows.map(([text]) => text)
  }
  const byMachine = (texts: readonly string[], locale: string) =>
    texts.toSorted((left, right) => collateTexts(left, right, locale))

  it('are one in every locale that is known', async () => {
    const texts = [...LETTERS, ...WORDS.split(' ')]
    expect(LOCALES.length).toBeGreaterThan(100)
    for (const locale of LOCALES) {
      expect(await byEngine(texts, locale), locale).toEqual(byMachine(texts, locale))
    }
  }, 60_000)

  it('are one for any texts', async () => {
    const word = fc.array(fc.constantFrom(...LETTERS), { maxLength: 6 }).map((letters) => letters.join(''))
    const locale = fc.constantFrom('en-US', 'sv-SE', 'de-DE', 'fr-CA', 'es-ES', 'da-DK', 'cs-CZ', 'tr-TR')
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 2, maxLength: 40 }), locale, async (texts, of) => {
        expect(await byEngine(texts, of)).toEqual(byMachine(texts, of))
      }),
      { numRuns: 100 },
    )
  }, 60_000)
})

it.each(['xx', 'en_US', 'sv-SE-x', 'zh-Hans-CN', 'fy', 'english', ''])('%s is no known locale', (written) => {
  expect(knownLocale(written)).toBeUndefined()
})

const TEXTS = inline('k,a', '1,ö', '2,z', '3,B', '4,a', '5,10', '6,A', '7,9', '8,_b', '9,o')
const order = (setting: string, direction = '') => `${setting} S: LOAD k, If(k<>9, a) as a ${TEXTS};
  U: LOAD k as sorted RESIDENT S ORDER BY a ${direction};
  G: LOAD Concat(a, ' ') as c, MinString(a) as low, MaxString(a) as high RESIDENT S; DROP TABLE S;
  R: LOAD RangeMinString('ö','z','B','a','10','A','9','_b') as least, RangeMaxString('ö','z','B','a') as most,
    GetCollationLocale() as l AutoGenerate 1;`

describeScripts('CollationLocale', [
  {
    rule: 'numbers first, then texts in the order of the language, NULL at the end',
    script: order("SET CollationLocale='en-US';"),
    tables: {
      U: 'sorted: 7 | 5 | 8 | 4 | 6 | 3 | 1 | 2 | 9',
      G: 'c,low,high: 9 10 _b a A B ö z,_b,z',
      R: 'least,most,l: _b,z,en-US',
    },
  },
  {
    rule: 'Swedish has ö behind z',
    script: order("SET CollationLocale='sv-SE';"),
    tables: {
      U: 'sorted: 7 | 5 | 8 | 4 | 6 | 3 | 2 | 1 | 9',
      G: 'c,low,high: 9 10 _b a A B z ö,_b,ö',
      R: 'least,most,l: _b,ö,sv-SE',
    },
  },
  {
    rule: 'descending',
    script: order("SET collationlocale='Sv';", 'DESC'),
    tables: {
      U: 'sorted: 1 | 2 | 3 | 6 | 4 | 8 | 5 | 7 | 9',
      G: 'c,low,high: 9 10 _b a A B z ö,_b,ö',
      R: 'least,most,l: _b,ö,sv',
    },
  },
  {
    rule: 'without it texts are sorted as in English; an unknown one is told in the log',
    script: order("SET CollationLocale='Klingon';"),
    tables: {
      U: 'sorted: 7 | 5 | 8 | 4 | 6 | 3 | 1 | 2 | 9',
      G: 'c,low,high: 9 10 _b a A B ö z,_b,z',
      R: 'least,most,l: _b,z,en-US',
    },
  },
  {
    rule: 'two keys, with duals between the texts, in load order where they are equal',
    script: `SET CollationLocale='sv-SE'; S: LOAD k, If(k=2, Dual('ö', 3), a) as a, b ${inline('k,a,b', '1,ö,x', '2,,x', '3,z,y', '4,ö,å', '5,z,y')};
      U: NoConcatenate LOAD k, RowNo() as n RESIDENT S ORDER BY a, b DESC; DROP TABLE S;`,
    tables: { U: 'k,n: 2,1 | 3,2 | 5,3 | 4,4 | 1,5' },
  },
])
