/**
 * FOR, FOR EACH and DO. A loop is walked twice: its first pass with what is known then, and any pass with
 * what is known in all of them.
 */
import { faults } from '../fault/fault.ts'
import {
  checkNext,
  type ForClause,
  type ForEachItem,
  parseFor,
  parseLoopTest,
} from '../parse/parse-control.ts'
import type { Block } from '../syntax/block.ts'
import type { Expression } from '../syntax/expression.ts'
import { variableName } from '../value/system-variables.ts'
import type { Checking } from './check-host.ts'
import { effectsOf, forgetEffects } from './effects.ts'
import { pathFault } from './file-place.ts'
import { isMet } from './guards.ts'
import { type Alternative, type Knowledge, type Known, LEFT, UNKNOWN } from './knowledge.ts'
import { knownValue, numberIn } from './known-value.ts'
import {
  adviseNames,
  attempt,
  deeper,
  type Exit,
  type Place,
  readClause,
  report,
  type Step,
  stepAt,
  type Walk,
  warn,
} from './walk.ts'

/** How often a loop runs. */
interface Passes {
  readonly least: number
  /** Infinity: not known. */
  readonly most: number
  /** Of FOR; undefined: of DO, or not known. */
  readonly variable: string | undefined
  readonly first: Known
  /** The value of the variable behind the last pass. */
  readonly after: Known
}

const ANY_PASSES = { least: 0, most: Number.POSITIVE_INFINITY, first: UNKNOWN, after: UNKNOWN } as const

export function* walkFor(walk: Walk, step: Step, block: Block): Checking<void> {
  const clause = readClause(walk, step, parseFor)
  checkEnd(walk, step, block, clause?.variable)
  if (clause !== undefined && step.knowledge.isReadOnly(clause.variable)) {
    report(walk, step, faults.semantic(`The variable ${clause.variable} can only be read`).fault)
  }
  const passes = clause === undefined ? unclearFor(step) : passesOf(walk, step, clause)
  const isCounted = clause?.kind === 'to' && passes.most !== Number.POSITIVE_INFINITY
  const isAssigned = isCounted && passes.most > 0 && assigns(walk, step, block, clause.variable)
  yield* walkPasses(walk, step, block, 'for', isAssigned ? assignedIn(passes) : passes)
}

/** Whether the body may assign to the variable. */
function assigns(walk: Walk, { unit, index, knowledge }: Step, { end }: Block, variable: string): boolean {
  const { everything, anyVariable, variables } = effectsOf(walk, unit, index + 1, end, knowledge)
  const name = variableName(variable)
  return everything || anyVariable || [...variables].some((each) => variableName(each) === name)
}

/** A loop whose counter its body sets runs as often as that makes it. */
const assignedIn = (passes: Passes): Passes => ({
  ...passes,
  least: 1,
  most: Number.POSITIVE_INFINITY,
  after: UNKNOWN,
})

function checkEnd(walk: Walk, { unit, place, knowledge }: Step, { end }: Block, variable?: string): void {
  const closing = unit.statements[end]
  if (closing?.head !== 'next' || closing.text.includes('$(')) return
  attempt(walk, stepAt(unit, end, place, knowledge), () => checkNext(closing.text, variable))
}

const LOOP_VARIABLE = /^for\s+(?:each\s+)?([\p{L}_][\p{L}\p{N}_.]*)/iu

const unclearFor = ({ text }: Step): Passes => ({ ...ANY_PASSES, variable: LOOP_VARIABLE.exec(text)?.[1] })

function passesOf(walk: Walk, step: Step, clause: ForClause): Passes {
  return clause.kind === 'to' ? steps(walk, step, clause) : list(walk, step, clause)
}

function steps(walk: Walk, step: Step, clause: Extract<ForClause, { kind: 'to' }>): Passes {
  const number = (expression: Expression, what: string) => numberFor(walk, step, expression, what)
  const from = number(clause.from, 'The start of FOR')
  const to = number(clause.to, 'The end of FOR')
  const by = clause.step === undefined ? 1 : number(clause.step, 'The step of FOR')
  if (by === 0) report(walk, step, faults.semantic('The step of FOR is 0', clause.step?.span).fault)
  const { variable } = clause
  if (from === UNKNOWN || to === UNKNOWN || by === UNKNOWN || by === 0) {
    return { ...ANY_PASSES, variable, first: from }
  }
  const count = Math.max(0, Math.floor((to - from) / by + 1e-9) + 1)
  return { least: count, most: count, variable, first: from, after: from + count * by }
}

