/**
 * Reads a QVD file: its header when it is opened, symbols of the requested fields, and rows in blocks, each
 * column as one array of symbol indexes. Memory is bounded by the symbols and one block of rows, whatever the
 * size of the file.
 *
 * Nothing in the file is trusted: every offset, length and index is checked before it is used. A file that
 * breaks a rule of the format is refused with a QvdError that names field and byte.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { QvdError } from './qvd-error.ts'
import { parseQvdHeader, type QvdFieldHeader, type QvdHeader } from './qvd-header.ts'
import { decodeSymbols, type QvdSymbols } from './qvd-symbols.ts'
import { readIndexes } from './row-bits.ts'

const HEADER_MAX_BYTES = 16 * 1024 * 1024
const HEADER_PIECE_BYTES = 64 * 1024
/** Enough to see whether XML begins there, after a byte order mark and blanks. */
const START_BYTES = 64
const END_TAG = '</QvdTableHeader'
const BLOCK_ROWS = 65_536
const BLOCK_MAX_BYTES = 8 * 1024 * 1024
const BLOCK_MAX_CELLS = 4 * 1024 * 1024
/** Maximum bytes of one read: the system refuses 2 GiB and more. */
const READ_MAX_BYTES = 1024 * 1024 * 1024
/** Rows may take no bytes at all: a file of nothing may not state more of them than people keep. */
const EMPTY_ROWS_MAX = 100_000_000

export interface QvdReadOptions {
  /**
   * Reads a code exactly one past the last symbol as NULL, as some writers use it; otherwise it is damage.
   */
  readonly nullAtCount?: boolean
}

export interface QvdBlock {
  /** Number of the first row, from 0. */
  readonly first: number
  readonly rows: number
  /** One array per field: the symbol index of each row, -1 for NULL. The next block overwrites it. */
  readonly indexes: readonly Int32Array[]
}

export class QvdFile {
  readonly header: QvdHeader
  readonly #file: FileHandle
  readonly #bodyStart: number
  readonly #options: QvdReadOptions

  private constructor(file: FileHandle, header: QvdHeader, bodyStart: number, options: QvdReadOptions) {
    this.#file = file
    this.header = header
    this.#bodyStart = bodyStart
    this.#options = options
  }

  /** @throws QvdError if it is no QVD file or truncated; the system's error if it cannot be opened */
  static async open(path: string, options: QvdReadOptions = {}): Promise<QvdFile> {
    const file = await open(path, 'r')
    try {
      const { header, bodyStart } = headerOf(file.fd)
      return new QvdFile(file, header, bodyStart, options)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  /** @throws QvdError if the symbol table is damaged */
  async symbols({ name, offset, length, symbols }: QvdFieldHeader): Promise<QvdSymbols> {
    const position = this.#bodyStart + offset
    const bytes = Buffer.allocUnsafe(length)
    await this.#read(bytes, position)
    return decodeSymbols(bytes, symbols, name, position)
  }

  /**
   * Yields the rows in order, block by block.
   * @throws QvdError if a row points at a missing symbol
   */
  async *blocks(fields: readonly QvdFieldHeader[]): AsyncGenerator<QvdBlock> {
    const { rows, recordBytes, offset } = this.header
    const mostRows = Math.min(
      rows,
      BLOCK_ROWS,
      Math.floor(BLOCK_MAX_BYTES / Math.max(1, recordBytes)),
      Math.floor(BLOCK_MAX_CELLS / Math.max(1, fields.length)),
    )
    const blockRows = Math.max(1, mostRows)
    const buffer = Buffer.allocUnsafe(blockRows * recordBytes)
    const indexes = fields.map(() => new Int32Array(blockRows))
    for (let first = 0; first < rows; first += blockRows) {
      const count = Math.min(blockRows, rows - first)
      const block = buffer.subarray(0, count * recordBytes)
      const position = this.#bodyStart + offset + first * recordBytes
      if (fields.length > 0) await this.#read(block, position)
      for (const [i, field] of fields.entries()) {
        const highest = readIndexes(block, recordBytes, field, count, indexes[i]!)
        if (highest >= field.symbols) this.#checkIndexes(field, highest, indexes[i]!, count, first)
      }
      yield { first, rows: count, indexes }
    }
  }

  #checkIndexes(field: QvdFieldHeader, highest: number, indexes: Int32Array, count: number, first: number) {
    const { symbols } = field
    if (this.#options.nullAtCount && highest === symbols) {
      for (let row = 0; row < count; row++) if (indexes[row] === symbols) indexes[row] = -1
      return
    }
    const { recordBytes, offset } = this.header
    // An index beyond 32 bits was truncated in the array: the error names the block instead of the row.
    const row = Math.max(
      0,
      indexes.subarray(0, count).findIndex((index) => index >= symbols),
    )
    throw new QvdError(
      `row ${first + row + 1} points at symbol ${highest}, but there are only ${symbols}`,
      field.name,
      this.#bodyStart + offset + (first + row) * recordBytes,
    )
  }

  async #read(into: Buffer, position: number): Promise<void> {
    for (let done = 0; done < into.length; ) {
      const wanted = Math.min(READ_MAX_BYTES, into.length - done)
      const { bytesRead } = await this.#file.read(into, done, wanted, position + done)
      if (bytesRead === 0)
        throw new QvdError('the file became shorter while it was read', undefined, position + done)
      done += bytesRead
    }
  }
}

