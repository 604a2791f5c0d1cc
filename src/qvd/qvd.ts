/**
 * Room `qvd`: QVD files: header, symbols and rows; also the package export `reprise/qvd`. Bytes and their
 * values enter; nothing of reloads or of DuckDB does.
 *
 * QVD files as a library (`import ... from 'reprise/qvd'`): a whole table at once with `readQvd` and
 * `writeQvd`, or, for files larger than memory, block by block with `QvdFile` and `QvdWriter`.
 */

import { defined } from '../core/defined.ts'
import type { Value } from '../script/value/value.ts'
import { writeOutput } from './output-file.ts'
import { QvdError } from './qvd-error.ts'
import { QvdFile, type QvdReadOptions } from './qvd-file.ts'
import type { QvdHeader, QvdNumberFormat } from './qvd-header.ts'
import { isStorable, type QvdCreation } from './qvd-header-text.ts'
import { symbolValue } from './qvd-symbols.ts'
import { QvdWriter } from './qvd-writer.ts'
import { SymbolCollector } from './symbol-collector.ts'

export { QvdError } from './qvd-error.ts'
export { type QvdBlock, QvdFile, type QvdReadOptions, readQvdHeader } from './qvd-file.ts'
export type { QvdFieldHeader, QvdHeader, QvdLineage, QvdNumberFormat } from './qvd-header.ts'
export type { QvdCreation } from './qvd-header-text.ts'
export { type QvdSymbols, symbolValue } from './qvd-symbols.ts'
export { QvdWriter, type QvdWrittenColumn, type QvdWrittenTable } from './qvd-writer.ts'

/** A value: NULL, a number, a text, or a dual (a number with its own text). */
export type QvdValue = Value

export interface QvdColumn {
  readonly name: string
  /** The distinct values. */
  readonly symbols: readonly QvdValue[]
  /** For each row the index of its value in `symbols`; -1 is NULL. */
  readonly indexes: Int32Array
}

export interface QvdTable {
  readonly header: QvdHeader
  readonly rows: number
  readonly columns: readonly QvdColumn[]
}

/**
 * Reads a table into memory: 4 bytes per cell plus the symbols.
 * @param options.fields names of the columns to read, in this order; default: all
 * @throws QvdError if the file is damaged, no QVD, or lacks a field; the system's error if it cannot be read
 */
export async function readQvd(
  path: string,
  options: QvdReadOptions & { readonly fields?: readonly string[] } = {},
): Promise<QvdTable> {
  const file = await QvdFile.open(path, options)
  try {
    const { header } = file
    const fields =
      options.fields?.map((name) => {
        const field = header.fields.find((each) => each.name === name)
        if (field === undefined) throw new QvdError('the file has no such field', name)
        return field
      }) ?? header.fields
    const columns: QvdColumn[] = []
    for (const field of fields) {
      const symbols = await file.symbols(field)
      const values = Array.from({ length: symbols.count }, (_, index) => symbolValue(symbols, index))
      columns.push({ name: field.name, symbols: values, indexes: new Int32Array(header.rows) })
    }
    for await (const { first, rows, indexes } of file.blocks(fields)) {
      for (const [i, column] of columns.entries()) column.indexes.set(indexes[i]!.subarray(0, rows), first)
    }
    return { header, rows: header.rows, columns }
  } finally {
    await file.close()
  }
}

export interface QvdInput {
  readonly name: string
  readonly comment?: string
  readonly columns: readonly {
    readonly name: string
    /** One value per row; all columns have equally many. Infinite numbers and NaN become NULL. */
    readonly values: readonly QvdValue[]
    readonly numberFormat?: Partial<QvdNumberFormat>
    readonly tags?: readonly string[]
    readonly comment?: string
  }[]
}

/**
 * Writes a table. An existing file is replaced atomically, with its mode; a failure leaves it unchanged. A
 * link is followed, and what is no regular file is written into.
 * @param creation what the header says about its creation; without it equal tables give equal bytes
 * @throws QvdError for texts that could not be read back, and two fields of one name; OutputError if the path
 * is a folder or may not be written; RangeError if columns differ in length; the system's error
 */
export async function writeQvd(path: string, table: QvdInput, creation?: QvdCreation): Promise<void> {
  const rows = table.columns[0]?.values.length ?? 0
  const indexes: Int32Array[] = []
  const columns = table.columns.map(({ values, ...column }) => {
    if (values.length !== rows) {
      throw new RangeError(`column '${column.name}' has ${values.length} values where the first has ${rows}`)
    }
    const collector = new SymbolCollector()
    indexes.push(Int32Array.from(values, (value) => collector.indexOf(value)))
    return { ...column, symbols: collector.symbols(), hasNulls: collector.hasNulls }
  })
  checkHeaderTexts(table)
  await writeOutput(path, [], async (made) => {
    const writer = await QvdWriter.create(made, { ...table, rows, columns, ...defined({ creation }) })
    try {
      await writer.write(indexes, rows)
      await writer.close()
    } catch (error) {
      await writer.abandon()
      throw error
    }
  })
}

/** What is written must be read back as it was. */
function checkHeaderTexts({ name, comment = '', columns }: QvdInput): void {
  const names = new Set<string>()
  for (const column of columns) {
    if (names.has(column.name)) throw new QvdError('two fields have this name', column.name)
    names.add(column.name)
    for (const text of [column.name, column.comment ?? '', ...(column.tags ?? [])])
      checkText(text, column.name)
  }
  for (const text of [name, comment]) checkText(text)
}

function checkText(text: string, field?: string): void {
  if (isStorable(text)) return
  throw new QvdError(
    'a name, comment or tag has a control character or half a character, which no QVD can hold',
    field,
  )
}
