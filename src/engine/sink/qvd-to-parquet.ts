/** Makes a parquet file of a QVD file, with the column types that STORE would choose. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { writeOutput } from '../../qvd/output-file.ts'
import { QvdError } from '../../qvd/qvd-error.ts'
import { readQvdHeader } from '../../qvd/qvd-file.ts'
import type { QvdNumberFormat } from '../../qvd/qvd-header.ts'
import { columnName } from '../../script/plan/merge-fields.ts'
import { DEFAULT_SETTINGS, type Settings } from '../../script/value/settings.ts'
import { Database } from '../duckdb/database.ts'
import { type ParquetColumn, writeParquet } from '../source/parquet-file.ts'
import { qvdSource } from '../source/qvd-source.ts'
import { moveFile } from './move-file.ts'
import { parquetValueSql } from './parquet-type.ts'

/**
 * @param first rows to take at most; all of them by default
 * @returns the number of rows
 * @throws QvdError or ScriptFaultError for a file that is damaged or no QVD; OutputError; the
 * error of the system
 */
export async function qvdToParquet(from: string, to: string, first?: number): Promise<number> {
  const { fields } = readQvdHeader(from)
  if (fields.length === 0) throw new QvdError('it has no fields, and a parquet file needs one')
  const privateFolder = await mkdtemp(path.join(tmpdir(), 'reprise-qvd-'))
  try {
    const database = await Database.open({ file: ':memory:', privateFolder })
    try {
      const columns = fields.map((_, index) => columnName(index))
      const source = qvdSource(database, from, from, DEFAULT_SETTINGS)
      const positions = fields.map((_, index) => index)
      const limit = first === undefined ? {} : { first }
      const { rows, kinds } = await source.copy({
        positions,
        table: 't1',
        columns,
        temporary: false,
        ...limit,
      })
      const values: ParquetColumn[] = []
      for (const [index, { name, numberFormat }] of fields.entries()) {
        const field = { name, column: columns[index]!, kinds: kinds[index]! }
        values.push({ name, value: await parquetValueSql(database, 't1', field, settingsOf(numberFormat)) })
      }
      await writeOutput(to, [from], async (made) =>
        moveFile(await writeParquet(database, 't1', values, 'snappy'), made),
      )
      return rows
    } finally {
      database.close()
    }
  } finally {
    await rm(privateFolder, { recursive: true, force: true })
  }
}

/** A field's own date format tells which of its texts are dates. */
function settingsOf({ type, format }: QvdNumberFormat): Settings {
  if (type === 'DATE' && format !== '') return { ...DEFAULT_SETTINGS, dateFormat: format }
  if (type === 'TIMESTAMP' && format !== '') return { ...DEFAULT_SETTINGS, timestampFormat: format }
  return DEFAULT_SETTINGS
}
