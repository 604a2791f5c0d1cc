import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isImplemented } from '../../../docs/generate/implemented-functions.ts'
import { bindingOf } from '../../../test/support/evaluated.ts'
import { hasAggregationSql } from '../../engine/sql/aggregation-sql.ts'
import { ScriptFaultError } from '../fault.ts'
import type { Value } from '../value/value.ts'
import { isListAggregation } from './context/collected-values.ts'
import { AGGREGATIONS, functionSignature, SCALAR_FUNCTIONS, scalarFunction } from './functions.ts'
import { LANGUAGE_FUNCTIONS } from './language-functions.ts'

test('a signature tells kind and argument counts under the documented name', () => {
  expect(functionSignature('addmonths')).toEqual({ name: 'AddMonths', kind: 'scalar', min: 2, max: 3 })
  expect(functionSignature('applymap')).toEqual({ name: 'ApplyMap', kind: 'context', min: 2, max: 3 })
  expect(functionSignature('sum')).toEqual({ name: 'Sum', kind: 'aggregation', min: 1, max: 1 })
  expect(functionSignature('if')).toEqual({ name: 'If', kind: 'lazy', min: 2, max: 3 })
  expect(functionSignature('normdistance')).toBeUndefined()
})

const LANGUAGE = Object.values(LANGUAGE_FUNCTIONS).flatMap((rows) => [...rows])

test('an evaluator takes as many arguments as the language has it', () => {
  const counts = new Map(LANGUAGE.map(([name, min, max]) => [name, { name, min, max }]))
  expect(SCALAR_FUNCTIONS.map(({ name, min, max }) => ({ name, min, max }))).toEqual(
    SCALAR_FUNCTIONS.map(({ name }) => counts.get(name)),
  )
})

test('every function seen in scripts is computed', () => {
  const missing = LANGUAGE.filter(([name, , , seen]) => seen > 0 && !isImplemented(name)).map(
    ([name]) => name,
  )
  expect(missing).toEqual([])
})

test('exactly the scalar functions have an evaluator', () => {
  for (const { name } of SCALAR_FUNCTIONS) expect(functionSignature(name.toLowerCase())?.kind).toBe('scalar')
})

test('every aggregation of the language is computed in one way', () => {
  for (const name of AGGREGATIONS)
    expect([name, hasAggregationSql(name) !== isListAggregation(name)]).toEqual([name, true])
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

test.each(SCALAR_FUNCTIONS.map((row) => [row.name, row] as const))(
  '%s gives a proper value for any arguments',
  (_, row) => {
    const args = fc.array(values, { minLength: row.min, maxLength: Math.min(row.max, row.min + 4) })
    const binding = bindingOf()
    fc.assert(
      fc.property(args, (given) => {
        const value = outcome(() => row.evaluate(given, binding))
        if (value === null || typeof value === 'string') return
        const number = typeof value === 'number' ? value : value.number
        expect(Number.isFinite(number)).toBe(true)
        if (typeof value === 'object') expect(typeof value.text).toBe('string')
      }),
      { numRuns: 200 },
    )
  },
)

test('counts beyond what a number holds exactly are outside the domain, and end', () => {
  const binding = bindingOf()
  for (const name of ['binominv', 'poissoninv', 'binomdist', 'poissondist']) {
    expect(outcome(() => scalarFunction(name)!.evaluate([0.5, 1e300, 0.5], binding))).toBeNull()
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
