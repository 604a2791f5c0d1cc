/**
 * What follows from each attempt end: a requeue or an outcome. Holds the table of contract 02, section 2.1 as
 * data; an accepted cancel overrides it (reload.ts). docs/reference/attempts.md is generated from it.
 */

import { type AttemptEnd, placeOfFault } from './attempt.ts'
import { defined } from './defined.ts'
import type { Outcome } from './outcome.ts'

/** What the rule needs besides the reload. */
export interface Policy {
  readonly errorRequeuesMax: number
  /** Index of the largest engine size. */
  readonly largestSizeIndex: number
  /** Uniform in [0, 1): spreads the back-off. */
  readonly jitter: number
}

/** The reload's history at the end of the attempt. */
export interface Tried {
  /** Engine size of the attempt. */
  readonly sizeIndex: number
  /** Requeues so far that count against the retry budget. */
  readonly faultRequeues: number
}

export interface Requeue {
  readonly kind: 'requeue'
  /** Counts as an error requeue (contract 01: requeuesWithErrors). */
  readonly withError: boolean
  /** Uses the retry budget and waits for a back-off. */
  readonly countsAsFault: boolean
  /** The next attempt gets the next larger engine. */
  readonly climb?: true
}

export interface Finish {
  readonly kind: 'finish'
  readonly outcome: Outcome
  readonly errorCode?: string
  readonly crashedOnMaxSizeEngine?: true
  /** The app is marked: it ran out of memory on the largest engine. */
  readonly markApp?: true
}

export type Verdict = Requeue | (Finish & { readonly errorMessage?: string; readonly engineTime?: number })

export type EndKind = AttemptEnd['kind']

/** The condition of a row, for attempt ends with two rows. */
export const CONDITIONS = {
  'a larger size exists': (tried: Tried, policy: Policy) => tried.sizeIndex < policy.largestSizeIndex,
  'on the largest size': (tried: Tried, policy: Policy) => tried.sizeIndex >= policy.largestSizeIndex,
  'within the budget': (tried: Tried, policy: Policy) => tried.faultRequeues < policy.errorRequeuesMax,
  'budget used up': (tried: Tried, policy: Policy) => tried.faultRequeues >= policy.errorRequeuesMax,
} as const

export interface VerdictRow {
  readonly end: EndKind
  /** Absent: always. */
  readonly when?: keyof typeof CONDITIONS
  readonly follows: Requeue | Finish
}

const FAULT: Requeue = { kind: 'requeue', withError: true, countsAsFault: true }

/** Exactly one row applies to each attempt end in each situation. */
export const VERDICTS: readonly VerdictRow[] = [
  { end: 'completed', follows: finish('SUCCEEDED') },
  { end: 'script-error', follows: finish('FAILED', 'EngineReloadScriptError') },
  { end: 'canceled', follows: finish('CANCELED') },
  { end: 'timed-out', follows: finish('EXCEEDED_LIMIT', 'ReloadRunTimeExceeded') },
  { end: 'data-too-large', follows: finish('EXCEEDED_LIMIT', 'ReloadDataSizeExceeded') },
  {
    end: 'out-of-memory',
    when: 'a larger size exists',
    follows: { kind: 'requeue', withError: true, countsAsFault: false, climb: true },
  },
  {
    end: 'out-of-memory',
    when: 'on the largest size',
    follows: { ...finish('FAILED', 'EngineOutOfMemory'), markApp: true },
  },
  {
    end: 'refused',
    follows: { ...finish('FAILED', 'EngineCrashedOnMaxSize'), crashedOnMaxSizeEngine: true },
  },
  { end: 'crashed', when: 'within the budget', follows: FAULT },
  { end: 'crashed', when: 'budget used up', follows: finish('FAILED', 'EngineConnectionError') },
  { end: 'lost', when: 'within the budget', follows: FAULT },
  { end: 'lost', when: 'budget used up', follows: finish('FAILED', 'EngineConnectionError') },
  { end: 'no-session', when: 'within the budget', follows: FAULT },
  { end: 'no-session', when: 'budget used up', follows: finish('FAILED', 'EngineSessionError') },
  { end: 'handed-back', follows: { kind: 'requeue', withError: false, countsAsFault: false } },
]

export function judge(end: AttemptEnd, tried: Tried, policy: Policy): Verdict {
  const { follows } = VERDICTS.find(
    (row) => row.end === end.kind && (row.when === undefined || CONDITIONS[row.when](tried, policy)),
  )!
  if (follows.kind === 'requeue') return follows
  const errorMessage = messageOf(end)
  return {
    ...follows,
    ...defined({ errorMessage }),
    ...(end.kind === 'completed' ? { engineTime: end.data.engineTime } : {}),
  }
}

/** Error text of a reload that this end finished. */
function messageOf(end: AttemptEnd): string | undefined {
  switch (end.kind) {
    case 'script-error':
      return `${placeOfFault(end.fault)}: ${end.fault.message}`
    case 'timed-out':
      return 'reload ran longer than its time limit'
    case 'data-too-large':
      return `app data of ${end.fileBytes} bytes is larger than its limit`
    case 'out-of-memory':
      return 'the engine ran out of memory on its largest size'
    case 'refused':
      return 'the app ran out of memory on the largest engine before; change its script or data, or clear its mark'
    case 'crashed':
      return `failed to complete reload: ${end.message}`
    case 'lost':
      return 'failed to complete reload: the worker was lost'
    case 'no-session':
      return `no engine session: ${end.message}`
    case 'completed':
    case 'canceled':
    case 'handed-back':
      return undefined
  }
}

function finish(outcome: Outcome, errorCode?: string): Finish {
  return { kind: 'finish', outcome, ...defined({ errorCode }) }
}
