/**
 * The NATS JetStream channel: each event is stored exactly once in one stream (contract 06, section 3.1).
 * Every event has its own subject and is published on condition that the subject is empty: however often it
 * is sent, across restarts and without a time window, there is one message. `Nats-Msg-Id` lets the server
 * recognise quick repeats cheaply.
 *
 * The connection is re-established in the background for ever; while it is down, sends fail at once and are
 * retried later.
 */
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream'
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node'
import type { Log } from '../../core/ports.ts'
import { FINISHED_EVENT_TYPE } from '../../event/event-types.ts'
import type { CloudEvent } from '../../event/stored-event.ts'
import type { ClosableChannel, Sent } from '../channel.ts'
import { encodeEvents } from './content-mode.ts'

export interface NatsOptions {
  /** nats://[user:password@]host:port, or tls://; several separated by commas. */
  readonly url: string
  readonly stream: string
  readonly contentMode: 'structured' | 'binary'
  /** Retention of a stream that is created here, ms. */
  readonly retentionMs: number
  readonly log: Log
}

/** First part of all subjects. */
export const SUBJECT_ROOT = 'reprise'

const PUBLISH_TIMEOUT_MS = 5_000
const RECONNECT_WAIT_MS = 1_000
const DUPLICATE_WINDOW_MS = 2 * 60_000
const NANOSECONDS = 1_000_000

/** API errors that mean that the subject already has a message. */
const WRONG_LAST_SEQUENCE = 10071
const MAX_MESSAGES_PER_SUBJECT = 10077
const STREAM_NOT_FOUND = 10059

/** The parts of the client library, loaded only if NATS is configured. */
type Libraries = typeof import('@nats-io/jetstream') & typeof import('@nats-io/transport-node')

interface Client {
  readonly js: JetStreamClient
  readonly jsm: JetStreamManager
}

/** `reprise.<tenant>.reload.finished.<reload id>`; events of other types end with their own id. */
export function subjectOf({ tenantid, type, id, data }: CloudEvent): string {
  const kind = type.replace(/^com\.(qlik|reprise)\.(v1\.)?/, '')
  return `${SUBJECT_ROOT}.${tenantid}.${kind}.${type === FINISHED_EVENT_TYPE ? data.id : id}`
}

export async function natsChannel(options: NatsOptions): Promise<ClosableChannel> {
  const libraries: Libraries = {
    ...(await import('@nats-io/jetstream')),
    ...(await import('@nats-io/transport-node')),
  }
  return new NatsChannel(options, libraries)
}

class NatsChannel implements ClosableChannel {
  readonly #options: NatsOptions
  readonly #libraries: Libraries
  readonly #connecting: Promise<void>
  #connection: NatsConnection | undefined
  #client: Promise<Client> | undefined
  #connected = false
  #closed = false

  constructor(options: NatsOptions, libraries: Libraries) {
    this.#options = options
    this.#libraries = libraries
    this.#connecting = this.#connect()
  }

