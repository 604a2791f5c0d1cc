/**
 * Runs a range of split statements, one at a time: expand, parse, execute. Blocks are kept unexpanded and are
 * expanded anew on every pass (LANGUAGE, section 1); a branch that is not taken is neither expanded nor
 * parsed.
 */

import { faults } from '../fault.ts'
import type { Asking } from '../host.ts'
import { type Block, blockAt, isOpener, isStray, type Opener } from '../syntax/block.ts'
import { isControl } from '../syntax/head.ts'
import { joined, through } from '../syntax/origin.ts'
import { parseExit, parseGuarded } from '../syntax/parse-control.ts'
import { parseLet, parseStatement } from '../syntax/parse-statement.ts'
import { type RawStatement, split } from '../syntax/split.ts'
import type { Statement } from '../syntax/statement.ts'
import { allow } from './evaluate-script.ts'
import { chooseIf, chooseSwitch } from './run-branch.ts'
import { defineSub, runCall, runInclude, runPieces } from './run-call.ts'
import { isIncomplete } from './run-load.ts'
import { runDo, runFor } from './run-loop.ts'
import { runStatement } from './run-statement.ts'
import type { ScriptState, Unit } from './script-state.ts'
import {
  beginStep,
  deeper,
  expandStep,
  type Flow,
  guarded,
  logStatement,
  type Place,
  type RunRange,
  readClause,
  type Step,
  stepAt,
} from './step.ts'

/** The statement to go on with, and the flow that leads there. */
interface Next {
  readonly index: number
  readonly flow: Flow
}

/**
 * How deep blocks, calls and included files may nest together: the interpreter nests as deep as the script.
 */
const BLOCK_DEPTH_MAX = 1024

/** Gives the flow out of the range. Throws ScriptStopped when a fault ends the run. */
export function* runRange(
  state: ScriptState,
  unit: Unit,
  from: number,
  to: number,
  place: Place,
): Asking<Flow> {
  let index = from
  while (index < to) {
    const step = yield* beginStep(state, unit, index, place)
    const next = yield* runOne(state, step, to)
    if (next.flow !== 'go') return next.flow
    index = next.index
  }
  return 'go'
}

/** Runs the statement at the step, a block as a whole. */
function* runOne(state: ScriptState, step: Step, to: number): Asking<Next> {
  const { head } = step.statement
  if (!isOpener(head)) {
    const flow = yield* guarded(state, step, runSimple(state, step, to), 'go')
    return { index: step.last + 1, flow }
  }
  const block = yield* guarded(state, step, findBlock(step, to), undefined)
  // A block without an end swallows the rest of its range.
  if (block === undefined) return { index: to, flow: 'go' }
  const flow = yield* guarded(state, step, runBlock(state, step, head, block), 'go')
  return { index: block.end + 1, flow }
}

// biome-ignore lint/correctness/useYield: a body for guarded, which takes a generator.
function* findBlock({ place, unit, index }: Step, to: number): Asking<Block> {
  if (place.depth > BLOCK_DEPTH_MAX)
    throw faults.general(`Blocks are nested more than ${BLOCK_DEPTH_MAX} deep`)
  return blockAt(unit.statements, index, to)
}

function* runBlock(state: ScriptState, step: Step, opener: Opener, block: Block): Asking<Flow> {
  const run: RunRange = (...range) => runRange(state, ...range)
  const { unit, place } = step
  switch (opener) {
    case 'for':
      return yield* runFor(state, step, block, run)
    case 'do':
      return yield* runDo(state, step, block, run)
    case 'sub':
      yield* defineSub(state, step, block)
      return 'go'
    case 'if':
    case 'switch': {
      const branch = yield* opener === 'if' ? chooseIf(state, step, block) : chooseSwitch(state, step, block)
      const flow = branch === undefined ? 'go' : yield* run(unit, branch.from, branch.to, deeper(place))
      if (flow === 'go') yield* logStatement(stepAt(unit, block.end, place))
      return flow
    }
  }
}

function* runSimple(state: ScriptState, step: Step, to: number): Asking<Flow> {
  const { head } = step.statement
  const run: RunRange = (...range) => runRange(state, ...range)
  if (isStray(head)) {
    throw faults.controlMismatch(`${head.toUpperCase()} stands outside of a block it belongs to`)
  }
  switch (head) {
    case 'call':
      return yield* runCall(state, step, run)
    case 'exit':
      return yield* runExit(state, step)
    case 'assign':
      return yield* runParsed(state, step, yield* readClause(state, step, parseLet))
    case 'include':
      return yield* runInclude(state, step, run)
    default:
      return yield* runRegular(state, step, to, run)
  }
}

function* runExit(state: ScriptState, step: Step): Asking<Flow> {
  const { what, guards } = yield* readClause(state, step, parseExit)
  const { inSub, fors, dos } = step.place
  const inside = { script: true, sub: inSub, for: fors > 0, do: dos > 0 }[what]
  if (!inside)
    throw faults.controlMismatch(`EXIT ${what.toUpperCase()} stands outside of a ${what.toUpperCase()}`)
  return (yield* allow(state, guards)) ? `exit ${what}` : 'go'
}

function* runRegular(state: ScriptState, step: Step, to: number, run: RunRange): Asking<Flow> {
  const { statement } = step
  const expanded = yield* expandStep(state, step)
  const whole = statement.head === 'regular' || statement.head === 'store'
  if (whole && expanded) {
    const pieces = split(step.text)
    const [piece] = pieces
    if (piece === undefined || pieces.length > 1 || startsBlock(piece)) {
      return yield* runPieces(step, pieces, run)
    }
    step.text = piece.text
    step.origin = through(piece.origin, step.origin)
  }
  yield* logStatement(step)
  const { guards, start } = parseGuarded(step.text)
  const parsed = yield* readStack(state, step, start, to)
  return (yield* allow(state, guards)) ? yield* runParsed(state, step, parsed) : 'go'
}

const startsBlock = ({ head }: RawStatement) => isControl(head) || head === 'include'

function* runParsed(state: ScriptState, step: Step, statement: Statement): Asking<Flow> {
  yield* runStatement(state, step, statement)
  state.errors.clear()
  return 'go'
}

/** Parses the statement; while it is a LOAD without a source, the statement below it belongs to it. */
function* readStack(state: ScriptState, step: Step, start: number, to: number): Asking<Statement> {
  for (;;) {
    const parsed = parseStatement(step.text, start)
    if (!isIncomplete(parsed)) return parsed
    let index = step.last + 1
    while (index < to && isRemark(step.unit, index)) index += 1
    const head = index < to ? step.unit.statements[index]!.head : undefined
    if (head !== 'regular' && head !== 'raw') return parsed
    const next = yield* beginStep(state, step.unit, index, step.place)
    step.last = index
    yield* expandStep(state, next)
    yield* logStatement(next)
    const above = `${step.text};\n`
    step.origin = joined(step.origin, above.length, next.origin)
    step.text = above + next.text
  }
}

const isRemark = (unit: Unit, index: number) => /^rem\b/i.test(unit.statements[index]!.text)
