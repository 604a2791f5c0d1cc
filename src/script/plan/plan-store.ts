/** STORE: which columns of which table are written, and as what (LANGUAGE, section 7; SEMANTICS R1). */
import { faults } from '../fault/fault.ts'
import { formatFault } from '../format/format-items.ts'
import type { StoreStatement } from '../syntax/statement.ts'
import { Findings, type Planned, type Report } from './findings.ts'
import { ANY_NAMES, lacks, type ModelShape, type Names, tableNamed } from './model-shape.ts'
import { unknownTable } from './unknown-table.ts'

export interface StorePlan {
  readonly table: string
  readonly columns: readonly StoredField[]
  readonly type: StoredType
  /** Of parquet. */
  readonly compression: ParquetCompression
}

export interface StoredField {
  readonly field: string
  /** Its name in the file. */
  readonly as: string
}

export const PARQUET_COMPRESSIONS = [
  'uncompressed',
  'snappy',
  'gzip',
  'brotli',
  'zstd',
  'lz4',
  'lz4_raw',
] as const

export type ParquetCompression = (typeof PARQUET_COMPRESSIONS)[number]

export type StoredType = 'txt' | 'parquet' | 'qvd'

export function planStore(statement: StoreStatement, model: ModelShape): Planned<StorePlan> {
  const findings = new Findings()
  const { table: name, tableSpan } = statement
  const table = tableNamed(model, name)
  if (table === undefined && !model.open) findings.report(unknownTable(name, model, tableSpan))
  const columns = storedFields(statement, table?.fields ?? ANY_NAMES, findings.report)
  const type = storedType(statement, findings.report)
  const fault = formatFault(statement.format, `store ${type}`)
  if (fault !== undefined) findings.report(fault)
  const compression = type === 'parquet' ? parquetCompression(statement, findings.report) : 'snappy'
  return findings.answer({ table: name, columns, type, compression }, model)
}

function storedFields(
  { fields, table, tableSpan }: StoreStatement,
  known: Names,
  report: Report,
): readonly StoredField[] {
  if (fields === undefined) return known.names.map((field) => ({ field, as: field }))
  for (const { field } of fields) {
    if (lacks(known, field)) {
      report(faults.fieldNotFound(`Field '${field}' not found in table '${table}'`, tableSpan))
    }
  }
  const twice = fields.find(({ as }, index) => fields.findIndex((each) => each.as === as) !== index)
  if (twice !== undefined) report(faults.fieldTwice(`STORE names two fields '${twice.as}'`, tableSpan))
  return fields
}

/** The extension does not matter: without a format the file is a QVD (R1). */
function storedType({ format, path: given }: StoreStatement, report: Report): StoredType {
  const { type = 'qvd' } = format
  if (type === 'txt' || type === 'csv') return 'txt'
  if (type === 'parquet' || type === 'qvd') return type
  report(faults.wrongFormat(`Cannot write '${given}' as ${type}: STORE writes qvd, txt and parquet`))
  return 'qvd'
}

function parquetCompression({ format }: StoreStatement, report: Report): ParquetCompression {
  const { compression = 'snappy' } = format
  const known = PARQUET_COMPRESSIONS.find((each) => each === compression)
  if (known === undefined) report(faults.semantic(`Parquet compression '${compression}' is not known`))
  return known ?? 'snappy'
}
