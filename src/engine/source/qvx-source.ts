/**
 * Rows of a QVX file, which connectors write: an XML header, a zero byte, and the rows one after the other,
 * as the header says ("QVX file format" of the documentation). Numbers come with the texts of their field's
 * format, texts of unknown kind are read as those of a text file.
 *
 * Nothing in it is trusted: lengths have bounds, and a row that goes on behind the end of the file is a
 * fault.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { hex } from '../../core/hex.ts'
import { faults } from '../../script/fault/fault.ts'
import { formatsOf } from '../../script/value/formats.ts'
import { textInterpreter } from '../../script/value/interpret-text.ts'
import type { Settings } from '../../script/value/settings.ts'
import type { Value } from '../../script/value/value.ts'
import type { Database } from '../duckdb/database.ts'
import type { RowSource } from '../duckdb/row-source.ts'
import { QvxError, type QvxField, type QvxHeader, qvxHeader } from './qvx-header.ts'
import { decoderFor, READ_BYTES } from './text-encoding.ts'
import type { NamedFile } from './text-source.ts'

const HEADER_MAX_BYTES = 16 * 1024 * 1024
const VALUE_MAX_BYTES = 16 * 1024 * 1024
const NO_BYTES = new Uint8Array()
const RECORD_SEPARATOR = 0x1e
const FILE_SEPARATOR = 0x1c

export async function qvxSource(
  database: Database,
  { real, shown }: NamedFile,
  settings: Settings,
): Promise<RowSource> {
  const refusal = (error: unknown) =>
    error instanceof QvxError
      ? faults.wrongFormat(`File '${shown}' cannot be read as QVX: ${error.message}`)
      : error
  const withFile = async <Result>(read: (file: FileHandle) => Promise<Result>): Promise<Result> => {
    const file = await open(real, 'r')
    try {
      return await read(file)
    } catch (error) {
      throw refusal(error)
    } finally {
      await file.close()
    }
  }
  const { header, start } = await withFile(readHeader)
  const names = header.fields.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw refusal(new QvxError(`two fields have the name '${twice}'`))
  const values: Value[] = names.map(() => null)
  return {
    input: { names, values },
    each: (used, row) =>
      withFile(async (file) => {
        const rows = new QvxRows(header, used, values, settings)
        await eachPiece(file, start, (bytes, isLast) => {
          database.checkInterrupted()
          return rows.take(bytes, isLast, row)
        })
        return rows.read
      }),
  }
}

async function readHeader(file: FileHandle): Promise<{ header: QvxHeader; start: number }> {
  let held = Buffer.alloc(0)
  for (;;) {
    const piece = Buffer.allocUnsafe(READ_BYTES)
    const { bytesRead } = await file.read(piece, 0, READ_BYTES, held.length)
    const end = piece.subarray(0, bytesRead).indexOf(0)
    if (end >= 0) {
      const xml = Buffer.concat([held, piece.subarray(0, end)])
      return { header: qvxHeader(xml.toString('utf8')), start: xml.length + 1 }
    }
    if (bytesRead === 0) throw new QvxError('its header has no end')
    held = Buffer.concat([held, piece.subarray(0, bytesRead)])
    if (held.length > HEADER_MAX_BYTES)
      throw new QvxError(`its header is longer than ${HEADER_MAX_BYTES} bytes`)
  }
}

/** Hands out the bytes; those that `take` leaves stand before the next ones. */
async function eachPiece(
  file: FileHandle,
  start: number,
  take: (bytes: Buffer, isLast: boolean) => number | undefined,
): Promise<void> {
  let held = Buffer.alloc(0)
  for (let position = start; ; ) {
    const piece = Buffer.allocUnsafe(Math.max(READ_BYTES, held.length))
    const { bytesRead } = await file.read(piece, 0, piece.length, position)
    position += bytesRead
    const bytes = Buffer.concat([held, piece.subarray(0, bytesRead)])
    const taken = take(bytes, bytesRead === 0)
    if (taken === undefined || bytesRead === 0) return
    held = bytes.subarray(taken)
  }
}

/** A row goes on behind the bytes that are there. */
const MORE = Symbol('more')

class QvxRows {
  read = 0
  readonly #header: QvxHeader
  readonly #values: Value[]
  readonly #readers: readonly FieldReader[]
  readonly #used: ReadonlySet<number>

