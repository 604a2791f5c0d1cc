/** A row as node:sqlite gives it, and the way from an empty column to an absent property. */
import type { SQLOutputValue } from 'node:sqlite'

export type Row = Record<string, SQLOutputValue>

/** Sets the property when the column has a value. Faster than spreading: rows are read in every step. */
export function give<Name extends string>(
  record: { [name in Name]?: unknown },
  name: Name,
  value: SQLOutputValue | undefined,
): void {
  if (value !== null && value !== undefined) record[name] = value
}

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
