/**
 * Writes a QVD file: first the symbols of all columns, then the rows in batches of any size. Equal tables
 * give equal bytes. The file is complete once `close` has resolved; to replace a file, write to another path
 * and rename it.
 */
import { type FileHandle, open } from 'node:fs/promises'
import type { QvdFieldHeader, QvdNumberFormat } from './qvd-header.ts'
import { type QvdCreation, qvdHeaderText } from './qvd-header-text.ts'
import { encodeSymbols, type QvdSymbols } from './qvd-symbols.ts'
import { tightLayout, writeIndexes } from './row-bits.ts'

export interface QvdWrittenColumn {
  readonly name: string
  /** Each value once, without NULL. */
  readonly symbols: QvdSymbols
  readonly hasNulls: boolean
  /** Default: derived from the symbols. */
  readonly numberFormat?: Partial<QvdNumberFormat>
  /** Added to the tags derived from the symbols. */
  readonly tags?: readonly string[]
  readonly comment?: string
}

export interface QvdWrittenTable {
  readonly name: string
  readonly rows: number
  readonly columns: readonly QvdWrittenColumn[]
  readonly comment?: string
  readonly creation?: QvdCreation
}

const PIECE_MAX_BYTES = 1024 * 1024

export class QvdWriter {
  readonly #file: FileHandle
  readonly #fields: readonly QvdFieldHeader[]
  readonly #recordBytes: number
  readonly #rows: number
  #written = 0

  private constructor(
    file: FileHandle,
    fields: readonly QvdFieldHeader[],
    recordBytes: number,
    rows: number,
  ) {
    this.#file = file
    this.#fields = fields
    this.#recordBytes = recordBytes
    this.#rows = rows
  }

  /**
   * Creates the file, which must not exist, with header and symbols.
   * @throws QvdError for a text with a NUL; the system's error if the file cannot be created
   */
  static async create(path: string, table: QvdWrittenTable): Promise<QvdWriter> {
    const { rows, columns, creation } = table
    const tables = columns.map(({ name, symbols }) => encodeSymbols(symbols, name))
    const { bitFields, recordBytes } = tightLayout(
      columns.map(({ symbols, hasNulls }) => ({ symbols: symbols.count, hasNulls })),
    )
    let offset = 0
    const fields = columns.map((column, index) => {
      const length = tables[index]!.length
      const field = { ...fieldOf(column), ...bitFields[index]!, offset: rows === 0 ? 0 : offset, length }
      offset += length
      return field
    })
    const header = {
      tableName: table.name,
      fields,
      rows,
      recordBytes,
      offset,
      length: rows * recordBytes,
      comment: table.comment ?? '',
    }
    const file = await open(path, 'wx')
    try {
      await file.appendFile(qvdHeaderText(header, creation))
      for (const bytes of tables) await file.appendFile(bytes)
      return new QvdWriter(file, fields, recordBytes, rows)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** @param indexes one array per column: the symbol of each of the next `count` rows, -1 for NULL */
  async write(indexes: readonly Int32Array[], count: number): Promise<void> {
    const pieceRows = Math.max(1, Math.floor(PIECE_MAX_BYTES / this.#recordBytes))
    for (let first = 0; first < count; first += pieceRows) {
      const rows = Math.min(pieceRows, count - first)
      const bytes = Buffer.alloc(rows * this.#recordBytes)
      for (const [i, field] of this.#fields.entries()) {
        writeIndexes(bytes, this.#recordBytes, field, rows, indexes[i]!.subarray(first, first + rows))
      }
      await this.#file.appendFile(bytes)
    }
    this.#written += count
  }

  /**
   * Makes the file durable.
   * @throws Error if it got fewer or more rows than announced
   */
  async close(): Promise<void> {
    if (this.#written !== this.#rows) throw new Error(`${this.#written} of ${this.#rows} rows were written`)
    await this.#file.datasync()
    await this.#file.close()
  }

  /** Closes a file that was not completed. */
  abandon(): Promise<void> {
    return this.#file.close()
  }
}

function fieldOf({ name, symbols, numberFormat, tags = [], comment = '' }: QvdWrittenColumn) {
  const content = contentOf(symbols)
  const format = { ...NO_FORMAT, type: content.type, ...numberFormat }
  return {
    name,
    numberFormat: format,
    symbols: symbols.count,
    comment,
    tags: [...new Set([...content.tags, ...(TIME_TAGS[format.type] ?? []), ...tags])],
  }
}

const NO_FORMAT: QvdNumberFormat = {
  type: 'UNKNOWN',
  decimals: 0,
  useThousands: false,
  format: '',
  decimalSep: '',
  thousandSep: '',
}
const TIME_TAGS: Readonly<Record<string, readonly string[]>> = { DATE: ['$date'], TIMESTAMP: ['$timestamp'] }

/** Returns type and tags for the values (QVD, section 6). */
function contentOf({ count, numbers, texts }: QvdSymbols): { type: string; tags: readonly string[] } {
  let areNumbers = count > 0
  let areIntegers = areNumbers
  let areAscii = true
  for (let i = 0; i < count; i++) {
    const number = numbers[i]!
    if (Number.isNaN(number)) areNumbers = false
    if (!Number.isInteger(number)) areIntegers = false
    if (!ASCII.test(texts[i] ?? '')) areAscii = false
  }
  if (areIntegers) return { type: 'INTEGER', tags: ['$numeric', '$integer'] }
  if (areNumbers) return { type: 'REAL', tags: ['$numeric'] }
  if (count === 0) return { type: 'UNKNOWN', tags: [] }
  return { type: 'UNKNOWN', tags: areAscii ? ['$ascii', '$text'] : ['$text'] }
}

const ASCII = /^[\0-\x7f]*$/
