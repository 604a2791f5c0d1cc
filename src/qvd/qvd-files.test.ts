/**
 * Files of any writer: every legal layout is read, damage is refused with field and byte, and nothing else
 * ever happens.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type PlainField,
  type PlainFile,
  plainQvd,
  readPlainQvd,
  symbol,
} from '../../test/support/plain-qvd.ts'
import { QvdError, type QvdReadOptions, type QvdTable, type QvdValue, readQvd, writeQvd } from './qvd.ts'

let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'reprise-qvd-files-'))
  file = path.join(folder, 'a.qvd')
})
afterAll(() => rm(folder, { recursive: true }))

const columnsOf = ({ columns }: QvdTable): QvdValue[][] =>
  columns.map(({ symbols, indexes }) => [...indexes].map((index) => (index < 0 ? null : symbols[index]!)))

async function read(bytes: Buffer, options: QvdReadOptions = {}): Promise<QvdValue[][]> {
  await writeFile(file, bytes)
  return columnsOf(await readQvd(file, options))
}

const columnsOfPlain = (bytes: Buffer): QvdValue[][] => {
  const { names, rows } = readPlainQvd(bytes)
  return names.map((_, column) => rows.map((row) => row[column]!))
}

const text = fc.string({ unit: 'grapheme', maxLength: 8 }).map((each) => each.replaceAll('\0', ''))
const number = fc.oneof(
  fc.integer(),
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => each + 0),
  fc.constantFrom(2 ** 31, -(2 ** 31) - 1, 2 ** 53, 45_000.5),
)
const value: fc.Arbitrary<QvdValue> = fc.oneof(
  fc.constant(null),
  number,
  text,
  fc.record({ text, number }, { noNullPrototype: true }),
)

describe('a file that is written', () => {
  it('is read with the same values, by our reader and by a plain one', async () => {
    const table = fc
      .record({ rows: fc.integer({ min: 0, max: 40 }), columns: fc.integer({ min: 0, max: 12 }) })
      .chain(({ rows, columns }) =>
        fc.array(fc.array(value, { minLength: rows, maxLength: rows }), {
          minLength: columns,
          maxLength: columns,
        }),
      )
    await fc.assert(
      fc.asyncProperty(table, async (columns) => {
        await writeQvd(file, { name: 'T', columns: columns.map((values, i) => ({ name: `c${i}`, values })) })
        expect(columnsOf(await readQvd(file))).toEqual(columns)
        expect(columnsOfPlain(await readFile(file))).toEqual(columns)
      }),
      { numRuns: 200 },
    )
  })

  it('crosses blocks and 32-bit words', async () => {
    const rows = 70_000
    const columns = [3, 40_000, 7, 65_537, 1, 70_000, 300].map((distinct) =>
      Array.from({ length: rows }, (_, row) => (row * 7919) % distinct),
    )
    await writeQvd(file, { name: 'T', columns: columns.map((values, i) => ({ name: `c${i}`, values })) })
    expect(columnsOf(await readQvd(file))).toEqual(columns)
  })
})

/**
 * Fields in any order of bits, with gaps, wider than needed, with any bias that leaves every code in its
 * place.
 */
