import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withoutSpans } from '../../../test/support/without-spans.ts'
import { ScriptFaultError } from '../fault/fault.ts'
import type { BinaryOperator, Expression, UnaryOperator } from '../syntax/expression.ts'
import { parseExpression as parse } from './parse-expression.ts'

const parseExpression = (text: string) => withoutSpans(parse(text))

/** Fully parenthesised, so that the tree shows. */
function print(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return String(expression.value)
    case 'text':
      return `'${expression.value.replaceAll("'", "''")}'`
    case 'name':
      return expression.quoted ? `[${expression.name.replaceAll(']', ']]')}]` : expression.name
    case 'read':
      return print(expression.operand)
    case 'unary':
      return `(${expression.operator} ${print(expression.operand)})`
    case 'binary':
      return `(${print(expression.left)} ${expression.operator} ${print(expression.right)})`
    case 'call':
      return `${expression.name}(${expression.distinct ? 'distinct ' : ''}${expression.args.map(print).join(', ')})`
  }
}

describe('precedence (LANGUAGE 2.2)', () => {
  it.each([
    ['a or b and c', '(a or (b and c))'],
    ['a and b xor c', '((a and b) xor c)'],
    ['not a = b and c', '((not (a = b)) and c)'],
    ['not not a', '(not (not a))'],
    ['a and not b or c', '((a and (not b)) or c)'],
    ['a = b & c', '(a = (b & c))'],
    ['a & b + c', '(a & (b + c))'],
    ['a - b - c', '((a - b) - c)'],
    ['a + b * c / d', '(a + ((b * c) / d))'],
    ['a * b bitand c', '(a * (b bitand c))'],
    ['1 << 2 + 3', '((1 << 2) + 3)'],
    ['-a * b', '((- a) * b)'],
    ['- -1', '(- (- 1))'],
    ['bitnot 17', '(bitnot 17)'],
    ['a < b = c', '((a < b) = c)'],
    ["a like 'x*' and b precedes c", "((a like 'x*') and (b precedes c))"],
    ['2*(a+b)', '(2 * (a + b))'],
    ['a - -b', '(a - (- b))'],
    ['12/31/96', '((12 / 31) / 96)'],
  ])('%s', (text, tree) => {
    expect(print(parseExpression(text))).toBe(tree)
  })
})

describe('tokens and quotes (LANGUAGE 2, 2.1)', () => {
  it.each<[string, Expression]>([
    ["'it''s'", { kind: 'text', value: "it's" }],
    ['"a ""b"""', { kind: 'name', name: 'a "b"', quoted: true }],
    ['[a ]] b]', { kind: 'name', name: 'a ] b', quoted: true }],
    ['`a b`', { kind: 'name', name: 'a b', quoted: true }],
    ['[year(2012)]', { kind: 'name', name: 'year(2012)', quoted: true }],
    ['Größe%_.1', { kind: 'name', name: 'Größe%_.1', quoted: false }],
    ['2014Sales', { kind: 'name', name: '2014Sales', quoted: false }],
    ['@2', { kind: 'name', name: '@2', quoted: false }],
    ['@5:12', { kind: 'name', name: '@5:12', quoted: false }],
    ['@4:n', { kind: 'name', name: '@4:n', quoted: false }],
    ['1.5e3', { kind: 'number', value: 1500 }],
    ['.25', { kind: 'number', value: 0.25 }],
  ])('%s', (text, tree) => {
    expect(parseExpression(text)).toEqual(tree)
  })
})

describe('words that are keywords only in their place', () => {
  it.each([
    ['Left(a, 1)', 'left(a, 1)'],
    ['If (a=1, b, c)', 'if((a = 1), b, c)'],
    ['like + and', '(like + and)'],
    ['not', 'not'],
    ['not(a) = b', '(not (a = b))'],
    ['Date#(a)', 'date#(a)'],
    ['Count(distinct a)', 'count(distinct a)'],
    ['Count(DISTINCT(a))', 'count(distinct a)'],
    ['Sum(total)', 'sum(total)'],
    ['Sum(total - a)', 'sum((total - a))'],
    ['Sum(all like a)', 'sum((all like a))'],
    ['Now()', 'now()'],
  ])('%s', (text, tree) => {
    expect(print(parseExpression(text))).toBe(tree)
  })
})

