/**
 * Time limits of requests that come in: their headers must be whole after a while, and their bodies must keep
 * coming at a least rate. A rate and no total time: the upload of a large file over a slow line is fine, a
 * byte every few seconds is not. A request that waits for this service to read on is not the client's fault.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiServer } from './deps.ts'
import { answerSlowClient } from './problem.ts'

/** Settings of Node's server. */
export const HEADER_TIMES = { headersTimeout: 15_000, connectionsCheckingInterval: 5_000 } as const

export interface BodyRate {
  /** How long a body may be slower than the rate. */
  readonly windowMs: number
  readonly bytesPerSecond: number
}

const BODY_RATE: BodyRate = { windowMs: 30_000, bytesPerSecond: 1024 }

/** Ends requests whose bodies are too slow with 408 (RFC 9110, 15.5.9). */
export function installBodyRate(server: ApiServer, { windowMs, bytesPerSecond }: BodyRate = BODY_RATE): void {
  const least = (windowMs / 1000) * bytesPerSecond
  server.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    let before = socket.bytesRead
    const look = setInterval(() => {
      const came = socket.bytesRead - before
      before = socket.bytesRead
      if (came >= least || request.readableLength > 0 || request.complete) return
      if (response.headersSent) socket.destroy()
      else answerSlowClient(socket)
    }, windowMs)
    look.unref()
    const over = () => clearInterval(look)
    request.once('end', over)
    request.once('close', over)
  })
}
