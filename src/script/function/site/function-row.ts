/**
 * What a function of the language is: one row with its name, the arguments that it takes and every
 * implementation that it has. The rows stand in the topic files of this folder, functions.ts finds them by
 * name, and all other descriptions of functions are derived from them.
 */

import type { Expression } from '../../syntax/expression.ts'
import type { FieldFormat } from '../../value/field-format.ts'
import type { Settings } from '../../value/settings.ts'
import type { Value } from '../../value/value.ts'
import type { EvaluationContext, Evaluator } from './binding.ts'
import type { LoadContext } from './load-context.ts'
import type { MachineState } from './machine-state.ts'

/** As a row's `max`: any number of arguments. */
export const ANY = Number.POSITIVE_INFINITY

/**
 * A row has at most one of `scalar`, `lazy`, `context`, `load`, `list` and `fold`; a function with none of
 * them is refused by name.
 */
export interface FunctionRow {
  /** As documented: `AddMonths`, `Date#`. */
  readonly name: string
  readonly min: number
  /** Or ANY. */
  readonly max: number
  /** How often it was seen in 477 public scripts. */
  readonly seen: number
  readonly scalar?: Scalar
  readonly lazy?: Lazy
  readonly context?: InContext
  readonly load?: OfLoad
  readonly list?: ListAggregation
  readonly fold?: Fold
  /** Of a scalar function: in the fields of a LOAD a call with `min` arguments makes rows of its parts. */
  readonly parts?: PartsOf
  /** Equal arguments may give different results: it is not computed in advance. */
  readonly changing?: true
  /**
   * Arguments that may be the result as they are, or none where the result is a value that stands elsewhere.
   * Absent: a text that it gives is one that it made.
   */
  readonly gives?: 'all' | readonly number[]
  /** How a field that it makes shows its numbers. Absent, or without an answer: as their texts tell. */
  readonly shows?: ShownBy
  /** It reads tables, maps or files, and the host also answers it outside a LOAD. */
  readonly outside?: Outside
}

/**
 * Computed from the values of its arguments. Called once a row: the array is reused, so never store it.
 */
export type Scalar = (args: readonly Value[], context: EvaluationContext) => Value

/** Decides itself which arguments are computed. */
export type Lazy = (args: readonly Evaluator[], site: LazySite) => Evaluator

export interface LazySite {
  readonly settings: Settings
  /** The evaluator of a text as an expression in the same scope; NULL for an invalid one. */
  readonly compileText: (source: string) => Evaluator
}

/** Depends on the row of a LOAD, or on rows before it: compiled for each call. */
export type InContext = (args: readonly Expression[], site: CallSite) => Evaluator

/** Where a call stands in a LOAD. */
export interface CallSite {
  readonly context: LoadContext
  readonly state: MachineState
  /** Fields that this level writes. */
  readonly outputNames: ReadonlySet<string>
  readonly compile: (expression: Expression) => Evaluator
  /** Of a value that is looked up by its identity: a text that the expression makes is read as a cell is. */
  readonly compileKey: (expression: Expression) => Evaluator
  /** Whether an expression may differ from row to row: it contains a field or a function of the row. */
  readonly dependsOnRow: (expression: Expression) => boolean
}

/** Computed from the values of its arguments and what the LOAD knows: its model, its files. */
export type OfLoad = (args: readonly Value[], context: LoadContext) => Value

/** @param args of the call: an answer needs those that are the same for all rows */
export type ShownBy = (args: readonly Expression[], settings: Settings) => FieldFormat | undefined

/** The parts of a text; without parts the row stays, with NULL. */
export type PartsOf = (args: readonly Value[], context: EvaluationContext) => readonly Value[]

/** An aggregation over all values of a group at once: `lists[i]` holds argument i of every row. */
export type ListAggregation = (lists: readonly (readonly Value[])[], settings: Settings) => Value

/**
 * An aggregation that the engine computes while it groups. The operation is a node of the plan: the language
 * defines its meaning, the engine computes it (docs/decisions/0013-function-rows-without-sql.md). The
 * first argument is the value.
 */
export interface Fold {
  readonly operation: FoldOperation
  /** Index of the argument that orders the values. */
  readonly weight?: number
  /** Index of the argument that is the same for all rows: a rank, or a delimiter. */
  readonly constant?: number
}

export type FoldOperation =
  | 'average'
  | 'concat'
  | 'count'
  | 'first'
  | 'first-sorted'
  | 'last'
  | 'max'
  | 'max-text'
  | 'median'
  | 'min'
  | 'min-text'
  | 'missing-count'
  | 'mode'
  | 'null-count'
  | 'number-count'
  | 'only'
  | 'standard-deviation'
  | 'sum'
  | 'text-count'

/**
 * Which arguments of a call outside a LOAD are names. There a bare word is a variable if it exists,
 * otherwise a name; `fields`: always a name (LANGUAGE 2.1: Peek and Exists).
 */
export interface Outside {
  readonly names?: readonly number[]
  readonly fields?: readonly number[]
}

/** The groups of the language's documentation, as its pages show them. */
export const FUNCTION_GROUPS = [
  'Text',
  'Number',
  'Exponential',
  'Trigonometric',
  'Constants',
  'Interpretation and format',
  'Date and time',
  'Conditional',
  'Null',
  'Logical',
  'Mapping',
  'Inter-record',
  'Counter',
  'Range',
  'Aggregation',
  'Table',
  'File',
  'System',
  'Colour',
  'Financial',
  'Probability and tests',
  'Geographical',
  'Window',
  'Legacy',
] as const

export type FunctionGroup = (typeof FUNCTION_GROUPS)[number]

/** The export of a topic file. */
export type FunctionGroups = Partial<Readonly<Record<FunctionGroup, readonly FunctionRow[]>>>
