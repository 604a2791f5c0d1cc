/**
 * Rows of a sheet or a named range of an Excel workbook, xlsx (ooxml) or xls (biff). Numbers come with the
 * text that their cell shows, dates and times as duals in the formats of the script, texts are read as those
 * of a text file; empty cells and errors are NULL (SEMANTICS D10).
 *
 * A table begins with the first row that holds a cell: header lines and labels are counted from there.
 * A sheet is read twice, for its columns and for its rows, one row at a time: memory is bounded by the texts
 * that cells share and one row. A row without a cell between others is a row of NULL.
 */
import { open } from 'node:fs/promises'
import { faults } from '../../script/fault/fault.ts'
import { fieldNamesFrom } from '../../script/format/delimited-text.ts'
import { headerLines } from '../../script/format/text-fields.ts'
import type { FileSource } from '../../script/plan/source-plan.ts'
import type { FileFormat } from '../../script/syntax/statement.ts'
import { textOf } from '../../script/value/convert.ts'
import { formatsOf } from '../../script/value/formats.ts'
import { textInterpreter } from '../../script/value/interpret-text.ts'
import { numberText } from '../../script/value/number-text.ts'
import type { Settings } from '../../script/value/settings.ts'
import { trimBlanks } from '../../script/value/trim-blanks.ts'
import type { Value } from '../../script/value/value.ts'
import type { Database } from '../duckdb/database.ts'
import type { RowSource } from '../duckdb/row-source.ts'
import { dateFormat, showsDate } from './cell-format.ts'
import { numberShown } from './cell-number.ts'
import {
  findSheet,
  lettersOf,
  type Sheet,
  type SheetCell,
  type SheetRow,
  type Workbook,
  WorkbookError,
  withinArea,
} from './sheet.ts'
import { openXls } from './xls-workbook.ts'
import { openXlsx } from './xlsx-workbook.ts'

/** Days from the first day of 1900 to that of 1904, where the workbooks of old Macintoshes begin. */
const DAYS_OF_1904 = 1462
/**
 * A LOAD makes an empty cell of each that a sheet does not hold: so many, and for each that it holds so many
 * more. What spans more is a few cells far apart.
 */
const EMPTY_CELLS_FREE = 2 ** 24
const EMPTY_CELLS_A_CELL = 1000
const COMPOUND_FILE = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])
const ZIP_FILE = Buffer.from('PK')

/** `real` is the path to open, `shown` the path as the script wrote it. */
export async function spreadsheetSource(
  database: Database,
  real: string,
  shown: string,
  type: 'ooxml' | 'biff',
  { format, asked }: Pick<FileSource, 'format' | 'asked'>,
  settings: Settings,
): Promise<RowSource> {
  try {
    const workbook = await openWorkbook(real, shown, type)
    const sheet = await findRange(workbook, shown, format.table)
    const readCell = cellReader(sheet.date1904, settings)
    const { names, left, top } = await labels(
      sheet,
      format,
      asked,
      (cell) => textOf(readCell(cell), settings) ?? '',
    )
    const values: Value[] = names.map(() => null)
    const firstRow = top + (format.labels === 'none' ? 0 : 1)
    return {
      input: { names, values },
      async each(used, row) {
        const rows = new SheetRows({ firstRow, left, used, values, row }, readCell)
        try {
          await sheet.each((found) => {
            database.checkInterrupted()
            return rows.take(found)
          })
        } catch (error) {
          throw refusal(error, shown)
        }
        return rows.read
      },
    }
  } catch (error) {
    throw refusal(error, shown)
  }
}

async function openWorkbook(real: string, shown: string, type: 'ooxml' | 'biff'): Promise<Workbook> {
  const start = Buffer.alloc(COMPOUND_FILE.length)
  const file = await open(real, 'r')
  try {
    await file.read(start, 0, start.length, 0)
  } finally {
    await file.close()
  }
  // The container of the old format is also that of an encrypted new workbook.
  if (start.equals(COMPOUND_FILE)) return openXls(real)
  if (start.subarray(0, ZIP_FILE.length).equals(ZIP_FILE)) return openXlsx(real)
  throw faults.wrongFormat(`File '${shown}' is not an ${type === 'biff' ? 'xls' : 'xlsx'} workbook`)
}

async function findRange(workbook: Workbook, shown: string, wanted: string | undefined): Promise<Sheet> {
  const { sheets } = workbook.outline
  const found = findSheet(workbook.outline, wanted)
  if (found === undefined && wanted === undefined) throw new WorkbookError('it has no sheet')
  if (found === undefined) {
    throw faults.tableNotFound(
      `The workbook '${shown}' has no sheet and no named range '${wanted}': it has ${sheets.slice(0, 10).join(', ')}`,
    )
  }
  const sheet = await workbook.sheet(found.index)
  return found.area === undefined ? sheet : withinArea(sheet, found.area)
}

