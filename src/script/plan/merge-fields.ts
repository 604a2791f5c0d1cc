/**
 * Which columns the result of an append or a join has: fields of the target first, new ones behind (SEMANTICS
 * F15).
 */
import { eitherKinds, type FieldModel, findField, type TableModel } from '../model/data-model.ts'

/** Loaded rows on their way into the model: field names as stored, columns c1, c2 ... */
export interface LoadedRows {
  readonly sqlName: string
  readonly rows: number
  readonly fields: readonly FieldModel[]
}

export const columnName = (index: number): string => `c${index + 1}`

/** Columns of one field: in the target (left) and in the new rows (right). */
export interface ColumnPair {
  readonly left: string
  readonly right: string
}

export interface AppendPlan {
  readonly fields: readonly FieldModel[]
  /** Columns the target does not have yet. */
  readonly added: readonly string[]
  readonly columns: readonly ColumnPair[]
}

export function appendPlan(table: TableModel, loaded: LoadedRows): AppendPlan {
  const highest = Math.max(0, ...table.fields.map((field) => Number(field.column.slice(1))))
  const fields: FieldModel[] = table.fields.map((field) => {
    const same = loaded.fields.find((each) => each.name === field.name)
    return same === undefined ? field : { ...field, kinds: eitherKinds(field.kinds, same.kinds) }
  })
  const added: string[] = []
  const columns: ColumnPair[] = loaded.fields.map((field) => {
    const same = findField(table, field.name)
    if (same !== undefined) return { left: same.column, right: field.column }
    const column = columnName(highest + added.length)
    added.push(column)
    fields.push({ ...field, column })
    return { left: column, right: field.column }
  })
  return { fields, added, columns }
}

export interface JoinColumns {
  /** Common fields: joined by identity; without any the result is the cross product (SEMANTICS G3). */
  readonly keys: readonly ColumnPair[]
  /** Columns of the target and of the new rows, in the order of the result, each with its result column. */
  readonly result: readonly {
    readonly from: 'left' | 'right' | 'key'
    readonly column: string
    readonly as: string
  }[]
}

export interface JoinPlan extends JoinColumns {
  readonly fields: readonly FieldModel[]
}

export function joinPlan(table: TableModel, loaded: LoadedRows): JoinPlan {
  const keys = commonColumns(table.fields, loaded.fields)
  const keyColumns = new Set(keys.map((key) => key.left))
  const fields: FieldModel[] = []
  const result: JoinColumns['result'][number][] = []
  for (const field of table.fields) {
    const as = columnName(fields.length)
    const from = keyColumns.has(field.column) ? 'key' : 'left'
    const other = loaded.fields.find((each) => each.name === field.name)
    const kinds = other === undefined ? field.kinds : eitherKinds(field.kinds, other.kinds)
    fields.push({ ...field, column: as, kinds })
    result.push({ from, column: field.column, as })
  }
  for (const field of loaded.fields) {
    if (findField(table, field.name) !== undefined) continue
    const as = columnName(fields.length)
    fields.push({ ...field, column: as })
    result.push({ from: 'right', column: field.column, as })
  }
  return { keys, fields, result }
}

/** The columns of the fields that both have. */
export const commonColumns = (left: readonly FieldModel[], right: readonly FieldModel[]): ColumnPair[] =>
  left.flatMap((field) => {
    const same = right.find((each) => each.name === field.name)
    return same === undefined ? [] : [{ left: field.column, right: same.column }]
  })
