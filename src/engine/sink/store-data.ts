/**
 * The data of an app as files of an archive: for each table a Parquet file with the pair columns of its
 * fields in the order of its rows, and the model that says what they are.
 */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Database } from '../duckdb/database.ts'
import { restoreModel } from '../duckdb/model-file.ts'
import { archivedTables, modelText } from '../duckdb/model-text.ts'
import { type ParquetColumn, writeParquet } from '../source/parquet-file.ts'
import type { StagedFiles } from '../source/staged-files.ts'
import { pairOf } from '../sql/pair-sql.ts'

/** Of the files that are staged; they have no connection. */
export const MODEL_FILE = 'model.json'

/** @param database of the app, which may be read only */
export async function storeData(database: Database, staged: StagedFiles): Promise<void> {
  const model = await restoreModel(database)
  const description = path.join(database.privateFolder, MODEL_FILE)
  await writeFile(description, modelText(model), { flag: 'wx' })
  await staged.add(description, MODEL_FILE, { connection: '', path: MODEL_FILE })
  for (const [at, { sqlName, fields }] of archivedTables(model).entries()) {
    const file = `${at + 1}.parquet`
    const columns = fields.flatMap(({ column }, position) => pairColumns(column, `c${position + 1}`))
    const made = await writeParquet(database, sqlName, columns, 'zstd')
    await staged.add(made, file, { connection: '', path: file })
  }
}

function pairColumns(column: string, as: string): ParquetColumn[] {
  const { n, t } = pairOf(column)
  return [
    { name: `${as}_n`, value: n },
    { name: `${as}_t`, value: t },
  ]
}
