/** A server that is called: it keeps what arrives, and answers as the test wants. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface CallTarget {
  readonly port: number
  readonly calls: readonly { readonly request: IncomingMessage; readonly body: string }[]
  /** Answers a call; may be replaced. */
  answer: (response: ServerResponse) => void
  /** Nobody listens any more. */
  close(): Promise<void>
}

export async function startCallTarget(): Promise<CallTarget> {
  const calls: { request: IncomingMessage; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      calls.push({ request, body })
      target.answer(response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const target: CallTarget = {
    port: (server.address() as AddressInfo).port,
    calls,
    answer: (response) => response.end('thanks'),
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
  return target
}
