/**
 * Every item of a format, wherever a format may stand, acts or is refused: a script with it and one without
 * differ in tables, files or outcome. The items are those of the parser's own tables.
 */
import { type CellObject, utils, write } from '@e965/xlsx'
import { describe, expect, it } from 'vitest'
import { FORMAT_ITEMS } from '../../src/script/parse/parse-format.ts'
import { qvxFile } from '../support/qvx-file.ts'
import { withScript } from '../support/script-under-test.ts'

/** Items that take a value, with values that mean something. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  delimiter: ["';'", 'spaces', "'\\t'"],
  codepage: ['1250', '28592', '1200'],
  table: ['Other'],
  comment: ["'#'"],
  compression: ['zstd', 'gzip'],
  header: ['1', '1 lines', 'line'],
  record: ['3', '2 lines', 'line'],
  tab: ['3'],
}

const items = [
  ...FORMAT_ITEMS.words,
  ...[...FORMAT_ITEMS.settings].flatMap((name) => VALUES[name]!.map((value) => `${name} is ${value}`)),
]

/** Says what is so anyway: of one kind with others that do not. */
const AS_IT_IS = {
  text: ['embedded labels', 'utf8', 'record is line'],
  workbook: ['embedded labels'],
  fix: ['no labels', 'utf8', 'record is line'],
  own: ['embedded labels'],
  // A value is stored in quotes that hold what it holds.
  stored: ['embedded labels', 'utf8', 'msq'],
}
/** "Character set ... defines the character set used in the file": INLINE is none. */
const NO_FILE = [
  'utf8',
  'ansi',
  'oem',
  'mac',
  'unicode',
  ...VALUES.codepage!.map((page) => `codepage is ${page}`),
]
/** "no eof ... is not relevant for Excel or fixed record files." */
const FIXED_RECORDS = ['no eof']

const TEXT = `h,1\na,b;c\n'x,y',"p ""q"""\n#r,1\né,\t2;3\n\x1a3,4\n`

const sheet = (value: string) => {
  const cell = (v: string): CellObject => ({ t: 's', v })
  return { A1: cell('a'), A2: cell(value), A3: cell('z'), '!ref': 'A1:A3' }
}
function workbook(bookType: 'xlsx' | 'biff8'): Uint8Array {
  const book = utils.book_new()
  utils.book_append_sheet(book, sheet('x'), 'First')
  utils.book_append_sheet(book, sheet('y'), 'Other')
  return new Uint8Array(write(book, { type: 'buffer', bookType }) as Buffer)
}

const TABLE = `T: LOAD 'é' & Chr(39) as [a;1], 'x,y' as b, RecNo() as c AUTOGENERATE 3;`
const STORED = (type: string) => (format: string) =>
  `${TABLE} STORE T INTO [lib://d/out.bin] ${withType(type, format)};`
const made = (type: string) => `${TABLE} STORE T INTO [lib://d/in.bin] (${type}); DROP TABLE T;`

interface Place {
  readonly name: string
  /** @param format `(item)` or `(item, item)` */
  readonly script: (format: string) => string
  readonly asItIs: readonly string[]
}

const withType = (type: string, format: string) => format.replace('(', `(${type}, `).replace(', )', ')')

