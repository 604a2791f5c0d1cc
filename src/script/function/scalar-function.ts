/** One row of the function tables: a function of its argument values alone (functions/*.ts). */
import type { EvaluationContext } from '../evaluate/evaluate.ts'
import type { Value } from '../value/value.ts'

export interface ScalarFunction {
  /** As documented: `AddMonths`, `Date#`. */
  readonly name: string
  readonly min: number
  /** Infinity: any number. */
  readonly max: number
  /** Called once a row. The array is reused between calls: read it, never keep it. */
  readonly evaluate: (args: readonly Value[], context: EvaluationContext) => Value
  /** The result may differ between calls with equal arguments, so it must not be computed ahead. */
  readonly changing?: true
}
