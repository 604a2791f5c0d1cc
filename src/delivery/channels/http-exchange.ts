/**
 * One HTTP request and its answer, for webhooks and calls. The status decides once its header is whole (RFC
 * 9110): what comes before it, 1xx answers, is passed over; the body after it is only recorded, up to a size
 * and a time, and no fault of it fails the exchange. Follows no redirect and uses no proxy of the
 * environment.
 *
 * A kept connection may have been closed by its target at the moment it is used again. If nothing of an
 * answer came on it, the request is made again at once on a new one: targets de-duplicate by the event's id.
 *
 * Node's `http` and not undici, which takes `100 Continue` for a broken answer.
 */
import { Agent, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import type { LookupFunction, Socket } from 'node:net'

const CONNECT_TIMEOUT_MS = 5_000
const KEPT_MS = 10_000
const ANSWER_HEADERS_MAX_BYTES = 16 * 1024
const ANSWER_BODY_MAX_BYTES = 16 * 1024
/** The body of an answer is waited for this long: it is only recorded, and a send waits for it. */
const ANSWER_BODY_MAX_MS = 2_000

export interface ExchangeRequest {
  readonly url: string
  readonly method: 'POST' | 'OPTIONS' | 'GET' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** What came of the body within its size and time. */
  readonly body: string
}

/** The connection or the whole exchange took too long; the message says which. */
export class ExchangeTimeout extends Error {
  override readonly name = 'ExchangeTimeout'
}

/** A kept connection ended before anything of an answer came. */
class StaleConnection extends Error {
  override readonly name = 'StaleConnection'
}

export class HttpExchanges {
  readonly #lookup: LookupFunction
  readonly #timeoutMs: number
  readonly #bodyMaxBytes: number
  readonly #plain = new Agent({ keepAlive: true, timeout: KEPT_MS })
  readonly #tls = new TlsAgent({ keepAlive: true, timeout: KEPT_MS })
  readonly #running = new Set<AbortController>()

  /**
   * @param lookup resolves names at connect time, and may refuse
   * @param timeoutMs limit of one exchange, its second try included
   * @param bodyMaxBytes so much of the body of an answer is read
   */
  constructor(lookup: LookupFunction, timeoutMs: number, bodyMaxBytes = ANSWER_BODY_MAX_BYTES) {
    this.#lookup = lookup
    this.#timeoutMs = timeoutMs
    this.#bodyMaxBytes = bodyMaxBytes
  }

  /** Rejects with an ExchangeTimeout or the error of the connection if no whole header of an answer comes. */
  async exchange(what: ExchangeRequest): Promise<Answer> {
    const abort = new AbortController()
    this.#running.add(abort)
    const late = setTimeout(
      () => abort.abort(new ExchangeTimeout(`timeout after ${this.#timeoutMs / 1000} s`)),
      this.#timeoutMs,
    )
    try {
      const answer = await this.#request(what, true, abort.signal).catch((error: unknown) => {
        if (error instanceof StaleConnection) return this.#request(what, false, abort.signal)
        throw error
      })
      return {
        status: answer.statusCode!,
        headers: answer.headers,
        body: await boundedText(answer, this.#bodyMaxBytes),
      }
    } catch (error) {
      throw abort.signal.aborted ? abort.signal.reason : error
    } finally {
      clearTimeout(late)
      this.#running.delete(abort)
    }
  }

  /** Ends all exchanges and connections. */
  close(): void {
    for (const abort of this.#running) abort.abort(new Error('the service stops'))
    this.#plain.destroy()
    this.#tls.destroy()
  }

  /** Resolves when the header of the answer is whole. */
  #request(what: ExchangeRequest, kept: boolean, signal: AbortSignal): Promise<IncomingMessage> {
    const { url, method, headers, body } = what
    const tls = new URL(url).protocol === 'https:'
    const options = {
      method,
      headers,
      signal,
      lookup: this.#lookup,
      maxHeaderSize: ANSWER_HEADERS_MAX_BYTES,
      agent: kept && (tls ? this.#tls : this.#plain),
    }
    const asked = tls ? tlsRequest(url, options) : request(url, options)
    return new Promise((resolve, reject) => {
      let answerBytes = () => 0
      asked.on('socket', (socket) => {
        const before = socket.bytesRead
        answerBytes = () => socket.bytesRead - before
        limitConnecting(asked, socket, tls)
      })
      asked.on('response', resolve)
      asked.on('upgrade', (answer, socket) => {
        socket.destroy()
        resolve(answer)
      })
      // Listens on after the response, too: a fault of the body is told here as well.
      asked.on('error', (error) => {
        const stale = asked.reusedSocket && answerBytes() === 0 && !signal.aborted
        reject(stale ? new StaleConnection('the connection was closed', { cause: error }) : error)
      })
      asked.end(body)
    })
  }
}

function limitConnecting(asked: ClientRequest, socket: Socket, tls: boolean): void {
  if (!socket.connecting) return
  const message = `no connection within ${CONNECT_TIMEOUT_MS / 1000} s`
  const late = setTimeout(() => asked.destroy(new ExchangeTimeout(message)), CONNECT_TIMEOUT_MS)
  socket.once(tls ? 'secureConnect' : 'connect', () => clearTimeout(late))
  socket.once('close', () => clearTimeout(late))
}

/** Reads the first bytes of an answer within the time for it, never more. */
async function boundedText(answer: IncomingMessage, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  const late = setTimeout(() => answer.destroy(), ANSWER_BODY_MAX_MS)
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= bytesMax) break
    }
  } catch {
    // Cut or late: what came is recorded.
  } finally {
    clearTimeout(late)
  }
  return Buffer.concat(chunks).subarray(0, bytesMax).toString('utf8')
}
