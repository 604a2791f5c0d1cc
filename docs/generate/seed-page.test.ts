import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { finishedEventCheck } from '../../src/cli/finished-event-check.ts'
import { expectReferencePage } from '../../test/support/reference-page.ts'
import { readSeed } from './seed-items.ts'
import { seedPage, storiesWith, valueKey } from './seed-page.ts'
import { FIELD_ROWS, type NamedTest, RUN, SENTENCE_ROWS, VALUE_ROWS } from './seed-rows.ts'
import { keptRun, seenOf } from './seed-run.ts'

const seed = readSeed()
const run = keptRun()
const values = seed.fields.flatMap((field) =>
  field.values.map(({ value }) => ({ field, value, key: valueKey(field, value) })),
)

it('docs/reference/seed.md tells the seed, the table and the run', () => {
  expectReferencePage('seed.md', seedPage(seed, run))
})

describe('the table', () => {
  it('has a row for everything that the seed says, and none for anything else', () => {
    expect(Object.keys(SENTENCE_ROWS)).toEqual(seed.sentences)
    expect(Object.keys(FIELD_ROWS)).toEqual(seed.fields.map(({ name }) => name))
    expect(Object.keys(VALUE_ROWS)).toEqual(values.map(({ key }) => key))
  })

  it('names tests that are there, and at least one for everything', () => {
    const rows = { ...SENTENCE_ROWS, ...FIELD_ROWS, ...VALUE_ROWS }
    for (const [item, { shown }] of Object.entries(rows)) expect(shown.length, item).toBeGreaterThan(0)
    const named = [RUN, ...Object.values(rows).flatMap(({ shown }) => shown)]
    expect(named.filter((test) => !isThere(test))).toEqual([])
  })
})

/** In any of the ways in which a test is written here: a title behind `it(`, `test(` or a table of `each`. */
function isThere([file, title]: NamedTest): boolean {
  const url = new URL(`../../${file}`, import.meta.url)
  if (!existsSync(url)) return false
  const titles = readFileSync(url, 'utf8').matchAll(/(?:\b(?:it|test)|\))\(\s*(['"`])(.+?)\1,/g)
  return [...titles].some(([, , found]) => found === title)
}

describe('the run', () => {
  it('has every optional field both filled and left out, but for what is always there', () => {
    const faults = seed.fields.flatMap(({ name }) => {
      const { filled, leftOut } = seenOf(run, name)
      if (FIELD_ROWS[name]?.present === 'always')
        return leftOut.length === 0 ? [] : [`${name} is left out in: ${leftOut}`]
      return filled.length > 0 && leftOut.length > 0 ? [] : [`${name} was not seen both filled and left out`]
    })
    expect(faults).toEqual([])
  })

  it('has every value of an enum', () => {
    const seen = values.filter(({ field, value }) => storiesWith(run, field, value).length > 0)
    expect(seen.map(({ key }) => key)).toEqual(values.map(({ key }) => key))
  })

  it('has both values of every boolean', () => {
    const booleans = seed.fields.filter(({ type }) => type === 'boolean')
    expect(booleans.length).toBe(3)
    for (const { name } of booleans)
      expect(new Set(seenOf(run, name).values), name).toEqual(new Set([true, false]))
  })

  it('has no event that is against the schema or the rules between fields', () => {
    const faultsOf = finishedEventCheck()
    expect(Object.entries(run).filter(([, event]) => faultsOf(event).length > 0)).toEqual([])
  })

  it('has events of one reload each', () => {
    expect(new Set(Object.values(run).map(({ data }) => data.id)).size).toBe(Object.keys(run).length)
  })
})
