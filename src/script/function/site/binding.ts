/**
 * Room `script/function/site`: what a function row may see of the place where it is called: row, tables,
 * clock and settings. Shapes and the state of one LOAD enter; functions themselves stand in
 * `script/function`.
 *
 * The seam between an expression and its surroundings. `compile` (compile-expression.ts) turns a syntax tree
 * into an evaluator; a binding says what names and context functions mean there: variables in LET, fields of
 * the current row in a LOAD.
 */
import type { ScriptClock, ScriptSystem } from '../../host.ts'
import type { Expression } from '../../syntax/expression.ts'
import type { Settings } from '../../value/settings.ts'
import type { Value } from '../../value/value.ts'

/**
 * Reads the current row (or the variables) and gives the value. Called once a row: avoid
 * allocations.
 */
export type Evaluator = () => Value

export interface EvaluationContext {
  readonly settings: Settings
  readonly clock: ScriptClock
  readonly random: () => number
  readonly system: ScriptSystem
  readonly partial: boolean
}

export interface Binding extends EvaluationContext {
  /** The meaning of a name; undefined for an unknown one, which is fault 11 in a LOAD and NULL in LET. */
  name(name: string, quoted: boolean): Evaluator | undefined
  /** If true, an unknown name is NULL (LET, IF, FOR ...), otherwise a "field not found" fault. */
  readonly unknownNameIsNull: boolean
  /**
   * Functions whose meaning depends on where they stand: recno, rowno, iterno, peek, previous, exists,
   * applymap, autonumber, filename, noofrows ... Undefined: not available. `compile` compiles an argument in
   * the same binding; `distinct` is that of an aggregation.
   */
  call(
    name: string,
    args: readonly Expression[],
    compile: (expression: Expression) => Evaluator,
    distinct: boolean,
  ): Evaluator | undefined
}
