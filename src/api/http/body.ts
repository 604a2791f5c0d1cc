/**
 * Reading JSON bodies: UTF-8 that is truly UTF-8, no "__proto__" tricks, and an empty body taken as no body,
 * because clients send `Content-Type: application/json` on requests without one. JSON Patch lists come under
 * either media type (contract 05, section 1). Everything else is 415.
 */
import type { FastifyError } from 'fastify'
import type { ApiServer } from './deps.ts'
import { refuse } from './problem.ts'

export function installBodies(server: ApiServer): void {
  const parseJson = server.getDefaultJsonParser('error', 'error')
  server.removeAllContentTypeParsers()
  server.addContentTypeParser(
    ['application/json', 'application/json-patch+json'],
    { parseAs: 'buffer' },
    (request, body, done) => {
      if (body.length === 0) return done(null, undefined)
      let text: string
      try {
        text = new TextDecoder('utf-8', { fatal: true }).decode(body as Buffer)
      } catch {
        return done(refuse('badRequest', { detail: 'the body is not UTF-8' }) as unknown as FastifyError)
      }
      return parseJson(request, text, done)
    },
  )
}
