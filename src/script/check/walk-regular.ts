/** A statement that ends with a semicolon: expanded, parsed with the LOADs below it, and applied. */

import { parseGuarded } from '../parse/parse-control.ts'
import { labelled } from '../run/waiting.ts'
import { isControl } from '../syntax/head.ts'
import { through } from '../syntax/origin.ts'
import { type RawStatement, split } from '../syntax/split.ts'
import type { Statement } from '../syntax/statement.ts'
import { applyStatement } from './apply-statement.ts'
import type { Checking } from './check-host.ts'
import { guardsAllow } from './guards.ts'
import { UNKNOWN } from './knowledge.ts'
import { GAP, gapsIn } from './known-value.ts'
import { adviseSwallowed } from './swallowed-statement.ts'
import { attempt, expandStep, parsedOrNothing, type Step, unsure, type Walk } from './walk.ts'
import { walkPieces } from './walk-call.ts'
import { dropLabelOf, forgetUnclear, parsedStep, placeOf, runningNow } from './walk-waiting.ts'

export function* walkRegular(walk: Walk, step: Step): Checking<void> {
  const { statement } = step
  adviseSwallowed(walk, step)
  if (!expandStep(walk, step)) return forgetUnclear(step)
  const isWhole = statement.head === 'regular' || statement.head === 'store'
  if (isWhole && statement.text.includes('$(')) {
    const pieces = split(step.text)
    const [piece] = pieces
    if (piece === undefined || pieces.length > 1 || startsBlock(piece)) {
      if (step.text.includes(GAP)) return forgetUnclear(step)
      return yield* walkPieces(walk, step, pieces)
    }
    step.text = piece.text
    step.origin = through(piece.origin, step.origin)
  }
  const guarded = readGuarded(walk, step)
  const parsed = guarded && parsedStep(walk, step, guarded.start)
  if (guarded === undefined || parsed === undefined) return forgetUnclear(step)
  const allowed = guardsAllow(walk, step, guarded.guards)
  const now = runningNow(walk, step, { parsed, start: guarded.start, allowed })
  if (now === undefined) return
  const { knowledge, place } = step
  const isDone = knowledge.faultsEnd() || now.kind === 'set' || now.kind === 'let'
  if (allowed === true && isDone) return yield* applyLabelled(walk, step, now)
  // The guards may forbid it, or it fails and ErrorMode lets the reload go on without its effects.
  const perhaps = knowledge.fork()
  yield* applyLabelled(walk, { ...step, place: unsure(place), knowledge: perhaps }, now)
  if (now.kind === 'load') dropLabelOf(step, placeOf(step))
  knowledge.join([knowledge.since(knowledge), perhaps.since(knowledge)])
}

/** With the label that waits for it, if it is a LOAD. */
function* applyLabelled(walk: Walk, step: Step, statement: Statement): Checking<void> {
  const { knowledge } = step
  const { label } = knowledge.simple
  if (statement.kind !== 'load' || label === undefined) return yield* applyStatement(walk, step, statement)
  knowledge.change({ label: undefined })
  if (label === UNKNOWN) return forgetUnclear(step)
  const whole = attempt(walk, step, () => labelled(statement, label.name))
  yield* applyStatement(walk, step, whole ?? statement)
}

const startsBlock = ({ head }: RawStatement) => isControl(head) || head === 'include'

function readGuarded(walk: Walk, step: Step) {
  const parse = () => parseGuarded(step.text)
  const guarded = step.text.includes(GAP) ? parsedOrNothing(parse) : attempt(walk, step, parse)
  const inGuards = guarded?.guards.some(({ condition }) => gapsIn(condition) > gapsIn(condition, 'texts'))
  return inGuards ? undefined : guarded
}
