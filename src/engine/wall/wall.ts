/**
 * Room `engine/wall`: the second wall around an engine process, by the operating system. Ways to start a
 * process so that the system, and not only its own code, keeps it to its session's folder enter; what the
 * process says does not.
 *
 * The port: a wall starts engine processes, shows them the files that they are handed, and ends them. There
 * are two: bubblewrap.ts, and none, for systems without one (node-alone.ts).
 */
import type { ChildProcess } from 'node:child_process'
import type { WallReport } from '../wall-report.ts'

/**
 * The folder of one session, absolute, with its parts. The process sees `in` and `out` and nothing else of
 * the installation; it may write below `out` only.
 */
export interface SessionFolder {
  readonly path: string
  /** What the session is handed. */
  readonly in: string
  /** What the process makes, and its working directory. */
  readonly out: string
}

/** How an engine process is started. */
export interface EngineStart {
  readonly folder: SessionFolder
  /** The file to run, with the flags of Node before it. */
  readonly args: readonly string[]
  /** Files and folders of its code, which it may read; some may be missing. */
  readonly code: readonly string[]
  /**
   * Folders, absolute and without links, in which the inputs of later lie: links to them lead to `seenRoot`.
   */
  readonly roots: readonly string[]
  readonly environment: NodeJS.ProcessEnv
}

/** Where inputs from a root appear, relative to the session's `in`. */
export const seenRoot = (index: number): string => `files-${index}`

export interface StartedEngine {
  /** Its standard error is descriptor 2, its sockets to the service are 3 and 4. */
  readonly process: ChildProcess
  /**
   * The process that runs the script: what is measured. To be asked once it has spoken; undefined if it is
   * gone.
   */
  enginePid(): Promise<number | undefined>
  /** Ends the process and whatever stands around it at once. Idempotent. */
  kill(): void
  /** How the engine itself ended, from how the process that was started did. */
  exit(code: number | null, signal: NodeJS.Signals | null): EngineExit
}

export interface EngineExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A file or folder of this machine that a session is handed. */
export interface Input {
  /** Absolute. */
  readonly from: string
  /** Where it appears, relative to the session's `in`. */
  readonly at: string
  readonly kind: 'file' | 'folder'
}

export interface Wall {
  readonly report: WallReport
  /** @throws Error if no process can be started, with a text for the log */
  start(start: EngineStart): StartedEngine
  /**
   * Makes inputs visible to the running process of a session, of which it saw nothing before: to be read,
   * and never to be changed.
   * @returns the paths under which the process sees them, in the same order
   * @throws Error if one cannot be handed over; the session is of no use then
   */
  handOver(folder: SessionFolder, inputs: readonly Input[]): Promise<string[]>
  /** Ends what the wall itself keeps running; the engine processes are ended by then. */
  stop(): Promise<void>
}
