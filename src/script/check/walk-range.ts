/**
 * A range of statements, one after the other: blocks by their kind, and what stands alone. As the interpreter
 * goes (run/run-block.ts), but into every branch that may be taken.
 */
import { faults } from '../fault/fault.ts'
import { parseExit } from '../parse/parse-control.ts'
import { parseLet } from '../parse/parse-statement.ts'
import { isOpener, isStray, type Opener } from '../syntax/block.ts'
import { applyStatement } from './apply-statement.ts'
import type { Checking } from './check-host.ts'
import { guardsAllow } from './guards.ts'
import { type Knowledge, LEFT } from './knowledge.ts'
import type { Unit } from './unit.ts'
import { type Place, readClause, report, type Step, stepAt, WALKED_DEPTH, type Walk } from './walk.ts'
import { walkIf, walkSwitch } from './walk-branch.ts'
import { defineSub, walkCall, walkInclude } from './walk-call.ts'
import { walkDo, walkFor } from './walk-loop.ts'
import { walkRegular } from './walk-regular.ts'
import { forgetUnclear, walkLabel } from './walk-waiting.ts'

export function* walkRange(
  walk: Walk,
  unit: Unit,
  from: number,
  to: number,
  place: Place,
  knowledge: Knowledge,
): Checking<void> {
  let index = from
  while (index < to) {
    walk.budget -= 1
    const step = stepAt(unit, index, place, knowledge)
    const { head } = step.statement
    if (isOpener(head)) {
      yield* walkBlock(walk, step, head)
      index = unit.blocks.get(index)!.end + 1
    } else {
      yield* walkSimple(walk, step)
      index += 1
    }
  }
}

function* walkBlock(walk: Walk, step: Step, opener: Opener): Checking<void> {
  const { unit, index, place, knowledge } = step
  for (const found of unit.faults.get(index) ?? []) {
    report(walk, stepAt(unit, found.index, place, knowledge), found.fault.fault)
  }
  if (place.depth >= WALKED_DEPTH) return knowledge.forget()
  const block = unit.blocks.get(index)!
  switch (opener) {
    case 'if':
      return yield* walkIf(walk, step, block)
    case 'switch':
      return yield* walkSwitch(walk, step, block)
    case 'for':
      return yield* walkFor(walk, step, block)
    case 'do':
      return yield* walkDo(walk, step, block)
    case 'sub':
      return defineSub(walk, step, block)
  }
}

function* walkSimple(walk: Walk, step: Step): Checking<void> {
  const { head } = step.statement
  if (isStray(head)) {
    const message = `${head.toUpperCase()} stands outside of a block it belongs to`
    return report(walk, step, faults.controlMismatch(message).fault)
  }
  switch (head) {
    case 'call':
      return yield* walkCall(walk, step)
    case 'exit':
      return walkExit(walk, step)
    case 'label':
      return walkLabel(walk, step)
    case 'include':
      return yield* walkInclude(walk, step)
    case 'assign': {
      const statement = readClause(walk, step, parseLet)
      if (statement === undefined) return forgetUnclear(step)
      return yield* applyStatement(walk, step, statement)
    }
    default:
      return yield* walkRegular(walk, step)
  }
}

function walkExit(walk: Walk, step: Step): void {
  const { place, knowledge } = step
  const { left, dead } = knowledge.simple
  const clause = readClause(walk, step, parseExit)
  if (clause === undefined) {
    knowledge.change({ left: left | LEFT.script })
    return
  }
  const { what, guards } = clause
  const exit = what === 'script' ? undefined : place.exits[what]
  if (what !== 'script' && exit === undefined) {
    const message = `EXIT ${what.toUpperCase()} stands outside of a ${what.toUpperCase()}`
    report(walk, step, faults.controlMismatch(message).fault)
    return
  }
  const leaves = guardsAllow(walk, step, guards)
  if (leaves === false) return
  exit?.alternatives.push(knowledge.since(exit.base))
  knowledge.change({ left: left | LEFT[what], dead: dead || leaves === true })
}
