/**
 * A connection to NATS that is made again for ever, with growing waits, whatever ended it or kept it from
 * being made: an unreachable server, wrong or changed credentials, TLS. Each change is logged with its
 * reason.
 *
 * The client's own reconnecting is switched off: it gives up at the second refusal of its credentials, and
 * tells no reason.
 */
import type { NatsConnection } from '@nats-io/transport-node'
import type { Log } from '../../core/ports.ts'
import { natsFault } from './nats-answers.ts'

export interface KeptConnectionOptions {
  /** nats://[user:password@]host:port, or tls://; several separated by commas. */
  readonly url: string
  readonly log: Log
  readonly connect: typeof import('@nats-io/transport-node').connect
}

const CONNECT_TIMEOUT_MS = 5_000
/** A server that answers no ping for about twice this long counts as gone. */
const PING_INTERVAL_MS = 10_000
const WAIT_FIRST_MS = 100
const WAIT_LAST_MS = 5_000
/** A connection that held for this long was sound: the next try comes soon. */
const SOUND_AFTER_MS = 10_000

export class KeptConnection {
  readonly #options: KeptConnectionOptions
  #current: NatsConnection | undefined
  #reason = 'connecting'
  #closed = false
  #endWait = () => {}

  constructor(options: KeptConnectionOptions) {
    this.#options = options
    void this.#live()
  }

  /** Undefined while there is no connection. */
  get current(): NatsConnection | undefined {
    return this.#current
  }

  /** Why there is no connection. */
  get reason(): string {
    return this.#reason
  }

  /** Ends the connection at once, without waiting for one that is being made. */
  async close(): Promise<void> {
    this.#closed = true
    this.#endWait()
    const connection = this.#current
    this.#current = undefined
    await connection?.close().catch(() => {})
  }

  async #live(): Promise<void> {
    let waitMs = WAIT_FIRST_MS
    while (!this.#closed) {
      const begun = performance.now()
      const fault = await this.#connectionEnded()
      if (this.#closed) return
      if (performance.now() - begun > SOUND_AFTER_MS && this.#reason === '') waitMs = WAIT_FIRST_MS
      this.#lost(natsFault(fault))
      await this.#wait(waitMs)
      waitMs = Math.min(2 * waitMs, WAIT_LAST_MS)
    }
  }

  /** Connects and resolves when that failed, or the connection has ended, with the reason. */
  async #connectionEnded(): Promise<unknown> {
    const { url, log, connect } = this.#options
    try {
      const connection = await connect({
        ...readUrl(url),
        name: 'reprise',
        reconnect: false,
        timeout: CONNECT_TIMEOUT_MS,
        pingInterval: PING_INTERVAL_MS,
      })
      if (this.#closed) return await connection.close()
      this.#current = connection
      this.#reason = ''
      log.info('connected to NATS', { server: connection.getServer() })
      return await connection.closed()
    } catch (error) {
      return error
    } finally {
      this.#current = undefined
    }
  }

  #lost(reason: string): void {
    if (reason === this.#reason) return
    this.#reason = reason
    this.#options.log.warn('no connection to NATS; events wait', { reason })
  }

  async #wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#endWait = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** Removes user and password from the addresses, which are logged. */
function readUrl(text: string) {
  const urls = text.split(',').map((one) => new URL(one.trim()))
  const first = urls[0]!
  const tls = urls.some(({ protocol }) => protocol === 'tls:')
  return {
    servers: urls.map(({ hostname, port }) => `${hostname}:${port === '' ? '4222' : port}`),
    // A server without TLS is refused, before the password goes out.
    ...(tls ? { tls: {} } : {}),
    ...(first.username === ''
      ? {}
      : { user: decodeURIComponent(first.username), pass: decodeURIComponent(first.password) }),
  }
}
