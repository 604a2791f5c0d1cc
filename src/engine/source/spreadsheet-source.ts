/**
 * Rows of a sheet or a named range of an Excel workbook, xlsx (ooxml) or xls (biff). Numbers come as numbers,
 * dates and times as duals in the formats of the script, texts are read as those of a text file; empty cells
 * and errors are NULL (SEMANTICS D10).
 *
 * A workbook is read as a whole. What it unpacks to is bounded before it is unpacked; a workbook that is
 * larger than the memory of the engine ends the attempt as out of memory.
 */
import { readFile, stat } from 'node:fs/promises'
import type { CellObject, ParsingOptions, WorkBook } from '@e965/xlsx'
import { faults } from '../../script/fault/fault.ts'
import { fieldNamesFrom } from '../../script/format/delimited-text.ts'
import type { FileFormat } from '../../script/syntax/statement.ts'
import { textOf } from '../../script/value/convert.ts'
import { formatsOf } from '../../script/value/formats.ts'
import { textInterpreter } from '../../script/value/interpret-text.ts'
import type { Settings } from '../../script/value/settings.ts'
import { trimBlanks } from '../../script/value/trim-blanks.ts'
import type { Value } from '../../script/value/value.ts'
import type { RowSource } from '../duckdb/row-source.ts'
import { zipSize } from './zip-size.ts'

const FILE_MAX_BYTES = 256 * 1024 * 1024
const UNPACKED_MAX_BYTES = 512 * 1024 * 1024
const ENTRIES_MAX = 10_000
/** Days from the first day of 1900 to that of 1904, where the workbooks of old Macintoshes begin. */
const DAYS_OF_1904 = 1462

type Library = typeof import('@e965/xlsx')

/** The library is large: only a process that reads a workbook loads it. */
const loadLibrary = (): Promise<Library> => import('@e965/xlsx')

/** `real` is the path to open, `shown` the path as the script wrote it. */
export async function spreadsheetSource(
  real: string,
  shown: string,
  type: 'ooxml' | 'biff',
  format: FileFormat,
  settings: Settings,
): Promise<RowSource> {
  const library = await loadLibrary()
  const file = await readWorkbookFile(real, shown, type)
  const range = readRange(library, file, shown, format.table)
  const { names, firstRow, left } = labels(library, range, format, settings)
  const readCell = cellReader(library, range.date1904, settings)
  const values: Value[] = names.map(() => null)
  return {
    input: { names, values },
    async each(used, row) {
      const fields = [...used]
      let read = 0
      for (let at = firstRow; at < range.rows.length; at++) {
        const cells = range.rows[at]
        for (const field of fields) values[field] = readCell(cells?.[left + field])
        read++
        if (!row()) break
      }
      return read
    },
  }
}

async function readWorkbookFile(real: string, shown: string, type: 'ooxml' | 'biff'): Promise<Buffer> {
  const { size } = await stat(real)
  if (size > FILE_MAX_BYTES) {
    throw faults.wrongFormat(`The workbook '${shown}' is larger than ${FILE_MAX_BYTES} bytes`)
  }
  const file = await readFile(real)
  // The old format is a container that an encrypted new workbook comes in, too.
  if (file.subarray(0, 8).equals(COMPOUND_FILE)) return file
  const unpacked = zipSize(file)
  if (unpacked === undefined) {
    const kind = type === 'biff' ? 'an xls' : 'an xlsx'
    throw faults.wrongFormat(`File '${shown}' is not ${kind} workbook`)
  }
  if (unpacked.bytes > UNPACKED_MAX_BYTES || unpacked.entries > ENTRIES_MAX) {
    throw faults.wrongFormat(`The workbook '${shown}' unpacks to more than ${UNPACKED_MAX_BYTES} bytes`)
  }
  return file
}

const COMPOUND_FILE = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])

interface SheetRange {
  /** Rows of cells from the top of the range; both may have holes. */
  readonly rows: readonly (readonly (CellObject | undefined)[] | undefined)[]
  readonly date1904: boolean
}

const READING: ParsingOptions = {
  type: 'buffer',
  dense: true,
  cellFormula: false,
  cellHTML: false,
  cellText: false,
  cellNF: true,
  bookVBA: false,
}

/** First the names alone, then the one sheet that is wanted. */
function readRange(library: Library, file: Buffer, shown: string, wanted: string | undefined): SheetRange {
  const outline = parsed(shown, () => library.read(file, { ...READING, sheets: [] }))
  const { sheet, area } = findRange(library, outline, shown, wanted)
  const index = outline.SheetNames.indexOf(sheet)
  const book = parsed(shown, () => library.read(file, { ...READING, sheets: index }))
  const all = book.Sheets[sheet]?.['!data'] ?? []
  const date1904 = book.Workbook?.WBProps?.date1904 === true
  if (area === undefined) return { rows: all, date1904 }
  const { s: from, e: to } = area
  const rows = all.slice(from.r, to.r + 1).map((row) => row?.slice(from.c, to.c + 1))
  return { rows, date1904 }
}

