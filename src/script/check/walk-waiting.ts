/** A statement among what waits for the next LOAD that runs (run/waiting.ts), as far as that is known. */
import type { ScriptFaultError } from '../fault/fault.ts'
import { parseLabel } from '../parse/parse-control.ts'
import { oneLabel } from '../parse/parse-prefixes.ts'
import { parseStatement } from '../parse/parse-statement.ts'
import {
  isIncomplete,
  isLabelOf,
  mayStandBetween,
  noLoad,
  noSource,
  stackedOn,
  type WaitingLoads,
} from '../run/waiting.ts'
import type { Statement } from '../syntax/statement.ts'
import { withoutGaps } from './clear-statement.ts'
import { effectsOfStatement, forgetEffects, isLoadWithSource } from './effects.ts'
import type { Truth } from './guards.ts'
import { type Knowledge, type StatementPlace, UNKNOWN } from './knowledge.ts'
import { GAP } from './known-value.ts'
import {
  attempt,
  type Place,
  parsedOrNothing,
  readClause,
  report,
  type Step,
  stepAt,
  type Walk,
} from './walk.ts'

/** What the statement may do, where it cannot be told. */
export function forgetUnclear({ statement, knowledge }: Step): void {
  forgetEffects(knowledge, effectsOfStatement(statement))
  if (isLoadWithSource(statement)) knowledge.change({ label: undefined, loads: undefined })
}

/** Undefined: it is faulty, or not clear. */
export function parsedStep(walk: Walk, step: Step, start: number): Statement | undefined {
  const parse = () => parseStatement(step.text, start)
  return step.text.includes(GAP) ? parsedOrNothing(parse) : attempt(walk, step, parse)
}

/** The label of the next LOAD. */
export function walkLabel(walk: Walk, step: Step): void {
  const { knowledge } = step
  const { label } = knowledge.simple
  const name = readClause(walk, step, parseLabel)
  const isKnown = name !== undefined && !name.includes(GAP)
  knowledge.change({ label: isKnown ? { name, place: placeOf(step) } : UNKNOWN })
  if (isKnown && label !== undefined && label !== UNKNOWN) {
    attempt(walk, step, () => oneLabel(label.name, name, { start: 0, end: 0 }))
  }
}

/** What still waits when the script ends. */
export function endWaiting(walk: Walk, place: Place, knowledge: Knowledge): void {
  const { loads, label } = knowledge.simple
  const end = { place, knowledge }
  if (loads !== undefined && loads !== UNKNOWN && !loads.isLeftOut)
    reportWaiting(walk, end, loads, noSource(loads.level))
  if (label !== undefined && label !== UNKNOWN) reportWaiting(walk, end, label, noLoad(label.name))
}

export interface Read {
  readonly parsed: Statement
  readonly start: number
  readonly allowed: Truth
}

/**
 * The statement to judge: a LOAD with the ones that wait for it; undefined: it waits itself, is left out, or
 * is not clear.
 */
export function runningNow(walk: Walk, step: Step, { parsed, start, allowed }: Read): Statement | undefined {
  const { knowledge } = step
  const { loads } = knowledge.simple
  if (parsed.kind !== 'load') {
    if (loads !== undefined && !mayStandBetween(parsed)) {
      knowledge.change({ loads: undefined })
      if (loads !== UNKNOWN) reportWaiting(walk, step, loads, noSource(loads.level))
    }
    return allowed === false ? undefined : clearOrForget(step, parsed, start)
  }
  if (loads !== undefined && allowed === false) return undefined
  const waits = isIncomplete(parsed)
  if (loads === UNKNOWN || (allowed === UNKNOWN && (waits || loads !== undefined))) {
    forgetUnclear(step)
    if (allowed === UNKNOWN) knowledge.change({ loads: UNKNOWN })
    return undefined
  }
  const isLeftOut = loads?.isLeftOut ?? allowed === false
  const stack = attempt(walk, step, () => stackOf(loads, step, start))
  if (waits) {
    if (clearOrForget(step, parsed, start) === undefined || stack === undefined) return undefined
    const { place, level } = loads ?? { place: placeOf(step), level: parsed.levels[0]!.span }
    knowledge.change({ loads: { ...stack, place, level, isLeftOut } })
    return undefined
  }
  knowledge.change({ loads: undefined })
  if (isLeftOut) dropLabelOf(step, loads?.place ?? placeOf(step))
  if (isLeftOut || stack === undefined) return undefined
  if (loads === undefined) return clearOrForget(step, parsed, start)
  step.text = stack.text
  step.origin = stack.origin
  const whole = parsedStep(walk, step, 0)
  if (whole === undefined) forgetUnclear(step)
  return whole && clearOrForget(step, whole, 0)
}

/** Of a LOAD that is left out. */
export function dropLabelOf({ knowledge }: Step, place: StatementPlace): void {
  const { label } = knowledge.simple
  if (label !== UNKNOWN && isLabelOf(label, place)) knowledge.change({ label: undefined })
}

function clearOrForget(step: Step, statement: Statement, start: number): Statement | undefined {
  if (!step.text.includes(GAP)) return statement
  const clear = withoutGaps(statement, step.text.slice(start))
  if (clear === undefined) forgetUnclear(step)
  return clear
}

/** Where another text waits, its faults are told at the statement that ends the waiting. */
function stackOf(loads: WaitingLoads<StatementPlace> | undefined, step: Step, start: number) {
  const isElsewhere = loads !== undefined && loads.place.unit.lines !== step.unit.lines
  const here = step.origin({ start, end: start })
  return stackedOn(isElsewhere ? { ...loads, origin: () => here } : loads, step, start)
}

export const placeOf = ({ unit, index, text, origin }: Step): StatementPlace => ({
  unit,
  index,
  text,
  origin,
})

/** A fault of the statement that waits. */
function reportWaiting(
  walk: Walk,
  { place, knowledge }: Pick<Step, 'place' | 'knowledge'>,
  waits: { readonly place: StatementPlace },
  { fault }: ScriptFaultError,
): void {
  const { unit, index, text, origin } = waits.place
  report(walk, { ...stepAt(unit, index, place, knowledge), text, origin }, fault)
}