const layout: fc.Arbitrary<PlainFile> = fc
  .array(
    fc.record({
      symbols: fc.integer({ min: 0, max: 5 }),
      bias: fc.integer({ min: -5, max: 0 }),
      extraBits: fc.integer({ min: 0, max: 40 }),
      gap: fc.integer({ min: 0, max: 9 }),
      place: fc.integer(),
      codes: fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .chain((specs) => fc.record({ specs: fc.constant(specs), reverseTables: fc.boolean(), spare: fc.nat(3) }))
  .map(({ specs, reverseTables, spare }) => {
    let bits = 0
    const placed = specs
      .map((spec, index) => ({ ...spec, index }))
      .sort((a, b) => a.place - b.place)
      .map((spec) => {
        const codes = spec.symbols - spec.bias
        const needed = codes <= 1 ? 0 : 32 - Math.clz32(codes - 1)
        const bitOffset = bits + spec.gap
        const bitWidth = codes === 0 ? 1 : needed + spec.extraBits
        bits = bitOffset + bitWidth
        return { ...spec, bitOffset, bitWidth, codesInUse: codes }
      })
      .sort((a, b) => a.index - b.index)
      .filter(({ codesInUse }) => codesInUse > 0)
    const fields = placed.map(
      ({ symbols, bias, bitOffset, bitWidth, index }): PlainField => ({
        name: `f${index}`,
        symbols: Array.from({ length: symbols }, (_, i) => symbol(i % 2 === 0 ? 5 : 4, i, `${index}.${i}`)),
        bitOffset,
        bitWidth,
        bias,
      }),
    )
    const rows = Array.from({ length: 5 }, (_, row) =>
      placed.map(({ codes, codesInUse }) => codes[row]! % codesInUse),
    )
    return { fields, rows, recordBytes: Math.ceil(bits / 8) + spare, reverseTables }
  })

describe('files of other writers', () => {
  it('are read in any layout', async () => {
    await fc.assert(
      fc.asyncProperty(layout, async (plain) => {
        const bytes = plainQvd(plain)
        expect(await read(bytes)).toEqual(columnsOfPlain(bytes))
      }),
      { numRuns: 300 },
    )
  })

  const ONE: PlainFile = {
    fields: [{ name: 'a', symbols: [symbol(1, 7), symbol(4, 0, 'x')], bitOffset: 0, bitWidth: 8, bias: -2 }],
    recordBytes: 1,
    rows: [[2], [1], [3], [0]],
  }
  const ROWS = [[7, null, 'x', null]]

  it.each<[what: string, change: Partial<PlainFile>]>([
    ['a byte order mark', { header: (xml) => `\ufeff${xml}` }],
    ['CRLF line ends', { header: (xml) => xml.replaceAll('\n', '\r\n') }],
    ['no line end before the NUL', { separator: '\0' }],
    ['a lone line feed', { separator: '\n\0' }],
    ['no XML declaration', { header: (xml) => xml.replace(/<\?xml.*\?>\n/, '') }],
    [
      'comments, attributes and unknown elements',
      {
        header: (xml) => xml.replace('<Fields>', '<!-- x --><New a="1"><Fields>7</Fields></New><Fields>'),
      },
    ],
    ['CDATA', { header: (xml) => xml.replace('<FieldName>a<', '<FieldName><![CDATA[a]]><') }],
    [
      'empty elements in the short form',
      { header: (xml) => xml.replace('<Fields>', '<Compression/><Comment/><Fields>') },
    ],
    ['blanks around numbers', { header: (xml) => xml.replace('<BitWidth>8<', '<BitWidth> 8\n<') }],
    [
      'a header of two megabytes',
      { header: (xml) => xml.replace('<Fields>', `<Comment>${'x'.repeat(2e6)}</Comment><Fields>`) },
    ],
    [
      'no Length of the rows and no table name',
      {
        header: (xml) =>
          xml.replace(/<Length>4<\/Length>\n<\/Q/, '</Q').replace(/<TableName>.*<\/TableName>/, ''),
      },
    ],
  ])('may have %s', async (_what, change) => {
    expect(await read(plainQvd({ ...ONE, ...change }))).toEqual(ROWS)
  })

  it('may have bytes behind the rows, doubles that are no numbers, symbols twice, and rows of no bytes', async () => {
    expect(await read(Buffer.concat([plainQvd(ONE), Buffer.from('more')]))).toEqual(ROWS)
    const symbols = [
      symbol(2, Number.NaN),
      symbol(6, Infinity, 'inf'),
      symbol(1, 5),
      symbol(1, 5),
      symbol(2, -0),
    ]
    const odd = { name: 'o', symbols, bitOffset: 0, bitWidth: 3 }
    const rows = [[0], [1], [2], [3], [4]]
    expect(await read(plainQvd({ fields: [odd], recordBytes: 1, rows }))).toEqual([[null, 'inf', 5, 5, 0]])
    const constant = { name: 'c', symbols: [symbol(4, 0, 'k')], bitOffset: 0, bitWidth: 0 }
    expect(await read(plainQvd({ fields: [constant], recordBytes: 0, rows: [[0], [0]] }))).toEqual([
      ['k', 'k'],
    ])
    expect(await read(plainQvd({ fields: [], recordBytes: 0, rows: [] }))).toEqual([])
  })

  it('may have NULL as the code behind the last symbol, if one asks for it', async () => {
    const bytes = plainQvd({ ...ONE, fields: [{ ...ONE.fields[0]!, bias: 0 }], rows: [[0], [2], [1], [2]] })
    expect(await read(bytes, { nullAtCount: true })).toEqual(ROWS)
    await expect(read(bytes)).rejects.toThrow("field 'a': row 2 points at symbol 2, but there are only 2")
  })

  const replaced = (from: string | RegExp, to: string): Partial<PlainFile> => ({
    header: (xml) => xml.replace(from, to),
  })
  const field = ONE.fields[0]!

  it.each<[problem: string, change: Partial<PlainFile>]>([
    ['its header does not end with a NUL byte (byte', { separator: '\r\n' }],
    ['it has no end tag', replaced('</QvdTableHeader>', '')],
    ['it is no QVD file', replaced(/QvdTableHeader/g, 'Other')],
    ['it is no QVD file', replaced(/^/, 'PK')],
    ['no well-formed XML', replaced('</FieldName>', '')],
    ['no well-formed XML', replaced('<FieldName>a', '<FieldName>&x;')],
    ['a document type', replaced('<QvdTableHeader>', '<!DOCTYPE q [<!ENTITY x "y">]><QvdTableHeader>')],
    [
      "its Compression 'zip' is not supported",
      replaced('<Fields>', '<Compression>zip</Compression><Fields>'),
    ],
    ['the header element NoOfRecords is missing', replaced(/<NoOfRecords>.*<\/NoOfRecords>/, '')],
    [
      "field 'a': the header element BitWidth is no whole number: '8.5'",
      replaced('<BitWidth>8', '<BitWidth>8.5'),
    ],
    ['field 1 has no FieldName', replaced(/<FieldName>.*<\/FieldName>/, '')],
    ["field 'a': BitOffset is negative: -1", replaced('<BitOffset>0', '<BitOffset>-1')],
    ['lead out of a row of 1 bytes', replaced('<BitWidth>8', '<BitWidth>9')],
    ['not NoOfRecords 5 times RecordByteSize 1', replaced('<NoOfRecords>4', '<NoOfRecords>5')],
    ['is more than its Length of 8 bytes can hold', replaced('<NoOfSymbols>2', '<NoOfSymbols>2000000000')],
    ['damaged or cut off', replaced(/<Length>8</, '<Length>9000000000<')],
    ['damaged or cut off', replaced(/<Offset>8</, '<Offset>9<')],
    [
      "field 'a': symbol 0 has the unknown type 3 (byte",
      { fields: [{ ...field, symbols: [Buffer.from([3, 0]), symbol(4, 0)] }] },
    ],
    [
      "field 'a': the text of symbol 1 has no end",
      { fields: [{ ...field, symbols: [symbol(1, 1), Buffer.from([4, 65])] }] },
    ],
    [
      "field 'a': the text of symbol 1 is not UTF-8",
      { fields: [{ ...field, symbols: [symbol(1, 1), Buffer.from([4, 255, 0])] }] },
    ],
    ["field 'a': row 3 points at symbol 253, but there are only 2 (byte", { rows: [[2], [1], [255], [0]] }],
  ])('are refused: %s', async (problem, change) => {
    const refused = read(plainQvd({ ...ONE, ...change }))
    await expect(refused).rejects.toThrow(problem)
    await expect(refused).rejects.toBeInstanceOf(QvdError)
  })

  it('damaged anywhere are read or refused, never anything else', async () => {
    await writeQvd(file, {
      name: 'T',
      columns: [
        { name: 'n', values: [1, 2.5, null, { text: 'ä', number: 3 }] },
        { name: 'c', values: ['k', 'k', 'k', 'k'] },
      ],
    })
    const good = await readFile(file)
    const digits = [...good.toString('latin1').matchAll(/>\d+</g)].map(({ index }) => index + 1)
    const place = fc.oneof(fc.nat(good.length - 1), fc.constantFrom(...digits))
    const change = fc.record({ place, bytes: fc.uint8Array({ maxLength: 9 }), cut: fc.nat(3) })
    const huge = fc
      .constantFrom(...digits)
      .map((at) => ({ place: at, bytes: Buffer.from('9007199254740991'), cut: 1 }))
    let refusals = 0
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(change, huge), { minLength: 1, maxLength: 3 }), async (changes) => {
        let bytes = good
        for (const { place: at, bytes: by, cut } of changes) {
          bytes = Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(at + cut)])
        }
        try {
          await read(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(QvdError)
          refusals++
        }
      }),
      { numRuns: 1000 },
    )
    expect(refusals).toBeGreaterThan(100)
  })
})
