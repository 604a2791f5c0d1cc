import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FilterNode } from './filter.ts'
import { matchesFilter } from './filter.ts'
import { FILTER_MAX_CHARACTERS, type FilterRules, parseFilter, printFilter } from './filter-parse.ts'

const RULES: FilterRules = {
  attributes: { id: 'any', spaceId: 'any', 'data.status': ['ok', 'error'] },
  operators: ['eq', 'ne'],
}
const WIDE: FilterRules = { ...RULES, wide: true }

const compare = fc.oneof(
  fc.record({
    kind: fc.constant('compare' as const),
    attribute: fc.constantFrom('id', 'spaceId'),
    operator: fc.constantFrom('eq' as const, 'ne' as const),
    value: fc.string({ unit: 'binary', maxLength: 12 }),
  }),
  fc.record({
    kind: fc.constant('compare' as const),
    attribute: fc.constant('data.status'),
    operator: fc.constantFrom('eq' as const, 'ne' as const),
    value: fc.constantFrom('ok', 'error'),
  }),
)

const { tree } = fc.letrec<{ tree: FilterNode }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    compare,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      left: tie('tree'),
      right: tie('tree'),
    }),
    fc.record({ kind: fc.constant('not' as const), of: tie('tree') }),
  ),
}))

function parsed(text: string, rules = RULES): FilterNode {
  const result = parseFilter(text, rules)
  if (result.kind === 'fault') throw new Error(result.detail)
  return result.filter
}

function faultOf(text: string, rules = RULES) {
  const result = parseFilter(text, rules)
  if (result.kind !== 'fault') throw new Error(`${text} was taken`)
  return result
}

describe('parseFilter', () => {
  it('gives back the tree that was printed', () => {
    fc.assert(
      fc.property(tree, (filter) => {
        expect(parsed(printFilter(filter), WIDE)).toEqual(filter)
      }),
    )
  })

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: 'binary' }), (text) => {
        const result = parseFilter(text, RULES)
        if (result.kind === 'fault') expect(result.position).toBeGreaterThan(0)
      }),
    )
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('(', ')', 'id', 'eq', '"x"', 'and', 'or', '"', '\\')),
        (words) => void parseFilter(words.join(' '), RULES),
      ),
    )
  })

  it('binds and before or, and chains to the left', () => {
    expect(printFilter(parsed('id eq "a" or id eq "b" and id ne "c"'))).toBe(
      'id eq "a" or id eq "b" and id ne "c"',
    )
    const filter = parsed('id eq "a" or id eq "b" and spaceId eq "s"')
    expect(matchesFilter(filter, (name) => (name === 'id' ? 'a' : 'other'))).toBe(true)
    const grouped = parsed('(id eq "a" or id eq "b") and spaceId eq "s"')
    expect(matchesFilter(grouped, (name) => (name === 'id' ? 'a' : 'other'))).toBe(false)
  })

  it('takes names, operators and words in any case and answers with the known spelling', () => {
    expect(parsed('ID EQ "a" AND spaceid Ne "b"')).toEqual({
      kind: 'and',
      left: { kind: 'compare', attribute: 'id', operator: 'eq', value: 'a' },
      right: { kind: 'compare', attribute: 'spaceId', operator: 'ne', value: 'b' },
    })
  })

  it('reads JSON escapes in values', () => {
    expect(parsed('id eq "a\\"\\u0041\\\\"')).toMatchObject({ value: 'a"A\\' })
  })

  it.each([
    ['', 1, 'an attribute is expected'],
    ['   ', 4, 'an attribute is expected'],
    ['name eq "x"', 1, 'one of id, spaceId, data.status'],
    ['id co "x"', 4, 'eq or ne'],
    ['id pr', 4, 'eq or ne'],
    ['id', 3, 'eq or ne'],
    ['not (id eq "x")', 1, 'one of id'],
    ['id eq 12', 7, 'an attribute, a parenthesis or a value'],
    ['id eq true', 7, 'a value in double quotes'],
    ["id eq 'x'", 7, 'an attribute, a parenthesis or a value'],
    ['id eq "x', 7, 'no closing double quote'],
    ['id eq "\\x"', 7, 'not a JSON string'],
    ['id eq "x" and', 14, 'an attribute is expected'],
    ['id eq "x" id eq "y"', 11, 'and, or, or the end'],
    ['(id eq "x"', 11, 'a closing parenthesis'],
    ['id eq "x")', 10, 'and, or, or the end'],
    ['data.status eq "FAILED"', 16, 'one of ok, error'],
  ])('refuses %j at character %i', (text, position, detail) => {
    const result = faultOf(text)
    expect(result.position).toBe(position)
    expect(result.detail).toContain(detail)
    expect(result.detail).toContain(`at character ${position}`)
  })

  it('takes not, true and false where the list says so', () => {
    const eq = { kind: 'compare', attribute: 'id', operator: 'eq', value: 'true' }
    expect(parsed('NOT (id eq TRUE)', WIDE)).toEqual({ kind: 'not', of: eq })
    expect(matchesFilter(parsed('not (id eq "x")', WIDE), () => undefined)).toBe(true)
    expect(faultOf('not id eq "x"', WIDE).detail).toContain('the attribute must be one of')
    expect(faultOf('not (id eq "x"', WIDE).detail).toContain('a closing parenthesis')
    expect(faultOf(`${'not ('.repeat(60)}id eq "x"${')'.repeat(60)}`, WIDE).detail).toContain(
      'at most 50 deep',
    )
  })

  it('offers only the operators of the list', () => {
    expect(faultOf('id ne "x"', { ...RULES, operators: ['eq'] }).detail).toContain('the operator must be eq')
    expect(faultOf('id co "x"').detail).toContain('the operator must be eq or ne (')
    expect(parsed('spaceId CO "x"', { ...RULES, searchable: ['spaceId'] })).toMatchObject({ operator: 'co' })
  })

  it('bounds length, number of comparisons and nesting', () => {
    expect(faultOf(`id eq "${'x'.repeat(FILTER_MAX_CHARACTERS)}"`).detail).toContain('4096 characters')
    const hundred = Array.from({ length: 100 }, () => 'id eq "x"').join(' or ')
    expect(parsed(hundred).kind).toBe('or')
    expect(faultOf(`${hundred} or id eq "x"`).detail).toContain('100 comparisons')
    const nested = (depth: number) => `${'('.repeat(depth)}id eq "x"${')'.repeat(depth)}`
    expect(parsed(nested(50)).kind).toBe('compare')
    expect(faultOf(nested(51)).detail).toContain('nest at most 50')
  })
})
