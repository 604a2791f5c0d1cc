import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchesWildcard } from './wildcard.ts'

test('a pattern takes the texts that the same regular expression takes', () => {
  const short = fc.stringMatching(/^[ab*?.]{0,8}$/)
  fc.assert(
    fc.property(short, fc.stringMatching(/^[ab.]{0,8}$/), (pattern, text) => {
      const expression = new RegExp(
        `^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')}$`,
        's',
      )
      expect(matchesWildcard(pattern, text)).toBe(expression.test(text))
    }),
    { numRuns: 2000 },
  )
})

test('many stars on a long text take no time', () => {
  expect(matchesWildcard(`${'*a'.repeat(200)}b`, 'a'.repeat(20_000))).toBe(false)
})
