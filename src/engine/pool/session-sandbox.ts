/**
 * The sandbox of an engine process. Node's permission model restricts its JavaScript: no child processes,
 * only named files, no native code except packages', no code from strings. The process gets an environment
 * without secrets, yields to the service in time and memory, and works in a private folder.
 *
 * Two things are elsewhere: run-script.ts limits DuckDB's native code, which Node's rules do not restrict;
 * and Node has no rule against network connections, so no code that the process loads may open one.
 */
import { existsSync, readdirSync, realpathSync, writeFile } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { SessionFolder } from '../wall/wall.ts'

export interface SessionSandbox {
  /** Folders, absolute and existing, whose files the process may read. */
  readonly folders: readonly string[]
  /** Folders, absolute and without links, in which all connections lie. */
  readonly roots: readonly string[]
  /** Existing folder of the session; `out` is the working directory and writable, `in` is readable. */
  readonly folder: SessionFolder
  /** Limit of the JavaScript heap; above any engine size, so that the watch over resident memory decides. */
  readonly heapBytes: number
}

/** Node flags of the process. Folders must exist: Node grants a missing one as a file. */
export function sandboxFlags({ folders, folder, heapBytes }: SessionSandbox): string[] {
  const readable = withRealPaths([...folders, folder.in, folder.out])
  return [
    '--permission',
    '--allow-addons',
    '--allow-worker',
    ...[...codeFolders(), ...readable].map((each) => `--allow-fs-read=${each}`),
    ...withRealPaths([folder.out]).map((each) => `--allow-fs-write=${each}`),
    '--disallow-code-generation-from-strings',
    '--disable-warning=SecurityWarning',
    '--disable-warning=ExperimentalWarning',
    `--max-old-space-size=${Math.ceil(heapBytes / 1024 ** 2)}`,
  ]
}

/** Returns folders as named and with links resolved: a script's paths are checked and opened resolved. */
function withRealPaths(folders: readonly string[]): string[] {
  return [...new Set(folders.flatMap((folder) => [folder, realpathSync(folder)]))]
}

/**
 * The process's own code: our sources or build, and every node_modules that Node searches up to the one with
 * DuckDB, as named and with links resolved.
 */
export function codeFolders(): string[] {
  const ours = resolve(import.meta.dirname, '..', '..')
  const folders = [ours, realpathSync(ours), join(dirname(ours), 'package.json')]
  for (let folder = dirname(ours); ; folder = dirname(folder)) {
    const packages = join(folder, 'node_modules')
    folders.push(packages, join(packages, '*'))
    if (existsSync(join(packages, '@duckdb', 'node-api'))) return [...folders, realpathSync(packages)]
    if (folder === dirname(folder)) return folders
  }
}

/**
 * The time zone determines a script's local time, and its file may not be visible to the process; the rest of
 * the environment is withheld.
 */
export function sandboxEnvironment(): NodeJS.ProcessEnv {
  return { TZ: process.env.TZ ?? new Intl.DateTimeFormat().resolvedOptions().timeZone }
}

/**
 * Lowers the priority of the process in time and memory, with the threads that it has by now; later ones
 * inherit it. Best effort, as some systems do not allow it.
 */
export function yieldToService(pid: number): void {
  for (const thread of threadsOf(pid)) {
    try {
      setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL)
    } catch {
      // Without priorities the process runs at ours.
    }
  }
  writeFile(`/proc/${pid}/oom_score_adj`, '1000', () => {})
}

/** Linux gives each thread a priority of its own. */
function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number)
  } catch {
    return [pid]
  }
}