describe('syntax faults name what is wrong', () => {
  it.each([
    ['a +', /Unexpected end of the statement/],
    ['Sum(total a)', /TOTAL is not supported: it is for charts/],
    ['Sum(distinct all a)', /ALL is not supported/],
    ['Upper(distinct a)', /Unexpected token: 'a'/],
    ['a b', /Unexpected token: 'b'/],
    ['a != b', /Unexpected token: '!'/],
    ['(a', /expected '\)'/],
    ['f(a,', /Unexpected end of the statement, expected a value/],
    ["'abc", /never closed: 'abc/],
    ['a || b', /Unexpected token: '\|'/],
    ['3,5', /Unexpected token: ','/],
    ['', /Unexpected end/],
  ])('%s', (text, message) => {
    const parse = () => parseExpression(text)
    expect(parse).toThrow(ScriptFaultError)
    expect(parse).toThrow(message)
  })
})

it.each(['(', '-', 'not ', 'f(', "'a' & not "])(
  'a nest of %s is refused before it overflows the stack',
  (opening) => {
    expect(() => parseExpression(`${opening.repeat(5000)}1`)).toThrow(/nested too deeply/)
  },
)

it('refuses a number that is larger than any', () => {
  expect(parseExpression('1e308')).toEqual({ kind: 'number', value: 1e308 })
  expect(() => parseExpression('1e400')).toThrow('The number 1e400 is too large')
})

it('takes long chains of operators, and refuses those that would overflow the stack of who walks them', () => {
  const chain = (terms: number) => parseExpression(Array.from({ length: terms }, () => 'a').join(' & '))
  expect(chain(1000)).toMatchObject({ kind: 'binary', operator: '&' })
  expect(() => chain(20_000)).toThrow(/too many operators/)
})

const operators: BinaryOperator[] =
  'or xor and = <> < <= > >= like precedes follows & + - * / bitand << >>'.split(' ') as BinaryOperator[]
const unary: UnaryOperator[] = ['not', '-', '+', 'bitnot']

const { tree } = fc.letrec<{ tree: Expression }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constant('number' as const), value: fc.nat() }),
    fc.record({ kind: fc.constant('text' as const), value: fc.string() }),
    fc.record({ kind: fc.constant('name' as const), name: fc.string(), quoted: fc.constant(true) }),
    fc.record({
      kind: fc.constant('unary' as const),
      operator: fc.constantFrom(...unary),
      operand: tie('tree'),
    }),
    fc.record({
      kind: fc.constant('binary' as const),
      operator: fc.constantFrom(...operators),
      left: tie('tree'),
      right: tie('tree'),
    }),
    ...(
      [
        ['rangesum', 1, 3],
        ['date#', 1, 2],
        ['if', 2, 3],
        ['pi', 0, 0],
      ] as const
    ).map(([name, minLength, maxLength]) =>
      fc.record({
        kind: fc.constant('call' as const),
        name: fc.constant(name),
        args: fc.array(tie('tree'), { minLength, maxLength }),
        distinct: fc.constant(false),
      }),
    ),
  ),
}))

it('reads back any tree that is printed', () => {
  fc.assert(
    fc.property(tree, (expression) => {
      expect(parseExpression(print(expression))).toEqual(expression)
    }),
  )
})

it('gives a tree or a syntax fault for any text, and nothing else', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...`a1'"[](),.=<>&+-*/ \n$@:;é`) }), (text) => {
      try {
        parseExpression(text)
      } catch (error) {
        expect(error).toBeInstanceOf(ScriptFaultError)
      }
    }),
  )
})
