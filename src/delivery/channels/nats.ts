/**
 * The NATS JetStream channel: each event is stored exactly once in one stream (contract 06, section 3.1).
 * Every event has its own subject and is published on condition that the subject is empty: however often it
 * is sent, across restarts and without a time window, there is one message. `Nats-Msg-Id` lets the server
 * recognise quick repeats cheaply.
 *
 * No answer of NATS ends anything: while the connection is down sends fail at once, an event that is not
 * stored waits and is sent again, and each change is logged with its reason (nats-answers.ts).
 */
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream'
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node'
import type { Log } from '../../core/ports.ts'
import { FINISHED_EVENT_TYPE } from '../../event/event-types.ts'
import type { CloudEvent } from '../../event/stored-event.ts'
import type { BrokerChannel, Sent } from '../channel.ts'
import { encodeEvents } from './content-mode.ts'
import { isSubjectTaken, natsFault, STREAM_NOT_FOUND, SUBJECT_ROOT } from './nats-answers.ts'
import { KeptConnection } from './nats-connection.ts'
import { ToldState } from './told-state.ts'

export interface NatsOptions {
  /** nats://[user:password@]host:port, or tls://; several separated by commas. */
  readonly url: string
  readonly stream: string
  readonly contentMode: 'structured' | 'binary'
  /** Retention of a stream that is created here, ms. */
  readonly retentionMs: number
  readonly log: Log
}

const PUBLISH_TIMEOUT_MS = 5_000
const DUPLICATE_WINDOW_MS = 2 * 60_000
const NANOSECONDS = 1_000_000

/** The parts of the client library, loaded only if NATS is configured. */
export type Libraries = Pick<
  typeof import('@nats-io/jetstream') & typeof import('@nats-io/transport-node'),
  'jetstream' | 'jetstreamManager' | 'JetStreamApiError' | 'RetentionPolicy' | 'StorageType' | 'headers'
>

type Kept = Pick<KeptConnection, 'current' | 'reason' | 'close'>

interface Client {
  readonly js: JetStreamClient
  readonly jsm: JetStreamManager
}

/** `reprise.<tenant>.reload.finished.<reload id>`; events of other types end with their own id. */
export function subjectOf({ tenantid, type, id, data }: CloudEvent): string {
  const kind = type.replace(/^com\.(qlik|reprise)\.(v1\.)?/, '')
  return `${SUBJECT_ROOT}.${tenantid}.${kind}.${type === FINISHED_EVENT_TYPE ? data.id : id}`
}

export async function natsChannel(options: NatsOptions): Promise<BrokerChannel> {
  const { connect, headers } = await import('@nats-io/transport-node')
  const libraries = { ...(await import('@nats-io/jetstream')), headers }
  const { url, log } = options
  return new NatsChannel(options, libraries, new KeptConnection({ url, log, connect }))
}

/** Over a connection that is made again whenever it ends. */
export class NatsChannel implements BrokerChannel {
  readonly #options: Omit<NatsOptions, 'url'>
  readonly #libraries: Libraries
  readonly #kept: Kept
  readonly #stream: ToldState
  #opened: { readonly connection: NatsConnection; readonly client: Promise<Client> } | undefined

  constructor(options: Omit<NatsOptions, 'url'>, libraries: Libraries, kept: Kept) {
    const { stream, log } = options
    this.#options = options
    this.#libraries = libraries
    this.#kept = kept
    this.#stream = new ToldState(log, 'JetStream', { stream })
  }

  async send([event]: readonly CloudEvent[]): Promise<Sent> {
    const connection = this.#kept.current
    if (connection === undefined) return { ok: false, message: `no connection to NATS: ${this.#kept.reason}` }
    // Another connection may lead to a server that has lost its stream.
    if (this.#opened?.connection !== connection) {
      this.#opened = { connection, client: this.#open(connection) }
    }
    const opened = this.#opened
    try {
      const sent = await this.#publish(await opened.client, event!)
      this.#stream.tell(undefined)
      return sent
    } catch (error) {
      if (this.#opened === opened) this.#opened = undefined
      const reason = natsFault(error)
      if (this.#kept.current === connection) this.#stream.tell(reason)
      return { ok: false, message: `NATS: ${reason}` }
    }
  }

  /** Of the stream nothing is known before the first event. */
  get fault(): string | undefined {
    if (this.#kept.current === undefined) return this.#kept.reason
    return this.#stream.reason
  }

  close(): Promise<void> {
    return this.#kept.close()
  }

  async #publish({ js, jsm }: Client, event: CloudEvent): Promise<Sent> {
    const subject = subjectOf(event)
    const { headers, body } = this.#encoded(event)
    try {
      const ack = await js.publish(subject, body, {
        msgID: event.id,
        expect: { lastSubjectSequence: 0, streamName: this.#options.stream },
        headers,
        timeout: PUBLISH_TIMEOUT_MS,
      })
      return { ok: true, message: `message ${ack.seq} of stream ${ack.stream}` }
    } catch (error) {
      if (!isSubjectTaken(error)) throw error
      const stored = await jsm.streams.getMessage(this.#options.stream, { last_by_subj: subject })
      if (stored === null) throw new Error('the message under the subject was removed meanwhile')
      return stored.header.get('Nats-Msg-Id') === event.id
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
  async #open(connection: NatsConnection): Promise<Client> {
    const { jetstream, jetstreamManager, JetStreamApiError, RetentionPolicy, StorageType } = this.#libraries
    const jsm = await jetstreamManager(connection, { timeout: PUBLISH_TIMEOUT_MS, checkAPI: false })
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
}
