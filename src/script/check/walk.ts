/**
 * The walk of a checker through a script: it goes where a reload could go, with what is known there, and says
 * what would be wrong. Each place is visited a bounded number of times, so that the whole takes time in
 * proportion to the script.
 */

import { defined } from '../../core/defined.ts'
import { isMachinePath } from '../../core/machine-path.ts'
import { type Fault, faultOf } from '../fault/fault.ts'
import type { Span } from '../fault/span.ts'
import { functionRow } from '../function/functions.ts'
import { SHOWN_MAX_CHARACTERS } from '../run/current-statement.ts'
import { type Expression, operandsOf } from '../syntax/expression.ts'
import { takesText } from '../syntax/head.ts'
import { type Origin, through } from '../syntax/origin.ts'
import type { RawStatement } from '../syntax/split.ts'
import { nearestName } from '../value/nearest-name.ts'
import type { AdviceCode } from './advice.ts'
import type { Checking } from './check-host.ts'
import { type Finding, findingOf, type Issues } from './issue.ts'
import type { Alternative, Knowledge, Sub } from './knowledge.ts'
import { type Expanded, expandKnown, GAP } from './known-value.ts'
import type { Unit } from './unit.ts'

/** Where EXIT leads: what is known there is joined with what was known at the exits. */
export interface Exit {
  readonly base: Knowledge
  readonly alternatives: Alternative[]
}

/** Around a statement. */
export interface Place {
  /** Blocks, calls and included files. */
  readonly depth: number
  /** The subs that were called to come here. */
  readonly calls: readonly Sub[]
  /** Calls, included files and macros of several statements around. */
  readonly nested: number
  /** Loops whose first pass is walked apart. */
  readonly loops: number
  /** A reload comes here, if it comes to the beginning of all blocks around. */
  readonly sure: boolean
  readonly exits: { readonly for?: Exit; readonly do?: Exit; readonly sub?: Exit }
}

/** Blocks, calls and included files in each other that are followed: the walk nests as deep as the script. */
export const WALKED_DEPTH = 200

export type WalkRange = (
  unit: Unit,
  from: number,
  to: number,
  place: Place,
  knowledge: Knowledge,
) => Checking<void>

export interface Walk {
  readonly issues: Issues
  readonly range: WalkRange
  /** Statements that may still be visited more than once. */
  budget: number
  /** All subs, in the order of the script. */
  readonly subs: Sub[]
  readonly called: Set<Sub>
}

/** A statement that is judged. */
export interface Step {
  readonly unit: Unit
  readonly index: number
  readonly place: Place
  readonly statement: RawStatement
  readonly knowledge: Knowledge
  /** The statement as far as it is expanded. */
  text: string
  origin: Origin
}

export function stepAt(unit: Unit, index: number, place: Place, knowledge: Knowledge): Step {
  const statement = unit.statements[index]!
  const { text, origin } = statement
  return { unit, index, place, statement, knowledge, text, origin }
}

export const deeper = (place: Place, changes: Partial<Place> = {}): Place => ({
  ...place,
  depth: place.depth + 1,
  ...changes,
})

/** It may not be reached, or not as what is known says. */
export const unsure = (place: Place): Place => (place.sure ? { ...place, sure: false } : place)

export function report(walk: Walk, step: Step, fault: Fault): void {
  const { place, knowledge } = step
  const { left, dead } = knowledge.simple
  const isCertain = place.sure && left === 0 && !dead && knowledge.faultsEnd()
  add(walk, step, findingOf(fault), isCertain ? 'error' : 'warning')
}

/** A path of a machine leads somewhere where the operator says so, which is not known here. */
export const reportPath = (walk: Walk, step: Step, given: string, fault: Fault): void =>
  isMachinePath(given) ? warn(walk, step, fault) : report(walk, step, fault)

export function warn(walk: Walk, step: Step, fault: Fault): void {
  add(walk, step, findingOf(fault), 'warning')
}

export function advise(walk: Walk, step: Step, code: AdviceCode, message: string, span?: Span): void {
  add(walk, step, defined({ code, engineErrorCode: 0, message, span }), 'warning')
}

