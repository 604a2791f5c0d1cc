/**
 * A webhook receiver that writes down what arrives. A moody one treats some events badly when they come
 * first: it answers 500, drops the connection after it has counted, or answers later than the sender waits.
 * It can be taken down for a while: then nobody listens at its address.
 */
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { verifyQlikSignature } from '../../../src/delivery/channels/signature.ts'
import { WEBHOOK_SECRET } from '../../support/finished-events.ts'
import { bodyMark, type Diary } from './diary.ts'

const TOO_LATE_MS = 17_000
const LONG_AGO_MS = 60_000

interface ReceivedEvent {
  readonly id: string
  readonly time: string
  readonly data: Readonly<Record<string, string>>
}

export interface Moods {
  readonly uniform: () => number
  /** Shares of events, by what happens to them when they come first. */
  readonly refused: number
  readonly dropped: number
  readonly late: number
}

export class ChaosReceiver {
  readonly name: string
  url = ''
  /** Signatures that did not hold. */
  readonly faults: string[] = []
  readonly #diary: Diary
  #moods: Moods | undefined
  readonly #known = new Set<string>()
  #server: Server | undefined
  #port = 0
  #hangsUp = false

  constructor(name: string, diary: Diary, moods?: Moods) {
    this.name = name
    this.#diary = diary
    this.#moods = moods
  }

  async up(): Promise<void> {
    this.#hangsUp = false
    if (this.#server !== undefined) return
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      try {
        for await (const chunk of request) chunks.push(chunk as Buffer)
      } catch {
        return // The sender was killed in the middle of its request.
      }
      this.#take(Buffer.concat(chunks), [request.headers['qlik-signature']].flat()[0], response)
    })
    this.#server = server
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (server.address() as AddressInfo).port
    this.url = `http://127.0.0.1:${this.#port}/events`
  }

  /**
   * Until it is up again connections are cut, but for events that were made long ago: those may have failed
   * twice, and whoever fails a third time comes after the end of the run.
   */
  async hangUp(): Promise<void> {
    this.#hangsUp = true
  }

  async down(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }

  /** From now on every event is answered with success. */
  calm(): void {
    this.#moods = undefined
  }

  #take(body: Buffer, signature: string | undefined, response: ServerResponse): void {
    const { id, time, data } = JSON.parse(body.toString('utf8')) as ReceivedEvent
    if (!verifyQlikSignature(WEBHOOK_SECRET, body, signature)) {
      this.faults.push(`${this.name}: the signature of event ${id} does not hold`)
    }
    if (this.#hangsUp && Date.now() - Date.parse(time) < LONG_AGO_MS) {
      response.destroy()
      return
    }
    const moods = this.#known.has(id) ? undefined : this.#moods
    this.#known.add(id)
    const dice = moods?.uniform() ?? 1
    const { refused = 0, dropped = 0, late = 0 } = moods ?? {}
    if (dice < refused) {
      response.writeHead(500).end()
      return
    }
    this.#diary.write({
      kind: 'arrived',
      receiver: this.name,
      event: id,
      reload: data.id!,
      status: data.status!,
      body: bodyMark(body),
    })
    if (dice < refused + dropped) response.destroy()
    else if (dice < refused + dropped + late) {
      setTimeout(() => response.writeHead(204).end(), TOO_LATE_MS).unref()
    } else response.writeHead(204).end()
  }
}
