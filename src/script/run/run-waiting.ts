/** A statement among what waits for the next LOAD that runs (run/waiting.ts). */
import type { ScriptFaultError } from '../fault/fault.ts'
import type { Asking } from '../host.ts'
import { parseLabel } from '../parse/parse-control.ts'
import { oneLabel } from '../parse/parse-prefixes.ts'
import { parseStatement } from '../parse/parse-statement.ts'
import type { Statement } from '../syntax/statement.ts'
import { guarded, readClause } from './current-statement.ts'
import type { CurrentStatement, ScriptState } from './script-state.ts'
import {
  isIncomplete,
  isLabelOf,
  labelled,
  mayStandBetween,
  noLoad,
  noSource,
  stackedOn,
  type WaitingLoads,
} from './waiting.ts'

/** Keeps the label for the next LOAD. Throws ScriptFaultError: another one waits, which is given up. */
export function* keepLabel(state: ScriptState, current: CurrentStatement): Asking<void> {
  const name = yield* readClause(state, current, parseLabel)
  const before = state.waiting.label?.name
  state.waiting = { ...state.waiting, label: { name, place: current } }
  oneLabel(before, name, { start: 0, end: 0 })
}

type Loads = WaitingLoads<CurrentStatement> | undefined

/** The LOADs that wait; they go on to wait only if they are kept again. */
export function takeLoads(state: ScriptState): Loads {
  const { loads } = state.waiting
  keepLoads(state, undefined)
  return loads
}

const keepLoads = (state: ScriptState, loads: Loads): void => {
  state.waiting = { ...state.waiting, loads }
}

/**
 * What runs of a parsed statement: a LOAD with the ones that wait for it and the label; undefined if it waits
 * itself or is left out. Throws ScriptFaultError: of the stack, or two labels.
 *
 * @param loads taken before
 * @param start where it begins in the text
 */
export function* runningNow(
  state: ScriptState,
  current: CurrentStatement,
  loads: Loads,
  {
    parsed,
    start,
    isAllowed,
  }: { readonly parsed: Statement; readonly start: number; readonly isAllowed: boolean },
): Asking<Statement | undefined> {
  if (parsed.kind !== 'load') {
    if (loads === undefined || mayStandBetween(parsed)) keepLoads(state, loads)
    else yield* tellAt(state, loads, noSource(loads.level))
    return isAllowed ? parsed : undefined
  }
  if (loads !== undefined && !isAllowed) {
    keepLoads(state, loads)
    return undefined
  }
  const isLeftOut = loads?.isLeftOut ?? !isAllowed
  if (isIncomplete(parsed)) {
    const { place, level } = loads ?? { place: current, level: parsed.levels[0]!.span }
    keepLoads(state, { ...stackOf(loads, current, start), place, level, isLeftOut })
    return undefined
  }
  const { label } = state.waiting
  if (isLeftOut) {
    if (isLabelOf(label, loads?.place ?? current)) state.waiting = { ...state.waiting, label: undefined }
    return undefined
  }
  state.waiting = { label: undefined, loads: undefined }
  if (loads === undefined) return labelled(parsed, label?.name)
  const { text, origin } = stackOf(loads, current, start)
  current.text = text
  current.origin = origin
  const whole = parseStatement(text)
  return whole.kind === 'load' ? labelled(whole, label?.name) : whole
}

/** Where another text waits, its faults are told at the statement that ends the waiting. */
function stackOf(loads: Loads, current: CurrentStatement, start: number) {
  const isElsewhere = loads !== undefined && loads.place.unit.script !== current.unit.script
  const here = current.origin({ start, end: start })
  return stackedOn(isElsewhere ? { ...loads, origin: () => here } : loads, current, start)
}

/** What still waits when the script ends is a fault, of the statement that waits. */
export function* endWaiting(state: ScriptState): Asking<void> {
  const { loads, label } = state.waiting
  state.waiting = { label: undefined, loads: undefined }
  if (loads !== undefined && !loads.isLeftOut) yield* tellAt(state, loads, noSource(loads.level))
  if (label !== undefined) yield* tellAt(state, label, noLoad(label.name))
}

function tellAt(
  state: ScriptState,
  { place }: { readonly place: CurrentStatement },
  fault: ScriptFaultError,
): Asking<void> {
  // biome-ignore lint/correctness/useYield: a body for guarded, which takes a generator.
  const failing = function* (): Asking<void> {
    throw fault
  }
  return guarded(state, place, failing(), undefined)
}
