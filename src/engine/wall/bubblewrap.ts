/**
 * The wall of bubblewrap and a seccomp filter: the process is alone in namespaces of its own, without
 * network, /proc, devices and capabilities; it sees the libraries of the system, its code and its session's
 * folder; and it has only the system calls of seccomp-filter.ts.
 *
 * The process that is started is bubblewrap's monitor. Its child is the first process of the sandbox, and the
 * engine is the child of that one: a process whose end ends everything in the sandbox, and which is reaped by
 * the monitor, could not be measured, and the engine as first process could not end itself.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../../core/ports.ts'
import { childOf, initPid } from './init-pid.ts'
import { MountKeeper } from './mount-keeper.ts'
import type { Programs } from './programs.ts'
import { seccompFilter } from './seccomp-filter.ts'
import type { Architecture } from './system-calls.ts'
import {
  type EngineStart,
  type Input,
  type SessionFolder,
  type StartedEngine,
  seenRoot,
  type Wall,
} from './wall.ts'

const FILTER_FD = 5
const INFO_FD = 6
/** A signal ends a process of a shell and of bubblewrap with this and its number. */
const SIGNAL_BASE = 128
/** Bubblewrap that has not told of its sandbox by then is killed without. */
const INFO_WAIT_MS = 2000
const KEEPER_RETRY_MS = 1000

export interface BubblewrapDeps {
  readonly programs: Programs
  readonly architecture: Architecture
  /** Folder below which the folders of all sessions lie. */
  readonly root: string
  readonly log: Log
}

export class Bubblewrap implements Wall {
  readonly report = { kind: 'bwrap+seccomp' } as const
  readonly #deps: BubblewrapDeps
  readonly #filter: Uint8Array
  readonly #system = systemFolders()
  /** All sandboxes start in its namespace; undefined while there is none. */
  #keeper: MountKeeper | undefined
  /** Processes that were handed nothing yet, each with the keeper in whose namespace it started. */
  readonly #waiting = new Map<
    SessionFolder,
    { readonly keeper: MountKeeper; readonly engine: StartedEngine }
  >()
  #stopped = false

  private constructor(deps: BubblewrapDeps) {
    this.#deps = deps
    this.#filter = seccompFilter(deps.architecture)
  }

  /** @throws Error with what the system says, if it refuses namespaces or mounts */
  static async open(deps: BubblewrapDeps): Promise<Bubblewrap> {
    const wall = new Bubblewrap(deps)
    await wall.#openKeeper()
    return wall
  }

