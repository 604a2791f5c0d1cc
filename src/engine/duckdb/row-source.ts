/** Where the rows of a LOAD come from, one at a time, and the sources that need no file. */

import { setImmediate as nextTurn } from 'node:timers/promises'
import { defined } from '../../core/defined.ts'
import type { ScriptFaultError } from '../../script/fault/fault.ts'
import type { FileProbe, InputRow } from '../../script/function/site/load-context.ts'
import type { TableModel, ValueKinds } from '../../script/model/data-model.ts'
import type { FieldSource, FileSource } from '../../script/plan/source-plan.ts'
import type { FileFormat } from '../../script/syntax/statement.ts'
import type { FieldFormat } from '../../script/value/field-format.ts'
import type { Settings } from '../../script/value/settings.ts'
import type { Value } from '../../script/value/value.ts'
import { columnList } from '../sql/pair-sql.ts'
import type { Database } from './database.ts'
import type { WrittenRows } from './table-writer.ts'

export interface RowSource {
  readonly input: InputRow
  /** How its fields show their numbers, where that is told. */
  readonly formats?: ReadonlyMap<string, FieldFormat>
  /** The same rows for a LOAD that takes them as they are: numbers with the texts that a file gives them. */
  asItIs?(settings: Settings): RowSource
  /** The table behind it, when it reads one as it is. */
  readonly table?: ReadableTable
  /**
   * Puts every row into `input.values` and calls `row`, until that gives false. Only the fields in `used` are
   * filled. Gives the number of rows read. Called once.
   */
  each(used: ReadonlySet<number>, row: () => boolean): Promise<number>
  /**
   * Instead of `each`, for a source that can give its rows in columns: makes a table of some of its fields.
   * Undefined: not these rows, `each` has to read them.
   */
  copy?(copy: ColumnCopy): Promise<WrittenRows | undefined>
}

/** Rows that the running LOAD has read so far. */
export interface Reading {
  rows: number
}

/** The same source, whose rows are counted one by one. */
export function counted(source: RowSource, reading: Reading): RowSource {
  const { asItIs } = source
  return {
    ...source,
    ...(asItIs === undefined ? {} : { asItIs: (settings: Settings) => counted(asItIs(settings), reading) }),
    each: (used, row) =>
      source.each(used, () => {
        reading.rows++
        return row()
      }),
  }
}

/** What a LOAD reads that is no table, and what it asks about files. */
export interface Sources {
  /** The files that a path with wildcards stands for, by name. */
  readonly list: (mask: string) => readonly string[]
  /** The fault for a path, perhaps with wildcards, that stands for no file. */
  readonly missing: (path: string) => ScriptFaultError
  readonly facts: FileProbe['facts']
  readonly inline: (text: string, format: FileFormat, settings: Settings) => Promise<RowSource>
  /** @param texts of a field, one a row @param shown what they are, for faults */
  readonly field: (
    source: FieldSource,
    texts: readonly string[],
    settings: Settings,
    shown: string,
  ) => Promise<RowSource>
  /** @param path the file, where that of the source stands for several */
  readonly file: (source: FileSource, path: string, settings: Settings) => Promise<RowSource>
}

export interface ColumnCopy {
  /** Positions in `input` of the fields that each of `columns` is to hold. */
  readonly positions: readonly number[]
  /** The new table, a temporary one or not, and its pair columns. */
  readonly table: string
  readonly columns: readonly string[]
  readonly temporary: boolean
  /** Rows to be copied at most. */
  readonly first?: number
}

/** A table of pair columns to be read in `rn` order, 1 to `rows`. */
export interface ReadableTable {
  readonly sqlName: string
  readonly rows: number
  readonly names: readonly string[]
  readonly columns: readonly string[]
  /** Kinds of value that may occur in each column, if they are known. */
  readonly kinds?: readonly ValueKinds[]
  readonly formats?: ReadonlyMap<string, FieldFormat>
}

export const readableTable = (table: TableModel): ReadableTable => ({
  sqlName: table.sqlName,
  rows: table.rows,
  names: table.fields.map((field) => field.name),
  columns: table.fields.map((field) => field.column),
  kinds: table.fields.map((field) => field.kinds),
  formats: new Map(
    table.fields.flatMap(({ name, format }) => (format === undefined ? [] : [[name, format]])),
  ),
})

/** Rows fetched at a time: enough to make a query cheap, few enough to keep memory small. */
export const BATCH_ROWS = 20_480

export function tableSource(database: Database, table: ReadableTable): RowSource {
  const values: Value[] = table.names.map(() => null)
  return {
    input: { names: table.names, values },
    table,
    ...defined({ formats: table.formats }),
    async each(used, row) {
      const fields = [...used].sort((a, b) => a - b)
      if (fields.length === 0) return rowsWithoutFields(database, table.rows, row)
      let read = 0
      let wanted = true
      const columns = fields.map((field) => table.columns[field]!)
      await readBatches(database, { ...table, columns }, (batch, rows) => {
        for (let at = 0; wanted && at < rows; at++) {
          for (let i = 0; i < fields.length; i++) {
            values[fields[i]!] = pairValue(batch[2 * i]![at], batch[2 * i + 1]![at])
          }
          read++
          wanted = row()
        }
        return wanted
      })
      return read
    },
  }
}

/** In turns: in between the process tells its progress and hears that it is to stop. */
async function rowsWithoutFields(database: Database, rows: number, row: () => boolean): Promise<number> {
  for (let read = 1; read <= rows; read++) {
    if (!row()) return read
    if (read % BATCH_ROWS === 0) {
      await nextTurn()
      database.checkInterrupted()
    }
  }
  return rows
}

export const pairValue = (number: unknown, text: unknown): Value => {
  if (number === null) return text as string | null
  return text === null ? (number as number) : { text: text as string, number: number as number }
}

/**
 * Reads the pair columns of the rows `from` (exclusive) to `rows` in row order: two arrays a column. A batch
 * that gives false is the last one. Each batch is a query of its own by row number, so that other statements
 * may run in between.
 */
export async function readBatches(
  database: Database,
  table: Pick<ReadableTable, 'sqlName' | 'rows' | 'columns'> & { readonly from?: number },
  batch: (columns: unknown[][], rows: number) => boolean,
): Promise<void> {
  const columns = columnList(table.columns)
  let wanted = true
  for (let from = table.from ?? 0; wanted && from < table.rows; from += BATCH_ROWS) {
    const range = `rn > ${from} AND rn <= ${Math.min(table.rows, from + BATCH_ROWS)}`
    await database.chunks(
      `SELECT ${columns} FROM ${table.sqlName} WHERE ${range} ORDER BY rn`,
      (chunk, rows) => {
        if (wanted) wanted = batch(chunk, rows)
      },
    )
  }
}

/** AUTOGENERATE: rows without fields. */
export function generatedSource(database: Database, rows: number): RowSource {
  return {
    input: { names: [], values: [] },
    each: (_used, row) => rowsWithoutFields(database, rows, row),
  }
}
