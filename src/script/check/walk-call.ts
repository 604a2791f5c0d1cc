/** SUB, CALL and included files, each walked where it is called. */
import { faults } from '../fault/fault.ts'
import { includeOf } from '../parse/expand.ts'
import { type CallClause, parseCall, parseSub } from '../parse/parse-control.ts'
import { MAX_CALLS } from '../run/run-call.ts'
import type { Block } from '../syntax/block.ts'
import { through } from '../syntax/origin.ts'
import type { RawStatement } from '../syntax/split.ts'
import { nearestName } from '../value/nearest-name.ts'
import { variableName } from '../value/system-variables.ts'
import { askHost, type Checking } from './check-host.ts'
import { effectsOf, forgetEffects } from './effects.ts'
import { pathFault } from './file-place.ts'
import { Knowledge, type Known, LEFT, type Sub, UNKNOWN } from './knowledge.ts'
import { expandKnown, GAP, gapsIn, gapsOf, knownValue } from './known-value.ts'
import { type Unit, unitOf, unitWith } from './unit.ts'
import {
  advise,
  attempt,
  deeper,
  type Exit,
  type Place,
  readClause,
  report,
  reportPath,
  type Step,
  WALKED_DEPTH,
  type Walk,
} from './walk.ts'

/** Subs that call each other deeper than that are not followed. */
const FOLLOWED_CALLS = 32

export function defineSub(walk: Walk, step: Step, { end }: Block): void {
  const clause = readClause(walk, step, parseSub)
  const { unit, index, knowledge } = step
  if (clause === undefined) {
    walk.subs.push({ name: '', formals: [], unit, from: index + 1, to: end })
    if (step.text.includes(GAP)) knowledge.subs.forget()
    return
  }
  const sub: Sub = { ...clause, unit, from: index + 1, to: end }
  walk.subs.push(sub)
  knowledge.subs.set(clause.name.toLowerCase(), sub)
}

export function* walkCall(walk: Walk, step: Step): Checking<void> {
  const { knowledge } = step
  const clause = readClause(walk, step, parseCall)
  if (clause === undefined) return knowledge.forget()
  const inTexts = clause.args.reduce((count, argument) => count + gapsIn(argument, 'texts'), 0)
  if (inTexts < gapsOf(step.text)) return knowledge.forget()
  const sub = findSub(walk, step, clause)
  if (sub === UNKNOWN) return knowledge.forget()
  if (sub !== undefined) yield* enterSub(walk, step, sub, clause)
}

/** Undefined: there is none, which is reported. */
function findSub(walk: Walk, step: Step, { name, args }: CallClause): Sub | typeof UNKNOWN | undefined {
  const { subs } = step.knowledge
  const sub = subs.get(name.toLowerCase())
  if (sub === UNKNOWN) return sub
  if (sub === undefined) {
    if (subs.isOpen) return UNKNOWN
    const known = [...subs.names()].flatMap((each) => subNamed(each, subs.get(each)))
    const near = nearestName(name, known)
    const hint = near === undefined ? '' : ` (did you mean ${near}?)`
    report(walk, step, faults.subNotFound(`The sub ${name} is not defined before this CALL${hint}`).fault)
    return undefined
  }
  const { length } = sub.formals
  if (args.length > length) {
    const message = `The sub ${name} takes ${length} argument(s), got ${args.length}`
    report(walk, step, faults.semantic(message).fault)
  }
  return sub
}

/** As it is written, or in lower case where it is not known which it is. */
const subNamed = (name: string, sub: Sub | typeof UNKNOWN | undefined): string[] =>
  sub === undefined ? [] : [sub === UNKNOWN ? name : sub.name]

function* enterSub(walk: Walk, step: Step, sub: Sub, { args, variables }: CallClause): Checking<void> {
  const { knowledge } = step
  const values = args.map((argument): Known => {
    const value = attempt(walk, step, () => knownValue(argument, knowledge))
    return value === undefined ? UNKNOWN : value
  })
  const around = knowledge.parameters
  const formals = sub.formals.map(variableName)
  knowledge.parameters = around.fork()
  for (const [index, formal] of formals.entries()) {
    knowledge.parameters.set(formal, index < values.length ? values[index]! : null)
  }
  yield* walkBody(walk, step, sub)
  const last = knowledge.parameters
  knowledge.parameters = around
  // It sees and sets the parameters of the subs around.
  for (const name of around.names()) if (!formals.includes(name)) around.set(name, last.get(name) ?? UNKNOWN)
  for (const [index, variable] of variables.entries()) {
    if (variable === undefined || knowledge.isReadOnly(variable)) continue
    const value = last.get(formals[index] ?? '')
    knowledge.setVariable(variable, value === undefined ? UNKNOWN : value)
  }
}

