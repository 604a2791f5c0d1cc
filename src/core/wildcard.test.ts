import { expect, it } from 'vitest'
import { matchesWildcard } from './wildcard.ts'

it.each([
  ['', '', true],
  ['', '*', true],
  ['a', '', false],
  ['sales.csv', 'sales.csv', true],
  ['sales.csv', '*.csv', true],
  ['sales.csv', '*.qvd', false],
  ['sales.csv', 's?les*', true],
  ['sales.csv', '?', false],
  ['aab', '*ab', true],
  ['abab', '*ab*ab', true],
  ['abcab', 'ab*ab*ab', false],
  ['a*c', 'a*c', true],
  ['a.c', 'a[.]c', false],
  ['😀.csv', '?.csv', true],
] as const)('"%s" and "%s": %s', (text, pattern, matches) => {
  expect(matchesWildcard(text, pattern)).toBe(matches)
})

it('is done at once with a pattern of many stars that does not match', () => {
  expect(matchesWildcard('a'.repeat(255), `${'*a'.repeat(120)}*b`)).toBe(false)
})