  async send([event]: readonly CloudEvent[]): Promise<Sent> {
    if (event === undefined || !this.#connected) return { ok: false, message: 'no connection to NATS' }
    try {
      this.#client ??= this.#open()
      return await this.#publish(await this.#client, event)
    } catch (error) {
      this.#client = undefined
      return { ok: false, message: `NATS: ${shortText(error)}` }
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#connection?.close()
    await this.#connecting.catch(() => {})
  }

  async #publish({ js, jsm }: Client, event: CloudEvent): Promise<Sent> {
    const subject = subjectOf(event)
    const { headers, body } = this.#encoded(event)
    try {
      const ack = await js.publish(subject, body, {
        msgID: event.id,
        expect: { lastSubjectSequence: 0 },
        headers,
        timeout: PUBLISH_TIMEOUT_MS,
      })
      return { ok: true, message: `message ${ack.seq} of stream ${ack.stream}` }
    } catch (error) {
      const { JetStreamApiError } = this.#libraries
      const isThere =
        error instanceof JetStreamApiError &&
        (error.code === WRONG_LAST_SEQUENCE || error.code === MAX_MESSAGES_PER_SUBJECT)
      if (!isThere) throw error
      const stored = await jsm.streams.getMessage(this.#options.stream, { last_by_subj: subject })
      return stored?.header.get('Nats-Msg-Id') === event.id
        ? { ok: true, message: `message ${stored.seq} of stream ${this.#options.stream}, stored before` }
        : { ok: false, message: `another event is stored under ${subject}` }
    }
  }

  #encoded(event: CloudEvent): { readonly headers: MsgHdrs; readonly body: Uint8Array } {
    const content = encodeEvents([event], this.#options.contentMode)
    const headers = this.#libraries.headers()
    for (const [name, value] of Object.entries(content.headers)) {
      headers.set(name === 'content-type' ? 'Content-Type' : name, value)
    }
    if (this.#options.contentMode === 'binary') headers.set('ce-datacontenttype', event.datacontenttype)
    return { headers, body: content.body }
  }

  /** Creates the stream, or checks that the existing one accepts our subjects. */
  async #open(): Promise<Client> {
    const { jetstream, jetstreamManager, JetStreamApiError, RetentionPolicy, StorageType } = this.#libraries
    const connection = this.#connection!
    const jsm = await jetstreamManager(connection, { timeout: PUBLISH_TIMEOUT_MS })
    const { stream, retentionMs } = this.#options
    const wanted = `${SUBJECT_ROOT}.>`
    const found = await jsm.streams.info(stream).catch((error: unknown) => {
      if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) return undefined
      throw error
    })
    if (found === undefined) {
      await jsm.streams.add({
        name: stream,
        description: 'Events of reloads, one message each',
        subjects: [wanted],
        storage: StorageType.File,
        retention: RetentionPolicy.Limits,
        max_age: retentionMs * NANOSECONDS,
        duplicate_window: Math.min(DUPLICATE_WINDOW_MS, retentionMs) * NANOSECONDS,
      })
      this.#options.log.info('made the JetStream stream', { stream, subjects: wanted })
    } else if (!found.config.subjects?.some((subject) => subject === wanted || subject === '>')) {
      throw new Error(`the stream ${stream} does not take ${wanted}: add the subject, or name another stream`)
    }
    return { js: jetstream(connection, { timeout: PUBLISH_TIMEOUT_MS }), jsm }
  }

  async #connect(): Promise<void> {
    const { url, log } = this.#options
    const { servers, ...credentials } = readUrl(url)
    const { connect } = this.#libraries
    const connection = await connect({
      ...credentials,
      servers,
      name: 'reprise',
      waitOnFirstConnect: true,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_WAIT_MS,
    })
    this.#connection = connection
    if (this.#closed) return connection.close()
    this.#connected = true
    log.info('connected to NATS', { server: connection.getServer() })
    void this.#watch(connection)
  }

  async #watch(connection: NatsConnection): Promise<void> {
    const { log } = this.#options
    for await (const { type } of connection.status()) {
      if (type !== 'disconnect' && type !== 'reconnect') continue
      this.#connected = type === 'reconnect'
      // The server may have restarted without its stream.
      this.#client = undefined
      if (this.#closed) return
      if (this.#connected) log.info('connected to NATS again', {})
      else log.warn('the connection to NATS broke; events wait', {})
    }
  }
}

/** Removes user and password from the addresses, which are logged. */
function readUrl(text: string): { servers: string[]; user?: string; pass?: string } {
  const urls = text.split(',').map((one) => new URL(one.trim()))
  const first = urls[0]!
  const scheme = (url: URL) => (url.protocol === 'tls:' ? 'tls' : 'nats')
  return {
    servers: urls.map((url) => `${scheme(url)}://${url.hostname}:${url.port === '' ? '4222' : url.port}`),
    ...(first.username === ''
      ? {}
      : { user: decodeURIComponent(first.username), pass: decodeURIComponent(first.password) }),
  }
}

function shortText(error: unknown): string {
  return String((error as Error).message ?? error).slice(0, 200)
}