  constructor(header: QvxHeader, used: ReadonlySet<number>, values: Value[], settings: Settings) {
    this.#header = header
    this.#values = values
    this.#used = used
    this.#readers = header.fields.map((field) => new FieldReader(field, settings))
  }

  /** @returns how many bytes whole rows took; undefined: no more are wanted */
  take(bytes: Buffer, isLast: boolean, row: () => boolean): number | undefined {
    let at = 0
    while (at < bytes.length) {
      const next = this.#row(bytes, at)
      if (next === 'end') return undefined
      if (next === MORE) {
        if (isLast) throw new QvxError('it ends within a row')
        return at
      }
      at = next.at
      if (!next.isRow) continue
      this.read++
      if (!row()) return undefined
    }
    return at
  }

  #row(bytes: Buffer, from: number): { at: number; isRow: boolean } | 'end' | typeof MORE {
    let at = from
    if (this.#header.separates) {
      const mark = bytes[at]!
      if (mark === FILE_SEPARATOR) return 'end'
      // Zeros fill a block up to the next one.
      if (mark === 0) return { at: at + 1, isRow: false }
      if (mark !== RECORD_SEPARATOR) throw new QvxError('a row does not begin with its separator')
      at++
    }
    for (const [index, reader] of this.#readers.entries()) {
      const next = reader.read(bytes, at)
      if (next === MORE) return MORE
      if (this.#used.has(index)) this.#values[index] = reader.value()
      at = next
    }
    return { at, isRow: true }
  }
}

/** Finds the bytes of one field in each row, and makes their value when it is asked for. */
class FieldReader {
  readonly #field: QvxField
  readonly #decode: (bytes: Buffer) => string
  readonly #interpret: (text: string) => Value
  readonly #shown: ((number: number) => string) | undefined
  #bytes: Buffer | undefined
  #special: { readonly number?: number; readonly text?: Buffer } | undefined

  constructor(field: QvxField, settings: Settings) {
    this.#field = field
    const { decoder, name } = decoderFor(field.characterSet, NO_BYTES)
    this.#decode = (bytes) => {
      try {
        return decoder.decode(bytes)
      } catch {
        throw new QvxError(`a value of '${field.name}' is not text in ${name}`)
      }
    }
    this.#interpret = textInterpreter(settings)
    this.#shown = shownBy(field, settings)
  }

  /** @returns where the next field begins */
  read(bytes: Buffer, from: number): number | typeof MORE {
    this.#bytes = undefined
    this.#special = undefined
    const { nulls, extent, width } = this.#field
    let at = from
    let isNull = false
    if (nulls === 'flag-and-data' || nulls === 'flag') {
      if (at >= bytes.length) return MORE
      isNull = bytes[at++] !== 0
      if (isNull && nulls === 'flag') return at
    }
    if (extent === 'special') return this.#readSpecial(bytes, at)
    let length = width
    if (extent === 'counted') {
      if (at + width > bytes.length) return MORE
      length = unsigned(bytes, at, width, this.#field.bigEndian)
      at += width
      if (length > VALUE_MAX_BYTES) {
        throw new QvxError(`a value of '${this.#field.name}' is longer than ${VALUE_MAX_BYTES} bytes`)
      }
    } else if (extent === 'terminated') {
      const end = this.#textEnd(bytes, at)
      if (end === MORE) return MORE
      length = end - at
    }
    if (at + length > bytes.length) return MORE
    if (!isNull && (length > 0 || nulls !== 'empty')) this.#bytes = bytes.subarray(at, at + length)
    return at + length + (extent === 'terminated' ? this.#field.unitBytes : 0)
  }

  value(): Value {
    const { type, decimals } = this.#field
    if (this.#special !== undefined) return this.#dual(this.#special)
    const bytes = this.#bytes
    if (bytes === undefined) return null
    switch (type) {
      case 'text':
        // A value of fixed length is filled up.
        return this.#text(this.#decode(bytes).replace(/\0+$/, ''))
      case 'signed':
        return this.#number(signed(bytes, this.#field) / 10 ** decimals)
      case 'unsigned':
        return this.#number(unsigned(bytes, 0, bytes.length, this.#field.bigEndian) / 10 ** decimals)
      case 'real':
        return this.#number(real(bytes, this.#field))
      case 'bcd':
        return this.#number(packed(bytes) / 10 ** decimals)
      default:
        throw new QvxError(`its field '${this.#field.name}' is of type ${type}, which cannot be read`)
    }
  }

  /** A text that the field does not call one may be a number. */
  #text(text: string): Value {
    return this.#field.format === 'ASCII' ? text : this.#interpret(text)
  }

  #number(number: number): Value {
    if (!Number.isFinite(number)) return null
    const text = this.#shown?.(number)
    return text === undefined ? number : { number, text }
  }

  #dual({ number, text }: { readonly number?: number; readonly text?: Buffer }): Value {
    if (text === undefined) return number === undefined ? null : this.#number(number)
    const decoded = this.#decode(text)
    return number === undefined || !Number.isFinite(number) ? decoded : { number, text: decoded }
  }

  /** A flag says what follows: 1 a whole number, 2 a real one, 4 a text, 0 nothing. */
  #readSpecial(bytes: Buffer, from: number): number | typeof MORE {
    if (from >= bytes.length) return MORE
    const flag = bytes[from]!
    if (![0, 1, 2, 4, 5, 6].includes(flag)) {
      throw new QvxError(`a value of '${this.#field.name}' has the flag ${flag}`)
    }
    let at = from + 1
    const found: { number?: number; text?: Buffer } = {}
    const width = flag & 1 ? 4 : flag & 2 ? 8 : 0
    if (at + width > bytes.length) return MORE
    const piece = bytes.subarray(at, at + width)
    if (flag & 1) found.number = signed(piece, this.#field)
    else if (flag & 2) found.number = real(piece, this.#field)
    at += width
    if (flag & 4) {
      const end = this.#textEnd(bytes, at)
      if (end === MORE) return MORE
      found.text = bytes.subarray(at, end)
      at = end + this.#field.unitBytes
    }
    if (flag !== 0) this.#special = found
    return at
  }

  #textEnd(bytes: Buffer, from: number): number | typeof MORE {
    const { unitBytes } = this.#field
    for (let at = from; at + unitBytes <= bytes.length; at += unitBytes) {
      if (bytes[at] === 0 && (unitBytes === 1 || bytes[at + 1] === 0)) return at
      if (at - from > VALUE_MAX_BYTES) {
        throw new QvxError(`a value of '${this.#field.name}' is longer than ${VALUE_MAX_BYTES} bytes`)
      }
    }
    return MORE
  }
}

