import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bindingOf } from '../../../test/support/evaluated.ts'
import { faultOf } from '../fault/fault.ts'
import { Preloads } from '../function/site/preloads.ts'
import { EMPTY_MODEL, type MappingTable } from '../model/data-model.ts'
import { parseExpression } from '../parse/parse-expression.ts'
import { LevelMachine } from '../row/level-machine.ts'
import type { Expression } from '../syntax/expression.ts'
import type { Value } from '../value/value.ts'
import { checkExpression, rowScope } from './check-expression.ts'
import { closed } from './model-shape.ts'

const FIELDS = ['a', 'b']
const MAP: MappingTable = { name: 'M', entries: new Map(), pairs: [] }

function isRefused(expression: Expression): boolean {
  let refused = false
  checkExpression(expression, rowScope(closed(FIELDS), closed(['M'])), () => {
    refused = true
  })
  return refused
}

/** By the row machine, when it compiles the expression as a condition. */
function isRefusedLate(expression: Expression): boolean {
  const values: Value[] = [1, 'x']
  const context = {
    ...bindingOf(),
    model: EMPTY_MODEL,
    maps: new Map([['M', MAP]]),
    counters: new Map(),
    preloads: new Preloads(),
    files: { current: undefined, facts: () => undefined },
    variable: () => undefined,
  }
  try {
    new LevelMachine(
      { items: [], where: expression },
      { names: FIELDS, values },
      context,
      undefined,
      () => {},
    )
    return false
  } catch (error) {
    if (faultOf(error) === undefined) throw error
    return true
  }
}

const { text } = fc.letrec<{ text: string }>((tie) => {
  const of = (name: string, count: number) =>
    fc.array(tie('text'), { minLength: count, maxLength: count }).map((args) => `${name}(${args.join(', ')})`)
  return {
    text: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.constantFrom(
        'a',
        'b',
        '[a]',
        'nowhere',
        'M',
        '1',
        "'a'",
        "'M'",
        "'nowhere'",
        'RecNo()',
        'FileName()',
      ),
      fc
        .tuple(tie('text'), fc.constantFrom('+', '&', '=', 'and'), tie('text'))
        .map((parts) => parts.join(' ')),
      of('not', 1),
      of('Upper', 1),
      of('If', 3),
      of('Previous', 1),
      // With a computed name its field is known only when it is computed.
      fc.constantFrom('Exists(a)', 'Exists(nowhere)', "Exists('a')", "Exists('nowhere')"),
      of('Exists', 2),
      of('Peek', 1),
      of('Peek', 3),
      of('Lookup', 4),
      of('FieldValue', 2),
      of('FieldIndex', 2),
      of('FieldValueCount', 1),
      of('NoOfRows', 1),
      of('AutoNumber', 2),
      of('ApplyMap', 2),
      of('ApplyMap', 3),
      of('MapSubString', 2),
      of('SubField', 2),
      of('Evaluate', 1),
      of('Sum', 1),
      of('Skew', 1),
      of('Concat', 2),
    ),
  }
})

it('An expression is refused ahead if and only if the row machine could not compile it', () => {
  let refused = 0
  fc.assert(
    fc.property(text, (source) => {
      const expression = parseExpression(source)
      refused += Number(isRefused(expression))
      expect(isRefused(expression)).toBe(isRefusedLate(expression))
    }),
    { numRuns: 3000 },
  )
  expect(refused).toBeGreaterThan(500)
  expect(refused).toBeLessThan(2900)
})
