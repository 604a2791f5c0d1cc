/**
 * What follows from the way an attempt ended: a requeue or an outcome. The table of contract 02, section 2.1, and the only
 * place that holds it; a cancel that was accepted before overrules it (reload.ts).
 */
import type { AttemptEnd } from './attempt.ts'
import type { Outcome } from './outcome.ts'

/** What the rule needs to know beside the reload. */
export interface Policy {
  readonly errorRequeuesMax: number
  /** Index of the largest engine size. */
  readonly largestSizeIndex: number
  /** Uniform in [0, 1): spreads the back-off. */
  readonly jitter: number
}

/** What the reload has behind it when the attempt ends. */
export interface Tried {
  /** Engine size of the attempt. */
  readonly sizeIndex: number
  /** Requeues so far that count against the retry budget. */
  readonly faultRequeues: number
}

export type Verdict =
  | {
      readonly kind: 'finish'
      readonly outcome: Outcome
      readonly errorCode?: string
      readonly errorMessage?: string
      readonly engineTime?: number
      readonly crashedOnMaxSizeEngine?: true
      readonly markApp?: true
    }
  | {
      readonly kind: 'requeue'
      readonly withError: boolean
      readonly countsAsFault: boolean
      readonly climb?: true
    }

/** The table of contract 02, section 2.1: attempt end -> requeue or outcome. */
export function judge(end: AttemptEnd, tried: Tried, policy: Policy): Verdict {
  switch (end.kind) {
    case 'completed':
      return { kind: 'finish', outcome: 'SUCCEEDED', engineTime: end.data.engineTime }
    case 'script-error':
      return {
        kind: 'finish',
        outcome: 'FAILED',
        errorCode: 'EngineReloadScriptError',
        errorMessage: `line ${end.fault.line}: ${end.fault.message}`,
      }
    case 'canceled':
      return { kind: 'finish', outcome: 'CANCELED' }
    case 'timed-out':
      return {
        kind: 'finish',
        outcome: 'EXCEEDED_LIMIT',
        errorCode: 'ReloadRunTimeExceeded',
        errorMessage: 'reload ran longer than its time limit',
      }
    case 'data-too-large':
      return {
        kind: 'finish',
        outcome: 'EXCEEDED_LIMIT',
        errorCode: 'ReloadDataSizeExceeded',
        errorMessage: `app data of ${end.fileBytes} bytes is larger than its limit`,
      }
    case 'out-of-memory':
      return tried.sizeIndex < policy.largestSizeIndex
        ? { kind: 'requeue', withError: true, countsAsFault: false, climb: true }
        : {
            kind: 'finish',
            outcome: 'FAILED',
            errorCode: 'EngineOutOfMemory',
            errorMessage: 'the engine ran out of memory on its largest size',
            markApp: true,
          }
    case 'refused':
      return {
        kind: 'finish',
        outcome: 'FAILED',
        errorCode: 'EngineCrashedOnMaxSize',
        errorMessage: 'the app ran out of memory on the largest engine before; change its script or data',
        crashedOnMaxSizeEngine: true,
      }
    case 'handed-back':
      return { kind: 'requeue', withError: false, countsAsFault: false }
    case 'crashed':
      return withinBudget(tried, policy, 'EngineConnectionError', `failed to complete reload: ${end.message}`)
    case 'lost':
      return withinBudget(
        tried,
        policy,
        'EngineConnectionError',
        'failed to complete reload: the worker was lost',
      )
    case 'no-session':
      return withinBudget(tried, policy, 'EngineSessionError', `no engine session: ${end.message}`)
  }
}

function withinBudget(tried: Tried, policy: Policy, errorCode: string, errorMessage: string): Verdict {
  return tried.faultRequeues < policy.errorRequeuesMax
    ? { kind: 'requeue', withError: true, countsAsFault: true }
    : { kind: 'finish', outcome: 'FAILED', errorCode, errorMessage }
}