function refusal(error: unknown, shown: string): unknown {
  if (!(error instanceof WorkbookError)) return error
  return error.encrypted
    ? faults.encrypted(`The workbook '${shown}' is encrypted: save it without a password`)
    : faults.wrongFormat(`The workbook '${shown}' cannot be read: ${error.message}`)
}

interface Labels {
  readonly names: readonly string[]
  /** The column of the first field, and the row of the labels, or of data where there are none. */
  readonly left: number
  readonly top: number
}

/**
 * One field for each column from the first to the last that has a cell. Without labels columns are named by
 * their letters, A, B ...; with labels, those that have none by F and their position, F1, F2 ... (E16).
 */
async function labels(
  sheet: Sheet,
  format: FileFormat,
  asked: readonly string[],
  shown: (cell: SheetCell) => string,
): Promise<Labels> {
  const hasLabels = format.labels !== 'none'
  let left = Number.POSITIVE_INFINITY
  let right = -1
  let top: number | undefined
  const given = new Map<number, string>()
  await sheet.each(({ at, columns, cells }) => {
    top ??= at + headerLines(format)
    if (at < top) return true
    left = Math.min(left, columns[0]!)
    right = Math.max(right, columns.at(-1)!)
    if (at > top || !hasLabels) return true
    for (const [index, column] of columns.entries()) {
      const cell = cells[index]!
      given.set(column, numberedLabel(cell, asked) ?? shown(cell))
    }
    return true
  })
  if (right < 0) return { names: [], left: 0, top: top ?? 0 }
  const columns = Array.from({ length: right - left + 1 }, (_, index) => left + index)
  const names = hasLabels
    ? fieldNamesFrom(columns.map((column, index) => given.get(column) || `F${index + 1}`))
    : columns.map(lettersOf)
  return { names, left, top: top! }
}

/** Older engines named the field below a number with six decimals, `1.000000`: so does who asks for that. */
function numberedLabel(cell: SheetCell, asked: readonly string[]): string | undefined {
  const number = typeof cell === 'object' ? cell?.number : cell
  const name = typeof number === 'number' ? number.toFixed(6) : undefined
  return name !== undefined && asked.includes(name) ? name : undefined
}

interface RowReading {
  /** The first row of data, and the column of the first field. */
  readonly firstRow: number
  readonly left: number
  readonly used: ReadonlySet<number>
  readonly values: Value[]
  readonly row: () => boolean
}

/** Puts the cells of rows into the values of the fields, with rows of NULL where the sheet holds none. */
class SheetRows {
  /** Rows told. */
  read = 0
  readonly #reading: RowReading
  readonly #readCell: (cell: SheetCell) => Value
  /** The fields that the last row with cells filled. */
  readonly #filled: number[] = []
  #cells = 0
  #emptyCells = 0

  constructor(reading: RowReading, readCell: (cell: SheetCell) => Value) {
    this.#reading = reading
    this.#readCell = readCell
  }

  take({ at, columns, cells }: SheetRow): boolean {
    const { firstRow, left, used, values } = this.#reading
    if (at < firstRow) return true
    for (const field of this.#filled) values[field] = null
    this.#filled.length = 0
    while (firstRow + this.read < at) if (!this.#tell()) return false
    for (let i = 0; i < columns.length; i++) {
      const field = columns[i]! - left
      if (!used.has(field)) continue
      values[field] = this.#readCell(cells[i]!)
      this.#filled.push(field)
    }
    return this.#tell()
  }

  #tell(): boolean {
    this.read++
    this.#cells += this.#filled.length
    this.#emptyCells += this.#reading.used.size - this.#filled.length
    if (this.#emptyCells > EMPTY_CELLS_FREE + EMPTY_CELLS_A_CELL * this.#cells) {
      throw new WorkbookError(
        `${this.#emptyCells} of its cells are empty and ${this.#cells} are not, since a few stand far from the others: name a range, or fewer fields`,
      )
    }
    return this.#reading.row()
  }
}

function cellReader(date1904: boolean, settings: Settings): (cell: SheetCell) => Value {
  const interpret = textInterpreter(settings)
  const formats = new Map<string, (number: number) => Value>()
  const formatted = (code: string) => {
    const known = formats.get(code) ?? formattedCell(code, date1904, settings)
    formats.set(code, known)
    return known
  }
  return (cell) => {
    if (cell === null || typeof cell === 'number') return cell
    if (typeof cell === 'string') return interpret(settings.verbatim ? cell : trimBlanks(cell))
    if (typeof cell === 'boolean') return cell ? -1 : 0
    return formatted(cell.format)(cell.number)
  }
}

function formattedCell(code: string, date1904: boolean, settings: Settings): (number: number) => Value {
  if (showsDate(code)) {
    const { format } = formatsOf(settings).date(dateFormat(code, settings))
    const earlier = date1904 ? DAYS_OF_1904 : 0
    return (serial) => ({ number: serial + earlier, text: format(serial + earlier) })
  }
  const shown = numberShown(code, settings)
  return (number) => {
    const text = shown(number)
    return text === undefined || text === numberText(number, settings.decimalSep) ? number : { number, text }
  }
}
