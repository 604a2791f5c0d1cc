/** Routes whose body is a stream of bytes of any content: it is handed on as it comes, and bounded there. */
import type { Readable } from 'node:stream'
import { refuseBytes } from './body.ts'
import type { ApiServer } from './deps.ts'
import { refuse } from './problem.ts'

const BYTES = ['application/octet-stream', 'application/zip']

/** The body of a request that is read so; undefined for one without a body. */
export type RawBody = AsyncIterable<Uint8Array> | undefined

/** @param register adds the routes; their handlers find a `RawBody` */
export function withRawBodies(server: ApiServer, register: (raw: ApiServer) => void): void {
  server.register(async (raw: ApiServer) => {
    raw.removeAllContentTypeParsers()
    raw.addContentTypeParser('*', refuseBytes)
    raw.addContentTypeParser(BYTES, async (_request: unknown, payload: Readable) => piecesOf(payload))
    register(raw)
  })
}

/** @throws refusal 400 when the body is broken off */
async function* piecesOf(payload: Readable): AsyncGenerator<Uint8Array> {
  try {
    // What still comes of a body that is refused is thrown away, so that the client hears the answer.
    yield* payload.iterator({ destroyOnReturn: false })
  } catch (error) {
    if (!payload.destroyed) throw error
    throw refuse('badRequest', { detail: 'the body is broken off' })
  } finally {
    payload.resume()
  }
}
