import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bindingOf, evaluated, type Surroundings, shown } from '../../../test/support/evaluated.ts'
import { parseExpression } from '../parse/parse-expression.ts'
import type { Value } from '../value/value.ts'
import { compile } from './compile-expression.ts'

type Row = readonly [expression: string, expected: string, surroundings?: Surroundings]

const table = (title: string, rows: readonly Row[]) =>
  describe(title, () => {
    for (const [expression, expected, surroundings] of rows)
      test(`${expression} is ${expected}`, () => {
        expect(shown(evaluated(expression, surroundings))).toBe(expected)
      })
  })

table('duals and numbers (SEMANTICS A)', [
  ["Dual('Q1',1)&''", 'Q1'],
  ["Dual('Q1',1)+1", '#2'],
  ['Text(Pi())', '3.1415926535898'],
  ["1/3 & ''", '0.33333333333333'],
  ['(2>1)', '#-1'],
  ["If(5,'a','b')", 'a'],
  ['True()+0', '#-1'],
  ['False()+0', '#0'],
  ["Date(45000)&''", '2023-03-15'],
  ['1&2', '12'],
  ['(1&2)+1', '#13'],
  ["'3'+4", '#7'],
  ["'x'+4", '∅'],
  ["Num('06884')", '#6884'],
  ["Text(Num('06884'))", '6884'],
  ["Alt('x',Null(),7)", '#7'],
  ["Alt('x','y')", 'y'],
  ["Alt(Date#('33857','M/D/YY'),'no date')", 'no date'],
  ['Class(23,10)', '20<=x<30#20'],
  ["Class(23,10,'x',5)", '15<=x<25#15'],
  ['Text(x)', '007', { names: { x: { text: '007', number: 7 } } }],
  ['Len(x)', '#5', { names: { x: { text: '06884', number: 6884 } } }],
  ['x=6884', '#-1', { names: { x: { text: '06884', number: 6884 } } }],
  ['IsNum(x)', '#-1', { names: { x: 23 } }],
  ['IsNum(x)', '#0', { names: { x: 'Green' } }],
  ['IsNum(x)', '#0', { names: { x: '33Red' } }],
  ['IsText(x)', '#0', { names: { x: 23 } }],
  ['IsText(x)', '#-1', { names: { x: '33Red' } }],
  ['IsNum(Null())', '#0'],
  ['IsText(Null())', '#0'],
])

table('NULL and the empty text (SEMANTICS B)', [
  ["IsNull('')", '#0'],
  ["Len('')", '#0'],
  ["'a'&Null()&'b'", 'ab'],
  ['Null()&Null()', "''"],
  ['1+Null()', '∅'],
  ['0*Null()', '∅'],
  ["If(Null(),'a','b')", 'b'],
  ["If(0,'a')", '∅'],
  ['Log(-5)', '∅'],
  ['ASin(2)', '∅'],
  ['Round(5,0)', '∅'],
  ['1/0', '∅'],
  ['0/0', '∅'],
  ["RangeSum(5,'abc')", '#5'],
  ['RangeSum(Null())', '#0'],
  ["RangeMax(Null(),'a')", '∅'],
  ["RangeMissingCount(5,'abc')", '#1'],
  ["SubField('a;b',';',3)", '∅'],
  ["SubField(';',';',1)", "''"],
  ["SubField('',';',1)", '∅'],
  ['Len(Null())', '#0'],
  ['Upper(Null())', '∅'],
  ["EmptyIsNull('')", '∅'],
  ["Coalesce(Null(),'','x')", "''"],
])

table('comparison and logic (SEMANTICS C)', [
  ["'1 '<' 2'", '#-1'],
  ["'01'='1'", '#-1'],
  ["'10'<'9'", '#0'],
  ["'10'<'9a'", '#-1'],
  ["'1 ' precedes ' 2'", '#0'],
  ["' 1' precedes ' 2'", '#-1'],
  ["'b' follows 'a'", '#-1'],
  ['1<>Null()', '#-1'],
  ['Null()<>1', '#-1'],
  ['1=Null()', '#0'],
  ['1>Null()', '#0'],
  ['Null()=Null()', '∅'],
  ['not (x=1)', '#-1', { names: { x: null } }],
  ["'a'='A'", '#0'],
  ["Match('Feb','Jan','Feb')", '#2'],
  ["Match('feb','Jan','Feb')", '#0'],
  ["MixMatch('jan','Jan')", '#1'],
  ["WildMatch('fex','ja*','fe?','mar')", '#2'],
  ["'abcd' like 'a?c*'", '#-1'],
  ["'ABCD' like 'a?c*'", '#-1'],
  ["'abc' like 'a??bc'", '#0'],
  ["'50%' like '5*%'", '#-1'],
  ["'a.c' like 'a.c'", '#-1'],
  ["'abc' like 'a.c'", '#0'],
  ["Match('01',1)", '#1'],
  ['17 bitand 7', '#1'],
  ['17 bitor 6', '#23'],
  ['17 bitxor 7', '#22'],
  ['bitnot 17', '#-18'],
  ['8<<2', '#32'],
  ['-8>>1', '#-4'],
  ["Left('abc',1)", 'a'],
  ['Null() or 1', '#-1'],
  ['Null() and 1', '#0'],
  ['1 xor 1', '#0'],
  ["Month(45000)='Mar'", '#-1'],
  ["Month('2012-10-12')=10", '#-1'],
  ["MonthEnd('2012-02-29')=Date('2012-02-29')", '#0'],
])

