/**
 * Opens what a LOAD reads: which reader a source needs, by its kind, its format and the extension of its
 * file.
 */
import { faults } from '../../script/fault.ts'
import { positionsIn } from '../../script/format/fixed-width.ts'
import { type Catalog, findField, findTable, type TableModel } from '../../script/plan/catalog-model.ts'
import { unknownField } from '../../script/plan/unknown-field.ts'
import type { FileFormat, LoadLevel } from '../../script/syntax/statement.ts'
import { numberOf, textOf } from '../../script/value/convert.ts'
import type { Settings } from '../../script/value/settings.ts'
import type { Database } from '../duckdb/database.ts'
import type { LoadPipeline } from '../duckdb/load-pipeline.ts'
import { columnValues } from '../duckdb/preload-data.ts'
import type { FilePaths } from './file-paths.ts'
import { fixedWidthSource } from './fixed-width-source.ts'
import { parquetSource } from './parquet-file.ts'
import { qvdSource } from './qvd-source.ts'
import { generatedSource, type RowSource, readableTable, tableSource } from './row-source.ts'
import { spreadsheetSource } from './spreadsheet-source.ts'
import { inlineSource, textFileSource } from './text-source.ts'

export interface SourcePlace {
  readonly database: Database
  readonly catalog: Catalog
  readonly paths: FilePaths
  readonly settings: Settings
}

export interface OpenedSource {
  readonly source: RowSource
  /** As the progress text shows it: "INLINE", "AUTOGENERATE(26)", "sales.csv", "RESIDENT Sales". */
  readonly shown: string
}

/** @param file the one file to read when the path of the source stands for several */
export async function openSource(
  level: LoadLevel,
  file: string | undefined,
  place: SourcePlace,
  pipeline: LoadPipeline,
): Promise<OpenedSource> {
  const { source } = level
  switch (source.kind) {
    case 'inline':
      return {
        source: await inlineSource(source.text, source.format, place.settings),
        shown: 'INLINE',
      }
    case 'resident': {
      const table = residentTable(place.catalog, source.table)
      return {
        source: tableSource(place.database, readableTable(table)),
        shown: `RESIDENT ${source.table}`,
      }
    }
    case 'autogenerate': {
      const value = numberOf(await pipeline.constant(source.count, 'AUTOGENERATE'), place.settings)
      if (value === null || value < 0) {
        throw faults.autogenerateCount('AUTOGENERATE needs a number of rows that is not negative')
      }
      const rows = Math.floor(value)
      return { source: generatedSource(rows), shown: `AUTOGENERATE(${rows})` }
    }
    case 'field': {
      const text = await fieldText(source.table, source.field, place)
      const shown = `FROM_FIELD ${source.field}`
      return { source: await inlineSource(text, source.format, place.settings), shown }
    }
    case 'file': {
      const path = file ?? source.path
      const shown = path.replaceAll('\\', '/')
      const name = shown.slice(shown.lastIndexOf('/') + 1)
      return { source: await fileSource(path, source.format, place, level), shown: name }
    }
    case 'preceding':
      throw faults.syntax('The last LOAD of a stack needs a source')
  }
}

/**
 * Also a table of the other section (SEMANTICS S4): access rights are often made of the application's tables.
 */
function residentTable(catalog: Catalog, name: string): TableModel {
  const table = findTable(catalog, name) ?? catalog.aside?.tables.find((each) => each.name === name)
  if (table === undefined) throw faults.tableNotFound(`Table '${name}' not found`)
  return table
}

const FIELD_TEXT_MAX_CHARACTERS = 256 * 1024 * 1024

/** The values of a field as one text: each row is one or more lines of it. */
async function fieldText(tableName: string, name: string, place: SourcePlace): Promise<string> {
  const table = residentTable(place.catalog, tableName)
  const field = findField(table, name)
  if (field === undefined) {
    throw unknownField(
      name,
      table.fields.map((each) => each.name),
    )
  }
  const lines: string[] = []
  let length = 0
  for (const value of await columnValues(place.database, table.sqlName, field.column)) {
    const text = textOf(value, place.settings) ?? ''
    length += text.length + 1
    if (length > FIELD_TEXT_MAX_CHARACTERS) {
      throw faults.semantic(
        `FROM_FIELD: the field '${name}' holds more than ${FIELD_TEXT_MAX_CHARACTERS} characters`,
      )
    }
    lines.push(text)
  }
  return lines.join('\n')
}

async function fileSource(
  path: string,
  format: FileFormat,
  { paths, database, settings }: SourcePlace,
  level: LoadLevel,
): Promise<RowSource> {
  const type = fileType(path, format)
  const real = paths.forReading(path)
  switch (type) {
    case 'txt':
      return textFileSource(database, real, path, format, settings)
    case 'fix':
      return fixedWidthSource(real, path, format, settings, positionsIn(level))
    case 'parquet':
      return parquetSource(database, real, path, settings)
    case 'qvd':
      return qvdSource(database, real, path)
    case 'ooxml':
    case 'biff':
      return spreadsheetSource(real, path, type, format, settings)
    default:
      throw faults.wrongFormat(
        `File '${path}': the format ${type} cannot be read yet; use txt, fix, qvd, parquet, ooxml or biff`,
      )
  }
}

const TYPE_OF_EXTENSION: Readonly<Record<string, string>> = {
  csv: 'txt',
  qvd: 'qvd',
  qvx: 'qvx',
  parquet: 'parquet',
  xlsx: 'ooxml',
  xlsm: 'ooxml',
  xls: 'biff',
  xml: 'xml',
  html: 'html',
  htm: 'html',
  json: 'json',
  kml: 'kml',
  dif: 'dif',
}

/** The format as given, else by the extension; plain text when that says nothing. */
export function fileType(path: string, format: FileFormat): string {
  if (format.type !== undefined) return format.type === 'csv' ? 'txt' : format.type
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(TYPE_OF_EXTENSION, extension) ? TYPE_OF_EXTENSION[extension]! : 'txt'
}
