/** Conditions outside of LOAD, as far as they are known. */

import type { Guard } from '../parse/parse-control.ts'
import type { Expression } from '../syntax/expression.ts'
import { UNKNOWN } from './knowledge.ts'
import { truthOf } from './known-value.ts'
import { adviseNames, attempt, type Step, type Walk } from './walk.ts'

export type Truth = boolean | typeof UNKNOWN

/** A condition with a fault, which is reported, may be either. */
export function isMet(walk: Walk, step: Step, condition: Expression): Truth {
  adviseNames(walk, step, condition)
  return attempt(walk, step, () => truthOf(condition, step.knowledge)) ?? UNKNOWN
}

/** Do all WHEN and UNLESS let the statement run? */
export function guardsAllow(walk: Walk, step: Step, guards: readonly Guard[]): Truth {
  let all: Truth = true
  for (const { kind, condition } of guards) {
    const met = isMet(walk, step, condition)
    if (met === UNKNOWN) all = UNKNOWN
    else if (met !== (kind === 'when')) return false
  }
  return all
}
