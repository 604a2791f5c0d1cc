/**
 * One engine process as its worker sees it: started inside its sandbox, spoken to in messages, killed.
 *
 * The sandbox: Node's permission model (no child processes, no files but those named, no native code but DuckDB's
 * package), no code from strings, an environment without secrets, no open file but the channel, a private folder to work
 * in, lower priority, first choice of the system's out-of-memory killer. What DuckDB itself may reach is fixed by
 * run-script, because Node's rules do not bind native code.
 *
 * Promises: `exited` always resolves, and a process that breaks the protocol is killed. It never throws after start.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { realpathSync, writeFile } from 'node:fs'
import type { Socket } from 'node:net'
import { constants, setPriority } from 'node:os'
import { dirname, join, resolve, sep } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import {
  type ChildMessage,
  childMessage,
  encodeMessage,
  FrameReader,
  type ParentMessage,
} from './session-protocol.ts'

export interface SessionSandbox {
  /** Folders, absolute and existing, whose files the process may read and write. */
  readonly folders: readonly string[]
  /** Existing private folder: the process works in it; it is among what it may write. */
  readonly tempFolder: string
  /** Ceiling of the JavaScript heap; above any engine size, so that the watch over resident memory decides. */
  readonly heapBytes: number
}

export interface ChildExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The end of what it wrote to its standard error: for the log, never for a caller. */
  readonly stderr: string
  /** Set when it was ended for what it said, or could not be started. */
  readonly fault?: string
}

const STDERR_KEPT_CHARACTERS = 4096
const CHANNEL_FD = 3
const LIFELINE_FD = 4

export class SessionChild {
  /** Resolves when it is ready for work; rejects, with a text for the user, when it never will be. */
  readonly ready: Promise<void>
  /** Resolves when the process is gone and all it said has been heard. */
  readonly exited: Promise<ChildExit>
  /** Hears every message after `ready`. */
  onMessage: (message: ChildMessage) => void = () => {}
  readonly #process: ChildProcess
  #stderr = ''
  #fault: string | undefined
  #tellReady: () => void = () => {}

  constructor(sandbox: SessionSandbox) {
    this.#process = spawn(process.execPath, [...nodeFlags(sandbox), processFile()], {
      cwd: sandbox.tempFolder,
      env: environment(),
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      // A process group of its own: Ctrl-C on the terminal is for the service, which then ends its sessions in order.
      detached: true,
    })
    this.exited = this.#watchExit()
    this.ready = new Promise((ready, failed) => {
      this.#tellReady = ready
      void this.exited.then((exit) => failed(new Error(exitText(exit))))
    })
    // Whoever does not wait for it must not be killed by its rejection.
    this.ready.catch(() => {})
    if (this.#process.pid === undefined) return
    this.#listen()
    yieldToService(this.#process.pid)
  }

  /** Undefined when the process could not be started. */
  get pid(): number | undefined {
    return this.#process.pid
  }

  send(message: ParentMessage): void {
    const channel = this.#process.stdio[CHANNEL_FD] as Socket
    if (channel.writable) channel.write(encodeMessage(message))
  }

  /** Ends the process at once. Harmless when it is gone. */
  kill(): void {
    this.#process.kill('SIGKILL')
  }

  #listen(): void {
    const stderr = this.#process.stdio[2] as Readable
    stderr.setEncoding('utf8')
    stderr.on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT_CHARACTERS)
    })
    const channel = this.#process.stdio[CHANNEL_FD] as Socket
    const reader = new FrameReader()
    channel.on('data', (chunk: Buffer) => {
      if (this.#fault === undefined) this.#hear(reader, chunk)
    })
    const lifeline = this.#process.stdio[LIFELINE_FD] as Socket
    lifeline.resume()
    // Both sockets report the end of the process as an error of theirs at times; its exit tells all there is to tell.
    for (const socket of [channel, lifeline]) socket.on('error', () => {})
  }

  #hear(reader: FrameReader, chunk: Buffer): void {
    try {
      for (const value of reader.push(chunk)) {
        const message = childMessage(value)
        if (message.kind === 'ready') this.#tellReady()
        else this.onMessage(message)
      }
    } catch (error) {
      this.#fault = error instanceof Error ? error.message : String(error)
      this.kill()
    }
  }

  #watchExit(): Promise<ChildExit> {
    return new Promise((done) => {
      this.#process.once('error', (error) => {
        this.#fault ??= `the engine process could not be started: ${error.message}`
        if (this.#process.pid === undefined) done(this.#exit(null, null))
      })
      this.#process.once('close', (code, signal) => done(this.#exit(code, signal)))
    })
  }

  #exit(code: number | null, signal: NodeJS.Signals | null): ChildExit {
    const fault = this.#fault === undefined ? {} : { fault: this.#fault }
    return { code, signal, stderr: this.#stderr, ...fault }
  }
}

/** How a process ended, in words for the user. */
export function exitText({ code, signal, fault }: ChildExit): string {
  if (fault !== undefined) return fault
  if (signal !== null) return `the engine process was killed by signal ${signal}`
  return `the engine process exited with code ${code}`
}

/** The same file kind as this one: sources run unbuilt as .ts, a build as .js. */
function processFile(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fileURLToPath(new URL(`./session-process.${extension}`, import.meta.url))
}

function nodeFlags({ folders, tempFolder, heapBytes }: SessionSandbox): string[] {
  const writable = [...folders, tempFolder]
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

/** Where the process's own code lies: our sources or build, and the packages, both as named and as links lead. */
function codeFolders(): string[] {
  const ours = resolve(import.meta.dirname, '..', '..')
  const duckdb = fileURLToPath(import.meta.resolve('@duckdb/node-api'))
  const packages = duckdb.slice(
    0,
    duckdb.lastIndexOf(`${sep}node_modules${sep}`) + `${sep}node_modules`.length,
  )
  const manifest = join(dirname(ours), 'package.json')
  return [...new Set([ours, manifest, packages, realpathSync(ours), realpathSync(packages)])]
}

/** The time zone decides what a script reads as local time; everything else stays outside. */
function environment(): NodeJS.ProcessEnv {
  return process.env.TZ === undefined ? {} : { TZ: process.env.TZ }
}

/**
 * Makes the process step back for the service, in time and in memory. Done from outside and at once: threads that the
 * process starts later inherit its priority. Best effort, as some systems do not allow it.
 */
function yieldToService(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // A system that has no priorities runs it at ours.
  }
  writeFile(`/proc/${pid}/oom_score_adj`, '1000', () => {})
}
