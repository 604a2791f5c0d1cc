/** The first rows of each table of an app data file, as texts to be shown. Only reads the file. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { textOf } from '../../script/value/convert.ts'
import { DEFAULT_SETTINGS } from '../../script/value/settings.ts'
import { Database } from './database.ts'
import { restoreModel } from './model-file.ts'
import { pairValue, readableTable, readBatches } from './row-source.ts'

export interface TablePreview {
  readonly name: string
  readonly rows: number
  readonly fields: readonly string[]
  /** At most as many as asked for; NULL is null. */
  readonly firstRows: readonly (readonly (string | null)[])[]
}

/** @throws Error when the file is not an app data file */
export async function previewTables(dataFile: string, rows: number): Promise<TablePreview[]> {
  const privateFolder = await mkdtemp(path.join(tmpdir(), 'reprise-preview-'))
  try {
    const database = await Database.open({ file: dataFile, privateFolder, readOnly: true })
    try {
      const { tables } = await restoreModel(database)
      const previews: TablePreview[] = []
      for (const table of tables) {
        const readable = { ...readableTable(table), rows: Math.min(rows, table.rows) }
        const firstRows: (string | null)[][] = []
        await readBatches(database, readable, (batch, count) => {
          for (let at = 0; at < count; at++) firstRows.push(shownRow(batch, at))
          return true
        })
        previews.push({ name: table.name, rows: table.rows, fields: readable.names, firstRows })
      }
      return previews
    } finally {
      database.close()
    }
  } finally {
    await rm(privateFolder, { recursive: true, force: true })
  }
}

function shownRow(batch: unknown[][], at: number): (string | null)[] {
  const row: (string | null)[] = []
  for (let i = 0; i < batch.length; i += 2) {
    row.push(textOf(pairValue(batch[i]![at], batch[i + 1]![at]), DEFAULT_SETTINGS))
  }
  return row
}
