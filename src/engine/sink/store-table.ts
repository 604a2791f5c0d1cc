/**
 * Room `engine/sink`: rows go out: STORE into text, QVD and Parquet. One writer a format enters.
 *
 * STORE: writes a table to a file of a writable connection (LANGUAGE, section 8; SEMANTICS block R). The file
 * is made in the private folder of the run and staged when it is whole: the script reads it from then on,
 * others when it is published.
 */

import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import path from 'node:path'
import type { QvdCreation } from '../../qvd/qvd-header-text.ts'
import { faults } from '../../script/fault/fault.ts'
import type { DataModel } from '../../script/model/data-model.ts'
import { type FieldModel, findField, findTable, type TableModel } from '../../script/model/data-model.ts'
import type { ParquetCompression, StorePlan } from '../../script/plan/plan-store.ts'
import type { FileFormat, StoreStatement } from '../../script/syntax/statement.ts'
import { textOf } from '../../script/value/convert.ts'
import type { Settings } from '../../script/value/settings.ts'
import type { Database } from '../duckdb/database.ts'
import { BATCH_ROWS, pairValue, readBatches } from '../duckdb/row-source.ts'
import type { ReportedFile } from '../engine-session.ts'
import type { FilePaths } from '../source/file-paths.ts'
import { type ParquetColumn, writeParquet } from '../source/parquet-file.ts'
import type { StagedFiles } from '../source/staged-files.ts'
import { type Encoder, encoderFor, UnencodableError } from '../source/text-encoding.ts'
import { parquetValueSql } from './parquet-type.ts'
import { writeTableAsQvd } from './qvd-store.ts'

interface StoredColumn {
  readonly field: FieldModel
  readonly as: string
}

export interface StoreTarget {
  readonly paths: FilePaths
  readonly staged: StagedFiles
}

export async function storeTable(
  { path: given, format }: StoreStatement,
  { table: name, columns: stored, type, compression }: StorePlan,
  settings: Settings,
  model: DataModel,
  database: Database,
  { paths, staged }: StoreTarget,
  creation: QvdCreation,
): Promise<{ rows: number; target: string; stored: ReportedFile }> {
  const table = findTable(model, name)!
  const columns = stored.map(({ field, as }) => ({ field: findField(table, field)!, as }))
  const { target, located } = paths.forWriting(given)
  try {
    const made =
      type === 'txt'
        ? await writeText(
            table,
            columns,
            { format, encoder: storedEncoder(format, given) },
            settings,
            database,
          )
        : type === 'parquet'
          ? await writeTableAsParquet(table, columns, compression, settings, database)
          : await writeTableAsQvd(table, columns, { database, model, settings, creation })
    const named = { connection: located.connection.name, path: located.relative }
    return { rows: table.rows, target, stored: await staged.add(made, target, named) }
  } catch (error) {
    throw storeFault(error, given) ?? error
  }
}

const EOL = '\r\n'
const PIECE_CHARACTERS = 256 * 1024

/** UTF-8 unless the format says else, a header, text sides; NULL and '' are both empty (R2, B18). */
async function writeText(
  table: TableModel,
  columns: readonly StoredColumn[],
  { format, encoder }: { readonly format: FileFormat; readonly encoder: Encoder },
  settings: Settings,
  database: Database,
): Promise<string> {
  const delimiter = format.delimiter ?? ','
  const quoted = quoter(delimiter, format.quoting === 'none')
  const file = path.join(database.privateFolder, `${randomUUID()}.part`)
  const handle = await open(file, 'wx')
  try {
    const out = new TextFile(handle, encoder)
    out.add(encoder.mark)
    if (format.labels !== 'none') out.add(columns.map(({ as }) => quoted(as)).join(delimiter) + EOL)
    const wanted = columns.map(({ field }) => field.column)
    for (let from = 0; from < table.rows; from += BATCH_ROWS) {
      const range = {
        sqlName: table.sqlName,
        columns: wanted,
        from,
        rows: Math.min(table.rows, from + BATCH_ROWS),
      }
      await readBatches(database, range, (batch, rows) => {
        for (let at = 0; at < rows; at++) out.add(line(batch, at))
        return true
      })
      await out.flush()
    }
    await out.flush()
    await handle.datasync()
    return file
  } catch (error) {
    await rm(file, { force: true })
    throw error
  } finally {
    await handle.close()
  }

  function line(batch: unknown[][], at: number): string {
    let text = ''
    for (let i = 0; i < columns.length; i++) {
      const value = pairValue(batch[2 * i]![at], batch[2 * i + 1]![at])
      text += (i === 0 ? '' : delimiter) + quoted(textOf(value, settings) ?? '')
    }
    return text + EOL
  }
}

/** Quotes a value with the delimiter, a quote of either kind or a line end; `"` in it is doubled (R3). */
function quoter(delimiter: string, never: boolean): (text: string) => string {
  if (never) return (text) => text
  return (text) =>
    text.includes(delimiter) || /["'\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

class TextFile {
  readonly #handle: FileHandle
  readonly #encoder: Encoder
  #pieces: string[] = []

  constructor(handle: FileHandle, encoder: Encoder) {
    this.#handle = handle
    this.#encoder = encoder
  }

  add(text: string): void {
    this.#pieces.push(text)
  }

  async flush(): Promise<void> {
    const text = this.#pieces.join('')
    this.#pieces = []
    for (let at = 0; at < text.length; ) {
      const end = wholeCharacters(text, at + PIECE_CHARACTERS)
      await this.#handle.appendFile(this.#encoder.encode(text.slice(at, end)))
      at = end
    }
  }
}

/** The same position, or one behind it where a pair of units would be cut. */
const wholeCharacters = (text: string, at: number): number =>
  /[\ud800-\udbff]/.test(text.charAt(at - 1)) ? at + 1 : at

/** @throws ScriptFaultError for a character set that is read only */
function storedEncoder({ encoding }: FileFormat, given: string): Encoder {
  const encoder = encoderFor(encoding)
  if (encoder !== undefined) return encoder
  throw faults.wrongFormat(`Cannot write '${given}': its character set can only be read, write utf8`)
}

async function writeTableAsParquet(
  table: TableModel,
  columns: readonly StoredColumn[],
  compression: ParquetCompression,
  settings: Settings,
  database: Database,
): Promise<string> {
  const values: ParquetColumn[] = []
  for (const { field, as } of columns) {
    values.push({ name: as, value: await parquetValueSql(database, table.sqlName, field, settings) })
  }
  return writeParquet(database, table.sqlName, values, compression)
}

/** What the file system refuses because of what the script asked for; undefined for everything else. */
function storeFault(error: unknown, given: string): Error | undefined {
  if (error instanceof UnencodableError) {
    const { character } = error
    const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
    return faults.general(
      `Cannot write '${given}': its character set has no '${character}' (U+${code}); utf8 has all characters`,
    )
  }
  const why = STORE_REFUSALS.get((error as NodeJS.ErrnoException).code ?? '')
  return why === undefined ? undefined : faults.general(`Cannot write '${given}': ${why}`)
}

const STORE_REFUSALS: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'no space is left for data files'],
  ['EDQUOT', 'no space is left for data files'],
  ['EFBIG', 'the file is too large for the disk'],
])
