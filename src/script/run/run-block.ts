/**
 * Runs a range of split statements, one at a time: expand, parse, execute. Blocks are kept unexpanded and are
 * expanded anew on every pass (LANGUAGE, section 1); a branch that is not taken is neither expanded nor
 * parsed.
 */

import { faults } from '../fault/fault.ts'
import type { Asking } from '../host.ts'
import { parseExit, parseGuarded } from '../parse/parse-control.ts'
import { parseLet, parseStatement } from '../parse/parse-statement.ts'
import { type Block, blockAt, isOpener, isStray, type Opener } from '../syntax/block.ts'
import { isControl } from '../syntax/head.ts'
import { through } from '../syntax/origin.ts'
import { type RawStatement, split } from '../syntax/split.ts'
import type { Statement } from '../syntax/statement.ts'
import {
  beginStatement,
  deeper,
  expandStatement,
  type Flow,
  guarded,
  logStatement,
  type RunRange,
  readClause,
  statementAt,
} from './current-statement.ts'
import { allow } from './evaluate-script.ts'
import { chooseIf, chooseSwitch } from './run-branch.ts'
import { defineSub, runCall, runInclude, runPieces } from './run-call.ts'
import { runDo, runFor } from './run-loop.ts'
import { runStatement } from './run-statement.ts'
import { keepLabel, runningNow, takeLoads } from './run-waiting.ts'
import type { CurrentStatement, Nesting, ScriptState, Unit } from './script-state.ts'

/** The statement to go on with, and the flow that leads there. */
interface Next {
  readonly index: number
  readonly flow: Flow
}

/**
 * How deep blocks, calls and included files may nest together: the interpreter nests as deep as the script,
 * and needs room to tell of a fault down there. Twice as many fill the stack.
 */
const BLOCK_DEPTH_MAX = 512

/** Gives the flow out of the range. Throws ScriptStopped when a fault ends the run. */
export function* runRange(
  state: ScriptState,
  unit: Unit,
  from: number,
  to: number,
  nesting: Nesting,
): Asking<Flow> {
  let index = from
  while (index < to) {
    const current = yield* beginStatement(state, unit, index, nesting)
    const next = yield* runOne(state, current, to)
    if (next.flow !== 'go') return next.flow
    index = next.index
  }
  return 'go'
}

/** Runs the current statement, a block as a whole. */
function* runOne(state: ScriptState, current: CurrentStatement, to: number): Asking<Next> {
  const { head } = current.statement
  if (!isOpener(head)) {
    const flow = yield* guarded(state, current, runSimple(state, current), 'go')
    return { index: current.index + 1, flow }
  }
  const block = yield* guarded(state, current, findBlock(current, to), undefined)
  // A block without an end swallows the rest of its range.
  if (block === undefined) return { index: to, flow: 'go' }
  const flow = yield* guarded(state, current, runBlock(state, current, head, block), 'go')
  return { index: block.end + 1, flow }
}

// biome-ignore lint/correctness/useYield: a body for guarded, which takes a generator.
function* findBlock({ nesting, unit, index }: CurrentStatement, to: number): Asking<Block> {
  if (nesting.depth > BLOCK_DEPTH_MAX)
    throw faults.general(`Blocks are nested more than ${BLOCK_DEPTH_MAX} deep`)
  return blockAt(unit.statements, index, to)
}

function* runBlock(
  state: ScriptState,
  current: CurrentStatement,
  opener: Opener,
  block: Block,
): Asking<Flow> {
  const run: RunRange = (...range) => runRange(state, ...range)
  const { unit, nesting } = current
  switch (opener) {
    case 'for':
      return yield* runFor(state, current, block, run)
    case 'do':
      return yield* runDo(state, current, block, run)
    case 'sub':
      yield* defineSub(state, current, block)
      return 'go'
    case 'if':
    case 'switch': {
      const branch = yield* opener === 'if'
        ? chooseIf(state, current, block)
        : chooseSwitch(state, current, block)
      const flow = branch === undefined ? 'go' : yield* run(unit, branch.from, branch.to, deeper(nesting))
      if (flow === 'go') yield* logStatement(statementAt(unit, block.end, nesting))
      return flow
    }
  }
}

function* runSimple(state: ScriptState, current: CurrentStatement): Asking<Flow> {
  const { head } = current.statement
  const run: RunRange = (...range) => runRange(state, ...range)
  if (isStray(head)) {
    throw faults.controlMismatch(`${head.toUpperCase()} stands outside of a block it belongs to`)
  }
  switch (head) {
    case 'call':
      return yield* runCall(state, current, run)
    case 'exit':
      return yield* runExit(state, current)
    case 'assign':
      return yield* runParsed(state, current, yield* readClause(state, current, parseLet))
    case 'include':
      return yield* runInclude(state, current, run)
    case 'label':
      yield* keepLabel(state, current)
      return 'go'
    default:
      return yield* runRegular(state, current, run)
  }
}

function* runExit(state: ScriptState, current: CurrentStatement): Asking<Flow> {
  const { what, guards } = yield* readClause(state, current, parseExit)
  const { inSub, fors, dos } = current.nesting
  const inside = { script: true, sub: inSub, for: fors > 0, do: dos > 0 }[what]
  if (!inside)
    throw faults.controlMismatch(`EXIT ${what.toUpperCase()} stands outside of a ${what.toUpperCase()}`)
  return (yield* allow(state, guards)) ? `exit ${what}` : 'go'
}

function* runRegular(state: ScriptState, current: CurrentStatement, run: RunRange): Asking<Flow> {
  const { statement } = current
  const expanded = yield* expandStatement(state, current)
  const whole = statement.head === 'regular' || statement.head === 'store'
  if (whole && expanded) {
    const pieces = split(current.text)
    const [piece] = pieces
    if (piece === undefined || pieces.length > 1 || startsBlock(piece)) {
      return yield* runPieces(current, pieces, run)
    }
    current.text = piece.text
    current.origin = through(piece.origin, current.origin)
  }
  yield* logStatement(current)
  const { guards, start } = parseGuarded(current.text)
  const loads = takeLoads(state)
  const parsed = parseStatement(current.text, start)
  const isAllowed = yield* allow(state, guards)
  const now = yield* runningNow(state, current, loads, { parsed, start, isAllowed })
  return now === undefined ? 'go' : yield* runParsed(state, current, now)
}

const startsBlock = ({ head }: RawStatement) => isControl(head) || head === 'include'

function* runParsed(state: ScriptState, current: CurrentStatement, statement: Statement): Asking<Flow> {
  yield* runStatement(state, current, statement)
  state.errors.clear()
  return 'go'
}
