import { expect, it } from 'vitest'
import { FUNCTIONS } from '../../src/script/function/functions.ts'
import { parseStatement } from '../../src/script/parse/parse-statement.ts'
import { UNSUPPORTED_PREFIXES, UNSUPPORTED_STATEMENTS } from '../../src/script/parse/unsupported.ts'
import { withScript } from '../../test/support/script-under-test.ts'
import { EXAMPLES, FORMAT_ITEMS } from './load-script-examples.ts'
import { loadScriptPage } from './load-script-page.ts'

it('every example of the page runs, one after the other', async () => {
  const script = EXAMPLES.flatMap(({ rows }) => rows.map(([, example]) => example)).join('\n')
  const files = { 'regions.csv': 'k,region\na,north\nb,south\n', 'subs.qvs': 'SUB Nothing\nEND SUB\n' }
  await withScript(script.replaceAll('lib://DataFiles', 'lib://d'), files, async ({ run, tables, file }) => {
    expect(run.end).toEqual({ kind: 'completed' })
    expect(tables).toMatchObject({
      Copy: 'id,k,amount,region: 1,a,10,NORTH | 3,a,5,NORTH | 2,b,20,SOUTH | 4,c,7,∅',
      ByKey: 'key,sum,count: a,15,2 | b,20,1',
    })
    expect((await file('sales.csv')).length).toBeGreaterThan(20)
  })
})

it.each(FORMAT_ITEMS.map(([item]) => item))('the format item %s is taken', (item) => {
  expect(parseStatement(`LOAD * FROM [lib://DataFiles/a.csv] (${item})`).kind).toBe('load')
})

it.each([...UNSUPPORTED_STATEMENTS, ...UNSUPPORTED_PREFIXES])('%s is refused by name', (name) => {
  expect(() => parseStatement(`${name} x`)).toThrow(`${name} is not supported`)
})

it('names every function that a call may name, once', () => {
  const page = loadScriptPage(new Set(FUNCTIONS.map(({ name }) => name)))
  const listed = page.slice(page.indexOf('\n| group |')).matchAll(/`([A-Za-z_0-9#]+)`/g)
  const names = [...listed].map(([, name]) => name!)
  for (const name of [
    'Sum',
    'Peek',
    'AddMonths',
    'If',
    'Xnpv',
    'TimeZone',
    'QvdNoOfRecords',
    'ConnectString',
  ]) {
    expect(names.filter((each) => each === name)).toEqual([name])
  }
})