  start(start: EngineStart): StartedEngine {
    const keeper = this.#keeper
    if (keeper === undefined) throw new Error('the process that holds the mounts of sandboxes is gone')
    const enter = ['-t', String(keeper.pid), '-U', '-m', '--preserve-credentials', this.#deps.programs.bwrap]
    const args = [...enter, ...sandboxArgs(start, this.#system), '--', process.execPath, ...start.args]
    const monitor = spawn(this.#deps.programs.nsenter, args, {
      env: start.environment,
      // No descriptor leads to a file of this machine, not even to /dev/null, whose owner may change it.
      stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
      detached: true,
    })
    const engine = startedEngine(monitor, this.#filter)
    this.#waiting.set(start.folder, { keeper, engine })
    monitor.once('close', () => this.#waiting.delete(start.folder))
    return engine
  }

  async handOver(folder: SessionFolder, inputs: readonly Input[]): Promise<string[]> {
    const started = this.#waiting.get(folder)
    if (started === undefined) throw new Error('the process is gone, or has its inputs already')
    this.#waiting.delete(folder)
    const showings = inputs.map(({ from, at, kind }) => ({ from, kind, to: join(folder.in, at) }))
    await started.keeper.show(folder.path, showings)
    return showings.map(({ to }) => to)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#keeper?.close()
  }

  async #openKeeper(): Promise<void> {
    const keeper = await MountKeeper.open(this.#deps.programs, this.#deps.root)
    this.#keeper = keeper
    void keeper.gone.then(() => {
      this.#keeper = undefined
      // Nothing could be shown to them any more.
      for (const waiting of this.#waiting.values()) if (waiting.keeper === keeper) waiting.engine.kill()
      if (this.#stopped) return
      this.#deps.log.error('the process that holds the mounts of sandboxes ended; another one is started')
      void this.#replaceKeeper()
    })
  }

  async #replaceKeeper(): Promise<void> {
    while (!this.#stopped) {
      try {
        return await this.#openKeeper()
      } catch (error) {
        this.#deps.log.error('no process can hold the mounts of sandboxes', { error: String(error) })
        await pause(KEEPER_RETRY_MS, undefined, { ref: false })
      }
    }
  }
}

function sandboxArgs({ folder, code, roots }: EngineStart, system: readonly string[]): string[] {
  const visible = [...new Set([...code, process.execPath, realpathSync(process.execPath)])].sort()
  return [
    '--unshare-all',
    '--die-with-parent',
    '--cap-drop',
    'ALL',
    ...system,
    ...visible.flatMap((path) => ['--ro-bind-try', path, path]),
    '--ro-bind',
    folder.in,
    folder.in,
    '--bind',
    folder.out,
    folder.out,
    ...roots.flatMap((root, index) => ['--symlink', join(folder.in, seenRoot(index)), root]),
    '--remount-ro',
    '/',
    '--chdir',
    folder.out,
    '--seccomp',
    String(FILTER_FD),
    '--info-fd',
    String(INFO_FD),
  ]
}

/** Where the libraries of Node and DuckDB are, on the systems that we know of. */
function systemFolders(): string[] {
  const args: string[] = []
  for (const folder of ['/usr/lib', '/usr/lib64', '/usr/local/lib', '/nix/store', '/gnu/store']) {
    args.push('--ro-bind-try', folder, folder)
  }
  for (const folder of ['/lib', '/lib64']) {
    if (!existsSync(folder)) continue
    if (lstatSync(folder).isSymbolicLink()) args.push('--symlink', readlinkSync(folder), folder)
    else args.push('--ro-bind', folder, folder)
  }
  return [...args, '--ro-bind-try', '/etc/ld.so.cache', '/etc/ld.so.cache']
}

function startedEngine(monitor: ChildProcess, filter: Uint8Array): StartedEngine {
  // Streams may be missing if the process could not be started.
  const streams: readonly unknown[] = monitor.stdio
  for (const stream of monitor.stdio) stream?.on('error', () => {})
  monitor.stdin?.destroy()
  monitor.stdout?.resume()
  const filterStream = streams[FILTER_FD] as Writable | undefined
  filterStream?.on('error', () => {})
  filterStream?.end(filter)
  let init: number | undefined
  let killed = false
  const info = streams[INFO_FD] as Readable | undefined
  const told = info === undefined ? Promise.resolve(undefined) : initPid(info)
  void told.then((pid) => {
    init = pid
    if (killed) end()
  })
  /** The monitor lives on to reap the sandbox: in a container nobody else might. */
  const end = () => {
    if (monitor.exitCode !== null || monitor.signalCode !== null) return
    if (init === undefined || !killProcess(init)) monitor.kill('SIGKILL')
  }
  return {
    process: monitor,
    async enginePid() {
      const pid = await told
      return pid === undefined ? undefined : childOf(pid)
    },
    kill() {
      if (killed) return
      killed = true
      if (init !== undefined) end()
      else setTimeout(end, INFO_WAIT_MS).unref()
    },
    exit: (code, signal) => {
      const number = code === null ? 0 : code - SIGNAL_BASE
      const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0]
      return name === undefined ? { code, signal } : { code: null, signal: name as NodeJS.Signals }
    },
  }
}

function killProcess(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}
