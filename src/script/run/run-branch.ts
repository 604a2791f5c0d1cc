/** IF and SWITCH (LANGUAGE, section 4; SEMANTICS P9, Q6). A condition that fails counts as false. */

import type { Asking } from '../host.ts'
import { parseCase, parseCondition, parseSwitch } from '../parse/parse-control.ts'
import type { Block } from '../syntax/block.ts'
import { compareValues } from '../value/convert.ts'
import { TRUE, type Value } from '../value/value.ts'
import { beginStatement, guarded, readClause } from './current-statement.ts'
import { evaluate, isTrueNow } from './evaluate-script.ts'
import type { CurrentStatement, ScriptState } from './script-state.ts'

/** Statements of the branch: from inclusive, to exclusive. */
export interface Branch {
  readonly from: number
  readonly to: number
}

/** Returns the branch to run, if any. */
export function* chooseIf(
  state: ScriptState,
  current: CurrentStatement,
  block: Block,
): Asking<Branch | undefined> {
  for (const [position, index] of [current.index, ...block.clauses].entries()) {
    const clause =
      position === 0 ? current : yield* beginStatement(state, current.unit, index, current.nesting)
    if (yield* guarded(state, clause, isTaken(state, clause), false)) {
      return { from: index + 1, to: block.clauses[position] ?? block.end }
    }
  }
  return undefined
}

function* isTaken(state: ScriptState, clause: CurrentStatement): Asking<boolean> {
  const condition = yield* readClause(state, clause, parseConditionOrElse)
  return condition === undefined || (yield* isTrueNow(state, condition))
}

const parseConditionOrElse = (text: string) => (/^else$/i.test(text) ? undefined : parseCondition(text))

/** Returns the first CASE with an equal value, else DEFAULT; there is no fall-through. */
export function* chooseSwitch(
  state: ScriptState,
  current: CurrentStatement,
  block: Block,
): Asking<Branch | undefined> {
  const value = yield* evaluate(state, yield* readClause(state, current, parseSwitch))
  let otherwise: Branch | undefined
  for (const [position, index] of block.clauses.entries()) {
    const branch = { from: index + 1, to: block.clauses[position + 1] ?? block.end }
    const clause = yield* beginStatement(state, current.unit, index, current.nesting)
    if (clause.statement.head === 'default') otherwise ??= branch
    else if (yield* guarded(state, clause, equalsOne(state, clause, value), false)) return branch
  }
  return otherwise
}

function* equalsOne(state: ScriptState, clause: CurrentStatement, value: Value): Asking<boolean> {
  const settings = state.variables.settings()
  for (const candidate of yield* readClause(state, clause, parseCase)) {
    if (compareValues('=', value, yield* evaluate(state, candidate), settings) === TRUE) return true
  }
  return false
}
