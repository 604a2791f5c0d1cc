/**
 * A NATS server of the run's own with the service's stream in JetStream: killed and started again, or full
 * for a while. What the stream holds is written down at the end. Absent where nats-server is not installed.
 */
import { jetstream, jetstreamManager, type StreamInfo } from '@nats-io/jetstream'
import { SUBJECT_ROOT } from '../../../src/delivery/channels/nats-answers.ts'
import { type NatsServer, NO_NATS, startNatsServer } from '../../support/nats-server.ts'
import { pause } from './asking.ts'
import { bodyMark, type Diary } from './diary.ts'
import { TENANTS } from './installation.ts'

const STREAM = 'REPRISE'
const UNBOUNDED = -1
/**
 * A bound below what the stream holds by then would remove its first events: it is bounded above, and filled
 * up.
 */
const ROOM = 200
const FILLER = `${SUBJECT_ROOT}.filler`
const LOOK_MS = 100

interface Stored {
  readonly id: string
  readonly data: { readonly id: string; readonly status: string }
}

export class Broker {
  readonly settings: Readonly<Record<string, string>>
  readonly #server: NatsServer
  readonly #diary: Diary

  static async start(diary: Diary): Promise<Broker | undefined> {
    if (NO_NATS !== undefined) return undefined
    diary.write({ kind: 'receiver', name: STREAM, tenants: TENANTS, once: true })
    return new Broker(await startNatsServer(), diary)
  }

  private constructor(server: NatsServer, diary: Diary) {
    this.#server = server
    this.#diary = diary
    this.settings = { REPRISE_NATS_URL: server.url }
  }

  async killedFor(ms: number): Promise<void> {
    this.#diary.write({ kind: 'weather', what: 'broker', state: 'killed' })
    await this.#server.kill()
    await pause(ms)
    await this.#server.restart()
    this.#diary.write({ kind: 'weather', what: 'broker', state: 'up' })
  }

  async fullFor(ms: number): Promise<void> {
    const { state } = await this.#info()
    this.#diary.write({ kind: 'weather', what: 'broker', state: 'full' })
    await this.#bound(state.messages + ROOM)
    await this.#fill()
    await pause(ms)
    await (await this.#streams()).purge(STREAM, { filter: FILLER })
    await this.#bound(UNBOUNDED)
    this.#diary.write({ kind: 'weather', what: 'broker', state: 'up' })
  }

  /** @returns how many messages the stream holds */
  async count(): Promise<number> {
    return (await this.#info()).state.messages
  }

  async tellStored(): Promise<void> {
    const streams = await this.#streams()
    const { state } = await this.#info()
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const message = await streams.getMessage(STREAM, { seq })
      if (message === null) continue
      const { id: event, data } = message.json<Stored>()
      const at = message.time.getTime()
      const told = { receiver: STREAM, event, reload: data.id, status: data.status }
      this.#diary.write({ kind: 'arrived', at, ...told, body: bodyMark(message.data) })
    }
  }

  close(): Promise<void> {
    return this.#server.close()
  }

  async #bound(messages: number): Promise<void> {
    const { config } = await this.#info()
    await (await this.#streams()).update(STREAM, {
      ...config,
      max_msgs: messages,
      discard: 'new' as typeof config.discard,
    })
  }

  async #fill(): Promise<void> {
    const client = jetstream(this.#server.connection)
    try {
      for (;;) await client.publish(FILLER, '{}')
    } catch (error) {
      if (!String(error).includes('maximum messages exceeded')) throw error
    }
  }

  /**
   * The service makes the stream for its first event; and a server that was killed reads its streams first.
   */
  async #info(): Promise<StreamInfo> {
    for (;;) {
      try {
        return await (await this.#streams()).info(STREAM)
      } catch {
        await pause(LOOK_MS)
      }
    }
  }

  async #streams() {
    return (await jetstreamManager(this.#server.connection)).streams
  }
}