function add(
  { issues }: Walk,
  { unit, statement, text, origin }: Step,
  finding: Finding,
  severity: 'error' | 'warning',
): void {
  const message = finding.message.replaceAll(GAP, '…').slice(0, SHOWN_MAX_CHARACTERS)
  const { start } = origin(finding.span ?? { start: 0, end: text.length })
  issues.add(unit, start, statement.text, { ...finding, message }, severity)
}

/** The result of the work, or undefined and a report of its fault. */
export function attempt<Result>(walk: Walk, step: Step, work: () => Result): Result | undefined {
  try {
    return work()
  } catch (error) {
    const fault = faultOf(error)
    if (fault === undefined) throw error
    report(walk, step, fault)
    return undefined
  }
}

/**
 * Expands a control clause and parses it.
 * @returns undefined if it is faulty, which is reported, or not clear
 */
export function readClause<Clause>(
  walk: Walk,
  step: Step,
  parse: (text: string) => Clause,
): Clause | undefined {
  if (!expandStep(walk, step)) return undefined
  if (step.text.includes(GAP)) return parsedOrNothing(() => parse(step.text))
  return attempt(walk, step, () => parse(step.text))
}

/** Undefined where a fault is: it may come from a GAP. */
export function parsedOrNothing<Result>(parse: () => Result): Result | undefined {
  try {
    return parse()
  } catch (error) {
    if (faultOf(error) === undefined) throw error
    return undefined
  }
}

export function reportAll(walk: Walk, step: Step, faults: readonly Fault[]): void {
  for (const fault of faults) report(walk, step, fault)
}

/**
 * Expands the statement of the step.
 * @returns false if the expansion fails, which is reported
 */
export function expandStep(walk: Walk, step: Step): boolean {
  const { statement, knowledge } = step
  if (!statement.text.includes('$(')) return true
  const expanded = attempt(walk, step, () =>
    expandKnown(statement.text, knowledge, takesText(statement.head)),
  )
  if (expanded === undefined) return false
  adviseExpanded(walk, step, expanded)
  step.text = expanded.text
  step.origin = through(expanded.origin, statement.origin)
  return true
}

function adviseExpanded(walk: Walk, step: Step, { unset, empty }: Expanded): void {
  for (const name of unset) {
    const { text } = step.statement
    const at = Math.max(0, text.indexOf(name))
    const span = { start: at, end: at + name.length }
    advise(walk, step, 'VariableNotSet', notSet(name, step.knowledge), span)
  }
  for (const { written, span, fault } of empty) {
    if (fault === undefined) continue
    advise(walk, step, 'ExpansionEmpty', `${written} is empty: ${fault.message}`, span)
  }
}

const COMPARED_VARIABLES_MAX = 500

function notSet(name: string, { variables, parameters }: Knowledge): string {
  const known = [...parameters.names(), ...variables.names()].slice(0, COMPARED_VARIABLES_MAX)
  const near = nearestName(name, known)
  return `Variable '${name}' is not set before this${near === undefined ? '' : ` (did you mean '${near}'?)`}`
}

/** Names in an expression outside of LOAD that nothing has set. */
export function adviseNames(walk: Walk, step: Step, expression: Expression): void {
  if (expression.kind === 'name') {
    const { name, span } = expression
    if (name.includes(GAP) || step.knowledge.variable(name) !== undefined) return
    advise(walk, step, 'VariableNotSet', notSet(name, step.knowledge), span)
  }
  const takes = expression.kind === 'call' && takesNames(expression.name)
  for (const operand of operandsOf(expression)) {
    if (operand.kind !== 'name' || !takes) adviseNames(walk, step, operand)
  }
}

/** A name that nothing has set is no mistake in these: they are asked whether there is anything. */
const ASKS_FOR_NOTHING: ReadonlySet<string> = new Set([
  'isnull',
  'len',
  'alt',
  'coalesce',
  'trim',
  'emptyisnull',
])

function takesNames(name: string): boolean {
  const row = functionRow(name)
  return ASKS_FOR_NOTHING.has(name) || row?.outside !== undefined
}
