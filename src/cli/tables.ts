/** Prints the tables of an app data file with their row counts and first rows. */
import { previewTables } from '../engine/duckdb/preview.ts'
import type { Terminal } from './terminal.ts'

/** @param rows how many rows of each table to show; 0 shows names and counts only */
export async function showTables(terminal: Terminal, dataFile: string, rows: number): Promise<void> {
  for (const table of await previewTables(dataFile, rows)) {
    terminal.heading(
      `${table.name}  ${terminal.paint('dim', `${table.rows.toLocaleString('en-US')} ${table.rows === 1 ? 'row' : 'rows'}`)}`,
    )
    if (rows > 0) {
      terminal.table(
        table.fields,
        table.firstRows.map((row) => row.map((value) => value ?? '-')),
      )
    }
  }
}
