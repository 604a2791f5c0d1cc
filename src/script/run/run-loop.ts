/** FOR, FOR EACH and DO (LANGUAGE, section 4; SEMANTICS P2 to P8). A head that fails runs no pass (Q6). */
import { ask } from '../ask.ts'
import { faults } from '../fault/fault.ts'
import type { Asking } from '../host.ts'
import {
  checkNext,
  type ForClause,
  type ForEachItem,
  parseFor,
  parseLoopTest,
} from '../parse/parse-control.ts'
import type { Block } from '../syntax/block.ts'
import type { Expression } from '../syntax/expression.ts'
import type { Value } from '../value/value.ts'
import {
  beginStatement,
  type CurrentStatement,
  deeper,
  type Flow,
  guarded,
  logStatement,
  type RunRange,
  readClause,
  statementAt,
} from './current-statement.ts'
import { evaluate, evaluateNumber, evaluateText, isTrueNow } from './evaluate-script.ts'
import type { ScriptState, Unit } from './script-state.ts'

/** Gives the flow out of the loop. Throws ScriptFaultError of its head. */
export function* runFor(
  state: ScriptState,
  current: CurrentStatement,
  { end }: Block,
  run: RunRange,
): Asking<Flow> {
  const { unit, index, nesting } = current
  const passes = yield* readPasses(state, current, end)
  for (const value of passes.values) {
    state.variables.set(passes.variable, value)
    const flow = yield* run(unit, index + 1, end, deeper(nesting, 'fors'))
    if (flow === 'exit for') return 'go'
    if (flow !== 'go') return flow
    yield* logStatement(yield* beginStatement(state, unit, end, nesting))
  }
  if (passes.after !== undefined) state.variables.set(passes.variable, passes.after)
  return 'go'
}

interface Passes {
  readonly variable: string
  readonly values: Iterable<Value>
  /** What the variable holds behind the last pass (P3); undefined: what it held in it. */
  readonly after?: Value
}

function* readPasses(state: ScriptState, current: CurrentStatement, end: number): Asking<Passes> {
  const clause = yield* readClause(state, current, parseFor)
  const { unit, nesting } = current
  const closed = yield* guarded(
    state,
    statementAt(unit, end, nesting),
    closes(unit, end, clause.variable),
    false,
  )
  if (!closed) return { variable: clause.variable, values: [] }
  if (state.variables.isReadOnly(clause.variable)) {
    throw faults.variableReadOnly(`The variable ${clause.variable} can only be read`)
  }
  return clause.kind === 'to' ? yield* readSteps(state, clause) : yield* readList(state, clause)
}

// biome-ignore lint/correctness/useYield: a body for guarded, which takes a generator.
function* closes({ statements }: Unit, end: number, variable: string): Asking<boolean> {
  checkNext(statements[end]!.text, variable)
  return true
}

/**
 * Bounds and step are evaluated once (P2). Each value is computed from the first, so that rounding does not
 * add up.
 */
function* readSteps(state: ScriptState, clause: Extract<ForClause, { kind: 'to' }>): Asking<Passes> {
  const from = yield* evaluateNumber(state, clause.from, 'The start of FOR')
  const to = yield* evaluateNumber(state, clause.to, 'The end of FOR')
  const step = clause.step === undefined ? 1 : yield* evaluateNumber(state, clause.step, 'The step of FOR')
  if (step === 0) throw faults.semantic('The step of FOR is 0')
  const count = Math.max(0, Math.floor((to - from) / step + 1e-9) + 1)
  return { variable: clause.variable, values: steps(from, step, count), after: from + count * step }
}

function* steps(from: number, step: number, count: number): Generator<number, void, undefined> {
  for (let pass = 0; pass < count; pass += 1) yield from + pass * step
}

function* readList(state: ScriptState, clause: Extract<ForClause, { kind: 'each' }>): Asking<Passes> {
  const lists: (readonly Value[])[] = []
  for (const item of clause.items) lists.push(yield* readItem(state, item))
  return { variable: clause.variable, values: lists.flat() }
}

function* readItem(state: ScriptState, item: ForEachItem): Asking<readonly Value[]> {
  switch (item.kind) {
    case 'value':
      return [yield* evaluate(state, item.expression)]
    case 'files':
    case 'folders': {
      const mask = yield* evaluateText(state, item.mask)
      return yield* ask({ kind: 'file-list', mask, folders: item.kind === 'folders' })
    }
    case 'field-values':
      return yield* ask({ kind: 'field-values', field: yield* fieldName(state, item.field) })
  }
}

/** A bare word that is no variable is the field itself. */
function* fieldName(state: ScriptState, field: Expression): Asking<string> {
  if (field.kind === 'name' && state.variables.get(field.name) === undefined) return field.name
  return yield* evaluateText(state, field)
}

/**
 * The test at the head is made before each pass, the one at the foot after it (P8). Gives the flow out of the
 * loop.
 */
export function* runDo(
  state: ScriptState,
  current: CurrentStatement,
  { end }: Block,
  run: RunRange,
): Asking<Flow> {
  const { unit, index, nesting } = current
  for (
    let head = current;
    yield* goesOn(state, head);
    head = yield* beginStatement(state, unit, index, nesting)
  ) {
    const flow = yield* run(unit, index + 1, end, deeper(nesting, 'dos'))
    if (flow === 'exit do') return 'go'
    if (flow !== 'go') return flow
    if (!(yield* goesOn(state, yield* beginStatement(state, unit, end, nesting)))) return 'go'
  }
  return 'go'
}

/** A test that fails ends the loop. */
function goesOn(state: ScriptState, clause: CurrentStatement): Asking<boolean> {
  return guarded(state, clause, isTrueTest(state, clause), false)
}

function* isTrueTest(state: ScriptState, clause: CurrentStatement): Asking<boolean> {
  const test = yield* readClause(state, clause, parseLoopTest)
  if (test === undefined) return true
  return (yield* isTrueNow(state, test.condition)) === (test.kind === 'while')
}
