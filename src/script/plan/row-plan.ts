/** What one level of a LOAD does to its rows: what the planner makes and an engine executes. */
import type { Expression } from '../syntax/expression.ts'

export interface OutputItem {
  readonly name: string
  readonly expression: Expression
}

/** Which input rows are read at all; absent: all. */
export interface RowLimits {
  /** At most so many. */
  readonly first?: number
  /** This share of them, from 0 to 1, by chance. */
  readonly sample?: number
}

/** One row after the other. */
export interface LevelRules extends RowLimits {
  readonly items: readonly OutputItem[]
  readonly where?: Expression
  readonly while?: Expression
}
