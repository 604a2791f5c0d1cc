/**
 * Room `engine`: the port to an engine and the ladder of sizes. What a worker must know of engines enters;
 * processes and DuckDB stand in the rooms below.
 *
 * The port of engine sessions: one engine process for one attempt, of one engine size. Implementations:
 * engine/pool/ (a real child process) and the simulator's.
 *
 * A session never throws: `run` always resolves, even if the process is killed.
 */

import type { RanStatement, ReachedPlace, ScriptFault } from '../core/attempt.ts'
import type { DataProfile } from '../core/data-profile.ts'
import type { DataVersion, ReloadId } from '../core/ids.ts'
import type { MachineFolder } from '../core/machine-path.ts'
import type { DataTable } from '../core/records.ts'
import type { Signal } from '../core/signal.ts'

export interface EngineSize {
  /** As in the event's enginePoolName, e.g. "engine-4g". */
  readonly poolName: string
  /** Hard limit of the process's resident memory, bytes. */
  readonly memoryBytes: number
  readonly threads: number
}

/** A `lib://` connection: files under one folder. `writable` also allows STORE into it. */
export interface FileConnection {
  readonly name: string
  /** Absolute path of the folder on the worker's machine. */
  readonly root: string
  readonly writable: boolean
  /** Folders of machines in old scripts that places of it stand for. */
  readonly stands?: readonly Pick<MachineFolder, 'folder' | 'below'>[]
}

export interface SessionWork {
  readonly reloadId: ReloadId
  readonly attempt: number
  readonly appId: string
  readonly appName: string
  readonly script: string
  readonly variables: Readonly<Record<string, string>>
  readonly partial: boolean
  /** The app's present data, the start of a partial reload. */
  readonly dataBefore?: DataVersion
  /**
   * Epoch ms at which the app's last successful reload, full or partial, finished; absent before the first.
   */
  readonly lastReloadAt?: number
  /** Name of the new data file that this attempt writes. */
  readonly dataAfter: DataVersion
  readonly connections: readonly FileConnection[]
  /** Of the app that BINARY of the script names. */
  readonly other?: OtherData
  /** In the place of the script. */
  readonly transfer?: DataTransfer
}

/** The data that another app has, which its name in the script stands for, or why there is none. */
export type OtherData =
  | { readonly named: string; readonly data: DataVersion }
  | { readonly named: string; readonly refusal: string }

/**
 * The data of an app leaves as files of an archive, which are told as stored ones, or comes in as new data.
 * An archive that is not what it says ends the session as a fault of a script does.
 */
export type DataTransfer =
  | { readonly kind: 'export' }
  /** `archive`: absolute path of a zip file, which comes from outside. */
  | { readonly kind: 'import'; readonly archive: string }

/** Where the contents of stored files go when they leave a session. */
export interface StoresSpool {
  /** Takes a file over, durably; it is gone from its path. Throws for anything but a plain file. */
  adopt(path: string): Promise<Pick<StagedFile, 'content' | 'bytes'>>
  discard(spooled: Pick<StagedFile, 'content'>): Promise<void>
}

/** Publishes a stored file at once; answers with a text for the script when it cannot be. Never rejects. */
export type PublishNow = (file: StagedFile) => Promise<string | undefined>

/** Progress of a running session, reported at most a few times per second. */
export interface SessionProgress extends ReachedPlace {
  /** Epoch ms at which the engine began to run the script. */
  readonly startedAt: number
  /** Progress text so far (contract 02, section 6.1), without head. */
  readonly progressLog: string
}

/** A file that the script read, or a mask with * and ? whose files it listed. */
export interface ReadFile {
  readonly connection: string
  /** Relative to the connection's root, "/" between its parts. */
  readonly path: string
}

/** A file that the script stored. `path` is relative to the connection's root. */
export interface StoredFile {
  readonly connection: string
  readonly path: string
  readonly bytes: number
}

/** A stored file by the name that its content has in the session's folder of stores: digits. */
export interface ReportedFile extends StoredFile {
  readonly file: string
}

/** A stored file that nobody but the script has seen yet. */
export interface StagedFile extends StoredFile {
  /** Id of its content in the spool of data files. Whoever gets it publishes or discards it. */
  readonly content: string
}

export type SessionEnd = SessionReport &
  (
    | {
        readonly kind: 'completed'
        readonly engineTime: number
        readonly fileBytes: number
        readonly tables: readonly DataTable[]
        /** Each once, the first ones of very many; without what the script stored before it read it. */
        readonly reads: readonly ReadFile[]
        /** Each file once. Of every other end nothing is left. */
        readonly storedFiles: readonly StagedFile[]
      }
    | { readonly kind: 'script-error'; readonly fault: ScriptFault }
    | { readonly kind: 'out-of-memory' }
    /** The process died, was killed, or broke the protocol. */
    | { readonly kind: 'crashed'; readonly message: string }
  )

/** Facts of every end, as far as they are known. */
export interface SessionReport {
  readonly startedAt?: number
  readonly progressLog: string
  readonly scriptLog: string
  /** Absent if no statement began. */
  readonly reached?: ReachedPlace
  readonly peakMemoryBytes?: number
  /**
   * The first LOADs and STOREs, in the order in which they ended; absent if the process did not get to report
   * them.
   */
  readonly statements?: readonly RanStatement[]
}

export interface EngineSession {
  readonly size: EngineSize
  /** Runs the work; called once. `report` may be called until it resolves. */
  /** @param publish given when stores are to be immediate: called for each stored file, which then is gone */
  run(
    work: SessionWork,
    report: (progress: SessionProgress) => void,
    publish?: PublishNow,
  ): Promise<SessionEnd>
  /**
   * Asks a running script to stop; the session then ends as crashed unless it has already ended. Idempotent.
   */
  interrupt(): void
  /** Kills the process at once. Idempotent; also for a session that was never run. */
  kill(): void
}

export interface EngineSessions {
  /**
   * Rejects if no session can be made, with a message for the user.
   * @param withdrawn the caller needs none any more once it fires; a session not given by then never is
   */
  acquire(size: EngineSize, withdrawn?: Signal): Promise<EngineSession>
}

/** The app data files of an installation. */
export interface AppData {
  /** Deletes a version that no app points at; does nothing if it does not exist. */
  discard(version: DataVersion): Promise<void>
  /** Whether the file of a version is there, as large as it was saved. */
  isWhole(data: { readonly version: DataVersion; readonly fileBytes: number }): Promise<boolean>
}

/** What the data of a version is like. */
export interface AppDataProfiles {
  /** Undefined for data that was made before there were profiles, and where it could not be counted. */
  profile(version: DataVersion): Promise<DataProfile | undefined>
}

/** Each version belongs to one app, so a copied app gets its own. */
export interface AppDataCopies {
  /**
   * Copies a version; the copy is durable when the promise resolves.
   * @returns false if there is no such version
   */
  copy(from: DataVersion, to: DataVersion): Promise<boolean>
}
