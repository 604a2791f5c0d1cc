/** What the row-level functions of one LOAD statement may look at, besides the row itself. */
import type { EvaluationContext } from '../evaluate/evaluate.ts'
import type { Catalog, MappingTable } from '../model/catalog-model.ts'
import type { Value } from '../value/value.ts'
import type { ValueKey } from '../value/value-key.ts'
import type { Preloads } from './preloads.ts'

export interface LoadContext extends EvaluationContext {
  readonly catalog: Catalog
  readonly maps: ReadonlyMap<string, MappingTable>
  readonly counters: AutoNumberCounters
  readonly preloads: Preloads
  readonly files: FileProbe
  /** What a bare name means where an expression has no row. */
  readonly variable: (name: string) => Value | undefined
}

/** Numbers given by AutoNumber, per counter id, over the whole run (SEMANTICS I12). */
export type AutoNumberCounters = Map<string, Map<ValueKey, number>>

/** Facts about files; a file that is not there is undefined. Faults only for a path that may not be used. */
export interface FileProbe {
  /** The file that the running LOAD reads. */
  readonly current: FileFacts | undefined
  facts(path: string): FileFacts | undefined
}

export interface FileFacts {
  /** As a script writes it: lib://connection/folder/name.csv */
  readonly path: string
  readonly bytes: number
  /** Last change, days since 1899-12-30, local time. */
  readonly changed: number
  /** What its header says; undefined for what is no QVD file, or a damaged one. */
  qvd(): QvdFacts | undefined
}

export interface QvdFacts {
  readonly tableName: string
  readonly rows: number
  readonly fields: readonly { readonly name: string }[]
  /** `YYYY-MM-DD hh:mm:ss`, or empty. */
  readonly createdUtc: string
}

/** The table that the rows go into, as RowNo and Peek see it. */
export interface OutputTable {
  /** Rows that it had before this LOAD. */
  readonly rowsBefore: number
  /** Its name when it exists already: Peek without a table reads its last rows (SEMANTICS I9). */
  readonly name?: string
}

/** One row of a level's input: `values` is overwritten for every row. */
export interface InputRow {
  readonly names: readonly string[]
  readonly values: Value[]
}
