import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type FilterNode, matchesFilter } from './filter.ts'

const row = new Map([
  ['status', 'FAILED'],
  ['partial', 'false'],
])
const holds = (filter: FilterNode) => matchesFilter(filter, (name) => row.get(name))
const eq = (attribute: string, value: string): FilterNode => {
  return { kind: 'compare', attribute, operator: 'eq', value }
}
const ne = (attribute: string, value: string): FilterNode => {
  return { kind: 'compare', attribute, operator: 'ne', value }
}

const rows: readonly (readonly [string, FilterNode, boolean])[] = [
  ['eq of the same value', eq('status', 'FAILED'), true],
  ['eq regards case', eq('status', 'failed'), false],
  ['ne of another value', ne('status', 'QUEUED'), true],
  ['ne of the same value', ne('status', 'FAILED'), false],
  ['eq of a missing attribute', eq('type', ''), false],
  ['ne of a missing attribute', ne('type', 'hub'), true],
  ['co of a part', { kind: 'compare', attribute: 'status', operator: 'co', value: 'AIL' }, true],
  ['co of another text', { kind: 'compare', attribute: 'status', operator: 'co', value: 'ail' }, false],
  ['co of a missing attribute', { kind: 'compare', attribute: 'type', operator: 'co', value: '' }, false],
  ['and needs both', { kind: 'and', left: eq('status', 'FAILED'), right: eq('partial', 'true') }, false],
  ['or needs one', { kind: 'or', left: eq('status', 'QUEUED'), right: eq('partial', 'false') }, true],
]
it.each(rows)('%s', (_label, filter, expected) => {
  expect(holds(filter)).toBe(expected)
})

it('ne is the opposite of eq; and, or obey De Morgan', () => {
  const name = fc.constantFrom('status', 'partial', 'type')
  const value = fc.constantFrom('FAILED', 'false', 'x')
  fc.assert(
    fc.property(name, value, name, value, (a, x, b, y) => {
      expect(holds(ne(a, x))).toBe(!holds(eq(a, x)))
      const neither = holds({ kind: 'and', left: ne(a, x), right: ne(b, y) })
      expect(neither).toBe(!holds({ kind: 'or', left: eq(a, x), right: eq(b, y) }))
    }),
  )
})
