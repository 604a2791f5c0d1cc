import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkReloadFields, effectiveWeight, RESOURCE_ID_MAX_CHARACTERS } from './admission.ts'

const pointers = (fields: Parameters<typeof checkReloadFields>[0]) =>
  checkReloadFields(fields).map((fault) => fault.pointer)

describe('the fields of a reload request', () => {
  test.each([
    ['no field at all', {}],
    ['the smallest weight', { weight: 1 }],
    ['the largest weight', { weight: 10 }],
    ['twenty variables', { variables: numbered(20) }],
    ['a value of 256 code points outside the basic plane', { variables: { v: '😀'.repeat(256) } }],
    ['a name of 256 characters', { variables: { ['n'.repeat(256)]: 'x' } }],
    ['an empty value', { variables: { v: '' } }],
    ['a value with a line end', { variables: { v: 'a\r\nb' } }],
    ['a resource id', { resourceId: 'r'.repeat(RESOURCE_ID_MAX_CHARACTERS) }],
  ])('are taken with %s', (_label, fields) => {
    expect(checkReloadFields(fields)).toEqual([])
  })

  test.each([
    ['weight 0', { weight: 0 }, ['/weight']],
    ['weight 11', { weight: 11 }, ['/weight']],
    ['weight 1.5', { weight: 1.5 }, ['/weight']],
    ['weight NaN', { weight: Number.NaN }, ['/weight']],
    ['21 variables', { variables: numbered(21) }, ['/variables']],
    ['a value of 257 characters', { variables: { v: 'x'.repeat(257) } }, ['/variables/v']],
    ['an empty name', { variables: { '': 'x' } }, ['/variables/']],
    ['a name of 257 characters', { variables: { ['n'.repeat(257)]: 'x' } }, [`/variables/${'n'.repeat(64)}`]],
    ['a control character in a name', { variables: { 'a\tb': 'x' } }, ['/variables/a\tb']],
    ['a reserved name in any case', { variables: { SCRIPTERROR: '1' } }, ['/variables/SCRIPTERROR']],
    ['an empty resource id', { resourceId: '' }, ['/resourceId']],
    [
      'faults in several fields',
      { weight: 99, variables: { 'a/b~c': 'x'.repeat(300) } },
      ['/weight', '/variables/a~1b~0c'],
    ],
  ])('are refused with %s, naming the field', (_label, fields, expected) => {
    expect(pointers(fields)).toEqual(expected)
  })

  test('every weight that is not a whole number from 1 to 10 is refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.integer()), (weight) => {
        const allowed = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].includes(weight)
        expect(checkReloadFields({ weight }).length === 0).toBe(allowed)
      }),
    )
  })
})

test('the weight of a personal app is 1 whatever was asked, of others as asked or 1', () => {
  expect(effectiveWeight(9, true)).toBe(1)
  expect(effectiveWeight(9, false)).toBe(9)
  expect(effectiveWeight(undefined, false)).toBe(1)
})

function numbered(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`v${i}`, String(i)]))
}
