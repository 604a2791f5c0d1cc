import { expect, it } from 'vitest'
import { addDuration } from './duration.ts'

const from = Date.UTC(2026, 0, 31, 12)

it.each([
  ['PT24H', Date.UTC(2026, 1, 1, 12)],
  ['P365D', Date.UTC(2027, 0, 31, 12)],
  ['P2W', Date.UTC(2026, 1, 14, 12)],
  ['P1M', Date.UTC(2026, 1, 28, 12)],
  ['P1Y1M', Date.UTC(2027, 1, 28, 12)],
  ['P1DT1H2M3S', Date.UTC(2026, 1, 1, 13, 2, 3)],
  ['PT0S', from],
])('adds %s', (text, expected) => {
  expect(addDuration(text, from)).toBe(expected)
})

it.each(['', 'P', 'PT', 'P1', '1D', 'P-1D', 'P1H', 'PT1D', 'P1.5D', 'p1d', ' P1D', 'P9999Y9999999D'])(
  'takes %j for no duration',
  (text) => {
    expect(addDuration(text, from)).toBeUndefined()
  },
)

it('refuses a time that no date can hold', () => {
  expect(addDuration('P9999Y', 8.64e15)).toBeUndefined()
})