function numberFor(walk: Walk, step: Step, expression: Expression, what: string): number | typeof UNKNOWN {
  adviseNames(walk, step, expression)
  const known = attempt(walk, step, () => {
    const number = numberIn(expression, step.knowledge)
    if (number === undefined) throw faults.semantic(`${what} is not a number`, expression.span)
    return number
  })
  return known ?? UNKNOWN
}

function list(walk: Walk, step: Step, { variable, items }: Extract<ForClause, { kind: 'each' }>): Passes {
  const values = items.map((item) => listed(walk, step, item))
  const known = values.filter((value) => value !== undefined).length
  const isWhole = known === values.length
  return {
    least: known,
    most: isWhole ? known : Number.POSITIVE_INFINITY,
    variable,
    first: values[0] === undefined ? UNKNOWN : values[0],
    after: isWhole && values.length > 0 ? values.at(-1)! : UNKNOWN,
  }
}

/** Undefined: it stands for any number of values. */
function listed(walk: Walk, step: Step, item: ForEachItem): Known | undefined {
  const { knowledge } = step
  if (item.kind === 'value') {
    adviseNames(walk, step, item.expression)
    const value = attempt(walk, step, () => knownValue(item.expression, knowledge))
    return value === undefined ? UNKNOWN : value
  }
  if (item.kind === 'field-values') return undefined
  const mask = attempt(walk, step, () => knownValue(item.mask, knowledge))
  const fault = typeof mask === 'string' ? pathFault(mask, knowledge, item.mask.span) : undefined
  // The list is empty then, and the loop has no pass.
  if (fault !== undefined) warn(walk, step, fault)
  return undefined
}

/** The test at the head is made before each pass, the one at the foot after it. */
export function* walkDo(walk: Walk, step: Step, block: Block): Checking<void> {
  const { end } = block
  const { unit, place, knowledge } = step
  const test = readClause(walk, step, parseLoopTest)
  const goesOn = test === undefined ? undefined : isMet(walk, step, test.condition)
  const isPlain = /^do$/i.test(step.text.trim())
  const enters = goesOn === undefined ? isPlain : goesOn !== UNKNOWN && goesOn === (test!.kind === 'while')
  const never = goesOn !== undefined && goesOn !== UNKNOWN && !enters
  const passes = {
    ...ANY_PASSES,
    variable: undefined,
    least: enters ? 1 : 0,
    most: never ? 0 : ANY_PASSES.most,
  }
  yield* walkPasses(walk, step, block, 'do', passes)
  const foot = unit.statements[end]
  if (foot?.head === 'loop') readClause(walk, stepAt(unit, end, place, knowledge), parseLoopTest)
}

/** Loops in loops whose first pass is walked apart; inner ones are walked with the passes of the outer. */
const FIRST_PASSES_DEPTH = 2

function* walkPasses(
  walk: Walk,
  step: Step,
  { end }: Block,
  kind: 'for' | 'do',
  passes: Passes,
): Checking<void> {
  const { unit, index, place, knowledge } = step
  const { least, most, variable, first } = passes
  const before = knowledge.simple.left
  const alternatives: Alternative[] = least === 0 ? [knowledge.since(knowledge)] : []
  function* pass(inside: Knowledge, exit: Exit): Checking<void> {
    yield* walk.range(unit, index + 1, end, insideLoop(place, kind, exit, least > 0), inside)
  }
  if (most === 1 || (place.loops < FIRST_PASSES_DEPTH && walk.budget > 0)) {
    const inside = knowledge.fork()
    const exit = { base: knowledge, alternatives: [] }
    if (variable !== undefined) inside.setVariable(variable, first)
    if (most === 0) inside.change({ dead: true })
    yield* pass(inside, exit)
    if (most === 1) alternatives.push(inside.since(knowledge), ...exit.alternatives)
  }
  if (most > 1) {
    const inside = knowledge.fork()
    const exit = { base: knowledge, alternatives: [] }
    forgetEffects(inside, effectsOf(walk, unit, index, end, knowledge))
    yield* pass(inside, exit)
    alternatives.push(inside.since(knowledge), ...exit.alternatives)
  }
  knowledge.join(alternatives)
  knowledge.change({ left: before | (knowledge.simple.left & ~LEFT[kind]) })
  if (variable !== undefined) {
    const isKnown = knowledge.simple.left === before && most !== Number.POSITIVE_INFINITY
    knowledge.setVariable(variable, isKnown ? passes.after : UNKNOWN)
  }
}

const insideLoop = (place: Place, kind: 'for' | 'do', exit: Exit, isEntered: boolean): Place =>
  deeper(place, {
    sure: place.sure && isEntered,
    loops: place.loops + 1,
    exits: { ...place.exits, [kind]: exit },
  })
