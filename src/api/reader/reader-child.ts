/**
 * A reader process as the service sees it: started with a small heap, no rights to write or to start
 * anything, an environment without secrets and less priority than the service; given one task at a time;
 * killed when it does not answer in time.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { MIB } from '../../core/units.ts'
import { yieldToService } from '../../engine/pool/session-sandbox.ts'
import { type Frame, FrameCollector, frameOf, type ReaderAnswer, type ReaderTask } from './reader-protocol.ts'

/** Of the JavaScript heap: checking the largest script without a fault needs less than half. */
const HEAP_MAX_MIB = 256
const START_MAX_MS = 30_000
/** What a process has beyond the time of a task, in which it ends the task itself. */
const GRACE_MS = 2_000

/** The longest answer is a thousand issues of some kilobytes. */
const ANSWER_MAX_BYTES = 64 * MIB

export class ReaderChild {
  /** Resolves with the reason when the process is gone. */
  readonly exited: Promise<string>
  readonly #process: ChildProcess
  readonly #timeMaxMs: number
  readonly #ready: Promise<Frame<ReaderAnswer> | undefined>
  #wasReady = false
  #heard: (answer?: Frame<ReaderAnswer>) => void = () => {}

  /** @param timeMaxMs of a task */
  constructor(timeMaxMs: number) {
    this.#timeMaxMs = timeMaxMs
    const flags = [
      '--permission',
      '--allow-fs-read=*',
      '--disable-warning=SecurityWarning',
      '--disable-warning=ExperimentalWarning',
      `--max-old-space-size=${HEAP_MAX_MIB}`,
    ]
    this.#process = spawn(process.execPath, [...flags, processFile(), String(timeMaxMs)], {
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      // A process group of its own: Ctrl-C on the terminal goes to the service, which then ends its readers.
      detached: true,
    })
    this.exited = new Promise((resolve) => {
      this.#process.once('error', (error) => resolve(error.message))
      this.#process.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    })
    void this.exited.then(() => this.#heard())
    this.#ready = this.#answer(START_MAX_MS)
    if (this.#process.pid === undefined) return
    yieldToService(this.#process.pid)
    this.#listen()
  }

  /** False while it starts, and for good when it could not. */
  get wasReady(): boolean {
    return this.#wasReady
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** The answer to a task, one task at a time; undefined when the process ended without one. */
  async perform(task: ReaderTask, bytes: readonly Uint8Array[]): Promise<Frame<ReaderAnswer> | undefined> {
    this.#wasReady ||= (await this.#ready) !== undefined
    if (!this.#wasReady) return undefined
    const answer = this.#answer(this.#timeMaxMs + GRACE_MS)
    for (const piece of frameOf(task, bytes)) this.#channel.write(piece)
    return answer
  }

  /** Kills the process at once; does nothing if it is gone. */
  kill(): void {
    this.#process.kill('SIGKILL')
  }

  get #channel(): Socket {
    return this.#process.stdio[3] as Socket
  }

  #listen(): void {
    const answers = new FrameCollector<ReaderAnswer>(ANSWER_MAX_BYTES)
    this.#channel.on('data', (chunk: Buffer) => {
      try {
        const answer = answers.push(chunk)
        if (answer !== undefined) this.#heard(answer)
      } catch {
        this.kill()
      }
    })
    // Sockets sometimes report the end of the process as an error; its exit says everything.
    this.#channel.on('error', () => {})
  }

  #answer(timeMaxMs: number): Promise<Frame<ReaderAnswer> | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.kill(), timeMaxMs)
      this.#heard = (answer) => {
        clearTimeout(timer)
        this.#heard = () => {}
        resolve(answer)
      }
    })
  }
}

/** Sources run unbuilt as .ts, a build as .js. */
function processFile(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fileURLToPath(new URL(`./reader-process.${extension}`, import.meta.url))
}
