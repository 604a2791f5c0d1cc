/**
 * What an engine process may do. Node's permission model binds its JavaScript: no child processes, no files
 * but those named, no native code but packages', no code from strings. It gets an environment without
 * secrets, steps back for the service in time and memory, and works in a private folder.
 *
 * Two things lie elsewhere: what DuckDB's native code may reach is fixed by run-script, because Node's rules
 * do not bind it; and Node has no rule against network connections, so that no code the process loads may
 * open one.
 */
import { existsSync, realpathSync, writeFile } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { dirname, join, resolve } from 'node:path'

export interface SessionSandbox {
  /** Folders, absolute and existing, whose files the process may read and write. */
  readonly folders: readonly string[]
  /** Existing private folder: the process works in it; it is among what it may write. */
  readonly tempFolder: string
  /**
   * Ceiling of the JavaScript heap; above any engine size, so that the watch over resident memory decides.
   */
  readonly heapBytes: number
}

/** The flags of the process's Node. Folders must exist: Node grants a missing one as a file. */
export function sandboxFlags({ folders, tempFolder, heapBytes }: SessionSandbox): string[] {
  const writable = withRealPaths([...folders, tempFolder])
  return [
    '--permission',
    '--allow-addons',
    '--allow-worker',
    ...[...codeFolders(), ...writable].map((folder) => `--allow-fs-read=${folder}`),
    ...writable.map((folder) => `--allow-fs-write=${folder}`),
    '--disallow-code-generation-from-strings',
    '--disable-warning=SecurityWarning',
    '--disable-warning=ExperimentalWarning',
    `--max-old-space-size=${Math.ceil(heapBytes / 1024 ** 2)}`,
  ]
}

/**
 * Folders as named and as links lead: a script's paths are checked, and opened, with their links resolved.
 */
function withRealPaths(folders: readonly string[]): string[] {
  return [...new Set(folders.flatMap((folder) => [folder, realpathSync(folder)]))]
}

/**
 * Where the process's own code lies: our sources or build, and every node_modules that Node looks into on its
 * way up to the one with DuckDB, both as named and as links lead.
 */
function codeFolders(): string[] {
  const ours = resolve(import.meta.dirname, '..', '..')
  const folders = [ours, realpathSync(ours), join(dirname(ours), 'package.json')]
  for (let folder = dirname(ours); ; folder = dirname(folder)) {
    const packages = join(folder, 'node_modules')
    folders.push(packages, join(packages, '*'))
    if (existsSync(join(packages, '@duckdb', 'node-api'))) return [...folders, realpathSync(packages)]
    if (folder === dirname(folder)) return folders
  }
}

/** The time zone decides what a script reads as local time; everything else stays outside. */
export function sandboxEnvironment(): NodeJS.ProcessEnv {
  return process.env.TZ === undefined ? {} : { TZ: process.env.TZ }
}

/**
 * Makes the process step back for the service, in time and in memory. Done from outside and at once: threads
 * that the process starts later inherit its priority. Best effort, as some systems do not allow it.
 */
export function yieldToService(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // A system that has no priorities runs it at ours.
  }
  writeFile(`/proc/${pid}/oom_score_adj`, '1000', () => {})
}
