/** What a LOAD does to its rows, level by level: what the planner makes and an engine executes. */
import type { Expression } from '../syntax/expression.ts'
import type { GroupPlan } from './group-plan.ts'

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

export type RowStep =
  | { readonly kind: 'rows'; readonly rules: LevelRules }
  /** All rows are needed before the first comes out. Reads what the step before writes as `inputItems`. */
  | { readonly kind: 'group'; readonly group: GroupPlan }
  | { readonly kind: 'distinct' }
