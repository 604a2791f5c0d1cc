/** Two scripts that differ in one item only, and what the item did. */
import { type Outcome, outcomeOf, type Scene } from './outcome.ts'

export interface Pair {
  readonly without: string
  readonly with: string
}

/** `a «b» c` is `a c` and `a b c`; `a «b|c» d` is `a c d` and `a b d`: the item is what stands first. */
export function pairOf(script: string): Pair {
  const pieces = script.split(/«([^«»]*)»/)
  if (pieces.length < 3) throw new Error(`no item is marked in ${script}`)
  const taken = (choose: (marked: string) => string) =>
    pieces.map((piece, index) => (index % 2 === 0 ? piece : choose(piece))).join('')
  const parts = (marked: string): [string, string] => {
    const at = marked.lastIndexOf('|')
    return at < 0 ? [marked, ''] : [marked.slice(0, at), marked.slice(at + 1)]
  }
  return { with: taken((marked) => parts(marked)[0]), without: taken((marked) => parts(marked)[1]) }
}

/**
 * `refused`: only the script with the item fails. `broken`: both fail for the same reason, so that nothing is
 * shown.
 */
export type Verdict = 'acts' | 'refused' | 'ignored' | 'broken'

export interface Judged {
  readonly verdict: Verdict
  readonly outcomes: { readonly with: Outcome; readonly without: Outcome }
}

const known = new Map<string, Promise<Outcome>>()

/** The outcome of a script that many pairs have is found once. */
function outcomeOnce(script: string, scene: Scene): Promise<Outcome> {
  const key = JSON.stringify([script, scene])
  const found = known.get(key) ?? outcomeOf(script, scene)
  known.set(key, found)
  return found
}

export async function judged(pair: Pair, scene: Scene = {}): Promise<Judged> {
  const outcomes = {
    without: await outcomeOnce(pair.without, scene),
    with: await outcomeOnce(pair.with, scene),
  }
  const equal = JSON.stringify(outcomes.with) === JSON.stringify(outcomes.without)
  const failed = outcomes.with.end !== 'completed'
  const verdict = equal ? (failed ? 'broken' : 'ignored') : failed ? 'refused' : 'acts'
  return { verdict, outcomes }
}
