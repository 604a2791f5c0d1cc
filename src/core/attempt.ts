/**
 * An attempt: one try at a reload in one engine session, numbered from 1. It is open while its worker holds
 * the lease, and closed with exactly one attempt end.
 */
import type { DataVersion, LeaseToken, ReloadId, ScriptVersionId, WorkerId } from './ids.ts'

/**
 * A fault of the load script, as the engine tells it. Line is 1-based in the script (or in the included
 * file).
 */
export interface ScriptFault {
  /** Engine error number, shown as EDC_ERROR:<number> (contract 02, section 6.3). */
  readonly engineErrorCode: number
  readonly message: string
  readonly line: number
  readonly statement: string
}

/**
 * A LOAD or STORE that an attempt ran, as the reload's metadata tells it (contract 05, section 2:
 * `statements[]`).
 */
export interface RanStatement {
  readonly type: 'load' | 'store'
  /** 1-based line of the script (or of the included file). */
  readonly line: number
  /** The table that got the rows, or that was stored. */
  readonly table: string
  readonly rows: number
  readonly fields: number
  readonly durationMs: number
}

/** More are not kept: a loop may run millions. */
export const RAN_STATEMENTS_MAX = 500

export interface NewData {
  readonly version: DataVersion
  /** The engine's own time stamp of the data, epoch ms. */
  readonly engineTime: number
  readonly fileBytes: number
}

export type AttemptEnd =
  | { readonly kind: 'completed'; readonly data: NewData }
  | { readonly kind: 'script-error'; readonly fault: ScriptFault }
  | { readonly kind: 'canceled' }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'data-too-large'; readonly fileBytes: number }
  | { readonly kind: 'out-of-memory' }
  | { readonly kind: 'crashed'; readonly message: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'no-session'; readonly message: string }
  | { readonly kind: 'handed-back' }
  | { readonly kind: 'lost' }

/** What the attempt made known of its engine session before it ended. */
export interface SessionFacts {
  readonly enginePoolName?: string
  readonly engineSizingReason?: string
  /** Epoch ms by the worker's clock at which the session was handed over. */
  readonly sessionAcquiredAt?: number
  /** Epoch ms at which the engine began to run the script, as the engine told it. */
  readonly engineStartedAt?: number
  readonly scriptVersionId?: ScriptVersionId
}

export interface Attempt {
  readonly reloadId: ReloadId
  /** From 1, without gaps. */
  readonly number: number
  readonly leaseToken: LeaseToken
  readonly workerId: WorkerId
  /** Epoch ms after which the sweeper may declare the attempt lost. */
  readonly leaseExpiresAt: number
  readonly openedAt: number
  /** Index into the ladder of engine sizes. */
  readonly sizeIndex: number
  readonly session: SessionFacts
  readonly closed?: {
    readonly at: number
    readonly end: AttemptEnd
    /** Monotonic: session handed over to attempt end, ms. Absent when no session was acquired. */
    readonly durationMs?: number
    readonly peakMemoryBytes?: number
  }
}
