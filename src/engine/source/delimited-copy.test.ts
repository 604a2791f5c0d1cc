/**
 * The rows of the fast way are those of the row reader, to the value, for every file that it takes; and it
 * takes plain files.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FileFormat } from '../../script/syntax/statement.ts'
import { DEFAULT_SETTINGS, type Settings } from '../../script/value/settings.ts'
import type { Value } from '../../script/value/value.ts'
import { Database } from '../duckdb/database.ts'
import { tableSource } from '../duckdb/row-source.ts'
import { copyDelimited } from './delimited-copy.ts'
import { textFileSource } from './text-source.ts'

const FORMAT: FileFormat = { quoting: 'msq' }
const GERMAN: Partial<Settings> = {
  decimalSep: ',',
  thousandSep: '.',
  dateFormat: 'DD.MM.YYYY',
  timestampFormat: 'DD.MM.YYYY hh:mm:ss',
}

let folder: string
let database: Database
let file: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'reprise-copy-'))
  file = path.join(folder, 't.csv')
  database = await Database.open({ file: ':memory:', privateFolder: path.join(folder, 'own'), threads: 1 })
})
afterAll(async () => {
  database.close()
  await rm(folder, { recursive: true })
})

interface Read {
  readonly rows: Value[][]
  readonly kinds: readonly object[]
}

/** Both ways; `fast` is undefined where the fast way leaves the file alone. */
async function bothWays(content: string | Uint8Array, format: FileFormat, changed: Partial<Settings> = {}) {
  await writeFile(file, content)
  const settings = { ...DEFAULT_SETTINGS, ...changed }
  const source = await textFileSource(database, { real: file, shown: 't.csv' }, format, settings, () => {})
  const { values } = source.input
  const positions = values.map((_, index) => index)
  const columns = positions.map((position) => `c${position}`)
  const fast = await database.transaction(async (): Promise<Read | undefined> => {
    const table = 'copied'
    const made = await copyDelimited(
      database,
      { real: file, format, settings, width: positions.length },
      { positions, table, columns, temporary: false },
    )
    if (made === undefined) {
      await database.run('CREATE TABLE goes_on (x INTEGER)')
      await database.run('DROP TABLE goes_on')
      return undefined
    }
    const names = columns
    const read = tableSource(database, { sqlName: table, rows: made.rows, names, columns })
    const rows: Value[][] = []
    await read.each(new Set(positions), () => rows.push([...read.input.values]) > 0)
    await database.run(`DROP TABLE ${table}`)
    return { rows, kinds: made.kinds }
  })
  const rows: Value[][] = []
  await source.each(new Set(positions), () => rows.push([...values]) > 0)
  return {
    fast,
    plain: { rows, kinds: positions.map((position) => kindsOf(rows.map((row) => row[position]!))) },
  }
}

const kindsOf = (values: readonly Value[]) => ({
  numbers: values.some((value) => typeof value === 'number' || (value !== null && typeof value === 'object')),
  texts: values.some((value) => typeof value === 'string'),
  duals: values.some((value) => value !== null && typeof value === 'object'),
})

describe('files that the fast way takes', () => {
  const cases: readonly (readonly [string, string, FileFormat | 'standard', Partial<Settings>])[] = [
    ['numbers, dates and texts', 'id,day,x\n1,2026-01-31,1.50\n2,2026-02-30,abc\n', {}, {}],
    ['lines ended by CR LF, the last one open', 'a,b\r\n1,2\r\n\r\n3,4', {}, {}],
    ['a byte order mark', '\ufeffa,b\n1,2\n', {}, {}],
    ['blanks around values', 'a,b\n 1 ,  x y \n,\n', {}, {}],
    ['blanks that stay', 'a,b\n 1 ,  x y \n', {}, { verbatim: true }],
    ['marks inside cells', 'a,b\nO\'Brien,5"\n', 'standard', {}],
    ['marks as data', 'a,b\n"1",\'2\n', { quoting: 'none' }, {}],
    ['no labels, tabs', '1\t\n2\tx\n', { labels: 'none', delimiter: '\\t' }, {}],
    ['a text that is NULL', 'a,b\n-,1\n\\N,-\n', {}, { nullInterpret: '-' }],
    ['German numbers and dates', 'a;b\n1.234,5;31.12.2026\n1,5;1.2.26\n', { delimiter: ';' }, GERMAN],
    ['duplicate and empty labels, a trailing delimiter', 'a,a,,\n1,2,3,\n', {}, {}],
    ['no rows', 'a,b\n', {}, {}],
  ]
  it.each(cases)('%s', async (_name, content, format, settings) => {
    const { fast, plain } = await bothWays(
      content,
      format === 'standard' ? {} : { ...FORMAT, ...format },
      settings,
    )
    expect(fast).toEqual(plain)
  })
})

