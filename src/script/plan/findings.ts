/**
 * The answer of a planner: a plan, or all faults. After a fault it continues as if that were corrected, so
 * that all faults are found at once and later statements can be checked.
 */
import { type Fault, ScriptFaultError } from '../fault/fault.ts'
import type { ModelShape } from './model-shape.ts'

/** An answer of a planner. */
export type Planned<Plan> =
  | {
      readonly kind: 'plan'
      readonly plan: Plan
      /** The data model after the statement. */
      readonly after: ModelShape
    }
  | {
      readonly kind: 'refused'
      /** In the order in which they were found: the first is the one that a reload ends with. */
      readonly faults: readonly [Fault, ...Fault[]]
      /** As if the faults were corrected. */
      readonly after: ModelShape
    }

/** The plan of an answer. @throws ScriptFaultError the first fault of a refusal */
export function planned<Plan>(answer: Planned<Plan>): Plan {
  if (answer.kind === 'refused') throw new ScriptFaultError(answer.faults[0])
  return answer.plan
}

/** Collects the faults of one statement. */
export type Report = (fault: ScriptFaultError) => void

export class Findings {
  readonly #faults: Fault[] = []

  readonly report: Report = ({ fault }) => {
    this.#faults.push(fault)
  }

  /** The plan if nothing was reported. */
  answer<Plan>(plan: Plan, after: ModelShape): Planned<Plan> {
    const [first, ...more] = this.#faults
    return first === undefined
      ? { kind: 'plan', plan, after }
      : { kind: 'refused', faults: [first, ...more], after }
  }
}
