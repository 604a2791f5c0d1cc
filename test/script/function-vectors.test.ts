/**
 * Every function of the language that is computed here has vectors of its own: this fails for one without.
 * Argument counts and NULL arguments are checked of all of them.
 */
import { describe, expect, it, test } from 'vitest'
import { isImplemented } from '../../docs/generate/implemented-functions.ts'
import { checkCall, SCALAR_FUNCTIONS } from '../../src/script/function/functions.ts'
import { LANGUAGE_FUNCTIONS } from '../../src/script/function/language-functions.ts'
import { evaluated, shown } from '../support/evaluated.ts'
import { AGGREGATION_DATA } from './vectors/aggregation-vectors.ts'
import { CONDITION_VECTORS } from './vectors/condition-vectors.ts'
import { CONTEXT_VECTORS } from './vectors/context-vectors.ts'
import { DATE_VECTORS } from './vectors/date-vectors.ts'
import { FINANCE_VECTORS } from './vectors/finance-vectors.ts'
import { FORMAT_VECTORS } from './vectors/format-vectors.ts'
import { NUMBER_VECTORS } from './vectors/number-vectors.ts'
import { OPERATOR_VECTORS } from './vectors/operator-vectors.ts'
import { OTHER_VECTORS } from './vectors/other-vectors.ts'
import { RANGE_VECTORS } from './vectors/range-vectors.ts'
import { TEXT_VECTORS } from './vectors/text-vectors.ts'
import type { Vector } from './vectors/vector.ts'

const VECTORS = {
  ...TEXT_VECTORS,
  ...NUMBER_VECTORS,
  ...DATE_VECTORS,
  ...FORMAT_VECTORS,
  ...CONDITION_VECTORS,
  ...RANGE_VECTORS,
  ...FINANCE_VECTORS,
  ...OTHER_VECTORS,
}

const LANGUAGE = Object.values(LANGUAGE_FUNCTIONS).flatMap((rows) => [...rows])

function check([expression, expected, , settings]: Vector): void {
  expect(`${expression} is ${shown(evaluated(expression, settings === undefined ? {} : { settings }))}`).toBe(
    `${expression} is ${expected}`,
  )
}

describe.each(Object.entries(VECTORS))('%s', (_name, vectors) => {
  for (const vector of vectors) it(`${vector[0]} is ${vector[1]} (${vector[2]})`, () => check(vector))
})

describe('operators', () => {
  for (const vector of OPERATOR_VECTORS)
    it(`${vector[0]} is ${vector[1]} (${vector[2]})`, () => check(vector))
})

test('every function that is computed has vectors: three, or one if it has no arguments', () => {
  const aggregated = AGGREGATION_DATA.flatMap(({ vectors }) =>
    vectors.map(([expression]) => expression),
  ).join(' ')
  const lacking = LANGUAGE.filter(([name, , max, , kind]) => {
    if (!isImplemented(name)) return false
    if (kind === 'aggregation') return !aggregated.includes(`${name}(`)
    if (kind === 'context') return !CONTEXT_VECTORS.some(({ shows }) => shows.includes(name))
    return (VECTORS[name]?.length ?? 0) < (max === 0 ? 1 : 3)
  })
  expect(lacking.map(([name]) => name)).toEqual([])
})

describe('argument counts', () => {
  const limited = LANGUAGE.filter(([name]) => isImplemented(name))
  const most = limited.flatMap(([name, , max]) => (Number.isFinite(max) ? [[name, max] as const] : []))
  const least = limited.flatMap(([name, min]) => (min > 0 ? [[name, min] as const] : []))

  it.each(most)('%s takes at most %i', (name, max) => {
    expect(() => checkCall(name.toLowerCase(), max + 1)).toThrow(`${name}() takes`)
    expect(checkCall(name.toLowerCase(), max)).toMatchObject({ name })
  })

  it.each(least)('%s takes at least %i', (name, min) => {
    expect(() => checkCall(name.toLowerCase(), min - 1)).toThrow(`${name}() takes`)
    expect(checkCall(name.toLowerCase(), min)).toMatchObject({ name })
  })
})

/** What NULL in every argument gives where it is not NULL again (B4, B6, B10, C3, B17). */
const OF_NULL: Readonly<Record<string, string>> = {
  Len: '#0',
  IsNull: '#-1',
  IsNum: '#0',
  IsText: '#0',
  IsJson: '#0',
  IsRegEx: '#0',
  IsRegExI: '#0',
  Match: '#0',
  MixMatch: '#0',
  WildMatch: '#0',
  FastMatch: '#0',
  MatchRegEx: '#0',
  MatchRegExI: '#0',
  RangeSum: '#0',
  NumSum: '#0',
  RangeCount: '#0',
  RangeNumericCount: '#0',
  NumCount: '#0',
  RangeTextCount: '#0',
  RangeNullCount: '#1',
  RangeMissingCount: '#1',
  JsonObject: '{"":null}',
}

describe('NULL in every argument', () => {
  const taking = SCALAR_FUNCTIONS.filter(({ min, name }) => min > 0 && !name.startsWith('Hash'))

  it.each(taking.map(({ name, min }) => [name, min] as const))('of %s', (name, min) => {
    const call = `${name}(${Array.from({ length: min }, () => 'Null()').join(',')})`
    expect(shown(evaluated(call))).toBe(OF_NULL[name] ?? '∅')
  })
})
