/**
 * Every function of the language that is computed here has vectors of its own, and they ran: this fails for
 * one without. Coverage and pages are made of the same run. Argument counts and NULL arguments are checked of
 * all functions.
 */
import { describe, expect, it, test } from 'vitest'
import { coveragePage } from '../../docs/generate/language-coverage.ts'
import { loadScriptPage } from '../../docs/generate/load-script-page.ts'
import { checkCall, FUNCTIONS, isComputed } from '../../src/script/function/functions.ts'
import type { FunctionRow } from '../../src/script/function/site/function-row.ts'
import { evaluated, shown } from '../support/evaluated.ts'
import { expectReferencePage } from '../support/reference-page.ts'
import { OPERATOR_VECTORS } from './vectors/operator-vectors.ts'
import { functionsHere, ranValueVectors, ranVectors } from './vectors/run-vectors.ts'

const RAN = await ranVectors()
const HERE = functionsHere(RAN)

describe('functions', () => {
  it.each(RAN)('$shows: $vector is $expected ($source)', ({ vector, expected, found }) => {
    expect(`${vector} is ${found}`).toBe(`${vector} is ${expected}`)
  })

  it('a vector calls the function that it is one of', () => {
    expect(RAN.filter(({ shows }) => shows.length === 0).map(({ vector }) => vector)).toEqual([])
  })
})

describe('operators', () => {
  for (const [expression, expected, source, settings = {}] of OPERATOR_VECTORS) {
    it(`${expression} is ${expected} (${source})`, () => {
      expect(shown(evaluated(expression, { settings }))).toBe(expected)
    })
  }
})

describe('a function is here when its vectors ran', () => {
  const computed = FUNCTIONS.filter(isComputed)

  test('every function that has an implementation is', () => {
    expect(computed.map(({ name }) => name).filter((name) => !HERE.has(name))).toEqual([])
  })

  test('a row without vectors is not', () => {
    const planted: FunctionRow = { name: 'Planted', min: 1, max: 1, seen: 0, scalar: () => 1 }
    const here = functionsHere(RAN, [...FUNCTIONS, planted])
    expect([here.has('Planted'), here.size]).toEqual([false, HERE.size])
  })

  test('a row with too few vectors is not', () => {
    const rows = RAN.filter(({ shows }) => shows.includes('Floor'))
    const fewer = RAN.filter((ran) => !rows.slice(2).includes(ran))
    expect([functionsHere(fewer).has('Floor'), HERE.has('Floor')]).toEqual([false, true])
  })

  test('a wrong implementation is not', () => {
    const call = (name: string) => (name === 'floor' ? () => 99 : undefined)
    const here = functionsHere(ranValueVectors({ binding: { call } }))
    expect([here.has('Floor'), here.has('Ceil')]).toEqual([false, true])
  })

  test.each(['Sum', 'Peek'])('a wrong result of %s, which needs the engine, takes it away', (name) => {
    const wrong = RAN.map((ran) => (ran.shows.includes(name) ? { ...ran, found: '99' } : ran))
    expect(functionsHere(wrong).has(name)).toBe(false)
  })

  test('docs/reference tells it', () => {
    expectReferencePage('load-script.md', loadScriptPage(HERE))
    expectReferencePage('load-script-coverage.md', coveragePage(HERE))
  })
})

describe('argument counts', () => {
  const limited = FUNCTIONS.filter(isComputed)
  const most = limited.flatMap(({ name, max }) => (Number.isFinite(max) ? [[name, max] as const] : []))
  const least = limited.flatMap(({ name, min }) => (min > 0 ? [[name, min] as const] : []))

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
  JsonObject: '{}',
}

describe('NULL in every argument', () => {
  const taking = FUNCTIONS.filter(
    ({ min, name, scalar }) => scalar !== undefined && min > 0 && !name.startsWith('Hash'),
  )

  it.each(taking.map(({ name, min }) => [name, min] as const))('of %s', (name, min) => {
    const call = `${name}(${Array.from({ length: min }, () => 'Null()').join(',')})`
    expect(shown(evaluated(call))).toBe(OF_NULL[name] ?? '∅')
  })
})
