/**
 * What must hold in every state of the exploration, and of every step between two: the invariants of
 * ARCHITECTURE.md section 1, in words of their own.
 */
import type { Attempt } from '../../../src/core/attempt.ts'
import type { Reload } from '../../../src/core/reload.ts'
import { msOf, type State, stored, type Worker } from './state.ts'

const FINISHED = 'com.qlik.v1.reload.finished'
const ENDS = ['SUCCEEDED', 'FAILED', 'CANCELED', 'EXCEEDED_LIMIT']

/** The rules that the state breaks, each with the number of its invariant; empty when it keeps all. */
export function brokenIn(state: State): string[] {
  const broken: string[] = []
  const must = (holds: boolean, rule: string) => {
    if (!holds) broken.push(rule)
  }
  const [reload] = state.kept.reloads.values()
  const attempts = [...state.kept.attempts.values()].sort((left, right) => left.number - right.number)
  if (reload === undefined) return ['1 an accepted reload is there']
  outcome(state, reload, must)
  numbering(reload, attempts, must)
  data(state, reload, attempts, must)
  workers(state, attempts, must)
  return broken
}

/** The rules that a step breaks. */
export function brokenBetween(before: State, after: State): string[] {
  const broken: string[] = []
  const [was] = before.kept.reloads.values()
  const [is] = after.kept.reloads.values()
  if (was !== undefined && ENDS.includes(was.state) && is !== was) broken.push('1 an outcome never changes')
  for (const [id, event] of before.kept.events) {
    if (after.kept.events.get(id) !== event) broken.push('2 a saved event never changes')
  }
  for (const [id, attempt] of before.kept.attempts) {
    if (attempt.closed !== undefined && after.kept.attempts.get(id) !== attempt) {
      broken.push('3 the end of an attempt never changes')
    }
  }
  return broken
}

type Must = (holds: boolean, rule: string) => void

function outcome({ kept, canceled }: State, { state }: Reload, must: Must): void {
  const ended = ENDS.includes(state)
  const finished = [...kept.events.values()].filter(({ type }) => type === FINISHED)
  must(finished.length === (ended ? 1 : 0), '2 the finished event is there exactly when the outcome is')
  const wanted = [...kept.deliveries.values()].map(({ eventId }) => eventId)
  must(`${wanted}` === `${finished.map(({ id }) => id)}`, '5 the one finished event has one delivery')
  must(
    finished.every(({ body }) => body.data.status === state),
    '2 the event tells the outcome',
  )
  must(!canceled || state === 'CANCELING' || state === 'CANCELED', '1 what was canceled ends CANCELED')
}

function numbering({ attempts: count, state }: Reload, attempts: readonly Attempt[], must: Must): void {
  must(
    attempts.length === count && attempts.every(({ number }, i) => number === i + 1),
    '4 attempts are 1..n without gaps',
  )
  const open = attempts.filter(({ closed }) => closed === undefined)
  const runs = state === 'RELOADING' || state === 'CANCELING'
  must(open.length === (runs ? 1 : 0), '4 one attempt is open exactly while the reload runs')
  must(
    open.every(({ number }) => number === count),
    '4 the open attempt is the last one',
  )
}

function data(state: State, reload: Reload, attempts: readonly Attempt[], must: Must): void {
  const { kept, files } = state
  const [app] = kept.apps.values()
  const version = app?.data?.version
  must(version !== undefined && files.get(version) === 'whole', '9 the data of the app is there and whole')
  const last = attempts.at(-1)?.closed?.end
  const own = last?.kind === 'completed' ? last.data.version : undefined
  const succeeded = reload.state === 'SUCCEEDED'
  must(!succeeded || own !== undefined, '1 a success comes from a completed attempt')
  must(version === (succeeded ? own : 'v0'), '2 the app points at new data exactly when the reload succeeded')
  must(stored(state) === (succeeded ? 1 : 0), '11 a file is stored once, and with the success')
  must(own === undefined || own === `v${attempts.length}`, '3 an attempt ends with its own data')
}

function workers({ workers: all, now, kept }: State, attempts: readonly Attempt[], must: Must): void {
  for (const { running } of all) {
    if (running === undefined || running.phase !== 'running') continue
    const { told, trustedUntil, lease } = running
    if (told === 'lost' || now >= trustedUntil) continue
    const own = attempts.find(({ leaseToken }) => leaseToken === lease)
    must(own?.closed === undefined, '3 a worker that trusts its lease has it')
  }
  const held = all.filter(({ running }) => running !== undefined && running.told !== 'lost')
  const trusting = held.filter(({ running }) => now < running!.trustedUntil && running!.phase === 'running')
  must(trusting.length <= 1, '3 no two workers trust their leases of one reload')
  must(
    [...kept.attempts.values()].every(({ openedAt }) => openedAt <= msOf(now)),
    '4 no attempt is opened in the future',
  )
}

/** Nothing can follow that matters: the outcome is there, and no living worker is at anything. */
export function isOver({ kept, workers: all }: State): boolean {
  const [reload] = kept.reloads.values()
  const rests = ({ running, found }: Worker) => (running ?? found) === undefined
  return kept.publications.size === 0 && ENDS.includes(reload?.state ?? '') && all.every(rests)
}
