/**
 * The fast way of a delimited file into a table: DuckDB splits it and SQL interprets it, the distinct texts
 * that SQL leaves undecided are read by interpretText. For plain files only: UTF-8, lines ended alike, no
 * cell in quotes, every row as long as the first. What is anything else is left to the row reader, whose rows
 * these are in every case.
 */

import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { constants, copyFile, open, rm } from 'node:fs/promises'
import path from 'node:path'
import { characterSet } from '../../script/format/character-set.ts'
import { TABLE_FIELDS_MAX } from '../../script/plan/sink-plan.ts'
import type { FileFormat } from '../../script/syntax/statement.ts'
import { BLANK, CR, END_OF_FILE, LF } from '../../script/value/character-codes.ts'
import { numberCharacters, textReader } from '../../script/value/interpret-text.ts'
import type { Settings } from '../../script/value/settings.ts'
import type { Value } from '../../script/value/value.ts'
import type { Database } from '../duckdb/database.ts'
import type { ColumnCopy } from '../duckdb/row-source.ts'
import { TableWriter, type WrittenRows } from '../duckdb/table-writer.ts'
import { pairOf, sqlText } from '../sql/pair-sql.ts'
import { hasTextSql, interpretedTextSql, neverNumberSql } from '../sql/text-sql.ts'

export interface DelimitedFile {
  /** Path to read. */
  readonly real: string
  readonly format: FileFormat
  readonly settings: Settings
  /** Cells of a row. */
  readonly width: number
}

/** Makes the table. Undefined, and nothing made: the file is none for this way. */
export async function copyDelimited(
  database: Database,
  file: DelimitedFile,
  copy: ColumnCopy,
): Promise<WrittenRows | undefined> {
  const delimiter = plainDelimiter(file)
  if (delimiter === undefined || copy.first !== undefined || copy.positions.length === 0) return undefined
  const own = path.join(database.privateFolder, `${randomUUID()}.csv`)
  await copyFile(file.real, own, constants.COPYFILE_FICLONE)
  try {
    const lines = await plainLines(database, own, delimiter, file.format)
    if (lines === undefined) return undefined
    const trims = lines.blanks && !file.settings.verbatim
    return await new DelimitedCopy(database, file, copy).run(readingSql(own, delimiter, file.width), trims)
  } finally {
    await rm(own, { force: true })
  }
}

