/** State of the row machine that row functions read, and where they register when they are compiled. */
import type { Value } from '../../value/value.ts'
import type { OutputTable } from './load-context.ts'
import type { PeekHistory } from './peek-history.ts'

export interface MachineState {
  recNo: number
  iterNo: number
  /** Undefined except in the top level: rows of other levels go to no table (I2). */
  readonly output: OutputTable | undefined
  rowsWritten: number
  readonly histories: Map<string, PeekHistory>
  /** Run in reverse order after each input row, kept or not, so that nested Previous sees the row before. */
  readonly afterRow: (() => void)[]
  readonly multipliers: RowMultiplier[]
  /** True while WHERE and WHILE are compiled: rows are multiplied after them (J19). */
  inCondition: boolean
}

/** A SubField with two arguments, which yields one row per part (SEMANTICS J17). */
export interface RowMultiplier {
  /** Parts of the current row, at least one. */
  readonly parts: () => readonly Value[]
  current: Value
}
