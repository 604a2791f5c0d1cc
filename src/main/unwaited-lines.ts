/**
 * Lines for standard output or standard error that the service never waits for: neither a pipe that nobody
 * reads, nor a terminal that is stopped or gone, nor a full disk blocks or ends it. What cannot be written
 * now waits in memory; beyond a bound, or after an error, lines are lost and counted.
 *
 * Not by `process.stderr`, which blocks on a terminal and waits without a bound on a pipe, and not by pino's
 * own destination, which waits in the system's call and repeats an error for ever when the process ends.
 */
import { constants, openSync, writeSync } from 'node:fs'
import { isatty } from 'node:tty'

const WAITING_MAX_BYTES = 1024 ** 2
const RETRY_MS = 50

export class UnwaitedLines {
  readonly #fd: number
  readonly #tellLost: (count: number) => void
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #lost = 0
  #retry: NodeJS.Timeout | undefined

  /**
   * @param fd 1 or 2
   * @param tellLost called once lines can be written again, with how many were lost since it last was called
   */
  constructor(fd: 1 | 2, tellLost: (count: number) => void = () => {}) {
    this.#fd = withoutBlocking(fd)
    this.#tellLost = tellLost
  }

  /** @param line with its end */
  write(line: string): void {
    const bytes = Buffer.from(line)
    if (this.#waitingBytes + bytes.length > WAITING_MAX_BYTES) {
      this.#lost += 1
      return
    }
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
    if (this.#retry === undefined) this.#writeWaiting()
  }

  /** Resolves when nothing waits any more, at the latest after so many ms. */
  async written(withinMs: number): Promise<void> {
    const until = performance.now() + withinMs
    while (this.#waiting.length > 0 && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }

  #writeWaiting(): void {
    this.#retry = undefined
    while (this.#waiting.length > 0) {
      const bytes = this.#waiting[0]!
      try {
        const count = writeSync(this.#fd, bytes)
        this.#waitingBytes -= count
        if (count < bytes.length) this.#waiting[0] = bytes.subarray(count)
        else this.#waiting.shift()
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
          this.#retry = setTimeout(() => this.#writeWaiting(), RETRY_MS)
          this.#retry.unref()
          return
        }
        this.#lost += this.#waiting.length
        this.#waiting = []
        this.#waitingBytes = 0
        return
      }
    }
    if (this.#lost === 0) return
    const count = this.#lost
    this.#lost = 0
    this.#tellLost(count)
  }
}

/** Returns a descriptor of the same output whose writes fail instead of blocking, if the system has one. */
function withoutBlocking(fd: 1 | 2): number {
  if (!isatty(fd)) {
    // Making the stream, as anything that prints does, sets a pipe or socket to it.
    void (fd === 1 ? process.stdout : process.stderr)
    return fd
  }
  // A terminal is shared with the shell: only an opening of one's own may be set.
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch {
    return fd
  }
}