/** Undefined where the format or the settings ask for more than this way can do. */
function plainDelimiter({ format, settings, width }: DelimitedFile): string | undefined {
  const { comment, encoding = 'utf8', header } = format
  const delimiter = format.delimiter === '\\t' ? '\t' : (format.delimiter ?? ',')
  const plain =
    width > 1 &&
    width <= TABLE_FIELDS_MAX &&
    (header?.size ?? 0) === 0 &&
    (comment ?? '') === '' &&
    characterSet(encoding) === 'utf-8' &&
    /^[\t!-~]$/.test(delimiter) &&
    !/["'\\]/.test(delimiter) &&
    !settings.nullInterpret?.includes('\0') &&
    hasTextSql(settings)
  return plain ? delimiter : undefined
}

const COPIED_BYTES = 1024 * 1024
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/** Looks through all lines. Undefined: not plain ones. @returns whether blanks stand at the ends of cells */
async function plainLines(
  database: Database,
  file: string,
  delimiter: string,
  { quoting, eof }: FileFormat,
): Promise<{ readonly blanks: boolean } | undefined> {
  const marks = quoting === 'none' ? [] : quoting === 'msq' ? ['"'] : ['"', "'"]
  const blankEnds = [' \n', '\n ', ' \r', ` ${delimiter}`, `${delimiter} `]
  const quoted = marks.flatMap((mark) => [`\n${mark}`, `${delimiter}${mark}`])
  const handle = await open(file, 'r')
  try {
    const buffer = Buffer.allocUnsafe(COPIED_BYTES)
    let held = 0
    let start = 0
    let blanks = false
    let returns: boolean | undefined
    for (;;) {
      database.checkInterrupted()
      const { bytesRead } = await handle.read(buffer, held, COPIED_BYTES - held)
      const filled = buffer.subarray(0, held + bytesRead)
      const end = bytesRead === 0 ? filled.length : filled.lastIndexOf(LF) + 1
      if (end === 0 && filled.length === COPIED_BYTES) return undefined
      if (end > 0) {
        let lines = filled.subarray(0, end)
        if (start === 0 && lines.indexOf(BYTE_ORDER_MARK) === 0) lines = lines.subarray(3)
        if (
          lines.includes(BYTE_ORDER_MARK) ||
          lines.includes(0) ||
          (eof !== 'data' && lines.includes(END_OF_FILE)) ||
          !isUtf8(lines)
        )
          return undefined
        returns ??= lines.includes(CR)
        if (!linesEndAlike(lines, returns)) return undefined
        const first = String.fromCharCode(lines[0] ?? 0)
        blanks ||= first === ' ' || lines.at(-1) === BLANK || blankEnds.some((each) => lines.includes(each))
        if (marks.includes(first) || quoted.some((each) => lines.includes(each))) return undefined
        if (blanks && marks.some((mark) => lines.includes(` ${mark}`))) return undefined
        start += end
      }
      if (bytesRead === 0) return { blanks }
      buffer.copyWithin(0, end, filled.length)
      held = filled.length - end
    }
  } finally {
    await handle.close()
  }
}

/** @param returns whether lines end with CR LF, or with LF alone */
function linesEndAlike(lines: Buffer, returns: boolean): boolean {
  if (!returns) return !lines.includes(CR)
  let from = 0
  for (let at = lines.indexOf(LF); at >= 0; at = lines.indexOf(LF, from)) {
    if (at === 0 || lines[at - 1] !== CR || lines.subarray(from, at - 1).includes(CR)) return false
    from = at + 1
  }
  return !lines.subarray(from).includes(CR)
}

/**
 * Rows that are no rows for DuckDB (too short or long, no text) stand in the table of rejects, and do not end
 * the transaction.
 */
const REJECTS = 'csv_rejects'
const SCANS = 'csv_scans'

function readingSql(file: string, delimiter: string, width: number): string {
  const columns = Array.from({ length: width }, (_, index) => `'x${index}': 'VARCHAR'`)
  return `read_csv(${sqlText(file)}, auto_detect = false, header = false, delim = ${sqlText(delimiter)}, quote = '',
    escape = '', strict_mode = true, store_rejects = true, rejects_table = '${REJECTS}', rejects_scan = '${SCANS}',
    rejects_limit = 1, columns = {${columns.join(', ')}})`
}

class DelimitedCopy {
  readonly #database: Database
  readonly #file: DelimitedFile
  readonly #copy: ColumnCopy

  constructor(database: Database, file: DelimitedFile, copy: ColumnCopy) {
    this.#database = database
    this.#file = file
    this.#copy = copy
  }

  async run(reading: string, trims: boolean): Promise<WrittenRows | undefined> {
    const { table, columns, temporary } = this.#copy
    const query = interpretedTextSql(
      columns.map((_, index) => `t${index}`),
      columns,
      this.#textsSql(reading, trims),
      this.#file.settings,
    )
    await this.#database.run(`CREATE ${temporary ? 'TEMP ' : ''}TABLE ${table} AS ${query}`)
    const rejected = await this.#database.count(REJECTS)
    await this.#database.run(`DROP TABLE ${REJECTS}`)
    await this.#database.run(`DROP TABLE ${SCANS}`)
    if (rejected > 0) {
      await this.#database.run(`DROP TABLE ${table}`)
      return undefined
    }
    for (const column of columns) await this.#readUndecided(column)
    return this.#written()
  }

  #textsSql(reading: string, trims: boolean): string {
    const { format, settings } = this.#file
    const { nullInterpret } = settings
    const texts = this.#copy.positions.map((position, index) => {
      const cell = trims ? `trim(coalesce(x${position}, ''), ' ')` : `coalesce(x${position}, '')`
      const text = nullInterpret === undefined ? cell : `nullif(${cell}, ${sqlText(nullInterpret)})`
      return `${text} AS t${index}`
    })
    const labels = format.labels === 'none' ? 0 : 1
    return `SELECT row_number() OVER () - ${labels} AS rn, ${texts.join(', ')} FROM ${reading} QUALIFY rn > 0`
  }

  /** Gives the texts of a column that SQL left undecided their numbers. */
  async #readUndecided(column: string): Promise<void> {
    const { table } = this.#copy
    const { n, t } = pairOf(column)
    const distinct = this.#database.workTable()
    const numbers = this.#database.workTable()
    await this.#database.run(
      `CREATE TEMP TABLE ${distinct} AS SELECT DISTINCT ${t} AS t FROM ${table} WHERE ${n} IS NULL AND ${t} IS NOT NULL`,
    )
    const found = await this.#numbersOf(distinct)
    await this.#database.run(`DROP TABLE ${distinct}`)
    if (found.length === 0) return
    const writer = await TableWriter.create(this.#database, numbers, ['v'], true)
    for (const value of found) writer.push([value])
    writer.close()
    await this.#database.run(
      `UPDATE ${table} SET ${n} = v_n FROM ${numbers} WHERE ${n} IS NULL AND ${t} = v_t`,
    )
    await this.#database.run(`DROP TABLE ${numbers}`)
  }

  async #numbersOf(distinct: string): Promise<Value[]> {
    const { settings } = this.#file
    const read = textReader(settings)
    const found: Value[] = []
    const never = neverNumberSql('t', numberCharacters(settings))
    await this.#database.chunks(`SELECT t FROM ${distinct} WHERE NOT ${never}`, ([texts]) => {
      for (const text of texts as string[]) {
        const number = read(text)
        if (!Number.isNaN(number)) found.push({ text, number })
      }
    })
    return found
  }

  async #written(): Promise<WrittenRows> {
    const { table, columns } = this.#copy
    const counts = columns.map((column) => {
      const { n, t } = pairOf(column)
      return `count(${n}), count(${t}), count(*) FILTER (${n} IS NOT NULL AND ${t} IS NOT NULL)`
    })
    const [row] = await this.#database.rows(`SELECT count(*), ${counts.join(', ')} FROM ${table}`)
    const [rows, ...sides] = row!.map(Number)
    const kinds = columns.map((_, index) => {
      const [numbers, texts, duals] = sides.slice(3 * index)
      return { numbers: numbers! > 0, texts: texts! > duals!, duals: duals! > 0 }
    })
    return { rows: rows!, kinds }
  }
}
