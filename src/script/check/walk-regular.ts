/** A statement that ends with a semicolon: expanded, parsed with the LOADs below it, and applied. */

import { parseGuarded } from '../parse/parse-control.ts'
import { parseStatement } from '../parse/parse-statement.ts'
import { isIncomplete } from '../run/run-load.ts'
import { isControl } from '../syntax/head.ts'
import { joined, through } from '../syntax/origin.ts'
import { type RawStatement, split } from '../syntax/split.ts'
import type { LoadStatement, Statement } from '../syntax/statement.ts'
import { applyStatement } from './apply-statement.ts'
import type { Checking } from './check-host.ts'
import { effectsOfStatement, forgetEffects } from './effects.ts'
import { guardsAllow } from './guards.ts'
import { GAP, gapsIn, gapsOf } from './known-value.ts'
import { attempt, expandStep, parsedOrNothing, type Step, stepAt, unsure, type Walk } from './walk.ts'
import { walkPieces } from './walk-call.ts'

export function* walkRegular(walk: Walk, step: Step, to: number): Checking<void> {
  const { statement } = step
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
  if (guarded === undefined) return forgetUnclear(step)
  const parsed = readStack(walk, step, guarded.start, to)
  if (parsed === undefined) return forgetUnclear(step)
  const allowed = guardsAllow(walk, step, guarded.guards)
  if (allowed === false) return
  const { knowledge, place } = step
  const isDone = knowledge.faultsEnd() || parsed.kind === 'set' || parsed.kind === 'let'
  if (allowed === true && isDone) return yield* applyStatement(walk, step, parsed)
  // The guards may forbid it, or it fails and ErrorMode lets the reload go on without its effects.
  const perhaps = knowledge.fork()
  yield* applyStatement(walk, { ...step, place: unsure(place), knowledge: perhaps }, parsed)
  knowledge.join([knowledge.since(knowledge), perhaps.since(knowledge)])
}

const startsBlock = ({ head }: RawStatement) => isControl(head) || head === 'include'

/** What the statement may do, where it cannot be told. */
export function forgetUnclear({ unit, index, last, knowledge }: Step): void {
  for (const statement of unit.statements.slice(index, last + 1)) {
    forgetEffects(knowledge, effectsOfStatement(statement))
  }
}

function readGuarded(walk: Walk, step: Step) {
  const parse = () => parseGuarded(step.text)
  const guarded = step.text.includes(GAP) ? parsedOrNothing(parse) : attempt(walk, step, parse)
  const inGuards = guarded?.guards.some(({ condition }) => gapsIn(condition) > gapsIn(condition, 'texts'))
  return inGuards ? undefined : guarded
}

/** The statement, with the ones below it that belong to it. Undefined: it is faulty, or not clear. */
function readStack(walk: Walk, step: Step, start: number, to: number): Statement | undefined {
  const { unit, place, knowledge } = step
  for (;;) {
    const hasGaps = step.text.includes(GAP)
    const parse = () => parseStatement(step.text, start)
    const parsed = hasGaps ? parsedOrNothing(parse) : attempt(walk, step, parse)
    if (parsed === undefined) return undefined
    if (!isIncomplete(parsed)) return hasGaps ? withoutGaps(parsed, step.text.slice(start)) : parsed
    let index = step.last + 1
    while (index < to && isRemark(unit.statements[index]!)) index += 1
    const head = index < to ? unit.statements[index]!.head : undefined
    if (head !== 'regular' && head !== 'raw') return hasGaps ? undefined : parsed
    const next = stepAt(unit, index, place, knowledge)
    step.last = index
    if (!expandStep(walk, next)) return undefined
    const above = `${step.text};\n`
    step.origin = joined(step.origin, above.length, next.origin)
    step.text = above + next.text
  }
}

const isRemark = ({ text }: RawStatement) => /^rem\b/i.test(text)

/**
 * The statement, if what is not known in it is only the path of a file, or stands in texts. It may stand for
 * more than it shows anywhere else.
 */
function withoutGaps(statement: Statement, text: string): Statement | undefined {
  switch (statement.kind) {
    case 'trace':
    case 'rem':
    case 'directory':
      return statement
    case 'set':
      return statement.name.includes(GAP) ? undefined : { kind: 'let', name: statement.name, expression: ANY }
    case 'let': {
      const { name, expression } = statement
      if (name.includes(GAP)) return undefined
      return expression !== undefined && gapsIn(expression, 'texts') === gapsOf(text)
        ? statement
        : { ...statement, expression: ANY }
    }
    case 'store':
      return gapsOf(statement.path) === gapsOf(text) ? statement : undefined
    case 'load':
      return gapsInTexts(statement) + gapsOf(pathOf(statement)) === gapsOf(text) ? statement : undefined
    default:
      return undefined
  }
}

/** Of any value. */
const ANY = { kind: 'text', value: GAP } as const

function pathOf({ levels }: LoadStatement): string {
  const { source } = levels.at(-1)!
  return source.kind === 'file' ? source.path : ''
}

/** An expression without AS is its own name, which then is not known. */
function gapsInTexts({ levels, prefixes }: LoadStatement): number {
  const { first, sample } = prefixes
  const expressions = levels.flatMap(({ items, where, while: repeats, groupBy = [], orderBy = [] }) => [
    ...items.flatMap((item) => (item.kind === 'field' && !item.name.includes(GAP) ? [item.expression] : [])),
    where,
    repeats,
    ...groupBy,
    ...orderBy.map(({ expression }) => expression),
  ])
  return [...expressions, first, sample].reduce(
    (count, expression) => count + (expression === undefined ? 0 : gapsIn(expression, 'texts')),
    0,
  )
}
