/**
 * A LOAD of simple expressions runs as one query, any other in the row machine: both must give the same rows. The same
 * expressions run both ways over random tables; RecNo()>0 in WHERE needs the row machine and keeps every row.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { expressionSql } from '../../src/script/load/expression-sql.ts'
import type { Expression } from '../../src/script/syntax/expression.ts'
import { parseExpression } from '../../src/script/syntax/parse-expression.ts'
import { inline, withScript } from '../support/script-under-test.ts'

const number = fc.constantFrom('0', '1', '-2.5', '3', '1000000', '0.1', '1e300', '-')
const mixed = fc.constantFrom('0', '1', '01', '1.0', 'x', '', '-', '2024-05-01')
const row = fc.tuple(number, number, mixed)

const leaf = fc.constantFrom('a', 'b', '0', '1', '2.5', '1e300', 'Null()', 'd')
const numeric = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc
      .tuple(
        tie('any'),
        fc.constantFrom('+', '-', '*', '/', '=', '<>', '<', '<=', '>', '>=', 'and', 'or', 'xor'),
        tie('any'),
      )
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    tie('any').map((operand) => `(-${operand})`),
    tie('any').map((operand) => `(not ${operand})`),
    tie('any').map((operand) => `IsNull(${operand})`),
    fc.tuple(tie('any'), tie('any'), tie('any')).map((args) => `If(${args.join(',')})`),
  ),
})).any
const value = fc.oneof(
  numeric,
  fc.constantFrom('c', "'text'"),
  fc.tuple(numeric, numeric).map(([x, y]) => `If(${x}, c, ${y})`),
)

const OF_NUMBERS = { numbers: true, texts: false, duals: false }

function hasSql(text: string): boolean {
  const expression: Expression = parseExpression(text)
  return expressionSql(expression, () => ({ column: 'c1', kinds: OF_NUMBERS })) !== undefined
}

it('the generator makes expressions that run as a query', () => {
  const sampled = fc.sample(value, { numRuns: 200, seed: 1 })
  expect(sampled.filter(hasSql).length).toBeGreaterThan(180)
})

it('the query and the row machine give the same rows', async () => {
  const rows = fc.array(row, { minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(
      rows,
      fc.array(value, { minLength: 8, maxLength: 8 }),
      numeric,
      async (table, items, where) => {
        const lines = table.map(([a, b, c], index) => `${a},${b},${c},${index + 0.5}`)
        const fields = items.map((item, index) => `${item} as f${index}`).join(', ')
        const script = `SET NullInterpret='-'; S: LOAD * ${inline('a,b,c,d', ...lines)}; SET NullInterpret=;
        NoConcatenate Q: LOAD ${fields} RESIDENT S WHERE ${where};
        NoConcatenate M: LOAD ${fields} RESIDENT S WHERE (${where}) and RecNo()>0;`
        await withScript(script, {}, ({ run, tables }) => {
          expect(run.end).toEqual({ kind: 'completed' })
          expect(tables.Q).toBe(tables.M)
        })
      },
    ),
    { numRuns: 25 },
  )
}, 120_000)