describe('files that it leaves to the row reader, in a transaction that goes on', () => {
  const cases: readonly (readonly [string, string | Uint8Array])[] = [
    ['quoted cells', 'a,b\n"1,2",3\n'],
    ['quoted cells behind blanks', 'a,b\n1, "x,y"\n'],
    ['a quoted label', '"a",b\n1,2\n'],
    ['short rows', 'a,b\n1\n2,3\n'],
    ['long rows', 'a,b\n1,2,3\n'],
    ['lines of blanks', 'a,b\n  \n1,2\n'],
    ['single carriage returns', 'a,b\r1,2\r'],
    ['lines ended in two ways', 'a,b\n1,2\r\n3,4\n'],
    ['one column', 'a\n1\n\n'],
    ['lines too long for DuckDB', `a,b\n${'x'.repeat(3_000_000)},1\n`],
  ]
  it.each(cases)('%s', async (_name, content) => {
    const { fast } = await bothWays(content, FORMAT)
    expect(fast).toBeUndefined()
  })
})

describe('random files', () => {
  const number = fc.oneof(
    fc.integer().map(String),
    fc.double().map(String),
    fc.tuple(fc.integer({ min: -999, max: 999 }), fc.nat(999)).map(([a, b]) => `${a},${b}`),
    fc.stringMatching(/^[-+]?[0-9]{0,18}[.,]?[0-9]{0,18}([eE][-+]?[0-9]{1,3})?$/),
    fc.constantFrom('-0', '0', '00', '+1', '1_000', '0x10', 'inf', '-inf', 'nan', '-nan', '1e999', '.', '5.'),
    fc.constantFrom('99999999999999', '100000000000000', '-99999999999999', '9223372036854775808', '1e5'),
  )
  const date = fc.oneof(
    fc.stringMatching(/^[012][0-9]{3}-[01][0-9]-[0-3][0-9]$/),
    fc.stringMatching(/^[0-3][0-9]\.[01][0-9]\.[0-9]{4}$/),
    fc.stringMatching(/^[0-2][0-9]:[0-5][0-9](:[0-5][0-9](\.[0-9]{1,3})?)?$/),
    fc.constantFrom(
      '2026-1-5',
      '1.2.26',
      '2026-01-05 12:30',
      '12.05.2026 01:02:03',
      '$5.00',
      '5 Jan',
      '0000-01-01',
    ),
  )
  const cell = fc.oneof(
    number,
    date,
    fc.constantFrom('', ' ', ' x', 'x ', '\t', '1\t', '\u00a01', 'ä', '😀', '\\', '#'),
    fc.string({ maxLength: 5 }),
  )
  const nasty = fc.constantFrom('"', "'", '""', '\r', '\n', ',', '\ufeff', '\0')
  const line = (width: number) =>
    fc.array(fc.oneof({ weight: 40, arbitrary: cell }, { weight: 1, arbitrary: nasty }), {
      minLength: width,
      maxLength: width,
    })
  const lines = fc.integer({ min: 1, max: 4 }).chain((width) =>
    fc.array(fc.oneof({ weight: 30, arbitrary: line(width) }, line(width + 1)), {
      minLength: 1,
      maxLength: 12,
    }),
  )
  const format = fc.record({
    quoting: fc.constantFrom('standard' as const, 'msq' as const, 'none' as const),
    labels: fc.constantFrom('embedded' as const, 'none' as const),
    delimiter: fc.constantFrom(',', ';', '\\t', '|', '.'),
  })
  const settings = fc.record({
    locale: fc.constantFrom({}, GERMAN, { thousandSep: ' ' }, { dateFormat: 'MM/DD/YYYY', decimalSep: '.' }),
    verbatim: fc.boolean(),
    nullInterpret: fc.constantFrom(undefined, undefined, '', '0', '-'),
  })
  it('give the rows of the row reader wherever the fast way takes them', async () => {
    let taken = 0
    await fc.assert(
      fc.asyncProperty(
        lines,
        format,
        settings,
        fc.constantFrom('\n', '\n', '\r\n'),
        fc.boolean(),
        async (rows, given, { locale, ...changed }, lineEnd, closed) => {
          const delimiter = given.delimiter === '\\t' ? '\t' : given.delimiter
          const text = rows.map((cells) => cells.join(delimiter)).join(lineEnd) + (closed ? lineEnd : '')
          const { quoting, ...items } = given
          const wanted: FileFormat = quoting === 'standard' ? items : { ...items, quoting }
          const read = await bothWays(text, wanted, { ...locale, ...changed }).catch((error) => {
            if (/NUL|field names/.test(error.message)) return undefined
            throw error
          })
          if (read?.fast === undefined) return
          taken++
          expect(read.fast).toEqual(read.plain)
        },
      ),
      { numRuns: 400 },
    )
    expect(taken).toBeGreaterThan(20)
  }, 120_000)
  it('that are not UTF-8 are never taken', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 8 }), async (bytes) => {
        const content = Buffer.concat([Buffer.from('a,b\nx,'), bytes, Buffer.from('\n')])
        const read = await bothWays(content, FORMAT).catch(() => undefined)
        if (read?.fast !== undefined) expect(read.fast).toEqual(read.plain)
      }),
      { numRuns: 100 },
    )
  }, 60_000)
})
