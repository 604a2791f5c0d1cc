/**
 * Rows of delimited text, from a file or from INLINE (SEMANTICS block E). A file is streamed: memory is
 * bounded by one piece of it and by its longest row. A file that is invalid in its encoding is refused under
 * the name used in the script.
 */
import { type FileHandle, open, stat } from 'node:fs/promises'
import { faults } from '../../script/fault/fault.ts'
import { DelimitedText } from '../../script/format/delimited-text.ts'
import { delimitedFormat, rowFields } from '../../script/format/text-fields.ts'
import type { FileFormat } from '../../script/syntax/statement.ts'
import { textInterpreter } from '../../script/value/interpret-text.ts'
import type { Settings } from '../../script/value/settings.ts'
import type { Value } from '../../script/value/value.ts'
import type { Database } from '../duckdb/database.ts'
import type { RowSource } from '../duckdb/row-source.ts'
import { copyDelimited } from './delimited-copy.ts'
import { decoderFor, READ_BYTES } from './text-encoding.ts'

/** Below this size reading is faster than preparing a query. */
const COPIED_FROM_BYTES = 256 * 1024
/** Texts whose value is remembered per field: reading a number or date costs more than looking it up. */
const REMEMBERED_TEXTS = 10_000

/** Passes the text of a source on, piece by piece, until `piece` returns false. */
type Pieces = (piece: (text: string) => boolean) => Promise<void>

/** @param shown what the text is, for faults */
export function inlineSource(
  text: string,
  format: FileFormat,
  settings: Settings,
  shown: string,
): Promise<RowSource> {
  const pieces: Pieces = async (piece) => {
    piece(text)
  }
  return textSource(pieces, format, settings, shown)
}

/** `real` is the path to open, `shown` the path as the script wrote it. */
export async function textFileSource(
  database: Database,
  real: string,
  shown: string,
  format: FileFormat,
  settings: Settings,
): Promise<RowSource> {
  const pieces: Pieces = async (piece) => {
    const file = await open(real, 'r')
    try {
      await readPieces(file, shown, format, piece)
    } finally {
      await file.close()
    }
  }
  const source = await textSource(pieces, format, settings, `file '${shown}'`)
  const { size } = await stat(real)
  if (size < COPIED_FROM_BYTES) return source
  const file = { real, format, settings, width: source.input.names.length }
  return { ...source, copy: (copy) => copyDelimited(database, file, copy) }
}

async function textSource(
  pieces: Pieces,
  format: FileFormat,
  settings: Settings,
  shown: string,
): Promise<RowSource> {
  const names = rowFields(await firstRow(pieces, format, settings), format)
  if (names === undefined) throw faults.wrongFormat(`The ${shown} has no row with field names`)
  const labelled = format.labels !== 'none'
  const values: Value[] = names.map(() => null)
  return {
    input: { names, values },
    async each(used, row) {
      const fields = [...used]
      const interpreted = fields.map(() => rememberingInterpreter(settings))
      let read = labelled ? -1 : 0
      let wanted = true
      const tokenizer = new DelimitedText(delimitedFormat(format, settings), (cells) => {
        if (!wanted || read++ < 0) return
        for (let i = 0; i < fields.length; i++) values[fields[i]!] = interpreted[i]!(cells[fields[i]!] ?? '')
        wanted = row()
      })
      await pieces((text) => {
        tokenizer.push(text)
        return wanted
      })
      if (wanted) tokenizer.end()
      return Math.max(0, read)
    },
  }
}

async function firstRow(
  pieces: Pieces,
  format: FileFormat,
  settings: Settings,
): Promise<string[] | undefined> {
  let first: string[] | undefined
  const tokenizer = new DelimitedText(delimitedFormat(format, settings), (cells) => {
    first ??= cells
  })
  await pieces((text) => {
    tokenizer.push(text)
    return first === undefined
  })
  if (first === undefined) tokenizer.end()
  return first
}

/**
 * For one field. Stops remembering texts that are rarely repeated, since that would cost more than it
 * saves.
 */
function rememberingInterpreter(settings: Settings): (text: string) => Value {
  const interpret = textInterpreter(settings)
  const known = new Map<string, Value>()
  let found = 0
  let remembers = true
  return (text) => {
    if (!remembers) return interpret(text)
    const before = known.get(text)
    if (before !== undefined) {
      found++
      return before
    }
    const own = ownText(text)
    const value = interpret(own)
    if (value === null) return null
    if (known.size >= REMEMBERED_TEXTS) {
      remembers = found >= REMEMBERED_TEXTS
      found = 0
      known.clear()
    }
    known.set(own, value)
    return value
  }
}

/**
 * V8 shares longer parts of a string with the whole, so each remembered part would keep its piece of the
 * file in memory.
 */
const SHARED_FROM_CHARACTERS = 13

const ownText = (text: string): string =>
  text.length < SHARED_FROM_CHARACTERS ? text : Buffer.from(text, 'utf16le').toString('utf16le')

async function readPieces(
  file: FileHandle,
  shown: string,
  format: FileFormat,
  piece: (text: string) => boolean,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(READ_BYTES)
  let { bytesRead } = await file.read(buffer, 0, READ_BYTES, format.headerBytes)
  const { decoder, skip, name } = decoderFor(format.encoding, buffer.subarray(0, bytesRead))
  let from = skip
  let position = format.headerBytes + bytesRead
  for (;;) {
    const last = bytesRead === 0
    const text = decoded(
      () => decoder.decode(buffer.subarray(from, bytesRead), { stream: !last }),
      shown,
      name,
    )
    if (text.includes('\0')) {
      throw faults.wrongFormat(`File '${shown}' is not delimited text: it holds NUL characters`)
    }
    if (!piece(text) || last) return
    from = 0
    bytesRead = (await file.read(buffer, 0, READ_BYTES, position)).bytesRead
    position += bytesRead
  }
}

function decoded(decode: () => string, shown: string, encoding: string): string {
  try {
    return decode()
  } catch {
    throw faults.wrongFormat(
      `File '${shown}' is not text in ${encoding}: name its character set, or its format`,
    )
  }
}
