/** Rows of a fixed-width file: records of so many bytes or lines, cut at byte positions (SEMANTICS E6). */

import { type FileHandle, open } from 'node:fs/promises'
import { faults } from '../../script/fault/fault.ts'
import { fixedField, holdBytes } from '../../script/format/fixed-width.ts'
import { headerBytes, headerLines } from '../../script/format/text-fields.ts'
import type { FileFormat } from '../../script/syntax/statement.ts'
import { BLANK, CR, LF, TAB } from '../../script/value/character-codes.ts'
import { textInterpreter } from '../../script/value/interpret-text.ts'
import type { Settings } from '../../script/value/settings.ts'
import type { Value } from '../../script/value/value.ts'
import type { RowSource } from '../duckdb/row-source.ts'
import { decoded, decoderFor, encodingNamed, READ_BYTES } from './text-encoding.ts'
import { type NamedFile, withCharacterSet } from './text-source.ts'

const RECORD_MAX_BYTES = 16 * 1024 * 1024
const RECORD_MAX_LINES = 100_000

/** @param positions the fields that the LOAD names */
export async function fixedWidthSource(
  named: NamedFile,
  given: FileFormat,
  settings: Settings,
  positions: readonly string[],
  warn: (text: string) => void,
): Promise<RowSource> {
  const { real, shown } = named
  const format = holdBytes(positions) ? given : await withCharacterSet(named, given, warn)
  const values: Value[] = positions.map(() => null)
  return {
    input: { names: positions, values },
    async each(used, row) {
      const file = await open(real, 'r')
      try {
        const start = Buffer.alloc(4)
        await file.read(start, 0, 4, 0)
        const { decoder, skip, name } = decoderFor(encodingNamed(format.encoding), start)
        const decode = (bytes: Uint8Array) => decoded(() => decoder.decode(bytes), shown, name)
        const reading = { decode, interpret: textInterpreter(settings), verbatim: settings.verbatim }
        const fields = [...used].map((index) => ({ index, read: fixedField(positions[index]!, reading) }))
        let rows = 0
        await eachRecord(file, skip, format, (record) => {
          for (const { index, read } of fields) values[index] = read(record)
          rows++
          return row()
        })
        return rows
      } finally {
        await file.close()
      }
    },
  }
}

/** Hands out the records until one gives false; a record of lines without anything in it is none. */
async function eachRecord(
  file: FileHandle,
  skip: number,
  format: FileFormat,
  row: (record: Uint8Array) => boolean,
): Promise<void> {
  const { record = { size: 1, of: 'lines' }, tabWidth } = format
  const bytes = new ByteReader(file, Math.max(skip, headerBytes(format)))
  for (let line = 0; line < headerLines(format); line++) await bytes.line()
  for (;;) {
    const found = record.of === 'bytes' ? await bytes.take(record.size) : await linesOf(bytes, record.size)
    if (found === undefined) return
    if (found.length === 0) continue
    if (!row(tabWidth === undefined ? found : expandTabs(found, tabWidth))) return
  }
}

async function linesOf(bytes: ByteReader, count: number): Promise<Buffer | undefined> {
  const first = await bytes.line()
  if (count === 1 || first === undefined) return first
  const lines = [first]
  while (lines.length < count) {
    const next = await bytes.line()
    if (next === undefined) break
    lines.push(next)
    if (lines.length > RECORD_MAX_LINES) {
      throw faults.wrongFormat(`A record has more than ${RECORD_MAX_LINES} lines: check "record is"`)
    }
  }
  return Buffer.concat(lines)
}

function expandTabs(record: Uint8Array, width: number): Uint8Array {
  if (!record.includes(TAB)) return record
  let length = 0
  for (const byte of record) length += byte === TAB ? width - (length % width) : 1
  if (length > RECORD_MAX_BYTES) {
    throw faults.wrongFormat(
      `A record is longer than ${RECORD_MAX_BYTES} bytes with its tabs: check "tab is"`,
    )
  }
  const expanded = new Uint8Array(length).fill(BLANK)
  let at = 0
  for (const byte of record) {
    if (byte === TAB) at += width - (at % width)
    else expanded[at++] = byte
  }
  return expanded
}

class ByteReader {
  readonly #file: FileHandle
  #position: number
  #held: Buffer = Buffer.alloc(0)
  #ended = false

  constructor(file: FileHandle, position: number) {
    this.#file = file
    this.#position = position
  }

  /** The next bytes; the last of a file may be fewer. Undefined at its end. */
  async take(count: number): Promise<Buffer | undefined> {
    while (this.#held.length < count && (await this.#more()));
    return this.#held.length === 0 ? undefined : this.#cut(Math.min(count, this.#held.length), 0)
  }

  /** The next line without its end. Undefined at the end of the file. */
  async line(): Promise<Buffer | undefined> {
    let from = 0
    for (;;) {
      const end = this.#held.indexOf(LF, from)
      if (end >= 0) return this.#cut(end > 0 && this.#held[end - 1] === CR ? end - 1 : end, end + 1)
      from = this.#held.length
      if (!(await this.#more())) return from === 0 ? undefined : this.#cut(from, 0)
    }
  }

  #cut(length: number, next: number): Buffer {
    const piece = this.#held.subarray(0, length)
    this.#held = this.#held.subarray(Math.max(length, next))
    return piece
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false
    if (this.#held.length > RECORD_MAX_BYTES) {
      throw faults.wrongFormat(`A record is longer than ${RECORD_MAX_BYTES} bytes: check "record is"`)
    }
    const piece = Buffer.allocUnsafe(READ_BYTES)
    const { bytesRead } = await this.#file.read(piece, 0, READ_BYTES, this.#position)
    this.#position += bytesRead
    this.#ended = bytesRead === 0
    this.#held = Buffer.concat([this.#held, piece.subarray(0, bytesRead)])
    return !this.#ended
  }
}
