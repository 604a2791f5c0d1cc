import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { QvdSymbols } from '../../qvd/qvd-symbols.ts'
import type { Value } from '../../script/value/value.ts'
import { Database } from './database.ts'
import { pairValue, readBatches } from './row-source.ts'
import { SymbolWriter } from './symbol-writer.ts'
import { TableWriter, WRITTEN_ROWS } from './table-writer.ts'

let folder: string
let database: Database

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'reprise-writer-'))
  database = await Database.open({ file: path.join(folder, 'd.duckdb'), privateFolder: folder, threads: 4 })
})

afterAll(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 2 ** 53, -(2 ** 53), 5e-324, Number.MAX_VALUE),
)
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('', ' ', 'twelve bytes', 'thirteen byte', 'long '.repeat(2000), 'ä€😀'),
)
const value: fc.Arbitrary<Value> = fc.oneof(
  number,
  text,
  fc.constant(null),
  fc.record({ number, text }).map((dual): Value => dual),
)

/**
 * A column of `rows` values: some drawn ones again and again, and a new text in each row of which `fresh` is
 * a part.
 */
const column = fc.record({
  drawn: fc.array(value, { minLength: 1, maxLength: 300 }),
  fresh: fc.constantFrom(0, 0, 0.05, 0.5, 1),
})
type Column = typeof column extends fc.Arbitrary<infer Given> ? Given : never

function valueAt({ drawn, fresh }: Column, row: number): Value {
  if ((row * 0.618_034) % 1 < fresh) return row % 3 === 0 ? { number: row, text: `new ${row}` } : `new ${row}`
  return drawn[(row * 7919) % drawn.length]!
}

async function stored(table: string, columns: readonly string[]): Promise<Value[][]> {
  const rows: Value[][] = []
  const readable = { sqlName: table, rows: await database.count(table), columns }
  await readBatches(database, readable, (batch, count) => {
    for (let at = 0; at < count; at++) {
      rows.push(columns.map((_, i) => pairValue(batch[2 * i]![at], batch[2 * i + 1]![at])))
    }
    return true
  })
  return rows
}

describe('rows of values', () => {
  test('are in the table as they came, however often their texts come again', async () => {
    const shape = fc.record({
      columns: fc.array(column, { minLength: 1, maxLength: 4 }),
      rows: fc.constantFrom(
        0,
        1,
        63,
        64,
        65,
        2048,
        2049,
        WRITTEN_ROWS,
        WRITTEN_ROWS + 1,
        2 * WRITTEN_ROWS + 77,
      ),
    })
    await fc.assert(
      fc.asyncProperty(shape, async ({ columns, rows }) => {
        const names = columns.map((_, index) => `c${index}`)
        const table = database.workTable()
        const pushed = Array.from({ length: rows }, (_, row) => columns.map((each) => valueAt(each, row)))
        const writer = await TableWriter.create(database, table, names)
        for (const row of pushed) writer.push(row)
        const written = writer.close()
        expect(written.rows).toBe(rows)
        const back = await stored(table, names)
        await database.run(`DROP TABLE ${table}`)
        expect(back.findIndex((row, at) => !same(row, pushed[at]!))).toBe(-1)
        expect(back.length).toBe(rows)
        expect(written.kinds).toEqual(
          names.map((_, i) => ({
            numbers: pushed.some((row) => typeof row[i] === 'number' || isDual(row[i]!)),
            texts: pushed.some((row) => typeof row[i] === 'string'),
            duals: pushed.some((row) => isDual(row[i]!)),
          })),
        )
      }),
      { numRuns: 40 },
    )
  }, 120_000)

  test('a column that becomes distinct, and then common again, keeps its texts', async () => {
    const table = database.workTable()
    const writer = await TableWriter.create(database, table, ['c'])
    const rows = 20 * WRITTEN_ROWS
    const at = (row: number) => {
      if (row < WRITTEN_ROWS * 1.5) return `common ${row % 7}`
      return row < WRITTEN_ROWS * 3 ? `new ${row}` : `again ${row % 11}`
    }
    for (let row = 0; row < rows; row++) writer.push([at(row)])
    writer.close()
    const back = await stored(table, ['c'])
    expect(back.findIndex(([text], row) => text !== at(row))).toBe(-1)
    expect(back.length).toBe(rows)
  })

  test('a number that is not finite is NULL; texts that are no well-formed text do not stop the rest', async () => {
    const table = database.workTable()
    const writer = await TableWriter.create(database, table, ['a', 'b'])
    for (const row of [Number.NaN, Number.POSITIVE_INFINITY, 1]) writer.push([row, '\ud800'])
    writer.push([2, '\ud801'])
    writer.close()
    const back = await stored(table, ['a', 'b'])
    expect(back.map(([a]) => a)).toEqual([null, null, 1, 2])
    expect(back.map(([, b]) => b)).toEqual(Array.from({ length: 4 }, () => '\ufffd'))
  })

  test('many long texts are let go of before the block is full', async () => {
    const table = database.workTable()
    const writer = await TableWriter.create(database, table, ['c'])
    const at = (row: number) => `${row % 5}`.repeat(1_000_000 + (row % 20))
    for (let row = 0; row < 40; row++) writer.push([at(row)])
    writer.close()
    const back = await stored(table, ['c'])
    expect(back.findIndex(([text], row) => text !== at(row))).toBe(-1)
    expect(back.length).toBe(40)
  })
})

test('rows of symbols are the values of their indexes, with few symbols and with many', async () => {
  const symbols = fc.array(value, { minLength: 1, maxLength: 400 })
  const shape = fc.record({ columns: fc.array(symbols, { minLength: 1, maxLength: 4 }), rows: fc.nat(5000) })
  await fc.assert(
    fc.asyncProperty(shape, async ({ columns, rows }) => {
      const names = columns.map((_, index) => `c${index}`)
      const table = database.workTable()
      const tables = columns.map(symbolsOf)
      const indexes = columns.map(({ length }, i) =>
        Int32Array.from({ length: rows }, (_, row) => ((row * (7919 + i)) % (length + 1)) - 1),
      )
      const writer = await SymbolWriter.create(database, table, names, tables, rows, true)
      writer.append(indexes, rows)
      expect(writer.close()).toBe(rows)
      const back = await stored(table, names)
      await database.run(`DROP TABLE ${table}`)
      const wanted = (row: number) => columns.map((each, i) => each[indexes[i]![row]!] ?? null)
      expect(back.findIndex((row, at) => !same(row, wanted(at)))).toBe(-1)
      expect(back.length).toBe(rows)
    }),
    { numRuns: 60 },
  )
}, 120_000)

function symbolsOf(values: readonly Value[]): QvdSymbols {
  const numberOf = (each: Value) =>
    isDual(each) ? each.number : typeof each === 'number' ? each : Number.NaN
  const textOf = (each: Value) => (isDual(each) ? each.text : typeof each === 'string' ? each : null)
  return { count: values.length, numbers: Float64Array.from(values, numberOf), texts: values.map(textOf) }
}

const isDual = (value: Value) => typeof value === 'object' && value !== null

/** The sign of a zero may go: what compresses a column in the database takes 0 and -0 for one value. */
function same(left: readonly Value[], right: readonly Value[]): boolean {
  return left.every((value, i) => {
    const other = right[i]!
    if (!(isDual(value) && isDual(other))) return value === other
    return value.text === other.text && value.number === other.number
  })
}