/**
 * Reads only the header of a file, synchronously.
 * @throws as QvdFile.open
 */
export function readQvdHeader(path: string): QvdHeader {
  const file = openSync(path, 'r')
  try {
    return headerOf(file).header
  } finally {
    closeSync(file)
  }
}

function headerOf(file: number): { readonly header: QvdHeader; readonly bodyStart: number } {
  const { size } = fstatSync(file)
  const { xml, bodyStart } = findHeader(file, size)
  const header = parseQvdHeader(xml)
  checkOffsets(header, bodyStart, size)
  return { header, bodyStart }
}

/** Returns the header's text and the byte where the body starts. */
function findHeader(file: number, size: number): { xml: string; bodyStart: number } {
  let bytes = Buffer.alloc(0)
  for (;;) {
    const piece = Buffer.allocUnsafe(
      Math.min(size - bytes.length, Math.max(HEADER_PIECE_BYTES, bytes.length)),
    )
    const bytesRead = readSync(file, piece, 0, piece.length, bytes.length)
    const searched = Math.max(0, bytes.length - END_TAG.length)
    bytes = Buffer.concat([bytes, piece.subarray(0, bytesRead)])
    if (!/^(\xef\xbb\xbf)?\s*</.test(bytes.toString('latin1', 0, START_BYTES))) {
      throw new QvdError('it does not start with an XML header: it is no QVD file')
    }
    const tag = bytes.indexOf(END_TAG, searched, 'latin1')
    const close = tag < 0 ? -1 : bytes.indexOf('>', tag, 'latin1')
    const bodyStart = close < 0 ? -1 : bodyStartIn(bytes, close + 1)
    if (bodyStart >= 0) return { xml: headerText(bytes.subarray(0, close + 1)), bodyStart }
    if (bytesRead === 0) {
      throw new QvdError(
        tag < 0
          ? `it has no end tag ${END_TAG}>: it is no QVD file, or cut off`
          : 'the file ends with its header',
      )
    }
    if (bytes.length > HEADER_MAX_BYTES) {
      throw new QvdError(`its header is longer than ${HEADER_MAX_BYTES} bytes`)
    }
  }
}

/**
 * Header and body are separated by a line end and one NUL. Returns -1 if there are too few bytes to tell.
 */
function bodyStartIn(bytes: Buffer, from: number): number {
  let at = from
  while (bytes[at] === 0x0d || bytes[at] === 0x0a) at++
  if (at >= bytes.length) return -1
  if (bytes[at] !== 0) throw new QvdError('its header does not end with a NUL byte', undefined, at)
  return at + 1
}

function headerText(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new QvdError('its header is not UTF-8 text')
  }
}

function checkOffsets(
  { fields, rows, recordBytes, offset, length }: QvdHeader,
  bodyStart: number,
  size: number,
): void {
  const body = size - bodyStart
  let symbolBytes = 0
  for (const field of fields) {
    symbolBytes += field.length
    if (field.length > 0 && field.offset + field.length > body) {
      throw cutOff(
        `its symbols take bytes ${field.offset} to ${field.offset + field.length}`,
        body,
        size,
        field.name,
      )
    }
  }
  if (symbolBytes > body) throw new QvdError('the symbol tables of its fields overlap')
  if (length > 0 && offset + length > body) {
    throw cutOff(`the rows take bytes ${offset} to ${offset + length}`, body, size)
  }
  if (recordBytes === 0 && rows > EMPTY_ROWS_MAX) {
    throw new QvdError(`${rows} rows of no bytes are more than ${EMPTY_ROWS_MAX}`)
  }
}

const cutOff = (what: string, body: number, size: number, field?: string) =>
  new QvdError(`${what} of the body, which has only ${body}: the file is damaged or cut off`, field, size)
