import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bindingOf } from '../../../test/support/evaluated.ts'
import { ScriptFaultError } from '../fault/fault.ts'
import type { Value } from '../value/value.ts'
import { callFault, FUNCTIONS, functionRow, isComputed } from './functions.ts'

test('a function is found by its name in lower case', () => {
  expect(functionRow('addmonths')).toMatchObject({ name: 'AddMonths', min: 2, max: 3 })
  expect(functionRow('normdistance')).toBeUndefined()
})

test('every function stands in one row, with at most one implementation', () => {
  const names = FUNCTIONS.map(({ name }) => name.toLowerCase())
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
  for (const { name, scalar, lazy, context, load, list, fold } of FUNCTIONS) {
    const implementations = [scalar, lazy, context, load, list, fold].filter((each) => each !== undefined)
    expect([name, implementations.length]).toSatisfy(([, count]) => count <= 1)
  }
})

test('what only some kinds of rows may have stands in no other', () => {
  for (const { name, scalar, lazy, context, load, parts, changing, outside } of FUNCTIONS) {
    if (parts !== undefined) expect(scalar, name).toBeDefined()
    if (changing !== undefined) expect(scalar ?? lazy, name).toBeDefined()
    if (outside !== undefined) expect(context ?? load, name).toBeDefined()
  }
})

test('every function seen in scripts is computed', () => {
  expect(FUNCTIONS.filter((row) => row.seen > 0 && !isComputed(row)).map(({ name }) => name)).toEqual([])
})

test('a function without an implementation is refused by name', () => {
  expect(callFault('wrank', 0)?.message).toBe('The function WRank() is not supported')
})

const NUMBERS = [0, -0, 0.5, -1, 1, 2, 7, 12, 40_972.375, 1e9, -1e9, 1e15, 1e300, -1e300, 5e-324]
const FORMATS = [
  'YYYY-MM-DD',
  'hh:mm:ss[.fff]',
  '#,##0.00',
  '(hex)',
  '(ROM)',
  '0%',
  '[',
  '',
  ';',
  '*?',
  'GMT+1',
  'Paris',
]
const values: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.constantFrom(...NUMBERS),
  fc.constantFrom(...FORMATS),
  fc.constantFrom('2012-03-04', '12:00', '1,234.5', '{}'),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.record({ text: fc.string({ maxLength: 12 }), number: fc.integer() }),
)

const SCALARS = FUNCTIONS.flatMap((row) => (row.scalar ? [{ ...row, scalar: row.scalar }] : []))

test.each(SCALARS)('$name gives a proper value for any arguments', ({ min, max, scalar }) => {
  const args = fc.array(values, { minLength: min, maxLength: Math.min(max, min + 4) })
  const binding = bindingOf()
  fc.assert(
    fc.property(args, (given) => {
      const value = outcome(() => scalar(given, binding))
      if (value === null || typeof value === 'string') return
      const number = typeof value === 'number' ? value : value.number
      expect(Number.isFinite(number)).toBe(true)
      if (typeof value === 'object') expect(typeof value.text).toBe('string')
    }),
    { numRuns: 200 },
  )
})

test('counts beyond what a number holds exactly are outside the domain, and end', () => {
  const binding = bindingOf()
  for (const name of ['binominv', 'poissoninv', 'binomdist', 'poissondist']) {
    expect(outcome(() => functionRow(name)!.scalar!([0.5, 1e300, 0.5], binding))).toBeNull()
  }
})

/** Faults of the script are proper answers too. */
function outcome(evaluate: () => Value): Value {
  try {
    return evaluate()
  } catch (error) {
    if (error instanceof ScriptFaultError) return null
    throw error
  }
}
