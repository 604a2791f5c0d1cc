/** Workbooks made to break who reads them, and how each ends. */
import { CFB, utils, type WorkBook, write } from '@e965/xlsx'
import { sheetOf, xlsxOf } from './hostile-files.ts'

export interface HostileFile {
  readonly what: string
  /** Name, whose end is the format. */
  readonly file: string
  readonly content: () => string | Uint8Array
  /** Format items beside the type. */
  readonly format?: string
  readonly fields?: string
  /** A part of the fault's message, or the rows that are read. */
  readonly ends: string | number
}

export const MIB = 1024 * 1024
const COMMENT = `<!--${'x'.repeat(1000)}-->`
const SHARED_TEXT = `<si><t>${'x'.repeat(1000)}</t></si>`
const ROWS = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>'
const FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
const SHARED = '<row><c t="s"><v>0</v></c></row>'
const workbookWith = (names: string) =>
  `<workbook><sheets><sheet name="S" r:id="r1"/></sheets><definedNames>${names}</definedNames></workbook>`

export const HOSTILE_BOOKS: readonly HostileFile[] = [
  {
    what: 'a directory that states a tenth of what a part unpacks to',
    file: 'small.xlsx',
    content: () => xlsxOf(sheetOf(ROWS), { sheetPart: { stated: { size: 10 } } }),
    ends: 2,
  },
  {
    what: 'a part of 600 MB that says it has ten bytes',
    file: 'bomb.xlsx',
    content: () => {
      const start = Buffer.from('<worksheet><sheetData><row><c><v>1</v></c></row></sheetData>')
      return xlsxOf('', { sheetPart: { stated: { size: 10 }, bomb: { start, bytes: 600 * MIB } } })
    },
    ends: 1,
  },
  {
    what: 'a sheet of nothing, 600 MB',
    file: 'rows.xlsx',
    content: () =>
      xlsxOf('', {
        sheetPart: {
          bomb: { start: Buffer.from('<worksheet><sheetData>'), bytes: 600 * MIB, fill: COMMENT },
        },
      }),
    ends: 'unpacks to more than 536870912 bytes',
  },
  {
    what: 'a part that lies over another',
    file: 'overlap.xlsx',
    content: () => xlsxOf(sheetOf(ROWS), { sheetPart: { stated: { at: 0 } } }),
    ends: 'is damaged',
  },
  {
    what: 'wide numbers of zip64, and true ones',
    file: 'wide.xlsx',
    content: () => xlsxOf(sheetOf(ROWS), { sheetPart: { wide: true } }),
    ends: 2,
  },
  {
    what: 'wide numbers of zip64 beyond the file',
    file: 'beyond.xlsx',
    content: () => xlsxOf(sheetOf(ROWS), { sheetPart: { wide: true, stated: { at: 2 ** 52 } } }),
    ends: 'damaged or cut off',
  },
  {
    what: 'a packed size beyond the file',
    file: 'packed.xlsx',
    content: () => xlsxOf(sheetOf(ROWS), { sheetPart: { stated: { packedSize: 2 ** 31 } } }),
    ends: 'is cut off',
  },
  {
    what: 'a part that is not what its check sum says',
    file: 'sum.xlsx',
    content: () =>
      xlsxOf(`${sheetOf(ROWS)}`.replace('</sheetData>', ''), { sheetPart: { stated: { crc: 1 } } }),
    ends: 'is damaged',
  },
  {
    what: 'more parts than a workbook has',
    file: 'parts.xlsx',
    content: () =>
      xlsxOf(sheetOf(ROWS), {
        more: Array.from({ length: 10_001 }, (_, i) => ({ name: `p${i}`, content: '' })),
      }),
    ends: 'more than 10000 parts',
  },
  {
    what: 'two cells in opposite corners, one field of them',
    file: 'far.xlsx',
    content: () => xlsxOf(sheetOf(FAR)),
    fields: 'A',
    ends: 1_048_576,
  },
  {
    what: 'two cells in opposite corners, all fields',
    file: 'corners.xlsx',
    content: () => xlsxOf(sheetOf(FAR)),
    ends: '16384 fields, a table at most 2000',
  },
  {
    what: 'many fields of two cells that are a million rows apart',
    file: 'tall.xlsx',
    content: () => xlsxOf(sheetOf(FAR.replace('XFD', 'ZZ'))),
    ends: 'of its cells are empty and',
  },
  {
    what: 'a dimension and merged cells over the whole sheet',
    file: 'dimension.xlsx',
    content: () =>
      xlsxOf(
        sheetOf(
          ROWS,
          '<dimension ref="A1:XFD1048576"/><cols><col min="1" max="16384"/></cols>',
          `<mergeCells count="4000000000">${'<mergeCell ref="A1:XFD1048576"/>'.repeat(1000)}</mergeCells>`,
        ),
      ),
    ends: 2,
  },
  {
    what: 'a cell beyond the last column',
    file: 'column.xlsx',
    content: () => xlsxOf(sheetOf('<row><c r="ZZZZ1"><v>1</v></c></row>')),
    ends: "a cell 'ZZZZ1'",
  },
  {
    what: 'a row beyond the last',
    file: 'row.xlsx',
    content: () => xlsxOf(sheetOf('<row r="4000000000"><c><v>1</v></c></row>')),
    ends: "a row '4000000000'",
  },
  {
    what: 'a row that comes again and again',
    file: 'again.xlsx',
    content: () => xlsxOf(sheetOf(ROWS + ROWS)),
    ends: 'stands behind row 2',
  },
  {
    what: 'a cell that comes again and again',
    file: 'cells.xlsx',
    content: () => xlsxOf(sheetOf(`<row r="1">${'<c r="A1"><v>1</v></c>'.repeat(9)}</row>`)),
    ends: 'not in order',
  },
  {
    what: 'an inline text of 40 MB',
    file: 'inline.xlsx',
    content: () => xlsxOf(sheetOf(`<row><c t="inlineStr"><is><t>${'x'.repeat(40 * MIB)}</t></is></c></row>`)),
    ends: 'a text of more than 1048576 characters',
  },
  {
    what: 'an inline text of many runs',
    file: 'runs.xlsx',
    content: () =>
      xlsxOf(sheetOf(`<row><c t="inlineStr"><is>${'<r><t>xxxxxxxx</t></r>'.repeat(200_000)}</is></c></row>`)),
    ends: 'a cell of more than 1000000 characters',
  },
  {
    what: 'shared texts of 160 MB',
    file: 'shared.xlsx',
    content: () =>
      xlsxOf(sheetOf(SHARED), {
        shared: '',
        sharedBomb: { start: Buffer.from('<sst>'), bytes: 160 * MIB, fill: SHARED_TEXT },
      }),
    ends: 'its shared texts take more than',
  },
  {
    what: 'a tag without an end',
    file: 'tag.xlsx',
    content: () => xlsxOf(sheetOf(`<row ${'a="1" '.repeat(400_000)}`)),
    ends: 'a tag of more than',
  },
  {
    what: 'elements that are nested two million deep',
    file: 'deep.xlsx',
    content: () => xlsxOf(sheetOf(ROWS, '<a>'.repeat(2_000_000))),
    ends: 2,
  },
  {
    what: 'entities that expand each other',
    file: 'entities.xlsx',
    content: () => xlsxOf(`<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${sheetOf(ROWS)}`),
    ends: 'a document type',
  },
  {
    what: 'more sheets than a workbook has',
    file: 'sheets.xlsx',
    content: () => xlsxOf(sheetOf(ROWS), { workbook: '<sheet name="S" r:id="r1"/>'.repeat(100_001) }),
    ends: 'more than 100000 sheets',
  },
  {
    what: 'more named ranges than a workbook has',
    file: 'names.xlsx',
    content: () =>
      xlsxOf(sheetOf(ROWS), {
        workbook: workbookWith('<definedName name="n">S!$A$1</definedName>'.repeat(100_001)),
      }),
    ends: 'more than 100000 names',
  },
  {
    what: 'a named range of far corners',
    file: 'range.xlsx',
    content: () =>
      xlsxOf(sheetOf(FAR), {
        workbook: workbookWith('<definedName name="n">S!$A$1:$ZZZ$9999999</definedName>'),
      }),
    format: 'table is n',
    fields: 'XFD',
    ends: 1_048_576,
  },
  {
    what: 'more styles than a workbook has',
    file: 'styles.xlsx',
    content: () =>
      xlsxOf(sheetOf(ROWS), {
        styles: `<styleSheet><cellXfs>${'<xf/>'.repeat(100_001)}</cellXfs></styleSheet>`,
      }),
    ends: 'more than 100000 styles',
  },
  {
    what: 'relations that lead nowhere and out of the archive',
    file: 'nowhere.xlsx',
    content: () => xlsxOf(sheetOf(ROWS), { workbook: '<sheet name="S" r:id="r9"/>' }),
    ends: 'holds no cells',
  },
  {
    what: 'two cells in opposite corners of an old workbook',
    file: 'far.xls',
    content: () =>
      oldBook([
        [0, 0],
        [65_535, 255],
      ]),
    fields: 'A, IV',
    ends: 65_536,
  },
  {
    what: 'an old workbook of more cells than the memory of its reader',
    file: 'many.xls',
    content: () => compound(cellRecords(16_000)),
    ends: 'takes more than 268435456 bytes of memory',
  },
  {
    what: 'an old workbook of nothing but its container',
    file: 'nothing.xls',
    content: () => compound(Buffer.alloc(5000, 0xff)),
    ends: 'it has no sheet',
  },
]

