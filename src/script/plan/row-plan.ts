/** What one level of a LOAD does to its rows: made by the planner, executed by an engine. */
import type { Expression } from '../syntax/expression.ts'

export interface OutputItem {
  readonly name: string
  readonly expression: Expression
}

/** Which input rows are read; absent for all. */
export interface RowLimits {
  /** Maximum number of rows. */
  readonly first?: number
  /** The random share of rows to read, from 0 to 1. */
  readonly sample?: number
}

/** One row after the other. */
export interface LevelRules extends RowLimits {
  readonly items: readonly OutputItem[]
  readonly where?: Expression
  readonly while?: Expression
}
