import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ScriptFaultError } from '../fault/fault.ts'
import type { Asking } from '../host.ts'
import { expand, MAX_EXPANSIONS } from './expand.ts'

// biome-ignore lint/correctness/useYield: an answer that asks nobody.
function* told(text: string): Asking<string> {
  return text
}

/** Expands with texts of variables; `$(=x)` gives the expression in angle brackets. */
function expanded(text: string, variables: Readonly<Record<string, string>> = {}): string {
  const running = expand(text, {
    text: (name) => (Object.hasOwn(variables, name) ? variables[name]! : ''),
    numberText: (name) => `#${name}`,
    evaluate: (expression) => told(`<${expression}>`),
    evaluateNumber: (expression) => told(`<#${expression}>`),
    include: (path, must) => told(`{${path}${must ? '!' : ''}}`),
  })
  const { value, done } = running.next()
  if (done !== true) throw new Error('asked the host')
  return value.text
}

describe('expansion (LANGUAGE 10)', () => {
  it.each<[string, Record<string, string>, string]>([
    ['a$(v)b', { v: '1' }, 'a1b'],
    ['\'$(v)\' [$(v)] "$(v)"', { v: 'x' }, '\'x\' [x] "x"'],
    ['x$(nix)y', {}, 'xy'],
    ['$( v )', { v: '1' }, '1'],
    ['$(my var)', { 'my var': '1' }, '1'],
    ['$(V)', { v: '1' }, ''],
    ['$(p_$(k))', { k: 'x', p_x: '7' }, '7'],
    ['$(a)', { a: '$(b)', b: '1' }, '1'],
    ['$(#v)', {}, '#v'],
    ['$(=1+(2))', {}, '<1+(2)>'],
    ["$(=f(')'))!", {}, "<f(')')>!"],
    ['$(#=1+1)', {}, '<#1+1>'],
    ['$(v)', { v: '=1+1' }, '=1+1'],
    ['$(=$(v)+1)', { v: '2' }, '<2+1>'],
    ['$(MUL(3,7))', { MUL: '$1*$2' }, '3*7'],
    ['$(MUL(10))', { MUL: '$1*$2' }, '10*$2'],
    ['$(MUL(5,7,8))', { MUL: '$1*$2' }, '5*7'],
    ['$(n(a,b))', { n: '$0' }, '2'],
    ['$(n())', { n: '$0' }, '0'],
    ["$(f(Left(a,1),'x,y'))", { f: '$2|$1' }, "'x,y'|Left(a,1)"],
    ['$(f(1))', { f: '=$1+1' }, '=1+1'],
    ["'$(v)'", { v: "it's" }, "'it''s'"],
    ["'a''$(v)$(v)' & $(v)", { v: "'" }, "'a''''''' & '"],
    ['"it\'s $(v)"', { v: "'" }, '"it\'s \'"'],
    ["[it's] & '$(v)'", { v: "'" }, "[it's] & ''''"],
    ["'$(=f('$(v)'))'", { v: "'" }, "'<f('''''''')>'"],
    ["'$(a)'", { a: "x '$(b)'", b: "y's" }, "'x ''y''s'''"],
    ["it's $(v)", { v: "'" }, "it's '"],
    ['$(f($(a),2))', { f: '$1-$2', a: '9' }, '9-2'],
    ["$(Include=it's.qvs)", {}, "{it's.qvs}"],
    ['$(Must_Include=[lib://a b/c.qvs])', {}, '{lib://a b/c.qvs!}'],
    ['$(include = $(d)/x.qvs)', { d: 'lib://a' }, '{lib://a/x.qvs}'],
    ['$(open', {}, '$(open'],
    ['$ (a) $a $', {}, '$ (a) $a $'],
  ])('%s', (text, variables, expected) => {
    expect(expanded(text, variables)).toBe(expected)
  })
})

it('stops at 1,000 expansions in one statement (O17)', () => {
  expect(expanded('$(v)'.repeat(MAX_EXPANSIONS), { v: 'x' })).toBe('x'.repeat(MAX_EXPANSIONS))
  expect(() => expanded('$(v)'.repeat(MAX_EXPANSIONS + 1), { v: 'x' })).toThrow(ScriptFaultError)
})

it('ends macros that name themselves', () => {
  expect(() => expanded('$(a)', { a: 'x$(b)', b: '$(a)' })).toThrow(/names itself/)
  expect(() => expanded('$(a)', { a: '$(a)$(a)' })).toThrow(/names itself/)
})

it('ends macros that grow without end', () => {
  const variables: Record<string, string> = { v0: 'x'.repeat(1024 * 1024) }
  for (let depth = 1; depth <= 5; depth += 1) variables[`v${depth}`] = `$(v${depth - 1})$(v${depth - 1})`
  expect(() => expanded('$(v5)', variables)).toThrow(/16 MiB/)
})

it('leaves text without $( as it is, and never throws for any other', () => {
  const piece = fc.constantFrom('$(', ')', '(', '=', '#', "'", '"', 'v', '$1', ',', ' ', 'include=')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const text = pieces.join('')
      const result = expanded(text, { v: '1' })
      if (!text.includes('$(')) expect(result).toBe(text)
    }),
    { numRuns: 2000 },
  )
})
