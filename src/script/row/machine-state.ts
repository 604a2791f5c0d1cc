/** What the functions of a row read from its row machine, and register with it while they are compiled. */
import type { Value } from '../value/value.ts'
import type { OutputTable } from './load-context.ts'
import type { PeekHistory } from './peek-history.ts'

export interface MachineState {
  recNo: number
  iterNo: number
  /** Undefined in a level that is not the top one: its rows go to no table (I2). */
  readonly output: OutputTable | undefined
  rowsWritten: number
  readonly histories: Map<string, PeekHistory>
  /** Run in reverse order after each surviving input row, so that nested Previous sees the row before. */
  readonly afterRow: (() => void)[]
  readonly multipliers: RowMultiplier[]
  /** True while WHERE and WHILE are compiled: rows are multiplied after them (J19). */
  inCondition: boolean
}

/** A two-argument SubField: it gives one row per part (SEMANTICS J17). */
export interface RowMultiplier {
  /** Parts of the current row, at least one. */
  readonly parts: () => readonly Value[]
  current: Value
}
