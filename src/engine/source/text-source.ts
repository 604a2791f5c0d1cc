/**
 * Rows of delimited text, from a file or from INLINE (SEMANTICS block E). A file is streamed: memory is
 * bounded by one piece of it and by its longest row. A file that is invalid in the character set that its
 * format names is refused under the name used in the script.
 */
import { type FileHandle, open, stat } from 'node:fs/promises'
import { faults } from '../../script/fault/fault.ts'
import { type DelimitedFormat, DelimitedText } from '../../script/format/delimited-text.ts'
import { delimitedFormat, headerBytes, rowFields } from '../../script/format/text-fields.ts'
import type { FileFormat } from '../../script/syntax/statement.ts'
import { END_OF_FILE as END_OF_FILE_CODE } from '../../script/value/character-codes.ts'
import { textInterpreter } from '../../script/value/interpret-text.ts'
import type { Settings } from '../../script/value/settings.ts'
import type { Value } from '../../script/value/value.ts'
import type { Database } from '../duckdb/database.ts'
import type { RowSource } from '../duckdb/row-source.ts'
import { copyDelimited } from './delimited-copy.ts'
import { decoded, decoderFor, encodingNamed, isUtf8File, READ_BYTES } from './text-encoding.ts'

/** Below this size reading is faster than preparing a query. */
const COPIED_FROM_BYTES = 256 * 1024
/** Texts whose value is remembered per field: reading a number or date costs more than looking it up. */
const REMEMBERED_TEXTS = 10_000

/** Passes the text of a source on, piece by piece, until `piece` returns false. */
type Pieces = (piece: (text: string) => boolean) => Promise<void>

/** Rows of INLINE. */
export const inlineSource = (text: string, format: FileFormat, settings: Settings): Promise<RowSource> =>
  textSource(wholeText(text), format, delimitedFormat(format, settings, 'script'), settings, 'INLINE')

/** Rows of the texts of a field, each of which is one or more lines. @param shown for faults */
export const fieldTextSource = (
  texts: readonly string[],
  format: FileFormat,
  settings: Settings,
  shown: string,
): Promise<RowSource> =>
  textSource(wholeText(texts.join('\n')), format, delimitedFormat(format, settings, 'file'), settings, shown)

const wholeText =
  (text: string): Pieces =>
  async (piece) => {
    piece(text)
  }

/** A file as the script names it. */
export interface NamedFile {
  /** The path to open. */
  readonly real: string
  /** The path as the script wrote it. */
  readonly shown: string
}

export async function textFileSource(
  database: Database,
  named: NamedFile,
  given: FileFormat,
  settings: Settings,
  warn: (text: string) => void,
): Promise<RowSource> {
  const { real, shown } = named
  const format = await withCharacterSet(named, given, warn)
  const pieces: Pieces = async (piece) => {
    const file = await open(real, 'r')
    try {
      await readPieces(file, shown, format, piece)
    } finally {
      await file.close()
    }
  }
  const delimited = delimitedFormat(format, settings, 'file')
  const source = await textSource(pieces, format, delimited, settings, `file '${shown}'`)
  const { size } = await stat(real)
  if (size < COPIED_FROM_BYTES) return source
  const file = { real, format, settings, width: source.input.names.length }
  return { ...source, copy: (copy) => copyDelimited(database, file, copy) }
}

/** The format with a character set, where it names none: UTF-8, or Windows-1252 with a warning. */
export async function withCharacterSet(
  { real, shown }: NamedFile,
  format: FileFormat,
  warn: (text: string) => void,
): Promise<FileFormat> {
  if (format.encoding !== undefined) return format
  const file = await open(real, 'r')
  try {
    if (await isUtf8File(file, headerBytes(format))) return format
  } finally {
    await file.close()
  }
  warn(
    `The file '${shown}' is not UTF-8 and its format names no character set: it is read as Windows-1252. ` +
      'Write the character set that it has into the format, such as codepage is 1252',
  )
  return { ...format, encoding: 'ansi' }
}

async function textSource(
  pieces: Pieces,
  format: FileFormat,
  delimited: DelimitedFormat,
  settings: Settings,
  shown: string,
): Promise<RowSource> {
  const names = rowFields(await firstRow(pieces, delimited), format)
  if (names === undefined) throw faults.fileEmpty(`The ${shown} has no row with field names`)
  const labelled = format.labels !== 'none'
  const values: Value[] = names.map(() => null)
  return {
    input: { names, values },
    async each(used, row) {
      const fields = [...used]
      const interpreted = fields.map(() => rememberingInterpreter(settings))
      let read = labelled ? -1 : 0
      let wanted = true
      const tokenizer = new DelimitedText(delimited, (cells) => {
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

async function firstRow(pieces: Pieces, delimited: DelimitedFormat): Promise<string[] | undefined> {
  let first: string[] | undefined
  const tokenizer = new DelimitedText(delimited, (cells) => {
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

const END_OF_FILE = String.fromCharCode(END_OF_FILE_CODE)

async function readPieces(
  file: FileHandle,
  shown: string,
  format: FileFormat,
  piece: (text: string) => boolean,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(READ_BYTES)
  const start = headerBytes(format)
  let { bytesRead } = await file.read(buffer, 0, READ_BYTES, start)
  const { decoder, skip, name } = decoderFor(encodingNamed(format.encoding), buffer.subarray(0, bytesRead))
  let from = skip
  let position = start + bytesRead
  for (;;) {
    const last = bytesRead === 0
    const text = decoded(
      () => decoder.decode(buffer.subarray(from, bytesRead), { stream: !last }),
      shown,
      name,
      'name its character set, or its format',
    )
    if (text.includes('\0')) {
      throw faults.wrongFormat(`File '${shown}' is not delimited text: it holds NUL characters`)
    }
    const end = format.eof === 'data' ? -1 : text.indexOf(END_OF_FILE)
    if (end >= 0) {
      piece(text.slice(0, end))
      return
    }
    if (!piece(text) || last) return
    from = 0
    bytesRead = (await file.read(buffer, 0, READ_BYTES, position)).bytesRead
    position += bytesRead
  }
}