const PLACES: readonly Place[] = [
  {
    name: 'FROM txt',
    script: (f) => `T: LOAD * FROM [lib://d/t.csv] ${withType('txt', f)};`,
    asItIs: AS_IT_IS.text,
  },
  {
    name: 'INLINE',
    script: (f) => `T: LOAD * INLINE [${TEXT}] ${withType('txt', f)};`,
    asItIs: [...AS_IT_IS.text, ...NO_FILE],
  },
  {
    name: 'FROM_FIELD',
    script: (f) =>
      `S: LOAD Replace(l, '~', Chr(39)) as l INLINE [l\nh,1\na,b;c\n~x,y~,"p""q"\n#r,1\né,\t2;3\n] (delimiter is '|', no quotes); T: NoConcatenate LOAD * FROM_FIELD (S, l) ${withType('txt', f)};`,
    asItIs: [...AS_IT_IS.text, ...NO_FILE],
  },
  {
    name: 'FROM fix',
    script: (f) => `T: LOAD @1:2 as a, @3:n as b FROM [lib://d/t.csv] ${withType('fix', f)};`,
    asItIs: [...AS_IT_IS.fix, ...FIXED_RECORDS],
  },
  {
    name: 'FROM ooxml',
    script: (f) => `T: LOAD * FROM [lib://d/b.xlsx] ${withType('ooxml', f)};`,
    asItIs: AS_IT_IS.workbook,
  },
  {
    name: 'FROM biff',
    script: (f) => `T: LOAD * FROM [lib://d/b.xls] ${withType('biff', f)};`,
    asItIs: AS_IT_IS.workbook,
  },
  {
    name: 'FROM html',
    script: (f) => `T: LOAD * FROM [lib://d/a.html] ${withType('html', f)};`,
    asItIs: ['embedded labels', 'utf8'],
  },
  {
    name: 'FROM qvx',
    script: (f) => `T: LOAD * FROM [lib://d/a.qvx] ${withType('qvx', f)};`,
    asItIs: AS_IT_IS.own,
  },
  {
    name: 'FROM qvd',
    script: (f) => `${made('qvd')} U: LOAD * FROM [lib://d/in.bin] ${withType('qvd', f)};`,
    asItIs: AS_IT_IS.own,
  },
  {
    name: 'FROM parquet',
    script: (f) => `${made('parquet')} U: LOAD * FROM [lib://d/in.bin] ${withType('parquet', f)};`,
    asItIs: AS_IT_IS.own,
  },
  {
    name: 'FROM xml',
    script: (f) => `T: LOAD * FROM [lib://d/a.xml] ${withType('xmlSimple', f)};`,
    asItIs: ['utf8'],
  },
  {
    name: 'FROM_FIELD xml',
    script: (f) =>
      `S: LOAD '<r><a>1</a></r>' as x AUTOGENERATE 1; T: LOAD * FROM_FIELD (S, x) ${withType('xmlSimple', f)};`,
    asItIs: NO_FILE,
  },
  {
    name: 'FROM json',
    script: (f) => `T: LOAD * FROM [lib://d/a.json] ${withType('json', f)};`,
    asItIs: ['utf8'],
  },
  {
    name: 'FROM_FIELD json',
    script: (f) =>
      `S: LOAD '{"a":1}' as x AUTOGENERATE 1; T: LOAD * FROM_FIELD (S, x) ${withType('json', f)};`,
    asItIs: NO_FILE,
  },
  { name: 'STORE txt', script: STORED('txt'), asItIs: AS_IT_IS.stored },
  { name: 'STORE qvd', script: STORED('qvd'), asItIs: [] },
  { name: 'STORE parquet', script: STORED('parquet'), asItIs: [] },
]

const FILES = {
  't.csv': TEXT,
  'b.xlsx': workbook('xlsx'),
  'b.xls': workbook('biff8'),
  'a.xml': '<r><a>é</a></r>',
  'a.json': '{"a":"é"}',
  'a.html': '<table><tr><td>a<tr><td>é<tr><td>z</table>',
  'a.qvx': qvxFile([{ FieldName: 'a', Type: 'QVX_TEXT', Extent: 'QVX_ZERO_TERMINATED' }], [['x\0']]),
}

type Outcome = { readonly refused: string } | { readonly made: string }

const outcome = (script: string): Promise<Outcome> =>
  withScript(script, FILES, async ({ run, tables, file }) => {
    if (run.end.kind === 'failed') return { refused: run.end.fault.message }
    const stored = await file('out.bin').then(
      // The time of its making is no part of what an item says.
      (bytes) => bytes.toString('latin1').replace(/<CreateUtcTime>[^<]*/, ''),
      () => '',
    )
    return { made: JSON.stringify([tables, stored]) }
  })

it('has a value for every item that takes one, and for no other', () => {
  expect(new Set(Object.keys(VALUES))).toEqual(FORMAT_ITEMS.settings)
})

describe.each(PLACES)('$name', ({ script, asItIs }) => {
  it('acts by each item, or refuses it', async () => {
    const plain = await outcome(script('()'))
    expect(plain).toHaveProperty('made')
    const ignored: string[] = []
    for (const item of items) {
      const found = await outcome(script(`(${item})`))
      if ('made' in found && 'made' in plain && found.made === plain.made) ignored.push(item)
    }
    expect(new Set(ignored)).toEqual(new Set(asItIs))
  }, 120_000)
})

it.each([
  ['txt, utf8, ansi'],
  ['txt, embedded labels, no labels'],
  ['txt, msq, no quotes'],
  ["txt, delimiter is ';', delimiter is '|'"],
  ['txt, header is 1 lines, header is 2 lines'],
])('refuses a format that says two things of one kind: %s', async (format) => {
  expect(await outcome(`LOAD * FROM [lib://d/t.csv] (${format});`)).toEqual({
    refused: expect.stringContaining('two things of one kind'),
  })
})

const READ_THERE = ['txt', 'csv', 'xml', 'xmlsimple', 'json']

it.each([...FORMAT_ITEMS.types].filter((type) => !READ_THERE.includes(type)))(
  'INLINE and FROM_FIELD refuse the format %s',
  async (type) => {
    for (const source of [`INLINE [a\n1]`, `FROM_FIELD (S, x)`]) {
      const found = await outcome(
        `S: LOAD 'a' as x AUTOGENERATE 1; T: NoConcatenate LOAD * ${source} (${type});`,
      )
      expect(found).toEqual({ refused: expect.stringMatching(new RegExp(type, 'i')) })
    }
  },
)
