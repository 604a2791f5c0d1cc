/** IF and SWITCH: the branch that is taken, or each that may be. */

import { parseCase, parseCondition, parseSwitch } from '../parse/parse-control.ts'
import type { Block } from '../syntax/block.ts'
import { compareValues } from '../value/convert.ts'
import { TRUE } from '../value/value.ts'
import type { Checking } from './check-host.ts'
import { isMet, type Truth } from './guards.ts'
import { type Alternative, type Known, UNKNOWN } from './knowledge.ts'
import { knownValue } from './known-value.ts'
import { attempt, deeper, type Place, readClause, type Step, stepAt, unsure, type Walk } from './walk.ts'

interface Branch {
  /** Statements: from inclusive, to exclusive. */
  readonly from: number
  readonly to: number
  readonly taken: Truth
}

export function* walkIf(walk: Walk, step: Step, { clauses, end }: Block): Checking<void> {
  const { unit, place, knowledge } = step
  const branches = new Branches(walk, step)
  for (const [position, index] of [step.index, ...clauses].entries()) {
    const clause = position === 0 ? step : stepAt(unit, index, branches.place(place), knowledge)
    const isElse = clause.statement.head === 'else'
    const condition = isElse ? undefined : readClause(walk, clause, parseCondition)
    const taken = isElse || (condition === undefined ? UNKNOWN : isMet(walk, clause, condition))
    yield* branches.walk({ from: index + 1, to: clauses[position] ?? end, taken })
  }
  branches.end()
}

/** The first CASE with an equal value, else DEFAULT wherever it stands. */
export function* walkSwitch(walk: Walk, step: Step, { clauses, end }: Block): Checking<void> {
  const { unit, place, knowledge } = step
  const parsed = readClause(walk, step, parseSwitch)
  const value = parsed && attempt(walk, step, () => knownValue(parsed, knowledge))
  const branches = new Branches(walk, step)
  let otherwise: Branch | undefined
  for (const [position, index] of clauses.entries()) {
    const branch = { from: index + 1, to: clauses[position + 1] ?? end, taken: true }
    const clause = stepAt(unit, index, branches.place(place), knowledge)
    if (clause.statement.head === 'default') otherwise ??= branch
    else yield* branches.walk({ ...branch, taken: equalsOne(walk, clause, value ?? UNKNOWN) })
  }
  if (otherwise !== undefined) yield* branches.walk(otherwise)
  branches.end()
}

function equalsOne(walk: Walk, clause: Step, value: Known): Truth {
  const candidates = readClause(walk, clause, parseCase)
  if (candidates === undefined) return UNKNOWN
  const settings = clause.knowledge.settings()
  let equals: Truth = false
  for (const candidate of candidates) {
    const other = attempt(walk, clause, () => knownValue(candidate, clause.knowledge)) ?? UNKNOWN
    if (value === UNKNOWN || other === UNKNOWN) equals = UNKNOWN
    else if (compareValues('=', value, other, settings) === TRUE) return equals === UNKNOWN ? UNKNOWN : true
  }
  return equals
}

/** Branches of which at most one is taken, in the order in which they are tried. */
class Branches {
  readonly #walk: Walk
  readonly #step: Step
  readonly #alternatives: Alternative[] = []
  /** One before is taken: the others are never tried. */
  #isDecided = false

  constructor(walk: Walk, step: Step) {
    this.#walk = walk
    this.#step = step
  }

  /** Of the next clause. */
  place(place: Place): Place {
    return this.#isDecided || this.#alternatives.length > 0 ? unsure(place) : place
  }

  *walk({ from, to, taken }: Branch): Checking<void> {
    const { unit, place, knowledge } = this.#step
    const inside = deeper(taken === true ? this.place(place) : unsure(place))
    const branch = knowledge.fork()
    if (this.#isDecided || taken === false) branch.change({ dead: true })
    yield* this.#walk.range(unit, from, to, inside, branch)
    if (this.#isDecided || taken === false) return
    this.#alternatives.push(branch.since(knowledge))
    this.#isDecided = taken === true
  }

  /** What is known behind all of them. */
  end(): void {
    const { knowledge } = this.#step
    if (!this.#isDecided) this.#alternatives.push(knowledge.since(knowledge))
    knowledge.join(this.#alternatives)
  }
}
