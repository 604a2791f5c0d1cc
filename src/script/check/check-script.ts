/**
 * Room `script/check`: what is wrong with a script without running it, for `reprise check` and validation.
 * What looks at a script as a whole enters; each rule stands where a reload finds the fault.
 *
 * Finds what is wrong with a script without running it, all of it at once: whatever a reload would refuse
 * from the text alone is an error, and what depends on data, on the request or on a branch is at most a
 * warning (contract 05, section 2.1, validate). A script that runs has no errors. With the files at hand it
 * also finds what is wrong with them, and follows included ones.
 */
import type { CheckAnswer, Checking } from './check-host.ts'
import { Issues, type ScriptIssue } from './issue.ts'
import { Knowledge } from './knowledge.ts'
import { unitOf } from './unit.ts'
import type { Place, Walk } from './walk.ts'
import { walkUncalled } from './walk-call.ts'
import { walkRange } from './walk-range.ts'
import { endWaiting } from './walk-waiting.ts'

/** The issues in the order of the script, with nothing at hand but its text. */
export function checkScript(script: string): ScriptIssue[] {
  const checking = checkAsking(script)
  let state = checking.next()
  while (!state.done) state = checking.next({ kind: 'unknown' } satisfies CheckAnswer)
  return state.value
}

/** How often each statement is visited at most, on the average. */
const VISITS = 20
const VISITS_LEAST = 5000

/** The same with a host that is asked about files. */
export function* checkAsking(script: string): Checking<ScriptIssue[]> {
  const unit = unitOf(script)
  const walk: Walk = {
    issues: new Issues(),
    range: (...range) => walkRange(walk, ...range),
    budget: VISITS_LEAST + VISITS * unit.statements.length,
    subs: [],
    called: new Set(),
  }
  const top: Place = { depth: 0, calls: [], nested: 0, loops: 0, sure: true, exits: {} }
  const knowledge = new Knowledge()
  yield* walkRange(walk, unit, 0, unit.statements.length, top, knowledge)
  endWaiting(walk, top, knowledge)
  yield* walkUncalled(walk, top)
  return walk.issues.all()
}
