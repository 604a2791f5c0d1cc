/**
 * A second pair of eyes: what scripts of the suite mean was written again as plain SQL and is asked of DuckDB
 * alone. Tables are compared row by row in their order, values and texts.
 */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type ScriptCase, withScript } from '../../support/script-under-test.ts'
import { CONTROL } from '../projects/control.ts'
import { FILES } from '../projects/files.ts'
import { MEASURES } from '../projects/measures.ts'
import { MODELS } from '../projects/models.ts'
import { WHOLE } from '../projects/whole.ts'
import { CONTROL_BY_SQL } from './control.ts'
import { CORPUS_BY_SQL } from './corpus.ts'
import { FILES_BY_SQL } from './files.ts'
import { MEASURES_BY_SQL } from './measures.ts'
import { MODELS_BY_SQL } from './models.ts'
import { type PlainSql, plainResult } from './plain-sql.ts'
import { WHOLE_BY_SQL } from './whole.ts'

const GROUPS: readonly (readonly [string, readonly ScriptCase[], Readonly<Record<string, PlainSql>>])[] = [
  ['models', MODELS, MODELS_BY_SQL],
  ['measures', MEASURES, MEASURES_BY_SQL],
  ['control', CONTROL, CONTROL_BY_SQL],
  ['files', FILES, FILES_BY_SQL],
  ['whole scripts', WHOLE, WHOLE_BY_SQL],
]

it('compares 50 scripts and more', () => {
  const compared =
    GROUPS.flatMap(([, , bySql]) => Object.keys(bySql)).length + Object.keys(CORPUS_BY_SQL).length
  expect(compared).toBeGreaterThanOrEqual(50)
})

/** A number with its own digits for a text is the number. */
const plainly = (tables: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(tables).map(([name, rows]) => [
      name,
      rows.replace(/(?<=^|[ ,])([\d.-]+)#\1(?=$|,| \|)/g, '$1'),
    ]),
  )

it('finds a cell that differs', async () => {
  const [rule, { made = '', tables = {} }] = Object.entries(MODELS_BY_SQL)[0]!
  const { script, files } = MODELS.find((each) => each.rule === rule)!
  const expected = await plainResult({ made: made.replace("'2024-03-31', 5)", "'2024-03-31', 6)"), tables })
  await withScript(script, files, (ran) => expect(plainly(ran.tables)).not.toEqual(expected.tables))
})

describe.each(GROUPS)('%s', (_name, scripts, bySql) => {
  it.each(Object.entries(bySql))('%s', async (rule, sql) => {
    const { script, files } = scripts.find((each) => each.rule === rule)!
    const expected = await plainResult(sql)
    await withScript(script, files, ({ run, tables }) => {
      expect(run.end).toEqual({ kind: 'completed' })
      expect(plainly(tables)).toEqual(expected.tables)
      const traced = run.progressLog.split('\r\n').filter((line) => !line.includes(' << ') && line !== '')
      if (sql.traced !== undefined) expect(traced).toEqual(expected.traced)
    })
  })
})

/** As in test/script/corpus-on-engine.test.ts. */
const CORPUS_FILES = {
  'customers.csv':
    'CustomerID,CustomerName,Country,City,Phone\n1,"acme, inc",DE,Berlin,\n2,"it\'s us",US,Boston,555\n',
  'orders_1.csv':
    'title\nsecond\nOrderID;CustomerID;OrderDate;Quantity;Price\n1;1;2024-01-02;3;2.5\n2;2;2024-02-02;0;2\n',
  'segments.txt': '1\tA\n9\tB\n',
  'buyers.csv': '%Id,Name,Key Field\n1,Bo,k\n2,Al,k\n',
  'sellers.csv': '%Id,Name,Key Field\n2,Al,k\n3,Cy,k\n',
  'facts.csv': 'ID,Value,ModifiedAt\n1,10,2024-01-02\n2,20,2024-01-03\n',
  'out/.keep': '',
  'store/.keep': '',
}

describe('corpus', () => {
  it.each(Object.entries(CORPUS_BY_SQL))('%s', async (name, sql) => {
    const script = readFileSync(new URL(`../corpus/${name}`, import.meta.url), 'utf8')
    const expected = await plainResult(sql)
    const known = script.replaceAll('lib://DataFiles', 'lib://d').replaceAll("'$(vLastRun)'", "'2023-01-01'")
    await withScript(known, CORPUS_FILES, ({ run, tables }) => {
      expect(run.end).toEqual({ kind: 'completed' })
      expect(plainly(tables)).toEqual(expected.tables)
    })
  })
})
