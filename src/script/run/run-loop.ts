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
import { numberOf } from '../value/convert.ts'
import type { Value } from '../value/value.ts'
import {
  beginStatement,
  deeper,
  type Flow,
  guarded,
  logStatement,
  type RunRange,
  readClause,
  statementAt,
} from './current-statement.ts'
import { evaluate, evaluateNumber, evaluateText, isTrueNow } from './evaluate-script.ts'
import type { CurrentStatement, ScriptState, Unit } from './script-state.ts'

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
    const next = yield* beginStatement(state, unit, end, nesting)
    yield* logStatement(next)
    if (!(yield* guarded(state, next, passes.behind(), false))) return 'go'
  }
  if (passes.after !== undefined) state.variables.set(passes.variable, passes.after())
  return 'go'
}

interface Passes {
  readonly variable: string
  readonly values: Iterable<Value>
  /** Behind each pass; the loop goes on if it is true. Throws ScriptFaultError: of the variable. */
  behind(): Asking<boolean>
  /** What the variable holds behind the last pass (P3); undefined: what it held in it. */
  after?(): Value
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
  if (!closed) return { variable: clause.variable, values: [], behind: goOn }
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

// biome-ignore lint/correctness/useYield: a body for guarded, which takes a generator.
function* goOn(): Asking<boolean> {
  return true
}

/** Bounds and step are evaluated once (P2). */
function* readSteps(state: ScriptState, clause: Extract<ForClause, { kind: 'to' }>): Asking<Passes> {
  const from = yield* evaluateNumber(state, clause.from, 'The start of FOR')
  const to = yield* evaluateNumber(state, clause.to, 'The end of FOR')
  const step = clause.step === undefined ? 1 : yield* evaluateNumber(state, clause.step, 'The step of FOR')
  if (step === 0) throw faults.semantic('The step of FOR is 0')
  const counter = new Counter(from, to, step)
  const { variable } = clause
  return {
    variable,
    values: counter.values(),
    after: () => counter.value,
    // biome-ignore lint/correctness/useYield: a body for guarded, which takes a generator.
    *behind() {
      const value = numberOf(state.variables.get(variable) ?? null, state.variables.settings())
      if (value === null) throw faults.semantic(`The counter ${variable} of FOR is not a number`)
      counter.assign(value)
      return true
    },
  }
}

/**
 * Counts from the first value, or from what the script assigned last, so that rounding does not add up.
 */
class Counter {
  #from: number
  #passes = 0
  readonly #to: number
  readonly #step: number

  constructor(from: number, to: number, step: number) {
    this.#from = from
    this.#to = to
    this.#step = step
  }

  get value(): number {
    return this.#from + this.#passes * this.#step
  }

  *values(): Generator<number, void, undefined> {
    for (; Math.floor((this.#to - this.value) / this.#step + 1e-9) >= 0; this.#passes += 1) yield this.value
  }

  /** The script has left this value; the next is a step further. */
  assign(value: number): void {
    if (value === this.value) return
    this.#from = value
    this.#passes = 0
  }
}

function* readList(state: ScriptState, clause: Extract<ForClause, { kind: 'each' }>): Asking<Passes> {
  const lists: (readonly Value[])[] = []
  for (const item of clause.items) lists.push(yield* readItem(state, item))
  return { variable: clause.variable, values: lists.flat(), behind: goOn }
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
