/**
 * The trace of a request (W3C Trace Context): taken in from `traceparent` when that is well formed, else
 * begun here, so that every answer and every log line has a trace id. Only a trace that came in is passed on
 * to a reload's event (contract 01: never a made-up trace id).
 */
import type { Random } from '../../core/ports.ts'
import type { ApiDeps, ApiServer } from './deps.ts'

export interface Trace {
  /** 32 lower-case hex digits. */
  readonly traceId: string
  /** What came in, when it was well formed. */
  readonly incoming?: { readonly traceparent: string; readonly tracestate?: string }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before everything else; absent only when the request could not be read at all. */
    trace?: Trace
  }
}

export function installTrace(server: ApiServer, deps: ApiDeps): void {
  server.decorateRequest('trace')
  server.addHook('onRequest', async (request, reply) => {
    const { traceparent, tracestate } = request.headers
    request.trace = readTrace(single(traceparent), single(tracestate), deps.world.random)
    reply.header(
      'traceparent',
      request.trace.incoming?.traceparent ?? beginning(request.trace, deps.world.random),
    )
  })
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const TRACESTATE = /^[\x20-\x7e]{1,512}$/
const ONLY_ZEROS = /^0*$/

export function readTrace(
  traceparent: string | undefined,
  tracestate: string | undefined,
  random: Random,
): Trace {
  const parts = TRACEPARENT.exec(traceparent ?? '')
  const [, version, traceId = '', parentId = '', flags, further] = parts ?? []
  const readable = version !== 'ff' && (version !== '00' || further === undefined)
  if (parts === null || !readable || ONLY_ZEROS.test(traceId) || ONLY_ZEROS.test(parentId)) {
    return { traceId: hex(random.bytes(16)) }
  }
  return {
    traceId,
    incoming: {
      // A later version is read as far as 00 goes, and goes on as 00 (W3C Trace Context, section 4.3).
      traceparent: `00-${traceId}-${parentId}-${flags}`,
      ...(tracestate !== undefined && TRACESTATE.test(tracestate) ? { tracestate } : {}),
    },
  }
}

function beginning(trace: Trace, random: Random): string {
  return `00-${trace.traceId}-${hex(random.bytes(8))}-00`
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
