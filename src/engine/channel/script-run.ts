/** A run of a load script as it is asked for and as it ended. */
import type { DataTable } from '../../catalog/records.ts'
import type { RanStatement } from '../../core/attempt.ts'
import type { ScriptEnd } from '../../script/host.ts'
import type { FileConnection, SessionProgress, StoredFile } from '../engine-session.ts'

export interface ScriptRunRequest {
  /** Path of the new DuckDB file, which must not exist yet; ':memory:' keeps the data in memory only. */
  readonly dataFile: string
  /** Path of the app's present data, which a partial reload starts from; it is only read. */
  readonly dataBefore?: string
  /** Epoch ms at which the app's last successful reload finished; absent before the first. */
  readonly lastReloadAt?: number
  readonly script: string
  readonly variables: Readonly<Record<string, string>>
  readonly partial: boolean
  readonly appId: string
  readonly appName: string
  readonly connections: readonly FileConnection[]
  readonly memoryLimitBytes?: number
  readonly threads?: number
  /** An existing folder for spill files and files on their way in or out; default: beside the data file. */
  readonly tempFolder?: string
  /**
   * Aborted: the query under way is interrupted, no further statement begins, and the run ends as
   * interrupted.
   */
  readonly signal?: AbortSignal
}

/**
 * How a run ended. An engine that runs out of memory and an interrupt end the run whatever ErrorMode says:
 * they are no faults of the script.
 */
export type RunEnd = ScriptEnd | { readonly kind: 'interrupted' } | { readonly kind: 'out-of-memory' }

export interface ScriptRun {
  readonly end: RunEnd
  /** The tables of the data file; empty when the script failed. */
  readonly tables: readonly DataTable[]
  readonly storedFiles: readonly StoredFile[]
  /** Body of the script log, lines end in CRLF (contract 02, section 6.2); its head is the session's. */
  readonly scriptLog: string
  /** Progress text without head (contract 02, section 6.1). */
  readonly progressLog: string
  /** Epoch ms. */
  readonly startedAt: number
  /** Epoch ms at which the data was complete. */
  readonly engineTime: number
  readonly rowsRead: number
  readonly statements: readonly RanStatement[]
}

/** Tells progress at most a few times a second. */
export type ReportProgress = (progress: SessionProgress) => void
