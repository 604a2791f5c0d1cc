/** A row as node:sqlite gives it, and records that stand in one column. */
import type { SQLOutputValue } from 'node:sqlite'

export type Row = Record<string, SQLOutputValue>

/** The value of a column that holds a whole record as JSON. */
export function recordOf<T>(row: Row | undefined): T | undefined {
  return row === undefined ? undefined : (JSON.parse(row.record as string) as T)
}

export function recordsOf<T>(rows: readonly Row[]): T[] {
  return rows.map((row) => JSON.parse(row.record as string) as T)
}

/** `?, ?, ?`: as many parameters as there are columns in the list. */
export function parameters(columns: string): string {
  return columns
    .split(',')
    .map(() => '?')
    .join(', ')
}
