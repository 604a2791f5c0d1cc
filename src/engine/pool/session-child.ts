/**
 * One engine process as its worker sees it: started in its sandbox, addressed by messages, killed.
 *
 * Promises: `exited` always resolves, and a process that breaks the protocol is killed. Never throws after
 * start.
 */
import type { ChildProcess } from 'node:child_process'
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
import type { StartedEngine, Wall } from '../wall/wall.ts'
import {
  codeFolders,
  type SessionSandbox,
  sandboxEnvironment,
  sandboxFlags,
  yieldToService,
} from './session-sandbox.ts'

export interface ChildExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The end of its standard error: for the log, never for a caller. */
  readonly stderr: string
  /** Set if it was killed for something that it did, or could not be started. */
  readonly fault?: string
}

/**
 * An engine process sends at most some fifteen messages per second; one that floods its worker is killed.
 * What is heard at once after a pause of the service, because it was said meanwhile, is no flood.
 */
const MESSAGES_PER_SECOND_MAX = 100
const PAUSE_MAX_SECONDS = 600
const BYTES_PER_SECOND_MAX = 2 * MESSAGE_MAX_BYTES
const STDERR_KEPT_CHARACTERS = 4096

export class SessionChild {
  /** Resolves when it is ready for work; rejects with a text for the user if it never will be. */
  readonly ready: Promise<void>
  /** Resolves when the process is gone and all its messages were received. */
  readonly exited: Promise<ChildExit>
  /** Called with every message after `ready` that is not a mere sign of life. */
  onMessage: (message: ChildMessage) => void = () => {}
  readonly #engine: StartedEngine
  readonly #process: ChildProcess
  #pid: number | undefined
  #stderr = ''
  #fault: string | undefined
  #tellReady: () => void = () => {}
  readonly #heard: () => void
  #answered: () => void = () => {}
  #second = currentSecond()
  #heardInSecond = { messages: 0, bytes: 0 }
  #messagesMax = MESSAGES_PER_SECOND_MAX

  /**
   * @param wall starts the process
   * @param heard called on every sign of life
   * @param file main file of the process; tests of misbehaving processes pass their own
   */
  constructor(sandbox: SessionSandbox, wall: Wall, heard: () => void, file = processFile()) {
    this.#heard = heard
    this.#engine = wall.start({
      folder: sandbox.folder,
      args: [...sandboxFlags(sandbox), file],
      code: codeFolders(),
      roots: sandbox.roots,
      environment: sandboxEnvironment(),
    })
    this.#process = this.#engine.process
    this.exited = this.#watchExit()
    this.ready = new Promise((ready, failed) => {
      this.#tellReady = ready
      void this.exited.then((exit) => failed(new Error(exitText(exit))))
    })
    // The rejection must not kill the service when nobody waits for it.
    this.ready.catch(() => {})
    if (this.#process.pid === undefined) return
    this.#listen()
    yieldToService(this.#process.pid)
  }

  /**
   * Id of the process that runs the script; until it is ready, of the one that starts it, if there is one.
   */
  get pid(): number | undefined {
    return this.#pid ?? this.#process.pid
  }

  send(message: ParentMessage): void {
    this.#write(CHANNEL_FD, message)
  }

  /** Resolves when the process answers, whatever its script does; never if it does not. One at a time. */
  ping(): Promise<void> {
    return new Promise((answered) => {
      this.#answered = answered
      this.#write(LIFELINE_FD, { kind: 'ping' })
    })
  }

  /**
   * Kills the process at once; does nothing if it is gone.
   * @param fault what it is killed for; absent if it did nothing wrong
   */
  kill(fault?: string): void {
    this.#fault ??= fault
    this.#engine.kill()
  }

  #write(fd: number, message: ParentMessage): void {
    const socket = this.#process.stdio[fd] as Socket
    if (socket.writable) socket.write(encodeMessage(message))
  }

  #listen(): void {
    const stderr = this.#process.stdio[2] as Readable
    stderr.setEncoding('utf8')
    stderr.on('error', () => {})
    stderr.on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT_CHARACTERS)
    })
    // The lifeline carries the messages of the guard while the main thread is busy.
    for (const fd of [CHANNEL_FD, LIFELINE_FD]) {
      const socket = this.#process.stdio[fd] as Socket
      const reader = new FrameReader()
      socket.on('data', (chunk: Buffer) => {
        if (this.#fault === undefined) this.#hear(reader, chunk)
      })
      // Sockets sometimes report the end of the process as an error; its exit says everything.
      socket.on('error', () => {})
    }
  }

  #hear(reader: FrameReader, chunk: Buffer): void {
    try {
      this.#count(0, chunk.length)
      for (const value of reader.push(chunk)) {
        const message = childMessage(value)
        // A process that stores waits for each answer, so it cannot flood.
        if (message.kind !== 'stored') this.#count(1, 0)
        this.#heard()
        if (message.kind === 'ready') void this.#becomeReady()
        else if (message.kind === 'pong') this.#answered()
        else if (message.kind !== 'beat') this.onMessage(message)
      }
    } catch (error) {
      this.kill(error instanceof Error ? error.message : String(error))
    }
  }

  async #becomeReady(): Promise<void> {
    this.#pid = await this.#engine.enginePid()
    if (this.#pid === undefined) return this.kill('the engine process cannot be found')
    yieldToService(this.#pid)
    this.#tellReady()
  }

  #count(messages: number, bytes: number): void {
    const second = currentSecond()
    if (second !== this.#second) {
      this.#heardInSecond = { messages: 0, bytes: 0 }
      this.#messagesMax = MESSAGES_PER_SECOND_MAX * Math.min(second - this.#second, PAUSE_MAX_SECONDS)
    }
    this.#second = second
    const heard = this.#heardInSecond
    heard.messages += messages
    heard.bytes += bytes
    if (heard.messages > this.#messagesMax || heard.bytes > BYTES_PER_SECOND_MAX)
      throw new ProtocolError('the engine process talks too much')
  }

  #watchExit(): Promise<ChildExit> {
    return new Promise((done) => {
      // More than once: a kill that fails is told in the same way.
      this.#process.on('error', (error) => {
        this.#fault ??= `the engine process could not be started: ${error.message}`
        if (this.#process.pid === undefined) done(this.#exit(null, null))
      })
      this.#process.once('close', (code, signal) => done(this.#exit(code, signal)))
    })
  }

  #exit(code: number | null, signal: NodeJS.Signals | null): ChildExit {
    const fault = this.#fault === undefined ? {} : { fault: this.#fault }
    return { ...this.#engine.exit(code, signal), stderr: this.#stderr, ...fault }
  }
}

/** Describes for the user how a process ended. */
export function exitText({ code, signal, fault }: ChildExit): string {
  if (fault !== undefined) return fault
  if (signal !== null) return `the engine process was killed by signal ${signal}`
  return `the engine process exited with code ${code}`
}

function currentSecond(): number {
  return Math.floor(performance.now() / 1000)
}

/** Sources run unbuilt as .ts, a build as .js. */
function processFile(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fileURLToPath(new URL(`../child/session-process.${extension}`, import.meta.url))
}
