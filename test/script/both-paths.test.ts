/**
 * A LOAD of simple expressions runs as one query, any other in the row machine: both must give the same rows.
 * The same expressions run both ways over random tables; IterNo()>0 in WHERE needs the row machine and keeps
 * every row.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CALL_SQL, expressionSql } from '../../src/engine/sql/expression-sql.ts'
import { fieldScope, POSITION_SQL } from '../../src/engine/sql/row-position-sql.ts'
import { functionRow } from '../../src/script/function/functions.ts'
import { readMade } from '../../src/script/function/made-text.ts'
import { parseExpression } from '../../src/script/parse/parse-expression.ts'
import type { Expression } from '../../src/script/syntax/expression.ts'
import { DEFAULT_SETTINGS } from '../../src/script/value/settings.ts'
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
/** What looks at the row's position; in Previous and Peek nothing that does so itself. */
const position = fc.oneof(
  fc.constantFrom(
    'RecNo()',
    'RowNo()',
    "Peek('f0')",
    "Peek('f1',-2)",
    'Peek(f2,-1)',
    "Peek('zz')",
    'Previous(c)',
  ),
  numeric.map((operand) => `Previous(${operand})`),
)
const value = fc.oneof(
  numeric,
  position,
  fc.tuple(position, numeric).map(([x, y]) => `If(${y}, ${x}, ${y})`),
  fc.constantFrom('c', "'text'", "'07'", "'12'", "'2024-05-01'", "Previous('0.5')"),
  fc.tuple(numeric, numeric).map(([x, y]) => `If(${x}, c, ${y})`),
)

const OF_NUMBERS = { numbers: true, texts: false, duals: false }

function hasSql(text: string): boolean {
  const expression: Expression = parseExpression(text)
  const field = () => ({ column: 'c1', kinds: OF_NUMBERS })
  const items = [{ name: 'f0', expression }]
  const scope = fieldScope(field, items, { rowsBefore: 0 }, DEFAULT_SETTINGS, [])
  return expressionSql(readMade(expression), scope) !== undefined
}

it('the generator makes expressions that run as a query', () => {
  const sampled = fc.sample(value, { numRuns: 200, seed: 1 })
  expect(sampled.filter(hasSql).length).toBeGreaterThan(180)
})

it('every function that has SQL is one of the language, and among them', () => {
  const known = [...CALL_SQL.keys(), ...POSITION_SQL.keys()]
  const calls = fc.sample(value, { numRuns: 500, seed: 1 }).filter(hasSql).join(' ').toLowerCase()
  expect(known.filter((name) => functionRow(name) === undefined)).toEqual([])
  expect(known.filter((name) => !calls.includes(`${name}(`))).toEqual([])
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
        NoConcatenate M: LOAD ${fields} RESIDENT S WHERE (${where}) and IterNo()>0;`
        await withScript(script, {}, ({ run, tables }) => {
          expect(run.end).toEqual({ kind: 'completed' })
          expect(tables.Q).toBe(tables.M)
        })
      },
    ),
    { numRuns: 25 },
  )
}, 120_000)

/** The same LOADs read row by row, in plain JavaScript. */
interface Row {
  readonly k: string
  readonly v: number
}

const rowsOf = fc.array(
  fc.record({ k: fc.constantFrom('a', 'b', 'c', 'd'), v: fc.integer({ min: -5, max: 5 }) }),
  { minLength: 1, maxLength: 15 },
)

function expected(rows: readonly Row[], least: number): string[] {
  const written: { v: number; s: number }[] = []
  const known: string[] = []
  return rows.flatMap((row, at) => {
    if (row.v < least) return []
    const last = written.at(-1)
    if (!known.includes(row.k)) known.push(row.k)
    const cells = [
      at + 1,
      written.length + 1,
      rows[at - 1]?.v,
      written.at(-3)?.v,
      written[0]?.v,
      rows[at - 2]?.v,
      row.v + (last?.s ?? 0),
      known.indexOf(row.k) + 1,
    ]
    written.push({ v: row.v, s: row.v + (last?.s ?? 0) })
    return [cells.map((cell) => cell ?? '∅').join(',')]
  })
}

it('functions of the row give what reading row by row gives, by query and by row machine', async () => {
  await fc.assert(
    fc.asyncProperty(rowsOf, fc.integer({ min: -6, max: 6 }), async (rows, least) => {
      const lines = rows.map(({ k, v }) => `${k},${v}`)
      const position = "RecNo() as r, RowNo() as n, Previous(v) as p, Peek('v',-3) as w"
      const script = `S: LOAD * ${inline('k,v', ...lines)};
        NoConcatenate M: LOAD v, ${position}, Peek('v',0) as f, Previous(Previous(v)) as pp,
        RangeSum(v,Peek('s')) as s, AutoNumber(k,'o') as o RESIDENT S WHERE v>=${least};
        NoConcatenate Q: LOAD v, ${position} RESIDENT S WHERE v>=${least};
        NoConcatenate D: LOAD k, RecNo() as r RESIDENT S WHERE not Exists(d,k);
        NoConcatenate E: LOAD k as d2, RecNo() as r RESIDENT S WHERE not Exists(d2,k);`
      await withScript(script, {}, ({ run, tables }) => {
        expect(run.end).toEqual({ kind: 'completed' })
        const machine = expected(rows, least)
        const values = rows.filter(({ v }) => v >= least).map(({ v }) => v)
        const shown = (table: string | undefined) =>
          table!
            .slice(table!.indexOf(': ') + 2)
            .split(' | ')
            .filter((row) => row !== '')
        expect(shown(tables.M)).toEqual(machine.map((cells, at) => `${values[at]},${cells}`))
        const few = machine.map((cells) => cells.split(',').slice(0, 4).join(','))
        expect(shown(tables.Q)).toEqual(few.map((cells, at) => `${values[at]},${cells}`))
        expect(shown(tables.D)).toHaveLength(rows.length)
        const firsts = rows.flatMap(({ k }, at) =>
          rows.findIndex((other) => other.k === k) === at ? [`${k},${at + 1}`] : [],
        )
        expect(shown(tables.E)).toEqual(firsts)
      })
    }),
    { numRuns: 20 },
  )
}, 120_000)
