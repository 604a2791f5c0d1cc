/**
 * An attempt: one try at a reload in one engine session, numbered from 1. It is open while its worker holds
 * the lease, and closed with exactly one attempt end.
 */
import type { DataVersion, LeaseToken, ReloadId, ScriptVersionId, WorkerId } from './ids.ts'

/** A fault of the load script, as the engine reports it. */
export interface ScriptFault {
  /** The kind of fault, a word of docs/reference/script-faults.md; absent in records of old. */
  readonly code?: string
  /** Engine error number, shown as EDC_ERROR:<number> (contract 02, section 6.3). */
  readonly engineErrorCode: number
  readonly message: string
  /** 1-based in the script; of a fault in an included file the line that includes it. */
  readonly line: number
  /** 1-based, in UTF-16 units; absent where only the statement is known. */
  readonly column?: number
  /** As it was when it failed: expanded. */
  readonly statement: string
}

/** `line 3`, and the column where it is known. */
export function placeOfFault({ line, column }: Pick<ScriptFault, 'line' | 'column'>): string {
  return column === undefined ? `line ${line}` : `line ${line}, column ${column}`
}

/** Where a script stood when its attempt ended before it, as the engine told last. */
export interface ReachedPlace {
  /** Statements begun so far, this one included: a loop counts each time. */
  readonly statement: number
  /** 1-based in the script; in an included file the line that includes it. */
  readonly line: number
  /** The statement as the script has it, not expanded; cut. */
  readonly text: string
  /** Rows read from all sources so far. */
  readonly rowsRead: number
}

/**
 * A LOAD or STORE that an attempt ran, for the reload's metadata (contract 05, section 2: `statements[]`).
 */
export interface RanStatement {
  readonly type: 'load' | 'store'
  /** 1-based line of the script (or of the included file). */
  readonly line: number
  /** The table that was loaded or stored. */
  readonly table: string
  readonly rows: number
  readonly fields: number
  readonly durationMs: number
}

/** Statements beyond this number are not recorded: a loop may run millions. */
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

/** Facts of the engine session, known before the attempt ends. */
export interface SessionFacts {
  readonly enginePoolName?: string
  readonly engineSizingReason?: string
  /** Epoch ms by the worker's clock at which the session was acquired. */
  readonly sessionAcquiredAt?: number
  /** Epoch ms at which the engine began to run the script, as the engine reports it. */
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
    /** Time from session to end, ms, by the monotonic clock. Absent if no session was acquired. */
    readonly durationMs?: number
    readonly peakMemoryBytes?: number
  }
}
