/** What a completed run counts about its data, on the real engine. */
import { describe, expect, it } from 'vitest'
import type { DataProfile, FieldProfile } from '../../src/core/data-profile.ts'
import { withScript } from '../support/script-under-test.ts'

async function profileOf(script: string): Promise<DataProfile> {
  return withScript(script, {}, ({ run }) => {
    expect(run.end).toMatchObject({ kind: 'completed' })
    return run.profile!
  })
}
const fieldOf = async (script: string, name = 'f'): Promise<FieldProfile> =>
  (await profileOf(script)).fields.find((field) => field.name === name)!
/** A table of one field. */
const load = (expression: string, rows = 10) => `T: LOAD ${expression} AS f AUTOGENERATE ${rows};`

describe('a field', () => {
  it.each([
    [
      'whole numbers',
      'RecNo()',
      { distinct: 10, values: 10, bytes: 80, isNumeric: true, tags: ['$numeric', '$integer'] },
    ],
    ['fractions', 'RecNo() / 4', { distinct: 10, isNumeric: true, tags: ['$numeric'] }],
    [
      'texts',
      "'a' & Mod(RecNo(), 3)",
      { distinct: 3, values: 10, bytes: 20, isNumeric: false, tags: ['$text', '$ascii'] },
    ],
    ['texts beyond ASCII', "'ä'", { distinct: 1, bytes: 20, tags: ['$text'] }],
    [
      'numbers and texts',
      "If(RecNo() < 4, RecNo(), 'x')",
      { distinct: 4, isNumeric: false, tags: ['$text', '$ascii'] },
    ],
    ['nothing', 'Null()', { distinct: 0, values: 0, bytes: 0, isNumeric: false, tags: [] }],
    [
      'dates',
      "Date(45000 + RecNo(), 'YYYY-MM-DD')",
      { distinct: 10, tags: ['$numeric', '$integer', '$timestamp', '$date'] },
    ],
    [
      'moments',
      "Timestamp(45000 + RecNo() / 8, 'YYYY-MM-DD hh:mm:ss')",
      { tags: ['$numeric', '$timestamp'] },
    ],
    ['labels of numbers', "Dual('n' & RecNo(), RecNo())", { tags: ['$numeric', '$integer'] }],
    ['equal numbers with different texts', "Dual('n' & RecNo(), 1)", { distinct: 1, values: 10 }],
  ])('of %s is told as such', async (_name, expression, expected) => {
    expect(await fieldOf(load(expression))).toMatchObject(expected)
  })

  it('of several tables is counted over all of them, and is a key', async () => {
    const script =
      'A: LOAD RecNo() AS k, 1 AS a AUTOGENERATE 4; B: LOAD RecNo() + 2 AS k, 2 AS b AUTOGENERATE 4;'
    expect(await fieldOf(script, 'k')).toMatchObject({
      distinct: 6,
      values: 8,
      tags: ['$numeric', '$integer', '$key'],
    })
    expect((await fieldOf(script, 'a')).tags).not.toContain('$key')
  })

  it('has the tags and the comment of the script', async () => {
    const script = `${load('RecNo()')} TAG FIELD f WITH '$hidden', 'mine'; COMMENT FIELD f WITH 'about it';`
    expect(await fieldOf(script)).toMatchObject({
      tags: ['$numeric', '$integer', '$hidden', 'mine'],
      comment: 'about it',
    })
  })

  it('has a hash that is the same while its values are, in whatever order', async () => {
    const hash = async (script: string) => (await fieldOf(script)).hash
    const first = await hash(load('RecNo()'))
    expect(first).toMatch(/^[0-9a-f]{16}$/)
    expect(await hash(load('RecNo()'))).toBe(first)
    expect(await hash(load('11 - RecNo()'))).toBe(first)
    for (const other of [
      load('RecNo() + 1'),
      load('RecNo()', 11),
      load('Text(RecNo())'),
      load("Dual('x', RecNo())"),
    ]) {
      expect(await hash(other)).not.toBe(first)
    }
    // What comes twice is not nothing.
    expect(await hash('T: LOAD * INLINE [f\n1\n1\n2];')).not.toBe(await hash('T: LOAD * INLINE [f\n2];'))
  })
})

it('tables have their bytes and comments, and section access is told of', async () => {
  const { tables, hasSectionAccess } = await profileOf(
    `T: LOAD RecNo() AS a, 'xyz' AS b AUTOGENERATE 2; COMMENT TABLE T WITH 'orders';`,
  )
  expect(tables).toEqual([{ name: 'T', bytes: 2 * 8 + 2 * 3, comment: 'orders' }])
  expect(hasSectionAccess).toBe(false)
  const guarded = `Section Access; LOAD 'ADMIN' AS ACCESS, 'x' AS USERID AUTOGENERATE 1;
    Section Application; T: LOAD 1 AS a AUTOGENERATE 1;`
  expect((await profileOf(guarded)).hasSectionAccess).toBe(true)
})
