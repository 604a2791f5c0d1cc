/**
 * One engine process as its worker sees it: started inside its sandbox, spoken to in messages, killed.
 *
 * Promises: `exited` always resolves, and a process that breaks the protocol is killed. It never throws after
 * start.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import {
  CHANNEL_FD,
  type ChildMessage,
  childMessage,
  encodeMessage,
  FrameReader,
  LIFELINE_FD,
  MESSAGE_MAX_BYTES,
  type ParentMessage,
  ProtocolError,
} from '../channel/session-protocol.ts'
import { type SessionSandbox, sandboxEnvironment, sandboxFlags, yieldToService } from './session-sandbox.ts'

export interface ChildExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The end of what it wrote to its standard error: for the log, never for a caller. */
  readonly stderr: string
  /** Set when it was ended for what it said, or could not be started. */
  readonly fault?: string
}

/** An engine process tells at most some fifteen messages a second; one that floods its worker is ended. */
const MESSAGES_PER_SECOND_MAX = 100
const BYTES_PER_SECOND_MAX = 2 * MESSAGE_MAX_BYTES
const STDERR_KEPT_CHARACTERS = 4096

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
  #second = 0
  #heardInSecond = { messages: 0, bytes: 0 }

  /** @param file what the process runs: our own, but for tests of a process that misbehaves */
  constructor(sandbox: SessionSandbox, file = processFile()) {
    this.#process = spawn(process.execPath, [...sandboxFlags(sandbox), file], {
      cwd: sandbox.tempFolder,
      env: sandboxEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      // A process group of its own: Ctrl-C on the terminal is for the service, which then ends its sessions
      // in order.
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
    // The life line carries what the process's guard tells while the main thread is busy.
    for (const fd of [CHANNEL_FD, LIFELINE_FD]) {
      const socket = this.#process.stdio[fd] as Socket
      const reader = new FrameReader()
      socket.on('data', (chunk: Buffer) => {
        if (this.#fault === undefined) this.#hear(reader, chunk)
      })
      // Sockets report the end of the process as an error of theirs at times; its exit tells all there is to
      // tell.
      socket.on('error', () => {})
    }
  }

  #hear(reader: FrameReader, chunk: Buffer): void {
    try {
      this.#count(0, chunk.length)
      for (const value of reader.push(chunk)) {
        this.#count(1, 0)
        const message = childMessage(value)
        if (message.kind === 'ready') this.#tellReady()
        else this.onMessage(message)
      }
    } catch (error) {
      this.#fault = error instanceof Error ? error.message : String(error)
      this.kill()
    }
  }

  #count(messages: number, bytes: number): void {
    const second = Math.floor(performance.now() / 1000)
    if (second !== this.#second) this.#heardInSecond = { messages: 0, bytes: 0 }
    this.#second = second
    const heard = this.#heardInSecond
    heard.messages += messages
    heard.bytes += bytes
    if (heard.messages > MESSAGES_PER_SECOND_MAX || heard.bytes > BYTES_PER_SECOND_MAX)
      throw new ProtocolError('the engine process talks too much')
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
  return fileURLToPath(new URL(`../child/session-process.${extension}`, import.meta.url))
}
