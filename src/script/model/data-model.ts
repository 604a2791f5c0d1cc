/**
 * Room `script/model`: what a script has loaded so far: tables, fields, tags and comments. Descriptions of
 * the data enter, never rows.
 *
 * The tables of a running script, as plain data: which tables and fields there are, under which generated
 * names the engine keeps them, and what kinds of value each field holds. Real names live only here
 * (SEMANTICS, section 1 "names"): they are case-sensitive and may hold anything, so they never become SQL
 * identifiers.
 *
 * A model is never changed: a statement that succeeds replaces it, and one that fails keeps it.
 */
import { defined } from '../../core/defined.ts'
import type { DerivedFields } from '../host.ts'
import type { FieldFormat } from '../value/field-format.ts'
import type { Value } from '../value/value.ts'

/** A field of one table. Its values stand in the columns `<column>_n` (DOUBLE) and `<column>_t` (VARCHAR). */
export interface FieldModel {
  readonly name: string
  /** Generated, unique within the table: c1, c2 ... */
  readonly column: string
  readonly kinds: ValueKinds
  /** How its numbers are shown, where a function or a file said so; absent: their texts tell. */
  readonly format?: FieldFormat
}

/** Which kinds of value occur; a kind that is false never occurs, one that is true may. */
export interface ValueKinds {
  /** Values with a number side. */
  readonly numbers: boolean
  /** Values with a text but no number. */
  readonly texts: boolean
  /** Values with both. */
  readonly duals: boolean
}

export const NO_KINDS: ValueKinds = { numbers: false, texts: false, duals: false }

/**
 * Rows that came in with one load: `first` to `last` are row numbers from 1, `sequence` orders loads over all
 * tables.
 */
export interface Segment {
  readonly sequence: number
  readonly first: number
  readonly last: number
}

export interface TableModel {
  readonly name: string
  /** Generated, never reused within a data file: t1, t2 ... */
  readonly sqlName: string
  readonly fields: readonly FieldModel[]
  readonly rows: number
  /** Set by LOAD DISTINCT: rows that are added later are made distinct too (SEMANTICS J2). */
  readonly distinct: boolean
  readonly segments: readonly Segment[]
}

export interface DataModel {
  /** In order of creation. */
  readonly tables: readonly TableModel[]
  /** Number of the next generated table name. */
  readonly nextTable: number
  /** Number of the next load. */
  readonly nextSequence: number
  /** Name of the table that was created last: the target of CONCATENATE, JOIN and KEEP without a name. */
  readonly lastCreated?: string
  readonly notes?: Notes
  /** Calculated fields over fields of the model, in the order of the script. */
  readonly derived?: readonly DerivedFields[]
  /**
   * The tables of the other section: those of SECTION ACCESS while the application's are loaded, and the
   * reverse.
   */
  readonly aside?: Pick<DataModel, 'tables' | 'lastCreated' | 'notes' | 'derived'>
}

/** What a script noted about a table or field. */
export interface Note {
  readonly tags: readonly string[]
  readonly comment?: string
}

/** By name of the table, and of the field whatever its table. */
export interface Notes {
  readonly table: ReadonlyMap<string, Note>
  readonly field: ReadonlyMap<string, Note>
}

export const NO_NOTES: Notes = { table: new Map(), field: new Map() }

export const EMPTY_MODEL: DataModel = { tables: [], nextTable: 1, nextSequence: 1 }

/** First key wins (SEMANTICS M1); keys are value identities. */
export interface MappingTable {
  readonly name: string
  readonly entries: ReadonlyMap<number | string, Value>
  /** All pairs in load order, for RENAME ... USING. */
  readonly pairs: readonly (readonly [Value, Value])[]
}

export const findTable = (model: DataModel, name: string): TableModel | undefined =>
  model.tables.find((table) => table.name === name)

export const findField = (table: TableModel, name: string): FieldModel | undefined =>
  table.fields.find((field) => field.name === name)

/** Every table that has the field, oldest first. */
export function tablesWith(model: DataModel, field: string): { table: TableModel; field: FieldModel }[] {
  return model.tables.flatMap((table) => {
    const found = findField(table, field)
    return found === undefined ? [] : [{ table, field: found }]
  })
}

/** Replaces the table of the same name, or adds it at the end. */
export function withTable(model: DataModel, table: TableModel): DataModel {
  const known = model.tables.some((other) => other.name === table.name)
  const tables = known
    ? model.tables.map((other) => (other.name === table.name ? table : other))
    : [...model.tables, table]
  return { ...model, tables, ...(known ? {} : { lastCreated: table.name }) }
}

/** Removes the table; the one created before it becomes the last created table. */
export function withoutTable(model: DataModel, name: string): DataModel {
  const tables = model.tables.filter((table) => table.name !== name)
  const { lastCreated, ...rest } = model
  if (lastCreated !== name) return { ...model, tables }
  const last = tables.at(-1)
  return { ...rest, tables, ...defined({ lastCreated: last?.name }) }
}

/** A new generated table name, and the model that remembers it. */
export function takeTableName(model: DataModel): { sqlName: string; model: DataModel } {
  return {
    sqlName: `t${model.nextTable}`,
    model: { ...model, nextTable: model.nextTable + 1 },
  }
}

/** Switches to the other section; generated names stay unique over both (SEMANTICS S4). */
export function otherSection({ nextTable, nextSequence, aside, ...here }: DataModel): DataModel {
  return { nextTable, nextSequence, ...(aside ?? { tables: [] }), aside: here }
}

/** The kinds of two sets of values combined. */
export const eitherKinds = (a: ValueKinds, b: ValueKinds): ValueKinds => ({
  numbers: a.numbers || b.numbers,
  texts: a.texts || b.texts,
  duals: a.duals || b.duals,
})

/** The name itself if it is free, else with -1, -2 ... (SEMANTICS F11). */
export function freeTableName(model: DataModel, wanted: string): string {
  let name = wanted
  for (let n = 1; findTable(model, name) !== undefined; n++) name = `${wanted}-${n}`
  return name
}
