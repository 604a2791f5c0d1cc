/**
 * Records as rows and back: a table names for each property its column and how its value stands there, so
 * that names, values and readers cannot drift apart, and a property without a column is an error of types.
 */
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import type { Row } from './row.ts'

/** A column and the way of its values. */
export interface Column<Value> {
  readonly name: string
  readonly write: (value: Value) => SQLInputValue
  readonly read: (value: SQLOutputValue) => Value
}

export function text<Value extends string>(name: string): Column<Value> {
  return { name, write: (value) => value, read: (value) => value as Value }
}

export function number(name: string): Column<number> {
  return { name, write: (value) => value, read: (value) => value as number }
}

/** 0 or 1. */
export function flag(name: string): Column<boolean> {
  return { name, write: (value) => (value ? 1 : 0), read: (value) => value === 1 }
}

export function json<Value>(name: string): Column<Value> {
  return {
    name,
    write: (value) => JSON.stringify(value),
    read: (value) => JSON.parse(value as string) as Value,
  }
}

/** For each property its column; where an optional property is absent, the column is NULL. */
export type ColumnsOf<Record> = {
  readonly [Name in keyof Record]-?: Column<Exclude<Record[Name], undefined>>
}

export interface RecordColumns<Record> {
  /** Separated by commas. */
  readonly names: string
  /** `name = ?`, separated by commas. */
  readonly assignments: string
  /** In the order of the names. */
  values(record: Record): SQLInputValue[]
  /** Tells each column whose value is another one afterwards, by its place among the names. */
  changes(before: Record, after: Record, found: (place: number, value: SQLInputValue) => void): void
  of(row: Row): Record
}

export function recordColumns<Record extends object>(columns: ColumnsOf<Record>): RecordColumns<Record> {
  const properties = Object.keys(columns) as (keyof Record)[]
  type Value = Exclude<Record[keyof Record], undefined>
  const all: readonly Column<Value>[] = properties.map((property) => columns[property])
  const valueAt = (record: Record, i: number): SQLInputValue => {
    const value = record[properties[i]!]
    return value === undefined ? null : all[i]!.write(value as Value)
  }
  return {
    names: all.map(({ name }) => name).join(', '),
    assignments: all.map(({ name }) => `${name} = ?`).join(', '),
    values: (record) => {
      const values: SQLInputValue[] = new Array(all.length)
      for (let i = 0; i < all.length; i++) values[i] = valueAt(record, i)
      return values
    },
    changes: (before, after, found) => {
      for (let i = 0; i < all.length; i++) {
        const property = properties[i]!
        if (before[property] === after[property]) continue
        const value = valueAt(after, i)
        if (value !== valueAt(before, i)) found(i, value)
      }
    },
    of: (row) => {
      const record: Partial<Record> = {}
      for (let i = 0; i < all.length; i++) {
        const value = row[all[i]!.name]
        if (value !== null && value !== undefined) record[properties[i]!] = all[i]!.read(value)
      }
      return record as Record
    },
  }
}
