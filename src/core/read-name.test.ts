import { expect, it } from 'vitest'
import {
  covers,
  isMask,
  keptReads,
  MASK_MAX_CHARACTERS,
  MASKS_MAX,
  READS_MAX,
  READS_MAX_CHARACTERS,
} from './read-name.ts'

it.each<[string, string, boolean]>([
  ['a.csv', 'a.csv', true],
  ['a.csv', 'A.csv', false],
  ['a.csv', 'in/a.csv', false],
  ['*.csv', 'a.csv', true],
  ['*.csv', 'in/a.csv', false],
  ['in/sales_??.csv', 'in/sales_01.csv', true],
  ['in/sales_??.csv', 'in/sales_001.csv', false],
  ['*/a.csv', 'in/a.csv', true],
  ['*/a.csv', 'in/deep/a.csv', false],
])('%s covers %s: %s', (read, name, is) => {
  expect(covers(read, name)).toBe(is)
})

it('a mask has a wildcard', () => {
  expect(['a.csv', '*.csv', 'a?.csv'].map(isMask)).toEqual([false, true, true])
})

it('keeps the first names, within their number and their characters', () => {
  const kept = (names: readonly string[]) => keptReads(names, (name) => name)
  const many = Array.from({ length: READS_MAX + 1 }, (_, at) => `${at}`)
  expect(kept(many)).toEqual(many.slice(0, READS_MAX))
  const masks = many.map((name) => `${name}*`)
  expect(kept([...masks.slice(0, MASKS_MAX + 1), 'a'])).toEqual([...masks.slice(0, MASKS_MAX), 'a'])
  expect(kept(['*'.repeat(MASK_MAX_CHARACTERS), '*'.repeat(MASK_MAX_CHARACTERS + 1)])).toHaveLength(1)
  const half = 'x'.repeat(READS_MAX_CHARACTERS / 2)
  expect(kept([half, half, 'y'])).toEqual([half, half])
})