describe('calls', () => {
  const fault = (expression: string, surroundings: Surroundings = {}) => {
    try {
      compile(parseExpression(expression), bindingOf(surroundings))
    } catch (error) {
      return (error as { fault?: unknown }).fault
    }
    return undefined
  }

  test('of a function that does not exist are a syntax fault that names it', () => {
    expect(fault('1 + Foo(1)')).toMatchObject({ scriptError: 2, message: expect.stringContaining('foo()') })
  })

  test.each([
    ['Left(1)', 'Left() takes 2 argument(s), got 1'],
    ['Mid(1,2,3,4)', 'Mid() takes 2 to 3 argument(s), got 4'],
    ['Match(1)', 'Match() takes at least 2 argument(s), got 1'],
    ['If(1)', 'If() takes 2 to 3 argument(s), got 1'],
  ])('%s has the wrong number of arguments', (expression, message) => {
    expect(fault(expression)).toMatchObject({ scriptError: 2, message })
  })

  test.each([
    ['1 + Flor(2)', 'Flor(2)', 'Unknown function: flor(), did you mean Floor()?'],
    ['1 +\n  Left(2) ', 'Left(2)', 'Left() takes 2 argument(s), got 1'],
    ['Subfeild(a, 1)', 'Subfeild(a, 1)', 'Unknown function: subfeild(), did you mean SubField()?'],
    ['-Xyzzyx( 1 ) + 1', 'Xyzzyx( 1 )', 'Unknown function: xyzzyx()'],
  ])('%j tells what was meant and where', (expression, call, message) => {
    const start = expression.indexOf(call)
    const span = { start, end: start + call.length }
    expect(fault(expression)).toMatchObject({ code: 'Syntax', message, span })
  })

  test('of a function this engine does not have are a semantic fault', () => {
    expect(fault('GeoProject(1,2)')).toMatchObject({ scriptError: 16 })
  })

  test('of aggregations and context functions need a place that offers them', () => {
    expect(fault('Sum(1)')).toMatchObject({ scriptError: 2 })
    expect(fault('RecNo()')).toMatchObject({ scriptError: 2 })
    const binding = { call: (name: string) => (name === 'recno' ? () => 7 : undefined) }
    expect(evaluated('RecNo()+1', { binding })).toBe(8)
  })

  test('are offered to the binding first, with its own arguments compiled', () => {
    const binding = {
      call: (name: string, args: readonly unknown[], compileArgument: (expression: never) => () => Value) =>
        name === 'subfield' && args.length === 2 ? compileArgument(args[1] as never) : undefined,
    }
    expect(evaluated("SubField('a;b',';')", { binding })).toBe(';')
  })
})

describe('names', () => {
  test('that mean nothing are NULL or a fault, as the place has it', () => {
    expect(evaluated('zz')).toBeNull()
    const strict = bindingOf({ binding: { unknownNameIsNull: false } })
    expect(() => compile(parseExpression('zz + 1'), strict)).toThrow(
      expect.objectContaining({
        fault: expect.objectContaining({ scriptError: 11, message: expect.stringContaining('zz') }),
      }),
    )
  })
})

describe('evaluation', () => {
  test('reads the row anew on every call', () => {
    let row = 0
    const evaluate = compile(
      parseExpression("If(x=2,'two',x*10)"),
      bindingOf({ binding: { name: () => () => ++row } }),
    )
    expect([evaluate(), evaluate()]).toEqual([20, 40])
  })

  test('does not touch the branch that is not taken', () => {
    const touched: string[] = []
    const name = (given: string) => () => {
      touched.push(given)
      return 1
    }
    evaluated('If(a,b,c) + Pick(1,d,f) + Alt(g,h) + Coalesce(i,j)', { binding: { name } })
    expect(touched).toEqual(['a', 'b', 'd', 'g', 'i'])
  })

  test('computes constant parts once and Rand every time', () => {
    let drawn = 0
    const binding = bindingOf({ binding: { random: () => ++drawn } })
    const evaluate = compile(parseExpression('Rand()'), binding)
    expect([evaluate(), evaluate()]).toEqual([1, 2])
  })

  test('runs a text as an expression, NULL when it is none (K17)', () => {
    expect(evaluated("Evaluate('5*8')")).toBe(40)
    expect(evaluated("Evaluate('5*')")).toBeNull()
    expect(evaluated("Evaluate('Foo(1)')")).toBeNull()
    expect(evaluated("Evaluate(a & '+1')", { names: { a: 'b', b: 4 } })).toBe(5)
  })
})

describe('comparison', () => {
  const values: fc.Arbitrary<Value> = fc.oneof(
    fc.constant(null),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
    fc.constantFrom('1', '01', ' 1 ', '2012-03-04', '1e3', '1,234', '09:00'),
    fc.record({ text: fc.string(), number: fc.integer() }),
  )
  const compared = (operator: string, a: Value, b: Value) => evaluated(`a ${operator} b`, { names: { a, b } })

  test('is antisymmetric, and = and <> are opposites', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(compared('<', a, b)).toBe(compared('>', b, a))
        expect(compared('<=', a, b)).toBe(compared('>=', b, a))
        expect(compared('=', a, b)).toBe(compared('=', b, a))
        if (a === null && b === null) return
        expect(Number(compared('=', a, b)) + Number(compared('<>', a, b))).toBe(-1)
        if (a === null || b === null) return
        const three = ['<', '=', '>'].filter((operator) => compared(operator, a, b) === -1)
        expect(three).toHaveLength(1)
      }),
    )
  })

  test('with a constant gives what it gives with a field', () => {
    const literal = fc.constantFrom("'1'", "'01'", '5', "'abc'", "'2012-03-04'", 'Null()')
    fc.assert(
      fc.property(values, literal, fc.constantFrom('=', '<>', '<', '<=', '>', '>='), (a, right, operator) => {
        const b = evaluated(right)
        expect(evaluated(`a ${operator} ${right}`, { names: { a } })).toBe(compared(operator, a, b))
      }),
    )
  })
})
