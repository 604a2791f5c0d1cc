/** A run of a load script: its request and its result. */

import type { RanStatement } from '../../core/attempt.ts'
import type { DataProfile } from '../../core/data-profile.ts'
import type { DataTable } from '../../core/records.ts'
import type { ScriptEnd } from '../../script/host.ts'
import type { FileConnection, ReadFile, ReportedFile, SessionProgress } from '../engine-session.ts'

export interface ScriptRunRequest {
  /** Path of the new DuckDB file, which must not exist yet; ':memory:' keeps the data in memory only. */
  readonly dataFile: string
  /** Path of data that the run starts from: the app's own in a partial reload, else of `other`; read only. */
  readonly dataBefore?: string
  /** The app that BINARY names as it is written, and why its data is not there if it is not. */
  readonly other?: { readonly named: string; readonly refusal?: string }
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
  /** Folder for what the script stores, made when something is; without one it ends with the run. */
  readonly storesFolder?: string
  /** Existing folder for spill files and intermediate files; default: beside the data file. */
  readonly tempFolder?: string
  /**
   * When aborted, the running query is interrupted, no further statement begins, and the run ends as
   * interrupted.
   */
  readonly signal?: AbortSignal
  /** Given when stores are to be immediate. */
  readonly publish?: PublishStaged
}

/** Publishes a stored file at once; answers with a text for the script when it cannot be. */
export type PublishStaged = (stored: ReportedFile) => Promise<string | undefined>

/**
 * How a run ended. Running out of memory and an interrupt end it whatever ErrorMode says: they are no faults
 * of the script.
 */
export type RunEnd = ScriptEnd | { readonly kind: 'interrupted' } | { readonly kind: 'out-of-memory' }

export interface ScriptRun {
  readonly end: RunEnd
  /** The tables of the data file; empty if the script failed. */
  readonly tables: readonly DataTable[]
  /** Of the data file; absent if the script failed, and where it could not be counted. */
  readonly profile?: DataProfile
  /** What it read (ReadFiles); empty if the script failed. */
  readonly reads: readonly ReadFile[]
  /** Files that are staged still. */
  readonly storedFiles: readonly ReportedFile[]
  /** Body of the script log, lines end in CRLF (contract 02, section 6.2); the session adds the head. */
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

/**
 * Called at most a few times per second.
 * @param newLines lines of the script log since the last report
 */
export type ReportProgress = (progress: SessionProgress, newLines: string) => void
