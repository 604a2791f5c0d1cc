/**
 * A table as a QVD file: distinct values from the engine in the order of their first rows, then the rows
 * (QVD, section 8).
 */

import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { QvdError } from '../../qvd/qvd-error.ts'
import type { QvdCreation } from '../../qvd/qvd-header-text.ts'
import { QvdWriter } from '../../qvd/qvd-writer.ts'
import { SymbolCollector } from '../../qvd/symbol-collector.ts'
import { faults } from '../../script/fault/fault.ts'
import {
  type DataModel,
  type FieldModel,
  NO_NOTES,
  type TableModel,
  tablesWith,
} from '../../script/model/data-model.ts'
import { type FieldFormat, PLAIN } from '../../script/value/field-format.ts'
import { numberText } from '../../script/value/number-text.ts'
import type { Settings } from '../../script/value/settings.ts'
import type { Value } from '../../script/value/value.ts'
import type { Database } from '../duckdb/database.ts'
import { BATCH_ROWS, pairValue, readBatches } from '../duckdb/row-source.ts'
import { pairOf } from '../sql/pair-sql.ts'
import { dualType } from './parquet-type.ts'

export interface QvdStore {
  readonly database: Database
  readonly model: DataModel
  readonly settings: Settings
  readonly creation: QvdCreation
}

/** Writes into the private folder of the run and gives the file's path; the caller moves it. */
export async function writeTableAsQvd(
  table: TableModel,
  columns: readonly { readonly field: FieldModel; readonly as: string }[],
  { database, model, settings, creation }: QvdStore,
): Promise<string> {
  const notes = model.notes ?? NO_NOTES
  const collectors: SymbolCollector[] = []
  const described = []
  for (const { field, as } of columns) {
    const collector = await distinctValues(database, table, field, settings)
    collectors.push(collector)
    const symbols = collector.symbols()
    const note = notes.field.get(field.name)
    const key = tablesWith(model, field.name).length > 1 ? ['$key'] : []
    const numberFormat = formatOf(symbols, field.format, settings) ?? {}
    described.push({
      name: as,
      symbols,
      hasNulls: collector.hasNulls,
      numberFormat,
      tags: [...timeTags(symbols, numberFormat), ...key, ...(note?.tags ?? [])],
      comment: note?.comment ?? '',
    })
  }
  const comment = notes.table.get(table.name)?.comment ?? ''
  const file = path.join(database.privateFolder, `${randomUUID()}.part`)
  try {
    const made = { name: table.name, rows: table.rows, columns: described, comment, creation }
    const writer = await QvdWriter.create(file, made)
    try {
      await writeRows(database, table, columns, collectors, settings, writer)
      await writer.close()
    } catch (error) {
      await writer.abandon()
      throw error
    }
    return file
  } catch (error) {
    await rm(file, { force: true })
    throw error instanceof QvdError ? faults.general(`Cannot write a QVD: ${error.message}`) : error
  }
}

async function distinctValues(
  database: Database,
  { sqlName }: TableModel,
  { column }: FieldModel,
  settings: Settings,
): Promise<SymbolCollector> {
  const collector = new SymbolCollector()
  const pair = pairOf(column)
  const groups = `SELECT ${pair.n} + 0.0 n, ${pair.t} t, min(rn) first_row FROM ${sqlName} GROUP BY ALL`
  await database.chunks(`SELECT n, t FROM (${groups}) ORDER BY first_row`, ([numbers, texts], rows) => {
    for (let at = 0; at < rows; at++) collector.indexOf(storedValue(numbers![at], texts![at], settings))
  })
  return collector
}

async function writeRows(
  database: Database,
  table: TableModel,
  columns: readonly { readonly field: FieldModel }[],
  collectors: readonly SymbolCollector[],
  settings: Settings,
  writer: QvdWriter,
): Promise<void> {
  const indexes = columns.map(() => new Int32Array(BATCH_ROWS))
  const wanted = columns.map(({ field }) => field.column)
  for (let from = 0; from < table.rows; from += BATCH_ROWS) {
    const rows = Math.min(table.rows, from + BATCH_ROWS)
    let done = 0
    await readBatches(database, { sqlName: table.sqlName, columns: wanted, from, rows }, (batch, count) => {
      for (const [i, collector] of collectors.entries()) {
        const [numbers, texts, into] = [batch[2 * i]!, batch[2 * i + 1]!, indexes[i]!]
        for (let at = 0; at < count; at++) {
          into[done + at] = collector.indexOf(storedValue(numbers[at], texts[at], settings))
        }
      }
      done += count
      return true
    })
    await writer.write(indexes, done)
  }
}

/** A number whose text is the one that it has anyway is stored without it. */
function storedValue(number: unknown, text: unknown, { decimalSep }: Settings): Value {
  const value = pairValue(number, text)
  if (typeof value !== 'object' || value === null) return value
  return value.text === numberText(value.number, decimalSep) ? value.number : value
}

type Symbols = ReturnType<SymbolCollector['symbols']>

/**
 * As a function or a file said, where every value is a number. Else dates and timestamps are told by their
 * texts, and labels of numbers, such as names of months, have no format; undefined: as the numbers are.
 */
function formatOf(
  symbols: Symbols,
  told: FieldFormat | undefined,
  settings: Settings,
): FieldFormat | undefined {
  const { count, numbers, texts } = symbols
  if (count === 0 || numbers.some(Number.isNaN)) return undefined
  if (told !== undefined) return told
  const typeOf = dualType(settings)
  const types = new Set<string>()
  for (let i = 0; i < count && !types.has('text'); i++) {
    const text = texts[i]!
    types.add(text === null ? 'number' : typeOf(numbers[i]!, text))
  }
  if (types.has('text')) return PLAIN
  if (types.has('number')) return undefined
  return types.has('timestamp')
    ? { type: 'TIMESTAMP', format: settings.timestampFormat }
    : { type: 'DATE', format: settings.dateFormat }
}

/** Every moment is a timestamp, and whole days are dates too (FACTS, QVD written). */
function timeTags({ numbers }: Symbols, { type }: Partial<FieldFormat>): readonly string[] {
  if (type !== 'DATE' && type !== 'TIMESTAMP') return []
  return numbers.every(Number.isInteger) ? ['$timestamp', '$date'] : ['$timestamp']
}
