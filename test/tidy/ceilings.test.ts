import { expect, it } from 'vitest'
import { filesOverCeiling, functionsOverCeiling } from './ceilings.ts'
import { unlisted } from './shrinking-list.ts'
import { SourceTree, thisTree } from './source-tree.ts'

/** Tables of data: rows that are looked up and not read. */
const TABLES = ['test/script/vectors/date-vectors.ts']

const LONG_FILES = [
  'test/api/apps.test.ts',
  'test/api/data-files.test.ts',
  'test/api/reloads.test.ts',
  'test/api/webhooks.test.ts',
]

const LONG_FUNCTIONS = ['src/files/local/file-store.ts']

const lines = (count: number) =>
  Array.from({ length: count }, (_, n) => `export const c${n} = ${n}\n`).join('')
const functionOf = (count: number) => `export const f = () => {\n${'  g()\n'.repeat(count - 2)}}\n`

it('no file is longer than its ceiling', () => {
  const found = filesOverCeiling(thisTree(), (path) => TABLES.includes(path))
  expect(unlisted(found, LONG_FILES)).toEqual([])
})

it('every table of data is over the ceiling, or needs no exemption', () => {
  const found = filesOverCeiling(thisTree(), () => false).map(({ path }) => path)
  expect(TABLES.filter((path) => !found.includes(path))).toEqual([])
})

it('no function of the product is longer than its ceiling', () => {
  expect(unlisted(functionsOverCeiling(thisTree()), LONG_FUNCTIONS)).toEqual([])
})

it('finds a file one line over, in core and script earlier, and leaves tables and tests of core', () => {
  const tree = new SourceTree({
    'src/api/long.ts': lines(401),
    'src/api/full.ts': lines(400),
    'src/core/long.ts': lines(301),
    'src/core/full.ts': lines(300),
    'src/core/long.test.ts': lines(301),
    'src/script/table.ts': lines(301),
  })
  expect(filesOverCeiling(tree, (path) => path === 'src/script/table.ts').map(({ fault }) => fault)).toEqual([
    'src/api/long.ts has 401 lines, 400 are the most',
    'src/core/long.ts has 301 lines, 300 are the most',
  ])
})

it('finds a function one line over, and leaves tests', () => {
  const tree = new SourceTree({
    'src/api/full.ts': functionOf(70),
    'src/api/long.ts': functionOf(71),
    'src/api/long.test.ts': functionOf(71),
  })
  expect(functionsOverCeiling(tree).map(({ fault }) => fault)).toEqual([
    'src/api/long.ts:1 is a function of 71 lines, 70 are the most',
  ])
})

it('a list of known faults only shrinks', () => {
  const found = [
    { path: 'a.ts', fault: 'a.ts is long' },
    { path: 'b.ts', fault: 'b.ts is long' },
  ]
  expect(unlisted(found, ['a.ts', 'b.ts'])).toEqual([])
  expect(unlisted(found, ['a.ts'])).toEqual(['b.ts is long'])
  expect(unlisted(found, ['a.ts', 'b.ts', 'c.ts'])).toEqual(['c.ts keeps the rule: take it out of the list'])
})