function parsed(shown: string, read: () => WorkBook): WorkBook {
  try {
    return read()
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    if (/password|encrypt/i.test(message)) {
      throw faults.encrypted(`The workbook '${shown}' is encrypted: save it without a password`)
    }
    throw faults.wrongFormat(`File '${shown}' cannot be read as a workbook`)
  }
}

interface FoundRange {
  readonly sheet: string
  readonly area?: ReturnType<Library['utils']['decode_range']>
}

/**
 * A sheet by its name, as old scripts write it with `$` behind; else a named range; without a name the first
 * sheet.
 */
function findRange(
  { utils }: Library,
  book: WorkBook,
  shown: string,
  wanted: string | undefined,
): FoundRange {
  const sheets = book.SheetNames
  const [first] = sheets
  if (first === undefined) throw faults.wrongFormat(`The workbook '${shown}' has no sheet`)
  if (wanted === undefined) return { sheet: first }
  const plain = wanted.replace(/^'(.*)'$/, '$1').replace(/\$$/, '')
  const sheet = sheets.find((name) => name === wanted) ?? sheets.find((name) => same(name, plain))
  if (sheet !== undefined) return { sheet }
  const named = book.Workbook?.Names?.find(({ Name }) => same(Name, wanted))
  const target = /^(?:'((?:[^']|'')+)'|([^'!]+))!(\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?)$/.exec(
    named?.Ref ?? '',
  )
  const ranged = target && (target[1]?.replaceAll("''", "'") ?? target[2])
  if (ranged && sheets.includes(ranged)) return { sheet: ranged, area: utils.decode_range(target[3]!) }
  throw faults.tableNotFound(
    `The workbook '${shown}' has no sheet and no named range '${wanted}': it has ${sheets.slice(0, 10).join(', ')}`,
  )
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

interface Labels {
  readonly names: readonly string[]
  /** The first row of data, and the column of the first field. */
  readonly firstRow: number
  readonly left: number
}

/** Columns without a label are named by their letters, and so are all without labels: A, B ... */
function labels(
  library: Library,
  range: SheetRange,
  { labels: kind, headerLines }: FileFormat,
  settings: Settings,
): Labels {
  const { left, right } = columnsOf(range.rows, headerLines)
  const letters = Array.from({ length: right - left }, (_, index) => library.utils.encode_col(left + index))
  if (kind === 'none') return { names: letters, firstRow: headerLines, left }
  const readCell = cellReader(library, range.date1904, settings)
  const given = letters.map((letter, index) => {
    const text = textOf(readCell(range.rows[headerLines]?.[left + index]), settings) ?? ''
    return text === '' ? letter : text
  })
  return { names: fieldNamesFrom(given), firstRow: headerLines + 1, left }
}

/** The columns that have a cell, from the first to behind the last. */
function columnsOf(rows: SheetRange['rows'], from: number): { left: number; right: number } {
  let left = Number.POSITIVE_INFINITY
  let right = 0
  for (let at = from; at < rows.length; at++) {
    const row = rows[at]
    if (row === undefined || row.length === 0) continue
    right = Math.max(right, row.length)
    const first = row.findIndex((cell) => cell !== undefined)
    if (first >= 0) left = Math.min(left, first)
  }
  return { left: Math.min(left, right), right }
}

function cellReader(
  { SSF }: Library,
  date1904: boolean,
  settings: Settings,
): (cell: CellObject | undefined) => Value {
  const interpret = textInterpreter(settings)
  const formats = new Map<string, ((serial: number) => string) | undefined>()
  const dateText = (code: string) => {
    if (!formats.has(code)) {
      const format = SSF.is_date(code) ? dateFormat(code, settings) : undefined
      formats.set(code, format === undefined ? undefined : formatsOf(settings).date(format).format)
    }
    return formats.get(code)
  }
  return (cell) => {
    switch (cell?.t) {
      case 'n': {
        const text = typeof cell.z === 'string' ? dateText(cell.z) : undefined
        if (text === undefined) return cell.v as number
        const number = (cell.v as number) + (date1904 ? DAYS_OF_1904 : 0)
        return { number, text: text(number) }
      }
      case 's': {
        const text = String(cell.v)
        return interpret(settings.verbatim ? text : trimBlanks(text))
      }
      case 'b':
        return cell.v ? -1 : 0
      default:
        return null
    }
  }
}

/** Which of the script's formats says what a number format of the workbook shows: a date, a time, or both. */
function dateFormat(code: string, { dateFormat, timeFormat, timestampFormat }: Settings): string {
  const letters = code.replace(/"[^"]*"|\\.|\[[^\]]*\]/g, '').toLowerCase()
  const hasTime = /[hs]/.test(letters) || /\[(h+|m+|s+)\]/i.test(code)
  if (!/[dy]/.test(letters) && !(letters.includes('m') && !hasTime)) return timeFormat
  return hasTime ? timestampFormat : dateFormat
}
