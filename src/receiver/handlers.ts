/**
 * A receiver as the request handler of common servers: Node's `http` and Express share one, Fastify has a
 * plugin, and servers of the Fetch API (Hono, Deno, Bun, Workers) a function of a Request. The used parts of
 * those servers are declared here, so that none of them is a dependency.
 */
import { joined } from './bytes.ts'
import { MAX_BODY_BYTES, type ReceivedRequest, type ReceiverOptions, receiver } from './receive.ts'

/** The used part of `http.IncomingMessage`; earlier body parsers may have left `body` and `rawBody`. */
interface NodeRequest extends AsyncIterable<Uint8Array> {
  readonly method?: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body?: unknown
  readonly rawBody?: unknown
}

interface NodeResponse {
  writeHead(status: number, headers: Record<string, string>): unknown
  end(body: string): unknown
}

/** The used part of a Fastify instance. */
interface FastifyLike {
  addContentTypeParser(
    type: string,
    options: { parseAs: 'buffer'; bodyLimit: number },
    parse: (request: unknown, body: Uint8Array, done: (error: null, body: Uint8Array) => void) => void,
  ): unknown
  removeAllContentTypeParsers(): unknown
  route(route: {
    method: string[]
    url: string
    handler(request: FastifyRequestLike, reply: FastifyReplyLike): Promise<unknown>
  }): unknown
}

interface FastifyRequestLike {
  readonly method: string
  readonly headers: NodeRequest['headers']
  readonly body: unknown
}

interface FastifyReplyLike {
  code(status: number): FastifyReplyLike
  headers(headers: Record<string, string>): FastifyReplyLike
  send(body: string): unknown
}

/**
 * For `http.createServer(handler)` and for Express: `app.post('/events', handler)`. The signature covers the
 * raw bytes, so mount it before `express.json()`, or give the route `express.raw({ type: '*\/*' })`.
 */
export function nodeHandler(options: ReceiverOptions) {
  const receive = receiver(options)
  return async (request: NodeRequest, response: NodeResponse): Promise<void> => {
    const body = await bodyOf(request, options.maxBodyBytes ?? MAX_BODY_BYTES)
    if (body === undefined) {
      const detail =
        'the body was parsed before it could be verified: mount this handler before the JSON parser'
      options.onProblem?.({ status: 500, detail })
      response.writeHead(500, {})
      response.end(detail)
      return
    }
    const {
      status,
      headers,
      body: text,
    } = await receive(received(request.method ?? '', request.headers, body))
    response.writeHead(status, { ...headers })
    response.end(text)
  }
}

/**
 * `fastify.register(fastifyReceiver, { url: '/events', secret, onEvent })`: adds one route in its own
 * context.
 */
export async function fastifyReceiver(
  fastify: FastifyLike,
  options: ReceiverOptions & { readonly url: string },
): Promise<void> {
  const receive = receiver(options)
  const bodyLimit = options.maxBodyBytes ?? MAX_BODY_BYTES
  fastify.removeAllContentTypeParsers()
  fastify.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) =>
    done(null, body),
  )
  fastify.route({
    method: ['POST', 'OPTIONS'],
    url: options.url,
    async handler({ method, headers, body }, reply) {
      const bytes = body instanceof Uint8Array ? body : new Uint8Array()
      const answered = await receive(received(method, headers, bytes))
      return reply
        .code(answered.status)
        .headers({ ...answered.headers })
        .send(answered.body)
    },
  })
}

/** For servers of the Fetch API: `export default { fetch: fetchHandler(options) }`. */
export function fetchHandler(options: ReceiverOptions) {
  const receive = receiver(options)
  const maxBytes = options.maxBodyBytes ?? MAX_BODY_BYTES
  return async (request: Request): Promise<Response> => {
    const body = request.body === null ? new Uint8Array() : await gathered(request.body, maxBytes)
    const {
      status,
      headers,
      body: text,
    } = await receive({
      method: request.method,
      header: (name) => request.headers.get(name) ?? undefined,
      headerNames: request.headers.keys(),
      body,
    })
    return new Response(status === 204 ? null : text, { status, headers })
  }
}

function received(method: string, headers: NodeRequest['headers'], body: Uint8Array): ReceivedRequest {
  return { method, header: (name) => [headers[name]].flat()[0], headerNames: Object.keys(headers), body }
}

/** Returns undefined if only the parsed body is left. */
async function bodyOf(request: NodeRequest, maxBytes: number): Promise<Uint8Array | undefined> {
  for (const left of [request.rawBody, request.body]) if (left instanceof Uint8Array) return left
  return request.body === undefined ? gathered(request, maxBytes) : undefined
}

/** Stops reading at the limit and keeps the connection open for the response. */
async function gathered(source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  const chunks = source[Symbol.asyncIterator]()
  while (length <= maxBytes) {
    const { done, value } = await chunks.next()
    if (done === true) break
    parts.push(value)
    length += value.length
  }
  return joined(parts)
}
