/** Aggregations over all rows of a table, one LOAD for each vector. */
import { describe, expect, it } from 'vitest'
import { withScript } from '../support/script-under-test.ts'
import { AGGREGATION_DATA } from './vectors/aggregation-vectors.ts'

describe.each(AGGREGATION_DATA)('$title', ({ script, vectors }) => {
  it('gives what the vectors say', async () => {
    const loads = vectors.map(
      ([expression], at) => `T${at}: NoConcatenate LOAD ${expression} as f RESIDENT S;`,
    )
    await withScript(`${script}\n${loads.join('\n')}`, {}, ({ run, tables }) => {
      expect(run.end).toEqual({ kind: 'completed' })
      const found = vectors.map(([expression, , source], at) => [
        expression,
        tables[`T${at}`]?.slice(3),
        source,
      ])
      expect(found).toEqual(vectors)
    })
  })
})
