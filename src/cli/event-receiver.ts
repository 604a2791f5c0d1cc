/**
 * A webhook receiver that records what arrives and whether its signature is valid, for `reprise demo` and the
 * end-to-end tests. Listens on loopback only.
 */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { verifyQlikSignature } from '../delivery/channels/signature.ts'
import type { CloudEvent } from '../event/stored-event.ts'

export interface ReceivedEvent {
  readonly event: CloudEvent
  readonly headers: IncomingHttpHeaders
  /** Whether `Qlik-Signature` is valid for the bytes received. */
  readonly verified: boolean
}

export interface EventReceiver {
  readonly url: string
  readonly received: readonly ReceivedEvent[]
  /** Resolves with the first past or future event that satisfies the condition. */
  waitFor(condition: (event: CloudEvent) => boolean): Promise<ReceivedEvent>
  close(): Promise<void>
}

/**
 * @param secret of the webhook that will send here
 * @param port 0: one that is free
 */
export async function startEventReceiver(secret: string, port = 0): Promise<EventReceiver> {
  const received: ReceivedEvent[] = []
  const waiting = new Set<() => void>()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    received.push({
      event: JSON.parse(body.toString('utf8')),
      headers: request.headers,
      verified: verifyQlikSignature(secret, body, [request.headers['qlik-signature']].flat()[0]),
    })
    response.writeHead(204).end()
    for (const look of waiting) look()
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    received,
    waitFor(condition) {
      return new Promise((resolve) => {
        const look = () => {
          const found = received.find(({ event }) => condition(event))
          if (found === undefined) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      })
    },
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
