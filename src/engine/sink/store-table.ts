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
import { writeParquet } from '../source/parquet-file.ts'
import type { StagedFiles } from '../source/staged-files.ts'
import { sqlName } from '../sql/pair-sql.ts'
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
        ? await writeText(table, columns, format, settings, database)
        : type === 'parquet'
          ? await writeTableAsParquet(table, columns, compression, settings, database)
          : await writeTableAsQvd(table, columns, { database, model, settings, creation })
    const named = { connection: located.connection.name, path: located.relative }
    return { rows: table.rows, target, stored: await staged.add(made, target, named) }
  } catch (error) {
    throw storeFault(error, given) ?? error
  }
}

const BYTE_ORDER_MARK = '\ufeff'
const EOL = '\r\n'
const PIECE_CHARACTERS = 256 * 1024

/** UTF-8 with a byte order mark, a header, text sides; NULL and '' are both empty (R2, B18). */
async function writeText(
  table: TableModel,
  columns: readonly StoredColumn[],
  format: FileFormat,
  settings: Settings,
  database: Database,
): Promise<string> {
  const delimiter = format.delimiter ?? ','
  const quoted = quoter(delimiter, format.quoting === 'none')
  const file = path.join(database.privateFolder, `${randomUUID()}.part`)
  const handle = await open(file, 'wx')
  try {
    const out = new TextFile(handle)
    if (format.labels !== 'none') {
      out.add(BYTE_ORDER_MARK + columns.map(({ as }) => quoted(as)).join(delimiter) + EOL)
    } else out.add(BYTE_ORDER_MARK)
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

/** Quotes a value that holds the delimiter, a quote or a line end; a quote inside is doubled (R3). */
function quoter(delimiter: string, never: boolean): (text: string) => string {
  if (never) return (text) => text
  return (text) =>
    text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

class TextFile {
  readonly #handle: FileHandle
  #pieces: string[] = []

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  add(text: string): void {
    this.#pieces.push(text)
  }

  async flush(): Promise<void> {
    const text = this.#pieces.join('')
    this.#pieces = []
    for (let at = 0; at < text.length; at += PIECE_CHARACTERS) {
      await this.#handle.appendFile(text.slice(at, at + PIECE_CHARACTERS))
    }
  }
}

async function writeTableAsParquet(
  table: TableModel,
  columns: readonly StoredColumn[],
  compression: ParquetCompression,
  settings: Settings,
  database: Database,
): Promise<string> {
  const values: string[] = []
  for (const { field, as } of columns) {
    const value = await parquetValueSql(database, table.sqlName, field, settings)
    values.push(`${value} AS ${sqlName(as)}`)
  }
  const query = `SELECT ${values.join(', ')} FROM ${table.sqlName} ORDER BY rn`
  return writeParquet(database, query, compression)
}

/** What the file system refuses because of what the script asked for; undefined for everything else. */
function storeFault(error: unknown, given: string): Error | undefined {
  const why = STORE_REFUSALS.get((error as NodeJS.ErrnoException).code ?? '')
  return why === undefined ? undefined : faults.general(`Cannot write '${given}': ${why}`)
}

const STORE_REFUSALS: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'no space is left for data files'],
  ['EDQUOT', 'no space is left for data files'],
  ['EFBIG', 'the file is too large for the disk'],
])
