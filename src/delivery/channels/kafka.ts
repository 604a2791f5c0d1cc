/**
 * The Kafka channel: each event becomes at least one record of a topic (contract 06, section 3.2), and counts
 * as delivered once all in-sync replicas have it. An event sent again after a crash or a lost response is in
 * the topic twice, with the same `ce_id`: Kafka removes only repeats within a producer's session, so readers
 * de-duplicate by `ce_id`.
 *
 * The client library is an optional peer dependency, loaded only if Kafka is configured.
 */
import type { Producer } from '@platformatic/kafka'
import type { Log } from '../../core/ports.ts'
import type { CloudEvent } from '../../event/stored-event.ts'
import { BROKER_SENDS_IN_FLIGHT_MAX } from '../after-send.ts'
import type { BrokerChannel, Sent } from '../channel.ts'
import { encodeEvents } from './content-mode.ts'
import { ToldState } from './told-state.ts'

export interface KafkaOptions {
  /** kafka://[user:password@]host:port, or kafka+tls://; several separated by commas. */
  readonly url: string
  readonly topic: string
  readonly contentMode: 'binary' | 'structured'
  /** SASL mechanism. */
  readonly sasl: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
  readonly log: Log
}

/** What the library says of a broker that wants TLS and gets none. */
const ENDED_EARLY = 'Connection closed while waiting for ready.'

type Library = typeof import('@platformatic/kafka')

export interface KafkaRecord {
  readonly key: Buffer
  readonly value: Buffer
  readonly headers: Map<Buffer, Buffer>
}

const ACKS_ALL = -1
const BROKER_TIMEOUT_MS = 5_000
const LOOK_AGAIN_MS = 30_000
/** A broker that hangs never lets its connections end in order. */
const CLOSE_MAX_MS = 1_000

/** Throws an Error that says how to install the library if it is missing. */
export async function kafkaChannel(
  options: KafkaOptions,
  load: () => Promise<Library> = () => import('@platformatic/kafka'),
): Promise<BrokerChannel> {
  const library = await load().catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Error(
      'REPRISE_KAFKA_URL is set, but the package @platformatic/kafka is not installed: npm install @platformatic/kafka@2',
    )
  })
  return new KafkaChannel(options, library)
}

/**
 * CloudEvents Kafka binding 1.0.2, section 3: attributes are headers `ce_*` in UTF-8, not percent-encoded, or
 * the record is the whole event. All records of an app have the same key and so keep their order.
 */
export function recordOfEvent(event: CloudEvent, mode: KafkaOptions['contentMode']): KafkaRecord {
  const { data, datacontenttype, ...attributes } = event
  const key = Buffer.from(String(event.toplevelresourceid ?? event.id))
  const named = (name: string, value: unknown) => [Buffer.from(name), Buffer.from(String(value))] as const
  if (mode === 'structured') {
    const { headers, body } = encodeEvents([event], 'structured')
    return { key, value: body, headers: new Map([named('content-type', headers['content-type'])]) }
  }
  const headers = new Map([named('content-type', datacontenttype)])
  for (const [name, value] of Object.entries(attributes)) headers.set(...named(`ce_${name}`, value))
  return { key, value: Buffer.from(JSON.stringify(data)), headers }
}

class KafkaChannel implements BrokerChannel {
  readonly #options: KafkaOptions
  readonly #producer: Producer
  readonly #topic: ToldState
  #lookAgain: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: KafkaOptions, { Producer }: Library) {
    this.#options = options
    this.#topic = new ToldState(options.log, 'Kafka', { topic: options.topic })
    const { servers, tls, username, password } = readUrl(options.url)
    this.#producer = new Producer({
      clientId: 'reprise',
      bootstrapBrokers: servers,
      connectTimeout: BROKER_TIMEOUT_MS,
      timeout: BROKER_TIMEOUT_MS,
      requestTimeout: 2 * BROKER_TIMEOUT_MS,
      // The deliveries are retried from the store.
      retries: 0,
      // A send to a broker that hangs must not delay the others.
      maxInflights: BROKER_SENDS_IN_FLIGHT_MAX,
      ...(tls ? { tls: {} } : {}),
      ...(username === '' ? {} : { sasl: { mechanism: options.sasl, username, password } }),
    })
    void this.#look()
  }

  get fault(): string | undefined {
    return this.#topic.isKnown ? this.#topic.reason : 'connecting'
  }

  async send([event]: readonly CloudEvent[]): Promise<Sent> {
    const { topic, contentMode } = this.#options
    try {
      const messages = [{ topic, ...recordOfEvent(event!, contentMode) }]
      const { offsets } = await this.#producer.send({ messages, acks: ACKS_ALL })
      this.#topic.tell(undefined)
      const at = offsets?.[0]
      return { ok: true, message: `offset ${at?.offset} of partition ${at?.partition} of topic ${topic}` }
    } catch (error) {
      const reason = shortText(error)
      this.#topic.tell(reason)
      return { ok: false, message: `Kafka: ${reason}` }
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#lookAgain)
    const late = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_MAX_MS).unref())
    await Promise.race([this.#producer.close(true), late])
  }

  /** Until the topic was reached once: the first event may be hours away. */
  async #look(): Promise<void> {
    try {
      await this.#producer.metadata({ topics: [this.#options.topic] })
      this.#topic.tell(undefined)
    } catch (error) {
      if (this.#closed) return
      this.#topic.tell(shortText(error))
      this.#lookAgain = setTimeout(() => void this.#look(), LOOK_AGAIN_MS)
    }
  }
}

/** Removes user and password from the addresses, which are shown in messages. */
function readUrl(text: string) {
  const urls = text.split(',').map((one) => new URL(one.trim()))
  const [first] = urls
  return {
    servers: urls.map(({ hostname, port }) => ({ host: hostname, port: port === '' ? 9092 : Number(port) })),
    tls: first!.protocol === 'kafka+tls:',
    username: decodeURIComponent(first!.username),
    password: decodeURIComponent(first!.password),
  }
}

/** Returns the broker's own error, which the library wraps: the innermost first one. */
function shortText(error: unknown): string {
  const { errors, cause, message } = error as Error & { errors?: readonly unknown[] }
  const inner = errors?.[0] ?? cause
  if (inner !== undefined) return shortText(inner)
  if (message === ENDED_EARLY) return 'the broker ended the connection: is it kafka:// or kafka+tls://?'
  return String(message ?? error).slice(0, 200)
}
