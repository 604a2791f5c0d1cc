/** What row-level functions of a LOAD can access besides the row itself. */

import type { DataModel, MappingTable } from '../../model/data-model.ts'
import type { Value } from '../../value/value.ts'
import type { ValueKey } from '../../value/value-key.ts'
import type { EvaluationContext } from './binding.ts'
import type { Preloads } from './preloads.ts'

export interface LoadContext extends EvaluationContext {
  readonly model: DataModel
  readonly maps: ReadonlyMap<string, MappingTable>
  readonly counters: AutoNumberCounters
  readonly preloads: Preloads
  readonly files: FileProbe
  /** The meaning of a bare name where there is no row. */
  readonly variable: (name: string) => Value | undefined
}

/** Numbers assigned by AutoNumber, per counter id, over the whole run (SEMANTICS I12). */
export type AutoNumberCounters = Map<string, Map<ValueKey, number>>

/** Facts about files; undefined for a missing file. Throws only for a forbidden path. */
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
  /** Its QVD header; undefined if it is not a QVD file, or damaged. */
  qvd(): QvdFacts | undefined
}

export interface QvdFacts {
  readonly tableName: string
  readonly rows: number
  readonly fields: readonly { readonly name: string }[]
  /** `YYYY-MM-DD hh:mm:ss`, or empty. */
  readonly createdUtc: string
}

/** The target table of the rows, for RowNo and Peek. */
export interface OutputTable {
  /** Number of rows before this LOAD. */
  readonly rowsBefore: number
  /** Its name if it exists already: Peek without a table reads its last rows (SEMANTICS I9). */
  readonly name?: string
}

/** One input row of a level: `values` is overwritten for every row. */
export interface InputRow {
  readonly names: readonly string[]
  readonly values: Value[]
}
