/**
 * CROSSTABLE and INTERVALMATCH, which run as queries, over random tables: against the same worked out row by
 * row.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { inline, withScript } from '../support/script-under-test.ts'

const cell = fc.constantFrom('1', '2', '7', 'x', '-')
const shown = (value: string) => (value === '-' ? '∅' : value)

it('CROSSTABLE gives each value that is not NULL once, by rows and columns', async () => {
  const tables = fc.array(fc.tuple(cell, cell, cell, cell), { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(tables, fc.integer({ min: 0, max: 3 }), async (rows, qualifiers) => {
      const names = ['a', 'b', 'c', 'd']
      const script = `SET NullInterpret='-';
        T: CrossTable (k, v, ${qualifiers}) LOAD * ${inline(names.join(','), ...rows.map((row) => row.join(',')))};`
      const expected = rows.flatMap((row) =>
        names.slice(qualifiers).flatMap((name, index) => {
          const value = row[qualifiers + index]!
          return value === '-' ? [] : [[...row.slice(0, qualifiers).map(shown), name, value].join(',')]
        }),
      )
      await withScript(script, {}, ({ run, tables: made }) => {
        expect(run.end).toEqual({ kind: 'completed' })
        expect(made.T).toBe(`${[...names.slice(0, qualifiers), 'k', 'v'].join(',')}: ${expected.join(' | ')}`)
      })
    }),
    { numRuns: 15 },
  )
}, 60_000)

it('INTERVALMATCH gives each point with every interval around it that has its key', async () => {
  const number = fc.constantFrom('0', '1', '2', '3', '5', '8')
  const limit = fc.oneof(number, fc.constantFrom('-', 'x'))
  const key = fc.constantFrom('k', 'l', '-')
  const points = fc.array(fc.tuple(fc.oneof(number, fc.constant('x')), key), { minLength: 1, maxLength: 8 })
  const intervals = fc.array(fc.tuple(limit, limit, key), { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(points, intervals, async (p, w) => {
      const script = `SET NullInterpret='-';
        P: LOAD * ${inline('t,k', ...p.map((row) => row.join(',')))};
        I: IntervalMatch (t, k) LOAD * ${inline('from,to,k', ...w.map((row) => row.join(',')))};`
      const once = [...new Set(p.map((row) => row.join(',')))].map((text) => text.split(','))
      const expected = once.flatMap(([t, k]) =>
        w
          .filter(
            ([from, to, other]) =>
              k !== '-' && k === other && Number(from) <= Number(t) && Number(t) <= Number(to),
          )
          .map(([from, to]) => `${t},${from},${to},${k}`),
      )
      await withScript(script, {}, ({ run, tables: made }) => {
        expect(run.end).toEqual({ kind: 'completed' })
        expect(made.I).toBe(`t,from,to,k: ${expected.join(' | ')}`)
      })
    }),
    { numRuns: 20 },
  )
}, 60_000)