function* walkBody(walk: Walk, { place, knowledge }: Step, sub: Sub): Checking<void> {
  const { unit, from, to } = sub
  const { calls } = place
  if (calls.includes(sub) || calls.length >= FOLLOWED_CALLS || walk.budget <= 0) {
    forgetEffects(knowledge, effectsOf(walk, unit, from, to, knowledge))
    return knowledge.change({ left: knowledge.simple.left | LEFT.script })
  }
  walk.called.add(sub)
  const before = knowledge.simple.left
  const exit: Exit = { base: knowledge, alternatives: [] }
  const body = knowledge.fork()
  const inside = deeper(place, { calls: [...calls, sub], nested: place.nested + 1, exits: { sub: exit } })
  yield* walk.range(unit, from, to, inside, body)
  knowledge.join([body.since(knowledge), ...exit.alternatives])
  knowledge.change({ left: before | (knowledge.simple.left & ~LEFT.sub) })
}

/** The bodies that nothing was seen to call: what is wrong in them whoever calls them. */
export function* walkUncalled(walk: Walk, place: Place): Checking<void> {
  for (const sub of walk.subs) {
    if (walk.called.has(sub)) continue
    walk.called.add(sub)
    const nothing = new Knowledge()
    nothing.forget()
    const exit: Exit = { base: nothing, alternatives: [] }
    const body = nothing.fork()
    for (const formal of sub.formals) body.parameters.set(variableName(formal), UNKNOWN)
    yield* walk.range(sub.unit, sub.from, sub.to, { ...place, sure: false, exits: { sub: exit } }, body)
  }
}

export function* walkInclude(walk: Walk, step: Step): Checking<void> {
  const { knowledge, statement } = step
  const expanded = attempt(walk, step, () => expandKnown(statement.text.slice(2, -1), knowledge, true).text)
  if (expanded === undefined) return knowledge.forget()
  const include = includeOf(expanded)
  if (include === undefined) {
    return report(walk, step, faults.syntax('Expected $(Include=path) or $(Must_Include=path)').fault)
  }
  const { path, must } = include
  const { directory } = knowledge.simple
  const fault = pathFault(path, knowledge)
  if (fault !== undefined) {
    knowledge.forget()
    return reportPath(walk, step, path, fault)
  }
  if (path.includes(GAP) || directory === UNKNOWN || walk.budget <= 0) return knowledge.forget()
  const answer = yield* askHost({ kind: 'include', path, directory, must })
  if (answer.kind === 'unknown') return knowledge.forget()
  if (answer.kind === 'fault' && answer.fault.code !== 'FileNotFound') return report(walk, step, answer.fault)
  if (answer.kind === 'done' && answer.result !== null) {
    const unit = unitOf(answer.result.text, answer.result.file)
    return yield* walkNested(walk, step, unit, `The included file ${path}`)
  }
  if (knowledge.stored.isOpen || knowledge.stored.get(path) !== undefined) return knowledge.forget()
  if (answer.kind === 'fault') report(walk, step, answer.fault)
  else advise(walk, step, 'IncludeMissing', `Cannot open file '${path}'`)
}

/** What a macro expanded to when that is more than one statement, or a block. */
export function* walkPieces(walk: Walk, step: Step, pieces: readonly RawStatement[]): Checking<void> {
  const first = step.statement.line - 1
  const statements = pieces.map((piece) => ({
    ...piece,
    line: first + piece.line,
    origin: through(piece.origin, step.origin),
  }))
  yield* walkNested(walk, step, unitWith(step.unit, statements), 'What the macro expands to')
}

function* walkNested(walk: Walk, step: Step, unit: Unit, what: string): Checking<void> {
  const { place, knowledge } = step
  if (place.nested >= MAX_CALLS) {
    return report(walk, step, faults.general(`${what} is nested more than ${MAX_CALLS} deep`).fault)
  }
  if (place.depth >= WALKED_DEPTH) return knowledge.forget()
  const inside = deeper(place, { nested: place.nested + 1 })
  yield* walk.range(unit, 0, unit.statements.length, inside, knowledge)
}
