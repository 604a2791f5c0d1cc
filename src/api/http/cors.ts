/**
 * Pages of configured origins may call the API from a browser, also with the cookie of a session
 * (https://fetch.spec.whatwg.org/#http-cors-protocol). What they ask before a call is answered without a
 * credential: browsers send none then. To every other origin the answers are as if there were no such thing.
 */
import type { ApiDeps, ApiServer } from './deps.ts'

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'

/** What the official client, the stream of events and tracing send. */
const SENT = [
  'accept',
  'authorization',
  'content-type',
  'idempotency-key',
  'last-event-id',
  'qlik-api-version',
  'qlik-csrf-token',
  'qlik-web-integration-id',
  'traceparent',
  'tracestate',
].join(', ')

const READ = [
  'content-disposition',
  'deprecation',
  'link',
  'location',
  'qlik-csrf-token',
  'retry-after',
  'sunset',
  'traceparent',
  'www-authenticate',
].join(', ')

/** Browsers take it for at most two hours. */
const KEPT_SECONDS = '600'

export function installCors(server: ApiServer, { corsOrigins }: ApiDeps): void {
  if (corsOrigins.length === 0) return
  const origins = new Set(corsOrigins)
  server.addHook('onRequest', async ({ method, headers }, reply) => {
    // The answer differs by it, whoever asks: a cache must not give that of one origin to another.
    reply.header('vary', 'Origin')
    const { origin } = headers
    if (origin === undefined || !origins.has(origin)) return undefined
    reply.headers({ 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' })
    if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) {
      reply.header('access-control-expose-headers', READ)
      return undefined
    }
    reply.headers({
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': SENT,
      'access-control-max-age': KEPT_SECONDS,
    })
    return reply.code(204).send()
  })
}
