/**
 * The sandbox of an engine process. Node's permission model restricts its JavaScript: no child processes,
 * only named files, no native code except packages', no code from strings. The process gets an environment
 * without secrets, yields to the service in time and memory, and works in a private folder.
 *
 * Two things are elsewhere: run-script.ts limits DuckDB's native code, which Node's rules do not restrict;
 * and Node has no rule against network connections, so no code that the process loads may open one.
 */
import { existsSync, realpathSync, writeFile } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { dirname, join, resolve } from 'node:path'

export interface SessionSandbox {
  /** Folders, absolute and existing, whose files the process may read and write. */
  readonly folders: readonly string[]
  /** Existing private folder, the working directory; it is writable. */
  readonly tempFolder: string
  /** Limit of the JavaScript heap; above any engine size, so that the watch over resident memory decides. */
  readonly heapBytes: number
}

/** Node flags of the process. Folders must exist: Node grants a missing one as a file. */
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

/** Returns folders as named and with links resolved: a script's paths are checked and opened resolved. */
function withRealPaths(folders: readonly string[]): string[] {
  return [...new Set(folders.flatMap((folder) => [folder, realpathSync(folder)]))]
}

/**
 * The process's own code: our sources or build, and every node_modules that Node searches up to the one with
 * DuckDB, as named and with links resolved.
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

/** The time zone determines a script's local time; the rest of the environment is withheld. */
export function sandboxEnvironment(): NodeJS.ProcessEnv {
  return process.env.TZ === undefined ? {} : { TZ: process.env.TZ }
}

/**
 * Lowers the priority of the process in time and memory. Done from outside and at once, because later threads
 * inherit it. Best effort, as some systems do not allow it.
 */
export function yieldToService(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // Without priorities the process runs at ours.
  }
  writeFile(`/proc/${pid}/oom_score_adj`, '1000', () => {})
}
