/**
 * A receiver that counts event ids and, while it is moody, treats some events badly when they come first: it
 * answers 500, drops the connection after it has counted, or answers later than the sender waits.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { verifyQlikSignature } from '../../../src/delivery/channels/signature.ts'
import { WEBHOOK_SECRET } from '../../support/finished-events.ts'

const TOO_LATE_MS = 17_000

export interface FlakyReceiver {
  readonly url: string
  /** Arrivals that were answered with success, or dropped after they were counted, by event id. */
  readonly arrivals: ReadonlyMap<string, number>
  /** Bodies that differed between two arrivals of an id, signatures that did not hold. */
  readonly faults: readonly string[]
  /** From now on every event is answered with success. */
  calm(): void
  close(): Promise<void>
}

export async function startFlakyReceiver(uniform: () => number): Promise<FlakyReceiver> {
  const arrivals = new Map<string, number>()
  const bodies = new Map<string, string>()
  const seen = new Set<string>()
  const faults: string[] = []
  let moody = true
  const count = (id: string) => arrivals.set(id, (arrivals.get(id) ?? 0) + 1)
  const answer = (id: string, response: ServerResponse) => {
    const dice = moody && !seen.has(id) ? uniform() : 1
    seen.add(id)
    if (dice < 0.05) return response.writeHead(500).end()
    count(id)
    if (dice < 0.08) return response.destroy()
    if (dice < 0.085) return setTimeout(() => response.writeHead(204).end(), TOO_LATE_MS).unref()
    return response.writeHead(204).end()
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer)
    } catch {
      return // The sender was killed in the middle of its request.
    }
    const body = Buffer.concat(chunks)
    const signature = [request.headers['qlik-signature']].flat()[0]
    if (!verifyQlikSignature(WEBHOOK_SECRET, body, signature)) faults.push('a signature does not hold')
    const text = body.toString('utf8')
    const { id } = JSON.parse(text) as { id: string }
    if ((bodies.get(id) ?? text) !== text) faults.push(`event ${id} came with two bodies`)
    bodies.set(id, text)
    answer(id, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    arrivals,
    faults,
    calm() {
      moody = false
    },
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
