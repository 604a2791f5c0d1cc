import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPlainQvd } from '../../test/support/plain-qvd.ts'
import { type QvdInput, type QvdTable, type QvdValue, readQvd, writeQvd } from './qvd.ts'
import { QvdError } from './qvd-error.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'reprise-qvd-'))
})
afterAll(() => rm(folder, { recursive: true }))

const DATE = { text: '2023-03-15', number: 45_000 }

/** QVD, section 5. */
const DEMO: QvdInput = {
  name: 'Demo',
  columns: [
    { name: 'K', values: [10, -3, 7, 10, 7] },
    { name: 'P', values: [1.5, null, { text: '2,50', number: 2.5 }, 1.5, null] },
    { name: 'T', values: ['Å', '', 'Å', '', 'Å'] },
    {
      name: 'D',
      values: [DATE, DATE, DATE, DATE, DATE],
      numberFormat: { type: 'DATE', format: 'YYYY-MM-DD' },
    },
    { name: 'N', values: [null, null, null, null, null] },
    { name: 'R', values: ['a', 'b', 'c', 'd', 'e'] },
  ],
}

const valuesOf = ({ columns }: QvdTable): QvdValue[][] =>
  columns.map(({ symbols, indexes }) => [...indexes].map((index) => (index < 0 ? null : symbols[index]!)))

describe('the worked example of the format', () => {
  it('is written byte by byte', async () => {
    const file = path.join(folder, 'demo.qvd')
    await writeQvd(file, DEMO)
    const bytes = await readFile(file)
    const sha256 = (part: Buffer) => createHash('sha256').update(part).digest('hex')
    expect(bytes.length).toBe(2615)
    expect(sha256(bytes.subarray(2530))).toBe(
      '9c5938af24f64ca2fa389fcff6a2cdfb1fa3b523572fbf54c0dc9e2342fa6ca5',
    )
    expect(sha256(bytes)).toBe('31832885d649571612e6aa6c5ff4ad83474bf44cfe1f997c6ac0a3e7addc9f00')
    expect(await readdir(folder)).toEqual(['demo.qvd'])
  })

  it('is read value by value, and by a reader that shares nothing with ours', async () => {
    const file = path.join(folder, 'demo.qvd')
    await writeQvd(file, DEMO)
    const table = await readQvd(file)
    const expected = DEMO.columns.map(({ values }) => values)
    expect(valuesOf(table)).toEqual(expected)
    expect(table.header.fields[3]).toMatchObject({
      numberFormat: { type: 'DATE', format: 'YYYY-MM-DD' },
      tags: ['$numeric', '$integer', '$date'],
    })
    const plain = readPlainQvd(await readFile(file))
    expect(plain.names.map((_, column) => plain.rows.map((row) => row[column]!))).toEqual(expected)
  })

  it('is projected to the fields asked for, in their order; one that is not there is refused', async () => {
    const file = path.join(folder, 'demo.qvd')
    await writeQvd(file, DEMO)
    const table = await readQvd(file, { fields: ['R', 'K'] })
    expect(table.columns.map(({ name }) => name)).toEqual(['R', 'K'])
    await expect(readQvd(file, { fields: ['k'] })).rejects.toThrow("field 'k': the file has no such field")
  })
})

describe('writeQvd', () => {
  it('makes no number that the language does not have', async () => {
    const file = path.join(folder, 'odd.qvd')
    const odd = [Number.NaN, Infinity, -0, 0, { text: 'x', number: Number.NaN }, -(2 ** 31), 2 ** 31, 5e-324]
    await writeQvd(file, { name: 'T', columns: [{ name: 'n', values: odd }] })
    expect(valuesOf(await readQvd(file))).toEqual([[null, null, 0, 0, 'x', -(2 ** 31), 2 ** 31, 5e-324]])
  })

  it('leaves the file that is there when it fails, and nothing beside it', async () => {
    const file = path.join(folder, 'kept.qvd')
    await writeFile(file, 'old')
    const before = await readdir(folder)
    const bad = { name: 'T', columns: [{ name: 'bad', values: ['a\0b'] }] }
    await expect(writeQvd(file, bad)).rejects.toThrow("field 'bad': a text with a NUL character")
    const short = {
      name: 'T',
      columns: [
        { name: 'a', values: [1] },
        { name: 'b', values: [] },
      ],
    }
    await expect(writeQvd(file, short)).rejects.toThrow("column 'b' has 0 values")
    expect((await readFile(file)).toString()).toBe('old')
    expect(await readdir(folder)).toEqual(before)
  })

  it.each([
    [
      'two fields of one name',
      {
        name: 'T',
        columns: [
          { name: 'a', values: [1] },
          { name: 'a', values: [2] },
        ],
      },
    ],
    ['a control character', { name: 'T', columns: [{ name: 'a\u0001', values: [1] }] }],
    ['half a character in a name', { name: 'T', columns: [{ name: '\ud83d', values: [1] }] }],
    ['half a character in a value', { name: 'T', columns: [{ name: 'a', values: ['x\ude00'] }] }],
    ['a control character in the name of the table', { name: '\0', columns: [] }],
  ])('refuses what could not be read back: %s', async (_what, table) => {
    const file = path.join(folder, 'unreadable.qvd')
    await expect(writeQvd(file, table)).rejects.toThrow(QvdError)
    expect(await readdir(folder)).not.toContain('unreadable.qvd')
  })

  it('names hold anything', async () => {
    const file = path.join(folder, 'names.qvd')
    const names = ['a & <b> "c" \'d\'', ' blank ', '', 'ünï 😀', 'two\nlines', ']]>', 'a', 'A']
    await writeQvd(file, {
      name: 'T & <U>',
      comment: '</QvdTableHeader>',
      columns: names.map((name) => ({ name, values: [1] })),
    })
    const { header } = await readQvd(file)
    expect(header.fields.map(({ name }) => name)).toEqual(names)
    expect(header).toMatchObject({ tableName: 'T & <U>', comment: '</QvdTableHeader>' })
    expect(readPlainQvd(await readFile(file)).names).toEqual(names)
  })

  it('tells of its making when it is told', async () => {
    const file = path.join(folder, 'made.qvd')
    const creation = { createdUtc: '2026-11-26 12:00:00', creator: 'app', buildNumber: '1' }
    await writeQvd(file, { name: 'T', columns: [] }, creation)
    expect((await readQvd(file)).header).toMatchObject({ ...creation, rows: 0, fields: [] })
  })
})
