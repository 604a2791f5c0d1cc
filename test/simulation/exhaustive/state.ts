/**
 * One state of the exhaustive exploration: what the store holds, what each worker is at, which data files
 * there are, and what may still go wrong. Two states are the same when nothing that can follow tells them
 * apart: times count from now, ids by the number of their attempt, and the workers are equal.
 */
import type { AttemptEnd } from '../../../src/core/attempt.ts'
import type { DataVersion, LeaseToken } from '../../../src/core/ids.ts'
import type { ExpiredLease } from '../../../src/store/port/queue.ts'
import { START_MS } from '../../support/records.ts'
import type { Kept } from './explorable-store.ts'

/** Steps of time, ms: a lease lasts three, it is trusted for two, the first back-off is one. */
export const TICK_MS = 5000

export type Phase =
  /** The store has given it the reload. */
  | 'claimed'
  /** The engine runs the script. */
  | 'running'
  /** The engine has ended, the end is to be settled. */
  | 'ended'
  /** The store was asked to settle it and has not done it yet. */
  | 'asked'
  /** The fence did not hold: does the app point at its data? */
  | 'fenced'
  /** A data file is to be deleted. */
  | 'leaving'

/** What a worker does with one attempt. */
export interface Running {
  readonly phase: Phase
  readonly attempt: number
  readonly lease: LeaseToken
  /** What the app pointed at when it was claimed; what the attempt writes. */
  readonly before: DataVersion | undefined
  readonly after: DataVersion
  /** In ticks. */
  readonly trustedUntil: number
  /** What the last renewal told. */
  readonly told: 'held' | 'canceling' | 'lost'
  /** What the stored file held when its engine started; the script stores one more. */
  readonly read?: number
  readonly end?: AttemptEnd
  /** It has asked before; the answer was lost. */
  readonly tried?: true
  /** To be deleted. */
  readonly leftover?: DataVersion
}

export interface Worker {
  readonly lives: boolean
  readonly running?: Running
  /** Leases that its sweep has found run out and not yet ended. */
  readonly found?: readonly ExpiredLease[]
}

export interface State {
  /** In ticks. */
  readonly now: number
  readonly kept: Kept
  readonly files: ReadonlyMap<DataVersion, 'torn' | 'whole'>
  /** What lies in the place of the file that scripts store. */
  readonly placed: number
  readonly workers: readonly Worker[]
  /** How often each may still happen. */
  readonly kills: number
  readonly lostAnswers: number
  readonly cancels: number
  /** A client was told that the reload is canceled, or being canceled. */
  readonly canceled: boolean
}

export function msOf(ticks: number): number {
  return START_MS + ticks * TICK_MS
}

/** What whoever reads the stored file sees: publications are in their places before. */
export function stored({ kept, placed }: State): number {
  const [publication] = kept.publications.values()
  return publication === undefined ? placed : Number(publication.files[0]!.content)
}

/** Equal for equal states. */
export function keyOf(state: State): string {
  const { now, kept, files, kills, lostAnswers, cancels, canceled } = state
  const [reload] = kept.reloads.values()
  const [app] = kept.apps.values()
  const ahead = (ms: number) => Math.max(-1, (ms - msOf(now)) / TICK_MS)
  const attempts = [...kept.attempts.values()].map(({ closed, leaseExpiresAt }) =>
    closed === undefined ? `open${ahead(leaseExpiresAt)}` : closed.end.kind,
  )
  const own = (version: string | undefined) => version?.slice(0, 2) ?? ''
  const workers = state.workers.map(({ lives, running, found }) => {
    if (!lives) return 'dead'
    const sweep = found === undefined ? '' : `finds ${attemptsOf(kept, found)}`
    if (running === undefined) return `free ${sweep}`
    const { phase, attempt, trustedUntil, told, end, tried, leftover, before, read } = running
    const trust = Math.max(0, trustedUntil - now)
    return `${phase}${attempt} ${trust} ${told} ${end?.kind} ${tried} ${own(leftover)} ${own(before)} ${read} ${sweep}`
  })
  return [
    reload?.state,
    reload?.attempts,
    reload?.faultRequeues,
    reload === undefined ? '' : Math.max(0, ahead(reload.notBefore)),
    app?.data?.version,
    kept.events.size,
    kept.deliveries.size,
    state.placed,
    [...kept.publications.values()].map(({ files: stored }) => stored[0]?.content),
    attempts,
    [...files].map(([version, content]) => `${version}${content}`).sort(),
    workers.sort(),
    kills,
    lostAnswers,
    cancels,
    canceled,
  ].join('|')
}

function attemptsOf({ attempts }: Kept, found: readonly ExpiredLease[]): string {
  const rows = [...attempts.values()]
  return found.map(({ lease }) => rows.find(({ leaseToken }) => leaseToken === lease)?.number).join()
}
