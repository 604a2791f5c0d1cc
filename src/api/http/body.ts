/**
 * Reading JSON bodies: UTF-8 that is truly UTF-8, no "__proto__" tricks, and an empty body taken as no body,
 * whatever type it comes with, because clients name one on requests without a body (contract 07). JSON comes
 * under the types of `JSON_TYPES`. Everything else is 415. A lone surrogate ("\ud800") becomes the
 * replacement character: a text that holds one cannot be stored or sorted as it is.
 *
 * A body of more than `INLINE_BODY_MAX_BYTES` is read beside the event loop, and only on routes that say
 * which members they take; every other route refuses it by its size.
 */
import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { INLINE_BODY_MAX_BYTES } from '../../core/limits.ts'
import { callerOf } from './authenticate.ts'
import { BodyRoom, scriptBodyBytes } from './body-room.ts'
import type { ApiDeps, ApiServer } from './deps.ts'
import { refuse } from './problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Members that a large body may have; a route with a larger `bodyLimit` names them. */
    largeMembers?: readonly string[]
  }
}

export function installBodies(server: ApiServer, deps: ApiDeps): void {
  const room = new BodyRoom(scriptBodyBytes(deps.limits))
  server.addHook('onRoute', ({ url, bodyLimit = 0, config }) => {
    if (bodyLimit <= INLINE_BODY_MAX_BYTES || config?.largeMembers !== undefined) return
    throw new Error(`route ${url} takes large bodies and does not name their members`)
  })
  server.addHook('onRequest', async ({ headers }) => {
    // Nothing is read by the type of nothing.
    if (headers['transfer-encoding'] !== undefined) return
    if (Number(headers['content-length'] ?? 0) === 0) delete headers['content-type']
  })
  server.addHook('preParsing', async (request, reply) => takeRoom(room, request, reply))
  const parseJson = server.getDefaultJsonParser('error', 'error')
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', refuseBytes)
  server.addContentTypeParser(JSON_TYPES, async (request: FastifyRequest, payload: Readable) => {
    const { largeMembers, bodyLimit } = { ...request.routeOptions, ...request.routeOptions.config }
    const { chunks, bytes } = await collect(payload, bodyLimit)
    if (bytes === 0) return undefined
    if (largeMembers !== undefined && bytes > INLINE_BODY_MAX_BYTES) {
      return deps.reader.readMembers(callerOf(request).tenantId, chunks, largeMembers)
    }
    const text = wellFormedJson(textOf(Buffer.concat(chunks)))
    return new Promise((resolve, reject) => {
      void parseJson(request, text, (error, parsed) => (error === null ? resolve(parsed) : reject(error)))
    })
  })
}

/** Of a type that is not read: no bytes have none. */
export async function refuseBytes(request: FastifyRequest, payload: Readable): Promise<undefined> {
  if (request.is404 || !(await hasBytes(payload))) return undefined
  throw Object.assign(new Error('the body is of no type that is read'), { statusCode: 415 })
}

/**
 * JSON Patch lists come under either of the first two (contract 05, section 1); a collection of the vendor's
 * for a REST client says the third of plain JSON (contract 09, E 8).
 */
const JSON_TYPES = ['application/json', 'application/json-patch+json', 'application/ecmascript']

/**
 * The body in pieces: to put a large one together would hold up the event loop.
 * @throws errors that are answered with 413 and 400
 */
function collect(
  payload: Readable,
  bytesMax: number,
): Promise<{ readonly chunks: readonly Buffer[]; readonly bytes: number }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const hear = (chunk: Buffer) => {
      bytes += chunk.length
      // A piece a turn: clients that send as fast as they can would fill each turn with megabytes.
      payload.pause()
      setImmediate(() => payload.resume())
      if (bytes <= bytesMax) chunks.push(chunk)
      else {
        // What still comes is thrown away, so that the client hears the answer.
        payload.off('data', hear).resume()
        reject(Object.assign(new Error('the body is too large'), { statusCode: 413 }))
      }
    }
    const broken = () => reject(refuse('badRequest', { detail: 'the body is broken off' }))
    payload.on('data', hear)
    payload.once('end', () => resolve({ chunks, bytes }))
    payload.once('error', broken).once('close', broken)
  })
}

/** Whether a body has any; what there is is thrown away. */
function hasBytes(payload: Readable): Promise<boolean> {
  return new Promise((resolve) => {
    payload.once('data', () => resolve(true))
    payload.once('end', () => resolve(false)).once('close', () => resolve(false))
    payload.once('error', () => resolve(false))
  })
}

/** Before a large body is read; a body without a length counts as the largest. */
function takeRoom(room: BodyRoom, request: FastifyRequest, reply: FastifyReply): void {
  const { config, bodyLimit } = request.routeOptions
  if (config.largeMembers === undefined) return
  const bytes = Number(request.headers['content-length'] ?? bodyLimit)
  if (bytes <= INLINE_BODY_MAX_BYTES || bytes > bodyLimit) return
  reply.raw.once('close', room.take(callerOf(request).tenantId, bytes))
}

function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw refuse('badRequest', { detail: 'the body is not UTF-8' })
  }
}

/** The JSON text without escapes of lone surrogates. */
export function wellFormedJson(json: string): string {
  if (!SURROGATE_ESCAPE.test(json)) return json
  return json.replace(ESCAPE, (written, pair?: string) =>
    pair === undefined && SURROGATE_ESCAPE.test(written) ? '\\ufffd' : written,
  )
}

const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/
/** One escape, or the two of a pair. */
const ESCAPE =
  /\\(?:(u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2})|u[dD][89a-fA-F][\da-fA-F]{2}|.)/gs