const WIDTHS = [1, 2, 4, 8]

function view(bytes: Buffer, name: string): DataView {
  if (!WIDTHS.includes(bytes.length)) {
    throw new QvxError(`a number of '${name}' has ${bytes.length} bytes: it may have 1, 2, 4 or 8`)
  }
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

function signed(bytes: Buffer, { name, bigEndian }: QvxField): number {
  const data = view(bytes, name)
  switch (bytes.length) {
    case 1:
      return data.getInt8(0)
    case 2:
      return data.getInt16(0, !bigEndian)
    case 4:
      return data.getInt32(0, !bigEndian)
    default:
      return Number(data.getBigInt64(0, !bigEndian))
  }
}

function unsigned(bytes: Buffer, from: number, width: number, bigEndian: boolean): number {
  let number = 0
  for (let index = 0; index < width; index++) {
    number = number * 256 + bytes[bigEndian ? from + index : from + width - 1 - index]!
  }
  return number
}

function real(bytes: Buffer, { name, bigEndian }: QvxField): number {
  const data = view(bytes, name)
  if (bytes.length === 8) return data.getFloat64(0, !bigEndian)
  if (bytes.length === 4) return data.getFloat32(0, !bigEndian)
  throw new QvxError(`a real number of '${name}' has ${bytes.length} bytes: it may have 4 or 8`)
}

/** Two digits a byte; a last half byte of B or D is a minus, another letter a plus. NaN for other bytes. */
function packed(bytes: Buffer): number {
  const match = /^(\d+)([a-f]?)$/.exec(hex(bytes))
  if (match === null) return Number.NaN
  const number = Number(match[1])
  return match[2] === 'b' || match[2] === 'd' ? -number : number
}

/** The texts of numbers; undefined: those that they have anyway. */
function shownBy(
  { format, pattern }: QvxField,
  settings: Settings,
): ((number: number) => string) | undefined {
  const formats = formatsOf(settings)
  switch (format) {
    case 'DATE':
      return formats.date(pattern || settings.dateFormat).format
    case 'TIME':
      return formats.date(pattern || settings.timeFormat).format
    case 'TIMESTAMP':
      return formats.date(pattern || settings.timestampFormat).format
    default:
      return undefined
  }
}
