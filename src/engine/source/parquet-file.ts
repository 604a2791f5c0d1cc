/**
 * Parquet files, read and written by DuckDB. DuckDB may reach only the run's private folder, so a file is
 * copied there to be read, and is made there to be stored. Numbers come as numbers, dates and times as duals
 * in the formats of the script, texts as texts; anything nested as its text.
 */
import { randomUUID } from 'node:crypto'
import { constants, copyFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { faults } from '../../script/fault/fault.ts'
import type { ParquetCompression } from '../../script/plan/plan-store.ts'
import { UNIX_EPOCH_DAY } from '../../script/value/calendar.ts'
import { formatsOf } from '../../script/value/formats.ts'
import type { Settings } from '../../script/value/settings.ts'
import { type Database, isOutOfMemory } from '../duckdb/database.ts'
import { type RowSource, tableSource } from '../duckdb/row-source.ts'
import { sqlName, sqlText } from '../sql/pair-sql.ts'
import { renameColumns } from './parquet-names.ts'

/** Days from 1899-12-30 to 1970-01-01. */
const DAY_SECONDS = 86_400

/** `real` is the path to read, `shown` the path as the script wrote it. */
export async function parquetSource(
  database: Database,
  real: string,
  shown: string,
  settings: Settings,
): Promise<RowSource> {
  const file = privateFile(database)
  await copyFile(real, file, constants.COPYFILE_FICLONE)
  try {
    return await workTableOf(database, file, settings)
  } catch (error) {
    database.checkInterrupted()
    if (isOutOfMemory(error)) throw error
    // What DuckDB says of a damaged file may be any kind of error.
    throw faults.wrongFormat(`File '${shown}' cannot be read as parquet`)
  } finally {
    await rm(file, { force: true })
  }
}

export interface ParquetColumn {
  readonly name: string
  /** SQL of its values. */
  readonly value: string
}

/**
 * Writes columns over the rows of a table, in their order, as a parquet file into the private folder and
 * gives its path; the caller moves it.
 */
export async function writeParquet(
  database: Database,
  table: string,
  columns: readonly ParquetColumn[],
  compression: ParquetCompression,
): Promise<string> {
  const file = privateFile(database)
  const names = columns.map(({ name }) => name)
  const clash = new Set(names.map((name) => name.toLowerCase())).size < names.length
  const written = names.map((name, index) => (clash ? `c${index}` : name))
  const values = columns.map(({ value }, index) => `${value} AS ${sqlName(written[index]!)}`)
  const query = `SELECT ${values.join(', ')} FROM ${table} ORDER BY rn`
  await database.run(`COPY (${query}) TO ${sqlText(file)} (FORMAT parquet, COMPRESSION ${compression})`)
  if (clash) await renameColumns(file, new Map(written.map((name, index) => [name, names[index]!])))
  return file
}

const privateFile = (database: Database): string =>
  path.join(database.privateFolder, `${randomUUID()}.parquet`)

async function workTableOf(database: Database, file: string, settings: Settings): Promise<RowSource> {
  const reading = `read_parquet(${sqlText(file)}, file_row_number = true)`
  const described = await database.rows(`DESCRIBE SELECT * EXCLUDE (file_row_number) FROM ${reading}`)
  const names = await topNames(database, file)
  const fields = described.map(([name, type]) => ({ name: String(name), ...columnReading(String(type)) }))
  const columns = fields.map((_, index) => `i${index}`)
  const sides = fields.map(({ name, number, text }, index) => {
    const column = sqlName(name)
    return `${number(column)} AS i${index}_n, ${text(column)} AS i${index}_t`
  })
  const table = database.workTable()
  await database.run(
    `CREATE TEMP TABLE ${table} AS SELECT file_row_number + 1 AS rn, ${sides.join(', ')} FROM ${reading}`,
  )
  const rows = await database.count(table)
  const source = tableSource(database, { sqlName: table, rows, names, columns })
  return formatted(
    source,
    fields.map(({ format }) => format && formatsOf(settings).date(format(settings)).format),
  )
}

/** The names of the columns as the file has them: DuckDB numbers those that differ only in case. */
async function topNames(database: Database, file: string): Promise<string[]> {
  const [root, ...elements] = await database.rows(
    `SELECT name, num_children FROM parquet_schema(${sqlText(file)})`,
  )
  const names: string[] = []
  // Elements follow each other depth first.
  let inner = 0
  for (const [name, children] of root === undefined ? [] : elements) {
    if (inner === 0) names.push(String(name))
    else inner--
    inner += Number(children ?? 0)
  }
  return names
}

interface ColumnReading {
  readonly number: (column: string) => string
  readonly text: (column: string) => string
  /** The format that gives a number its text. */
  readonly format?: (settings: Settings) => string
}

const NO_TEXT = () => 'NULL::VARCHAR'

function columnReading(type: string): ColumnReading {
  if (/^(DECIMAL|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$|FLOAT|DOUBLE)/.test(type)) {
    return { number: finiteDouble, text: NO_TEXT }
  }
  if (type === 'BOOLEAN')
    return { number: (c) => `CASE WHEN ${c} THEN -1 WHEN NOT ${c} THEN 0 END::DOUBLE`, text: NO_TEXT }
  const serial = (c: string) => `epoch(${c})::DOUBLE / ${DAY_SECONDS}`
  if (type === 'DATE') {
    return { number: (c) => `${serial(c)} + ${UNIX_EPOCH_DAY}`, text: NO_TEXT, format: (s) => s.dateFormat }
  }
  if (type === 'TIME') return { number: serial, text: NO_TEXT, format: (s) => s.timeFormat }
  if (type.startsWith('TIMESTAMP')) {
    const number = (c: string) => `epoch(${c}::TIMESTAMP)::DOUBLE / ${DAY_SECONDS} + ${UNIX_EPOCH_DAY}`
    return { number, text: NO_TEXT, format: (s) => s.timestampFormat }
  }
  return { number: () => 'NULL::DOUBLE', text: (c) => `${c}::VARCHAR` }
}

const finiteDouble = (c: string) => `CASE WHEN isfinite(${c}::DOUBLE) THEN ${c}::DOUBLE END`

/** The source with numbers of some fields shown as dates or times. */
function formatted(
  source: RowSource,
  formats: readonly (((serial: number) => string) | undefined)[],
): RowSource {
  const { values } = source.input
  return {
    input: source.input,
    each: (used, row) => {
      const shown = [...used].filter((index) => formats[index] !== undefined)
      return source.each(used, () => {
        for (const index of shown) {
          const number = values[index]!
          if (typeof number === 'number') values[index] = { number, text: formats[index]!(number) }
        }
        return row()
      })
    },
  }
}