/** An old workbook with a number in each of these cells. */
function oldBook(cells: readonly (readonly [row: number, column: number])[]): Uint8Array {
  const sheet: Record<string, unknown> = { '!ref': 'A1:IV65536' }
  for (const [r, c] of cells) sheet[utils.encode_cell({ r, c })] = { t: 'n', v: 1 }
  const book: WorkBook = utils.book_new()
  utils.book_append_sheet(book, sheet, 'S')
  return new Uint8Array(write(book, { type: 'buffer', bookType: 'biff8' }) as Buffer)
}

/** The stream of an old workbook in its container. */
function compound(stream: Buffer): Uint8Array {
  const container = CFB.utils.cfb_new()
  CFB.utils.cfb_add(container, '/Workbook', stream)
  return new Uint8Array(CFB.write(container, { type: 'buffer' }) as Buffer)
}

/** A workbook whose only sheet has so many rows of 250 numbers, in the form that takes the fewest bytes. */
function cellRecords(rows: number): Buffer {
  const record = (type: number, content: Buffer) => {
    const head = Buffer.alloc(4)
    head.writeUInt16LE(type, 0)
    head.writeUInt16LE(content.length, 2)
    return Buffer.concat([head, content])
  }
  const begin = (kind: number) =>
    record(0x0809, Buffer.from([0, 6, kind, 0, 0xbb, 0x0d, 0xcc, 0x07, ...Buffer.alloc(8)]))
  const end = record(0x000a, Buffer.alloc(0))
  const globals = Buffer.concat([begin(5)])
  const sheetName = Buffer.concat([Buffer.alloc(4), Buffer.from([0, 0, 1, 0, 0x53])])
  sheetName.writeUInt32LE(globals.length + 4 + sheetName.length + end.length, 0)
  const numbers = Array.from({ length: rows }, (_, row) => {
    const content = Buffer.alloc(4 + 250 * 6 + 2)
    content.writeUInt16LE(row, 0)
    content.writeUInt16LE(249, content.length - 2)
    return record(0x00bd, content)
  })
  return Buffer.concat([globals, record(0x0085, sheetName), end, begin(16), ...numbers, end])
}
